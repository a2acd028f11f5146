/*
 * The publisher of names of addresses.
 */

#include "panel/node/rdns.h"
#include "panel/node/rdns_publish.h"
#include "panel/node/rdns_records.h"
#include "runtime/db_link.h"
#include "runtime/json.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_RDNS_BATCH     50        /* names of one look */
#define VZ_RDNS_SURVEY    500       /* of one survey */


static vz_code_e vz_rdns_publish_one(vz_db_link_t *link, ngx_pool_t *pool,
    const ngx_str_t *address);
static vz_code_e vz_rdns_publish_in(vz_db_link_t *link, ngx_pool_t *pool,
    const ngx_str_t *address, uint64_t *version);
static void vz_rdns_publish_note(ngx_pool_t *pool, const ngx_str_t *address,
    uint64_t version, vz_code_e rc);
static void vz_rdns_publish_away(ngx_pool_t *pool, const ngx_str_t *address);
static void vz_rdns_publish_zones(ngx_pool_t *pool, const vz_rows_t *zones);
static void vz_rdns_publish_left(ngx_pool_t *pool);
static void vz_rdns_publish_defaults(ngx_pool_t *pool);


static const vz_sql_t  vz_rdns_publish_sql_due = vz_sql("rdns due",
    "SELECT address FROM rdns WHERE due <= NOW(3) ORDER BY due LIMIT ?");

static const vz_sql_t  vz_rdns_publish_sql_wish = vz_sql("rdns wish",
    "SELECT name, version FROM rdns WHERE address = ?");

static const vz_sql_t  vz_rdns_publish_sql_done = vz_sql("rdns done",
    "UPDATE rdns SET due = NULL, problem = NULL"
    " WHERE address = ? AND version = ?");

static const vz_sql_t  vz_rdns_publish_sql_gone = vz_sql("rdns gone",
    "DELETE FROM rdns WHERE address = ? AND version = ? AND name IS NULL"
    " AND due IS NULL");

static const vz_sql_t  vz_rdns_publish_sql_again = vz_sql("rdns again",
    "UPDATE rdns SET problem = ?, due = NOW(3) + INTERVAL ? SECOND"
    " WHERE address = ? AND version = ?");

static const vz_sql_t  vz_rdns_publish_sql_away = vz_sql("rdns away",
    "UPDATE rdns SET problem = 'away', due = NOW(3) + INTERVAL 10 SECOND"
    " WHERE due <= NOW(3) AND (? IS NULL OR address = ?)");


/* the survey: of PowerDNS's database */

static const vz_sql_t  vz_rdns_publish_sql_zones = vz_sql("rdns zones",
    "SELECT LOWER(name) AS name FROM domains"
    " WHERE type IN ('NATIVE', 'MASTER')"
    " AND (name LIKE '%.in-addr.arpa' OR name LIKE '%.ip6.arpa')");

/* and of ours */

#define VZ_RDNS_ZONES                                                         \
    "JSON_TABLE(?, '$[*]'"                                                    \
    " COLUMNS (name VARCHAR(255) CHARACTER SET ascii PATH '$')) j"

static const vz_sql_t  vz_rdns_publish_sql_known = vz_sql("rdns zones known",
    "INSERT IGNORE INTO rdns_zone (name) SELECT j.name FROM " VZ_RDNS_ZONES);

static const vz_sql_t  vz_rdns_publish_sql_lost = vz_sql("rdns zones lost",
    "DELETE FROM rdns_zone WHERE NOT EXISTS"
    " (SELECT 1 FROM " VZ_RDNS_ZONES " WHERE j.name = rdns_zone.name)");

/* another zone may be the one that holds a name now */

static const vz_sql_t  vz_rdns_publish_sql_all = vz_sql("rdns all",
    "UPDATE rdns SET due = NOW(3) WHERE due IS NULL OR problem IS NOT NULL");

#define VZ_RDNS_LEFT                                                          \
    " WHERE r.name IS NOT NULL"                                               \
    " AND (a.vm_id IS NULL OR r.vm_id IS NULL OR a.vm_id <> r.vm_id)"

static const vz_sql_t  vz_rdns_publish_sql_left = vz_sql("rdns left",
    "SELECT r.address FROM rdns r"
    " LEFT JOIN address a ON a.address = r.address" VZ_RDNS_LEFT " LIMIT ?");

