/*
 * Snapshots of a container as its node lists them.
 */

#include "panel/node/snapshot_told.h"
#include "runtime/crypt.h"


/* what each character of a date is: a digit, or itself */
#define VZ_SNAPSHOT_TOLD_DATE  "0000-00-00T00:00:00Z"


static ngx_uint_t vz_snapshot_told_ours(const ngx_str_t *name);
static ngx_uint_t vz_snapshot_told_dated(const ngx_str_t *date);


void
vz_snapshot_told(const ngx_str_t *line, vz_snapshot_told_t *told)
{
    ngx_str_t  bytes;

    told->name = vz_relay_pair(line, "name");
    told->date = vz_relay_pair(line, "date");
    told->ours = vz_snapshot_told_ours(&told->name);

    if (!vz_snapshot_told_dated(&told->date)) {
        ngx_str_null(&told->date);
    }

    bytes = vz_relay_pair(line, "bytes");
    told->bytes = ngx_atoof(bytes.data, bytes.len);

    if (told->bytes == NGX_ERROR) {
        told->bytes = -1;
    }
}


static ngx_uint_t
vz_snapshot_told_ours(const ngx_str_t *name)
{
    size_t  i;

    if (name->len != 1 + 2 * VZ_SNAPSHOT_TOLD_BYTES
        || name->data[0] != VZ_SNAPSHOT_TOLD_MARK)
    {
        return 0;
    }

    for (i = 1; i < name->len; i++) {
        if (!((name->data[i] >= '0' && name->data[i] <= '9')
              || (name->data[i] >= 'a' && name->data[i] <= 'f')))
        {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
vz_snapshot_told_dated(const ngx_str_t *date)
{
    size_t       i;
    ngx_uint_t   digit;
    const char  *shape = VZ_SNAPSHOT_TOLD_DATE;

    if (date->len != sizeof(VZ_SNAPSHOT_TOLD_DATE) - 1) {
        return 0;
    }

    for (i = 0; i < date->len; i++) {
        digit = date->data[i] >= '0' && date->data[i] <= '9';

        if (shape[i] == '0' ? !digit : date->data[i] != (u_char) shape[i]) {
            return 0;
        }
    }

    return 1;
}


vz_code_e
vz_snapshot_told_find(const vz_answer_t *answer, const ngx_str_t *name,
    vz_snapshot_told_t *told)
{
    ngx_uint_t  i;

    for (i = 0; i < answer->nlines; i++) {
        vz_snapshot_told(&answer->lines[i], told);

        if (told->name.len == name->len
            && ngx_strncmp(told->name.data, name->data, name->len) == 0)
        {
            return VZ_OK;
        }
    }

    ngx_memzero(told, sizeof(vz_snapshot_told_t));

    return VZ_NOENT;
}


int64_t
vz_snapshot_told_all(const vz_answer_t *answer)
{
    ngx_str_t   all;
    ngx_uint_t  i;

    for (i = 0; i < answer->nlines; i++) {
        all = vz_relay_pair(&answer->lines[i], "all");

        if (all.len) {
            return ngx_max(ngx_atoof(all.data, all.len), -1);
        }
    }

    return -1;
}


vz_code_e
vz_snapshot_told_name(ngx_pool_t *pool, ngx_str_t *name)
{
    ngx_str_t  hex;

    name->len = 1 + 2 * VZ_SNAPSHOT_TOLD_BYTES;
    name->data = ngx_pnalloc(pool, name->len);

    if (name->data == NULL
        || vz_crypt_random_hex(pool, VZ_SNAPSHOT_TOLD_BYTES, &hex) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    name->data[0] = VZ_SNAPSHOT_TOLD_MARK;
    ngx_memcpy(name->data + 1, hex.data, hex.len);

    return VZ_OK;
}
