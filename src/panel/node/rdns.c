/*
 * The names of addresses in DNS: what is wanted.
 */

#include "panel/node/rdns.h"
#include "runtime/row.h"
#include "runtime/settings.h"


/* "f." of each half of a byte, or "255." of each byte, and the suffix */
#define VZ_RDNS_ARPA  (16 * 4 + sizeof("ip6.arpa"))


static ngx_uint_t vz_rdns_part(const ngx_str_t *zone, ngx_uint_t host);


/*
 * Zones that end a name, and those of a part of a /24 (RFC 2317), whose names
 * begin with that part; the one that holds the least comes first.
 */

static const vz_sql_t  vz_rdns_sql_zone = vz_sql("rdns zone",
    "SELECT name, RIGHT(CONCAT('.', ?), LENGTH(name) + 1)"
    "  = CONCAT('.', name) AS ends FROM rdns_zone"
    " WHERE RIGHT(CONCAT('.', ?), LENGTH(name) + 1) = CONCAT('.', name)"
    " OR (SUBSTRING(name, LOCATE('.', name) + 1) = ?"
    "  AND name REGEXP '^[0-9]{1,3}[-/][0-9]{1,3}[.]')"
    " ORDER BY name = ? DESC, LENGTH(name) DESC");

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
vz_rdns_zone(vz_tx_t *tx, ngx_pool_t *pool, const vz_prefix_t *net,
    ngx_str_t *arpa, ngx_str_t *zone)
{
    u_char      *p;
    vz_bind_t    name;
    vz_code_e    rc;
    vz_rows_t    rows;
    ngx_str_t    above, one;
    ngx_uint_t   i;

    ngx_str_set(zone, "");
    ngx_str_null(&above);

    if (net->family == AF_INET) {
        above.data = ngx_strlchr(arpa->data, arpa->data + arpa->len, '.') + 1;
        above.len = arpa->data + arpa->len - above.data;
    }

    name = vz_text(*arpa);

    rc = vz_db_query(tx, pool, &vz_rdns_sql_zone,
                     vz_binds(name, name, vz_bind_opt(above), name), &rows);

    for (i = 0; rc == VZ_OK && i < rows.rows; i++) {
        one = vz_row_text(&rows, i, "name");

        if (vz_row_int(&rows, i, "ends")) {
            *zone = one;
            break;
        }

        if (!vz_rdns_part(&one, net->addr[3])) {
            continue;
        }

        p = ngx_pnalloc(pool, NGX_INT_T_LEN + 1 + one.len);
        if (p == NULL) {
            return VZ_INTERNAL;
        }

        *zone = one;
        arpa->data = p;
        arpa->len = ngx_sprintf(p, "%d.%V", net->addr[3], &one) - p;
        break;
    }

    return rc;
}


/*
 * Whether a host is of the part of a /24 that begins the name of a zone:
 * "64/26", "64-127", or "64-26" where that is no range or none that a network
 * could be.
 */

static ngx_uint_t
vz_rdns_part(const ngx_str_t *zone, ngx_uint_t host)
{
    u_char     *mark, *dot;
    ngx_int_t   first, last, size;

    dot = ngx_strlchr(zone->data, zone->data + zone->len, '.');

    for (mark = zone->data; mark < dot && *mark >= '0' && *mark <= '9'; mark++)
    {
        /* void */
    }

    first = ngx_atoi(zone->data, mark - zone->data);
    last = dot > mark ? ngx_atoi(mark + 1, dot - mark - 1) : NGX_ERROR;

    if (first < 0 || first > 255 || last < 0 || last > 255) {
        return 0;
    }

    size = last - first + 1;

    if (*mark == '/' || size < 1 || (size & (size - 1)) || first % size) {

        if (last >= 24 && last <= 32 && first % (1 << (32 - last)) == 0) {
            last = first + (1 << (32 - last)) - 1;

        } else if (*mark == '/') {
            return 0;
        }
    }

    return (ngx_int_t) host >= first && (ngx_int_t) host <= last;
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
