/*
 * The records of a reverse zone.
 */

#include "panel/node/rdns_records.h"
#include "runtime/row.h"


#define VZ_RDNS_TTL  300            /* seconds that resolvers keep a name */

#define VZ_RDNS_8    "?,?,?,?,?,?,?,?"
#define VZ_RDNS_32   VZ_RDNS_8 "," VZ_RDNS_8 "," VZ_RDNS_8 "," VZ_RDNS_8


static void vz_rdns_records_path(vz_rdns_records_t *at);
static vz_code_e vz_rdns_records_write(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_rdns_records_t *at, const ngx_str_t *name);
static vz_code_e vz_rdns_records_above(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_rdns_records_t *at, vz_rows_t *rows);
static ngx_uint_t vz_rdns_records_has(const vz_rows_t *rows,
    const ngx_str_t *name);
static vz_code_e vz_rdns_records_prune(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_rdns_records_t *at);


static const vz_sql_t  vz_rdns_records_sql_domain = vz_sql("pdns domain",
    "SELECT id FROM domains WHERE name = ? AND type IN ('NATIVE', 'MASTER')");

static const vz_sql_t  vz_rdns_records_sql_soa = vz_sql("pdns soa",
    "SELECT id FROM records WHERE name = ? AND type = 'SOA'"
    " AND domain_id = ? AND disabled = 0 LIMIT 1 FOR UPDATE");

static const vz_sql_t  vz_rdns_records_sql_is = vz_sql("pdns ptr",
    "SELECT content = ? AND domain_id = ? AND disabled = 0 AS same"
    " FROM records WHERE name = ? AND type = 'PTR'");

static const vz_sql_t  vz_rdns_records_sql_delete = vz_sql("pdns ptr delete",
    "DELETE FROM records WHERE name = ? AND type = 'PTR'");

static const vz_sql_t  vz_rdns_records_sql_insert = vz_sql("pdns ptr insert",
    "INSERT INTO records (domain_id, name, type, content, ttl, prio,"
    " disabled, auth) VALUES (?, ?, 'PTR', ?, ?, 0, 0, 1)");

static const vz_sql_t  vz_rdns_records_sql_above = vz_sql("pdns above",
    "SELECT name, COALESCE(type, '') IN ('NS', 'CNAME', 'DNAME')"
    " AND disabled = 0 AS elsewhere FROM records WHERE domain_id = ?"
    " AND name IN (" VZ_RDNS_32 ")");

/*
 * A name that has none of its own and others below it: without such a row
 * PowerDNS says that it does not exist, and resolvers that ask label by label
 * go no further (RFC 8020).
 */

static const vz_sql_t  vz_rdns_records_sql_empty = vz_sql("pdns empty",
    "INSERT INTO records (domain_id, name, type, content, ttl, prio,"
    " disabled, auth) VALUES (?, ?, NULL, NULL, NULL, NULL, 0, 1)");

static const vz_sql_t  vz_rdns_records_sql_prune = vz_sql("pdns prune",
    "DELETE FROM records WHERE domain_id = ? AND name = ? AND type IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM (SELECT 1 FROM records WHERE domain_id = ?"
    "  AND name LIKE CONCAT('%.', ?) LIMIT 1) below)");

/* "SERVER MAILBOX SERIAL ..."; serials go round (RFC 1982) */

static const vz_sql_t  vz_rdns_records_sql_serial = vz_sql("pdns serial",
    "UPDATE records SET content = CONCAT(SUBSTRING_INDEX(content, ' ', 2),"
    " ' ', (CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(content, ' ', 3), ' ', -1)"
    "  AS UNSIGNED) + 1) % 4294967296,"
    " SUBSTRING(content, LENGTH(SUBSTRING_INDEX(content, ' ', 3)) + 1))"
    " WHERE id = ?");


vz_code_e
vz_rdns_records_lock(vz_db_link_t *link, ngx_pool_t *pool,
    vz_rdns_records_t *at)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    if (at->zone.len == 0) {
        return VZ_NOENT;
    }

    rc = vz_db_link_query(link, pool, &vz_rdns_records_sql_domain,
                          vz_binds(vz_text(at->zone)), &rows);

    if (rc == VZ_OK && rows.rows) {
        at->domain = vz_row_int(&rows, 0, "id");

        rc = vz_db_link_query(link, pool, &vz_rdns_records_sql_soa,
                              vz_binds(vz_text(at->zone),
                                       vz_int(at->domain)),
                              &rows);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    at->soa = vz_row_int(&rows, 0, "id");
    vz_rdns_records_path(at);

    return VZ_OK;
}


