/*
 * The ids of the containers that earlier pages of a list have shown; the cursor
 * carries them where the order changes between two pages.
 */

#ifndef VZ_VM_SHOWN_H
#define VZ_VM_SHOWN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "wire/code.h"


#define VZ_VM_SHOWN_MOST  4500      /* bytes of vz_vm_shown_write(), at most */
#define VZ_VM_SHOWN_SPAN  (1 << 18)  /* the last id less the first, at most */


typedef struct {
    uint64_t     *ids;              /* ascending, each of them once */
    ngx_uint_t    n;
} vz_vm_shown_t;


/*
 * vz_vm_shown_read: parse what vz_vm_shown_write() wrote, into an array of the
 * pool.  VZ_OK; VZ_RANGE for any other text; VZ_INTERNAL without memory.
 */
vz_code_e vz_vm_shown_read(ngx_pool_t *pool, const ngx_str_t *text,
    vz_vm_shown_t *shown);

/*
 * vz_vm_shown_add: add n ids, in any order, none of which is there yet; the
 * array becomes a new one of the pool.  NGX_OK or NGX_ERROR.
 */
ngx_int_t vz_vm_shown_add(ngx_pool_t *pool, vz_vm_shown_t *shown,
    const uint64_t *ids, ngx_uint_t n);

/*
 * vz_vm_shown_write: write the ids as bytes of the pool that begin with a
 * letter.  NGX_OK; NGX_ERROR without memory; NGX_DECLINED where they are too
 * many, or too far apart.
 */
ngx_int_t vz_vm_shown_write(ngx_pool_t *pool, const vz_vm_shown_t *shown,
    ngx_str_t *text);


#endif /* VZ_VM_SHOWN_H */
