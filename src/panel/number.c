/*
 * Numbers of containers.
 */

#include "number.h"
#include "../runtime/json.h"


/* longer than a verb lives: its time in line, its own, and a worker's stall */
#define VZ_NUMBER_REST      "10 MINUTE"
#define VZ_NUMBER_STRANGER  "1 HOUR"


static ngx_int_t vz_number_list(ngx_pool_t *pool, uint32_t taken,
    const vz_answer_t *list, ngx_str_t *json);


/*
 * Free ones follow one that is not free, or begin the node's range.  Nothing
 * of a number is told by a row that rests no more.
 */
#define VZ_NUMBER_TAKEN(node, ctid)                                           \
    "(EXISTS (SELECT 1 FROM vm f WHERE f.node_id = " node                     \
    "   AND f.ctid = " ctid ")"                                               \
    " OR EXISTS (SELECT 1 FROM number_rest g WHERE g.node_id = " node         \
    "   AND g.ctid = " ctid " AND g.until > NOW(3)))"

static const vz_sql_t  vz_number_sql_free = vz_sql("number free",
    "SELECT n.ctid_min FROM node n WHERE n.id = ? AND NOT "
    VZ_NUMBER_TAKEN("n.id", "n.ctid_min")
    " UNION ALL (SELECT v.ctid + 1 FROM vm v JOIN node m ON m.id = v.node_id"
    "  WHERE v.node_id = ? AND v.ctid >= m.ctid_min AND v.ctid < m.ctid_max"
    "  AND NOT " VZ_NUMBER_TAKEN("v.node_id", "v.ctid + 1")
    "  ORDER BY v.ctid LIMIT 1)"
    " UNION ALL (SELECT r.ctid + 1 FROM number_rest r"
    "  JOIN node m ON m.id = r.node_id"
    "  WHERE r.node_id = ? AND r.ctid >= m.ctid_min AND r.ctid < m.ctid_max"
    "  AND NOT " VZ_NUMBER_TAKEN("r.node_id", "r.ctid + 1")
    "  ORDER BY r.ctid LIMIT 1)"
    " ORDER BY 1 LIMIT 1");

static const vz_sql_t  vz_number_sql_leave = vz_sql("number leave",
    "INSERT INTO number_rest (node_id, ctid, until)"
    " SELECT node_id, ctid, NOW(3) + INTERVAL " VZ_NUMBER_REST
    " FROM vm WHERE id = ?"
    " ON DUPLICATE KEY UPDATE"
    "  until = GREATEST(until, NOW(3) + INTERVAL " VZ_NUMBER_REST ")");

static const vz_sql_t  vz_number_sql_strangers = vz_sql("number strangers",
    "INSERT INTO number_rest (node_id, ctid, until)"
    " SELECT n.id, j.ctid, NOW(3) + INTERVAL " VZ_NUMBER_STRANGER
    " FROM node n"
    " JOIN JSON_TABLE(?, '$[*]' COLUMNS (ctid BIGINT PATH '$')) j"
    " WHERE n.id = ? AND (j.ctid = ? OR NOT EXISTS"
    "  (SELECT 1 FROM vm v WHERE v.node_id = n.id AND v.ctid = j.ctid))"
    " ON DUPLICATE KEY UPDATE until = NOW(3) + INTERVAL " VZ_NUMBER_STRANGER);


vz_code_e
vz_number_free(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node, uint32_t *ctid)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, &vz_number_sql_free,
                     vz_binds(vz_int(node), vz_int(node), vz_int(node)),
                     &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_NOSPACE;
    }

    if (rc == VZ_OK) {
        *ctid = vz_cell_int(&rows, 0, 0);
    }

    return rc;
}


vz_code_e
vz_number_leave(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm)
{
    return vz_db_query(tx, pool, &vz_number_sql_leave, vz_binds(vz_int(vm)),
                       NULL);
}


vz_code_e
vz_number_strangers(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t taken, const vz_answer_t *list)
{
    ngx_str_t  json;

    if (vz_number_list(pool, taken, list, &json) != NGX_OK) {
        return VZ_INTERNAL;
    }

    return vz_db_query(tx, pool, &vz_number_sql_strangers,
                       vz_binds(vz_text(json), vz_int(node), vz_int(taken)),
                       NULL);
}


static ngx_int_t
vz_number_list(ngx_pool_t *pool, uint32_t taken, const vz_answer_t *list,
    ngx_str_t *json)
{
    uint64_t    ctid;
    ngx_uint_t  i;
    vz_json_t   out;

    vz_json_init(&out, pool);
    vz_json_array(&out, NULL);
    vz_json_uint(&out, NULL, taken);

    for (i = 0; i < list->nlines; i++) {
        ctid = vz_relay_number(&list->lines[i], "id");

        if (ctid && ctid != taken) {
            vz_json_uint(&out, NULL, ctid);
        }
    }

    vz_json_close(&out);

    if (vz_json_end(&out) != NGX_OK) {
        return NGX_ERROR;
    }

    return vz_json_string(&out, json);
}