static const vz_sql_t  vz_rdns_publish_sql_take = vz_sql("rdns take",
    "UPDATE rdns r LEFT JOIN address a ON a.address = r.address"
    " SET r.vm_id = NULL, r.name = NULL, r.chosen = 0,"
    " r.version = r.version + 1, r.due = NOW(3), r.problem = NULL"
    VZ_RDNS_LEFT " AND r.address = ?");

static const vz_sql_t  vz_rdns_publish_sql_nameless = vz_sql("rdns nameless",
    "SELECT a.address, a.vm_id FROM address a"
    " LEFT JOIN rdns r ON r.address = a.address"
    " WHERE a.vm_id IS NOT NULL AND r.address IS NULL LIMIT ?");

/* somebody may have given it one meanwhile */

static const vz_sql_t  vz_rdns_publish_sql_default = vz_sql("rdns default",
    "INSERT IGNORE INTO rdns (address, vm_id, name, due)"
    " SELECT address, vm_id, ?, NOW(3) FROM address"
    " WHERE address = ? AND vm_id = ?");


void
vz_rdns_publish_due(ngx_pool_t *pool)
{
    vz_code_e      rc;
    vz_rows_t      rows;
    ngx_str_t      address;
    ngx_uint_t     i;
    vz_db_link_t  *link;

    if (!vz_settings()->rdns
        || vz_db_query(NULL, pool, &vz_rdns_publish_sql_due,
                       vz_binds(vz_int(VZ_RDNS_BATCH)), &rows)
           != VZ_OK
        || rows.rows == 0)
    {
        return;
    }

    rc = vz_db_link_open(pool, &link);

    for (i = 0; rc == VZ_OK && i < rows.rows; i++) {
        address = vz_row_text(&rows, i, "address");
        rc = vz_rdns_publish_one(link, pool, &address);
    }

    if (link != NULL) {
        vz_db_link_close(link);
    }

    if (rc != VZ_OK) {
        vz_rdns_publish_away(pool, NULL);
    }
}


/* VZ_OK unless the database is away: others are not to wait for this one */

static vz_code_e
vz_rdns_publish_one(vz_db_link_t *link, ngx_pool_t *pool,
    const ngx_str_t *address)
{
    uint64_t   version;
    vz_code_e  rc;

    version = 0;
    rc = vz_db_link_begin(link);

    if (rc == VZ_OK) {
        rc = vz_rdns_publish_in(link, pool, address, &version);
        rc = vz_db_link_end(link, rc);
    }

    switch (rc) {

    case VZ_OK:
    case VZ_NOENT:
    case VZ_DENIED:
        vz_rdns_publish_note(pool, address, version, rc);
        return VZ_OK;

    case VZ_STALE:
        return VZ_OK;

    case VZ_DOWN:
        return rc;

    default:
        vz_rdns_publish_away(pool, address);
        return VZ_OK;
    }
}


/* the wish is read when the zone is locked, and not before */

static vz_code_e
vz_rdns_publish_in(vz_db_link_t *link, ngx_pool_t *pool,
    const ngx_str_t *address, uint64_t *version)
{
    vz_code_e          rc;
    ngx_str_t          name;
    vz_rows_t          rows;
    vz_prefix_t        net;
    vz_rdns_records_t  at;

    ngx_memzero(&at, sizeof(vz_rdns_records_t));

    rc = vz_rdns_arpa(pool, address, &net, &at.arpa);

    if (rc == VZ_OK) {
        rc = vz_rdns_zone(NULL, pool, &net, &at.arpa, &at.zone);
    }

    if (rc == VZ_OK) {
        rc = vz_rdns_records_lock(link, pool, &at);
    }

    if (rc != VZ_OK && rc != VZ_NOENT) {
        return rc;
    }

    if (vz_db_query(NULL, pool, &vz_rdns_publish_sql_wish,
                    vz_binds(vz_text(*address)), &rows)
        != VZ_OK
        || rows.rows == 0)
    {
        return VZ_STALE;
    }

    name = vz_row_text(&rows, 0, "name");
    *version = vz_row_int(&rows, 0, "version");

    if (rc == VZ_NOENT) {
        return name.len ? VZ_NOENT : VZ_OK;
    }

    return vz_rdns_records_put(link, pool, &at, &name);
}


