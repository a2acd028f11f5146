/*
 * A container that was there before: what it is like by its node's words, and
 * the row that it gets.
 */

#ifndef VZ_ADOPT_H
#define VZ_ADOPT_H

#include "runtime/db.h"
#include "runtime/call.h"
#include "runtime/relay.h"


/* As columns of vm: MiB, a limit of -1 is none. */
typedef struct {
    ngx_str_t    hostname;
    ngx_str_t    gateway;           /* of each family, or empty */
    ngx_str_t    dns;               /* words */
    ngx_str_t    addresses;         /* the same */
    ngx_str_t    template;          /* or empty */
    int64_t      memory[3][2];      /* vmguar, oomguar, privvm */
    int64_t      disk[2];
    int64_t      cpu[2];            /* units, per cent */
    ngx_uint_t   runs;
} vz_adopt_told_t;

typedef struct {
    uint64_t     node;
    uint32_t     ctid;
    ngx_str_t    tag;
    uint64_t     user;
    uint64_t     plan;              /* or 0 */
    uint64_t     template;
} vz_adopt_row_t;


/*
 * vz_adopt_read: a line of "status".  What the node does not say, or no form of
 * ours would take, is as little, or as much, as the forms allow.
 */
void vz_adopt_read(vz_call_t *call, const ngx_str_t *line, uint32_t ctid,
    vz_adopt_told_t *told);

/*
 * vz_adopt_insert: a row as the node tells it, to be adopted.  VZ_DUPLICATE
 * where another row has the number.
 */
vz_code_e vz_adopt_insert(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_adopt_row_t *row, const vz_adopt_told_t *told, uint64_t *vm);

/*
 * vz_adopt_bind: its addresses are the container's own from now on.  Those that
 * can't be, of no pool or another's, go into the open object as "out":
 * [{"address", "code": "absent" or "taken"}].
 */
vz_code_e vz_adopt_bind(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const vz_adopt_told_t *told, vz_json_t *out);


#endif /* VZ_ADOPT_H */
