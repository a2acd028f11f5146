/*
 * Snapshots of a container as its node lists them.
 */

#ifndef VZ_SNAPSHOT_TOLD_H
#define VZ_SNAPSHOT_TOLD_H

#include "runtime/relay.h"


/*
 * What a name is made of that the panel draws for a snapshot of a customer's,
 * or for one before a rollback: this letter and as many random bytes in hex.
 * Others, as a backup takes them for a while, have another shape, and are
 * neither shown nor counted.
 */
#define VZ_SNAPSHOT_TOLD_MARK   's'
#define VZ_SNAPSHOT_TOLD_BYTES  8

typedef struct {
    ngx_str_t   name;
    ngx_str_t   date;               /* RFC 3339 in UTC, to the second; empty:
                                       not told */
    int64_t     bytes;              /* its own; -1: not known yet */
    ngx_uint_t  ours;               /* its name is one that we draw */
} vz_snapshot_told_t;


/* vz_snapshot_told: read a line of a node's answer to "snapshots". */
void vz_snapshot_told(const ngx_str_t *line, vz_snapshot_told_t *told);

/*
 * vz_snapshot_told_find: look a name up in such an answer.  VZ_OK, or VZ_NOENT
 * with *told zero.
 */
vz_code_e vz_snapshot_told_find(const vz_answer_t *answer,
    const ngx_str_t *name, vz_snapshot_told_t *told);

/*
 * vz_snapshot_told_all: the bytes that all of them take together; -1 where that
 * is not told, or not known yet.
 */
int64_t vz_snapshot_told_all(const vz_answer_t *answer);

/*
 * vz_snapshot_told_name: draw a name from pool.  VZ_OK, or VZ_INTERNAL where
 * the kernel gives no random bytes, or there is no memory.
 */
vz_code_e vz_snapshot_told_name(ngx_pool_t *pool, ngx_str_t *name);


#endif /* VZ_SNAPSHOT_TOLD_H */
