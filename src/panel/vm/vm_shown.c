/*
 * The ids of the containers that earlier pages of a list have shown.
 *
 * They are written in the shorter of two forms: "d" and the differences
 * between the ids, where they are sparse; "b", the first id, and a bit for
 * each id from there on, where they are dense.  Numbers are written in groups
 * of seven bits, the lowest first, all but the last with the eighth bit set.
 */

#include "panel/vm/vm_shown.h"


#define VZ_VM_SHOWN_NUMBER  10      /* bytes of a number, at most */


static u_char *vz_vm_shown_put(u_char *p, uint64_t number);
static u_char *vz_vm_shown_get(u_char *p, u_char *end, uint64_t *number);
static ngx_int_t vz_vm_shown_differences(u_char *p, u_char *end,
    vz_vm_shown_t *shown);
static ngx_int_t vz_vm_shown_bits(u_char *p, u_char *end,
    vz_vm_shown_t *shown);
static int ngx_libc_cdecl vz_vm_shown_order(const void *one, const void *two);


vz_code_e
vz_vm_shown_read(ngx_pool_t *pool, const ngx_str_t *text, vz_vm_shown_t *shown)
{
    u_char     *p, *end;
    ngx_int_t   rc;

    shown->n = 0;

    if (text->len < 2 || text->len > VZ_VM_SHOWN_MOST) {
        return VZ_RANGE;
    }

    shown->ids = ngx_palloc(pool, text->len * 8 * sizeof(uint64_t));
    if (shown->ids == NULL) {
        return VZ_INTERNAL;
    }

    p = text->data + 1;
    end = text->data + text->len;

    rc = text->data[0] == 'd' ? vz_vm_shown_differences(p, end, shown)
         : text->data[0] == 'b' ? vz_vm_shown_bits(p, end, shown)
         : NGX_ERROR;

    if (rc != NGX_OK
        || shown->n == 0
        || shown->ids[shown->n - 1] - shown->ids[0] >= VZ_VM_SHOWN_SPAN)
    {
        shown->n = 0;
        return VZ_RANGE;
    }

    return VZ_OK;
}


static ngx_int_t
vz_vm_shown_differences(u_char *p, u_char *end, vz_vm_shown_t *shown)
{
    uint64_t  id, way;

    for (id = 0; p < end; id += way) {
        p = vz_vm_shown_get(p, end, &way);

        if (p == NULL || way == 0 || way > (uint64_t) INT64_MAX - id) {
            return NGX_ERROR;
        }

        shown->ids[shown->n++] = id + way;
    }

    return NGX_OK;
}


static ngx_int_t
vz_vm_shown_bits(u_char *p, u_char *end, vz_vm_shown_t *shown)
{
    uint64_t    first;
    ngx_uint_t  i, bits;

    p = vz_vm_shown_get(p, end, &first);

    if (p == NULL || first == 0 || first > INT64_MAX - VZ_VM_SHOWN_SPAN) {
        return NGX_ERROR;
    }

    bits = (end - p) * 8;

    for (i = 0; i < bits; i++) {
        if (p[i / 8] & (1 << i % 8)) {
            shown->ids[shown->n++] = first + i;
        }
    }

    return NGX_OK;
}


ngx_int_t
vz_vm_shown_add(ngx_pool_t *pool, vz_vm_shown_t *shown, const uint64_t *ids,
    ngx_uint_t n)
{
    uint64_t  *all;

    all = ngx_palloc(pool, (shown->n + n + 1) * sizeof(uint64_t));
    if (all == NULL) {
        return NGX_ERROR;
    }

    if (shown->n) {
        ngx_memcpy(all, shown->ids, shown->n * sizeof(uint64_t));
    }

    ngx_memcpy(all + shown->n, ids, n * sizeof(uint64_t));

    shown->ids = all;
    shown->n += n;

    ngx_qsort(all, shown->n, sizeof(uint64_t), vz_vm_shown_order);

    return NGX_OK;
}


static int ngx_libc_cdecl
vz_vm_shown_order(const void *one, const void *two)
{
    uint64_t  a = *(const uint64_t *) one;
    uint64_t  b = *(const uint64_t *) two;

    return a < b ? -1 : a > b;
}


ngx_int_t
vz_vm_shown_write(ngx_pool_t *pool, const vz_vm_shown_t *shown,
                  ngx_str_t *text)
{
    u_char      *p, *last;
    uint64_t     id, span;
    ngx_uint_t   i;

    span = shown->ids[shown->n - 1] - shown->ids[0];

    if (span >= VZ_VM_SHOWN_SPAN) {
        return NGX_DECLINED;
    }

    text->data = ngx_pcalloc(pool, VZ_VM_SHOWN_MOST + VZ_VM_SHOWN_NUMBER);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    p = text->data;
    last = p + ngx_min(1 + VZ_VM_SHOWN_NUMBER + span / 8 + 1,
                       VZ_VM_SHOWN_MOST);
    *p++ = 'd';

    for (i = 0, id = 0; i < shown->n && p <= last; id = shown->ids[i++]) {
        p = vz_vm_shown_put(p, shown->ids[i] - id);
    }

    if (p <= last) {
        text->len = p - text->data;
        return NGX_OK;
    }

    if (1 + VZ_VM_SHOWN_NUMBER + span / 8 + 1 > VZ_VM_SHOWN_MOST) {
        return NGX_DECLINED;
    }

    ngx_memzero(text->data, VZ_VM_SHOWN_MOST);

    p = text->data;
    *p++ = 'b';
    p = vz_vm_shown_put(p, shown->ids[0]);

    for (i = 0; i < shown->n; i++) {
        id = shown->ids[i] - shown->ids[0];
        p[id / 8] |= 1 << id % 8;
    }

    text->len = p + span / 8 + 1 - text->data;

    return NGX_OK;
}


static u_char *
vz_vm_shown_put(u_char *p, uint64_t number)
{
    while (number > 0x7f) {
        *p++ = 0x80 | (number & 0x7f);
        number >>= 7;
    }

    *p++ = (u_char) number;

    return p;
}


/* the byte behind the number, NULL where it is cut or too great */

static u_char *
vz_vm_shown_get(u_char *p, u_char *end, uint64_t *number)
{
    ngx_uint_t  shift;

    *number = 0;

    for (shift = 0; p < end && shift < 63; shift += 7) {
        *number |= (uint64_t) (*p & 0x7f) << shift;

        if (*p++ < 0x80) {
            return p;
        }
    }

    return NULL;
}