static void
vz_rdns_records_path(vz_rdns_records_t *at)
{
    u_char     *dot;
    ngx_str_t   name;

    name = at->arpa;

    for (at->names = 0;
         at->names < VZ_RDNS_LABELS && name.len > at->zone.len;
         at->names++)
    {
        at->path[at->names] = name;

        dot = ngx_strlchr(name.data, name.data + name.len, '.');
        if (dot == NULL) {
            at->names++;
            return;
        }

        name.len -= dot + 1 - name.data;
        name.data = dot + 1;
    }
}


vz_code_e
vz_rdns_records_put(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_rdns_records_t *at, const ngx_str_t *name)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_link_query(link, pool, &vz_rdns_records_sql_is,
                          vz_binds(vz_text(*name), vz_int(at->domain),
                                   vz_text(at->arpa)),
                          &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (name->len ? rows.rows == 1 && vz_row_int(&rows, 0, "same")
                  : rows.rows == 0)
    {
        return VZ_OK;
    }

    rc = vz_db_link_query(link, pool, &vz_rdns_records_sql_delete,
                          vz_binds(vz_text(at->arpa)), NULL);

    if (rc == VZ_OK) {
        rc = name->len ? vz_rdns_records_write(link, pool, at, name)
                       : vz_rdns_records_prune(link, pool, at);
    }

    if (rc == VZ_OK) {
        rc = vz_db_link_query(link, pool, &vz_rdns_records_sql_serial,
                              vz_binds(vz_int(at->soa)), NULL);
    }

    return rc;
}


static vz_code_e
vz_rdns_records_write(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_rdns_records_t *at, const ngx_str_t *name)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    rc = vz_rdns_records_above(link, pool, at, &rows);

    for (i = 0; rc == VZ_OK && i < rows.rows; i++) {
        if (vz_row_int(&rows, i, "elsewhere")) {
            return VZ_DENIED;
        }
    }

    for (i = 1; rc == VZ_OK && i < at->names; i++) {
        if (!vz_rdns_records_has(&rows, &at->path[i])) {
            rc = vz_db_link_query(link, pool, &vz_rdns_records_sql_empty,
                                  vz_binds(vz_int(at->domain),
                                           vz_text(at->path[i])),
                                  NULL);
        }
    }

    if (rc == VZ_OK) {
        rc = vz_db_link_query(link, pool, &vz_rdns_records_sql_insert,
                              vz_binds(vz_int(at->domain), vz_text(at->arpa),
                                       vz_text(*name), vz_int(VZ_RDNS_TTL)),
                              NULL);
    }

    return rc;
}


/* what there is at the address and between it and its zone */

static vz_code_e
vz_rdns_records_above(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_rdns_records_t *at, vz_rows_t *rows)
{
    ngx_uint_t  i;
    vz_bind_t   binds[1 + VZ_RDNS_LABELS];

    if (at->names == 0) {           /* the address has a zone of its own */
        ngx_memzero(rows, sizeof(vz_rows_t));
        return VZ_OK;
    }

    binds[0] = vz_int(at->domain);

    for (i = 0; i < VZ_RDNS_LABELS; i++) {
        binds[1 + i] = vz_text(at->path[ngx_min(i, at->names - 1)]);
    }

    return vz_db_link_query(link, pool, &vz_rdns_records_sql_above, binds,
                            1 + VZ_RDNS_LABELS, rows);
}


static ngx_uint_t
vz_rdns_records_has(const vz_rows_t *rows, const ngx_str_t *name)
{
    ngx_str_t   one;
    ngx_uint_t  i;

    for (i = 0; i < rows->rows; i++) {
        one = vz_row_text(rows, i, "name");

        if (one.len == name->len
            && ngx_strncasecmp(one.data, name->data, one.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* from the address up, as long as nothing else is below */

static vz_code_e
vz_rdns_records_prune(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_rdns_records_t *at)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_bind_t   domain, name;
    ngx_uint_t  i;

    domain = vz_int(at->domain);

    for (i = 1; i < at->names; i++) {
        name = vz_text(at->path[i]);

        rc = vz_db_link_query(link, pool, &vz_rdns_records_sql_prune,
                              vz_binds(domain, name, domain, name), &rows);

        if (rc != VZ_OK || rows.affected == 0) {
            return rc;
        }
    }

    return VZ_OK;
}
