/*
 * The names of addresses in DNS: what is wanted.
 */

#include "panel/node/rdns.h"
#include "runtime/row.h"
#include "runtime/settings.h"


/* "f." of each half of a byte, or "255." of each byte, and the suffix */
#define VZ_RDNS_ARPA  (16 * 4 + sizeof("ip6.arpa"))


static const vz_sql_t  vz_rdns_sql_zone = vz_sql("rdns zone",
    "SELECT name FROM rdns_zone"
    " WHERE RIGHT(CONCAT('.', ?), LENGTH(name) + 1) = CONCAT('.', name)"
    " ORDER BY LENGTH(name) DESC LIMIT 1");

static const vz_sql_t  vz_rdns_sql_set = vz_sql("rdns set",
    "INSERT INTO rdns (address, vm_id, name, chosen, due)"
    " SELECT a.address, a.vm_id, ?, ?, NOW(3) FROM address a"
    " WHERE a.address = ? AND a.vm_id = ? FOR UPDATE"
    " ON DUPLICATE KEY UPDATE vm_id = VALUES(vm_id), name = VALUES(name),"
    " chosen = VALUES(chosen), version = version + 1, due = VALUES(due),"
    " problem = NULL");

static const vz_sql_t  vz_rdns_sql_leave = vz_sql("rdns leave",
    "UPDATE rdns SET vm_id = NULL, name = NULL, chosen = 0,"
    " version = version + 1, due = NOW(3), problem = NULL"
    " WHERE vm_id = ? AND (? IS NULL OR address = ?)");


vz_code_e
vz_rdns_arpa(ngx_pool_t *pool, const ngx_str_t *address, vz_prefix_t *net,
    ngx_str_t *arpa)
{
    u_char  *p;
    int      i;

    if (vz_prefix_parse(address, net) != NGX_OK) {
        return VZ_RANGE;
    }

    arpa->len = 0;
    arpa->data = ngx_pnalloc(pool, VZ_RDNS_ARPA);
    if (arpa->data == NULL) {
        return VZ_INTERNAL;
    }

    p = arpa->data;

    if (net->family == AF_INET) {
        p = ngx_sprintf(p, "%d.%d.%d.%d.in-addr.arpa", net->addr[3],
                        net->addr[2], net->addr[1], net->addr[0]);

    } else {
        for (i = 15; i >= 0; i--) {
            p = ngx_sprintf(p, "%xd.%xd.", net->addr[i] & 15,
                            net->addr[i] >> 4);
        }

        p = ngx_sprintf(p, "ip6.arpa");
    }

    arpa->len = p - arpa->data;

    return VZ_OK;
}


ngx_str_t
vz_rdns_default(ngx_pool_t *pool, const ngx_str_t *address)
{
    u_char           *p, *star;
    ngx_str_t         name;
    ngx_uint_t        i;
    vz_prefix_t       net;
    const ngx_str_t  *pattern;

    ngx_str_set(&name, "");
    pattern = &vz_settings()->rdns_default;

    if (pattern->len == 0 || vz_prefix_parse(address, &net) != NGX_OK) {
        return name;
    }

    name.data = ngx_pnalloc(pool, pattern->len + sizeof("ffff-") * 8);
    if (name.data == NULL) {
        return name;
    }

    star = (u_char *) ngx_strchr(pattern->data, '*');
    p = ngx_cpymem(name.data, pattern->data, star - pattern->data);

    if (net.family == AF_INET) {
        p = ngx_sprintf(p, "%d-%d-%d-%d", net.addr[0], net.addr[1],
                        net.addr[2], net.addr[3]);

    } else {
        for (i = 0; i < 16; i += 2) {
            p = ngx_sprintf(p, "%s%xd", i ? "-" : "",
                            net.addr[i] << 8 | net.addr[i + 1]);
        }
    }

    p = ngx_cpymem(p, star + 1, pattern->data + pattern->len - star - 1);
    name.len = p - name.data;
    ngx_strlow(name.data, name.data, name.len);

    return name;
}


vz_code_e
vz_rdns_zone(vz_tx_t *tx, ngx_pool_t *pool, const ngx_str_t *arpa,
    ngx_str_t *zone)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, &vz_rdns_sql_zone, vz_binds(vz_text(*arpa)),
                     &rows);

    if (rc == VZ_OK) {
        *zone = vz_row_text(&rows, 0, "name");
    }

    return rc;
}


vz_code_e
vz_rdns_set(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const ngx_str_t *address, const ngx_str_t *name, ngx_uint_t chosen)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, &vz_rdns_sql_set,
                     vz_binds(vz_bind_opt(*name), vz_int(chosen),
                              vz_text(*address), vz_int(vm)),
                     &rows);

    return rc == VZ_OK && rows.affected == 0 ? VZ_NOENT : rc;
}


vz_code_e
vz_rdns_leave(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const ngx_str_t *address)
{
    vz_bind_t  which;

    which = address == NULL ? vz_none() : vz_text(*address);

    return vz_db_query(tx, pool, &vz_rdns_sql_leave,
                       vz_binds(vz_int(vm), which, which), NULL);
}
