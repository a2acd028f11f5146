/*
 * Adoption of a stranger: reading its properties from the node's answer, and
 * inserting its row.
 */

#ifndef VZ_ADOPT_H
#define VZ_ADOPT_H

#include "runtime/call.h"
#include "runtime/db.h"
#include "runtime/relay.h"


/* A container's properties, as columns of vm: in MiB, or VZ_LIMIT_NONE. */
typedef struct {
    ngx_str_t    hostname;
    ngx_str_t    gateway;           /* of each family, or empty */
    ngx_str_t    dns;               /* words */
    ngx_str_t    addresses;         /* the same */
    ngx_str_t    template;          /* or empty */
    int64_t      memory[3][2];      /* vmguar, oomguar, privvm */
    int64_t      disk[2];
    int64_t      cpu[2];            /* units, per cent */
    int64_t      rate[2];           /* in, out in Mbit/s */
    ngx_uint_t   runs;              /* it is not stopped */
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
 * vz_adopt_read: read a line of "status".  A value that the node leaves out, or
 * that our forms would refuse, becomes the least or the most that they accept.
 */
void vz_adopt_read(vz_call_t *call, const ngx_str_t *line, uint32_t ctid,
    vz_adopt_told_t *told);

/*
 * vz_adopt_insert: insert a row, *vm, with the properties from the node, that
 * waits for its adoption.  VZ_DUPLICATE where another row has the number.
 */
vz_code_e vz_adopt_insert(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_adopt_row_t *row, const vz_adopt_told_t *told, uint64_t *vm);

/*
 * vz_adopt_bind: assign the container its addresses.  Those that are in no pool
 * or belong to another container are written into the open object as "out":
 * [{"address", "code": "absent" or "taken"}].
 */
vz_code_e vz_adopt_bind(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const vz_adopt_told_t *told, vz_json_t *out);


#endif /* VZ_ADOPT_H */