static void
vz_rdns_publish_note(ngx_pool_t *pool, const ngx_str_t *address,
    uint64_t version, vz_code_e rc)
{
    if (rc != VZ_OK) {
        (void) vz_db_query(NULL, pool, &vz_rdns_publish_sql_again,
                           vz_binds(vz_bind_cstr(rc == VZ_NOENT ? "no_zone"
                                                              : "delegated"),
                                    vz_int(300), vz_text(*address),
                                    vz_int(version)),
                           NULL);
        return;
    }

    (void) vz_db_query(NULL, pool, &vz_rdns_publish_sql_done,
                       vz_binds(vz_text(*address), vz_int(version)), NULL);
    (void) vz_db_query(NULL, pool, &vz_rdns_publish_sql_gone,
                       vz_binds(vz_text(*address), vz_int(version)), NULL);
}


static void
vz_rdns_publish_away(ngx_pool_t *pool, const ngx_str_t *address)
{
    vz_bind_t  which;

    which = address == NULL ? vz_none() : vz_text(*address);

    (void) vz_db_query(NULL, pool, &vz_rdns_publish_sql_away,
                       vz_binds(which, which), NULL);
}


void
vz_rdns_publish_survey(ngx_pool_t *pool)
{
    vz_code_e      rc;
    vz_rows_t      zones;
    vz_db_link_t  *link;

    if (!vz_settings()->rdns) {
        return;
    }

    rc = vz_db_link_open(pool, &link);

    if (rc == VZ_OK) {
        rc = vz_db_link_query(link, pool, &vz_rdns_publish_sql_zones,
                              vz_no_binds, &zones);
        vz_db_link_close(link);
    }

    if (rc == VZ_OK) {
        vz_rdns_publish_zones(pool, &zones);
    }

    vz_rdns_publish_left(pool);
    vz_rdns_publish_defaults(pool);
}


static void
vz_rdns_publish_zones(ngx_pool_t *pool, const vz_rows_t *zones)
{
    vz_rows_t   rows;
    ngx_str_t   name, all;
    vz_json_t   list;
    ngx_uint_t  i, changed;

    changed = 0;
    vz_json_init(&list, pool);
    vz_json_array(&list, NULL);

    for (i = 0; i < zones->rows; i++) {
        name = vz_row_text(zones, i, "name");
        vz_json_text(&list, NULL, &name);
    }

    vz_json_close(&list);

    if (vz_json_end(&list) != NGX_OK
        || vz_json_string(&list, &all) != NGX_OK)
    {
        return;
    }

    for (i = 0; i < 2; i++) {
        if (vz_db_query(NULL, pool, i ? &vz_rdns_publish_sql_lost
                                      : &vz_rdns_publish_sql_known,
                        vz_binds(vz_text(all)), &rows)
            == VZ_OK)
        {
            changed |= rows.affected != 0;
        }
    }

    if (changed) {
        (void) vz_db_query(NULL, pool, &vz_rdns_publish_sql_all, vz_no_binds,
                           NULL);
    }
}


/* few, if any: a statement for all would lock each row that it looks at */

static void
vz_rdns_publish_left(ngx_pool_t *pool)
{
    vz_rows_t   rows;
    ngx_uint_t  i;

    if (vz_db_query(NULL, pool, &vz_rdns_publish_sql_left,
                    vz_binds(vz_int(VZ_RDNS_SURVEY)), &rows)
        != VZ_OK)
    {
        return;
    }

    for (i = 0; i < rows.rows; i++) {
        (void) vz_db_query(NULL, pool, &vz_rdns_publish_sql_take,
                           vz_binds(vz_text(vz_row_text(&rows, i,
                                                        "address"))),
                           NULL);
    }
}


static void
vz_rdns_publish_defaults(ngx_pool_t *pool)
{
    vz_rows_t   rows;
    ngx_str_t   address, name;
    ngx_uint_t  i;

    if (vz_settings()->rdns_default.len == 0
        || vz_db_query(NULL, pool, &vz_rdns_publish_sql_nameless,
                       vz_binds(vz_int(VZ_RDNS_SURVEY)), &rows)
           != VZ_OK)
    {
        return;
    }

    for (i = 0; i < rows.rows; i++) {
        address = vz_row_text(&rows, i, "address");
        name = vz_rdns_default(pool, &address);

        if (name.len) {
            (void) vz_db_query(NULL, pool, &vz_rdns_publish_sql_default,
                               vz_binds(vz_text(name), vz_text(address),
                                        vz_int(vz_row_int(&rows, i,
                                                          "vm_id"))),
                               NULL);
        }
    }
}
