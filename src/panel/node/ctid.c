/*
 * Allocation of container numbers.
 */

#include "panel/node/ctid.h"
#include "runtime/row.h"


/*
 * longer than a verb lives: its time in the queue, its own, a worker's stall
 */
#define VZ_CTID_REST      "10 MINUTE"
#define VZ_CTID_STRANGER  "1 HOUR"
#define VZ_CTID_ASIDE     "'9999-12-31'"


/*
 * A free number follows one that is not free, or begins the node's range.  The
 * row of a number that has rested long enough does not matter any more.
 */
#define VZ_CTID_TAKEN(node, ctid)                                             \
    "(EXISTS (SELECT 1 FROM vm f WHERE f.node_id = " node                     \
    "   AND f.ctid = " ctid ")"                                               \
    " OR EXISTS (SELECT 1 FROM number_rest g WHERE g.node_id = " node         \
    "   AND g.ctid = " ctid " AND g.until > NOW(3)))"

static const vz_sql_t  vz_ctid_sql_free = vz_sql("number free",
    "SELECT n.ctid_min AS ctid FROM node n WHERE n.id = ? AND NOT "
    VZ_CTID_TAKEN("n.id", "n.ctid_min")
    " UNION ALL (SELECT v.ctid + 1 FROM vm v JOIN node m ON m.id = v.node_id"
    "  WHERE v.node_id = ? AND v.ctid >= m.ctid_min AND v.ctid < m.ctid_max"
    "  AND NOT " VZ_CTID_TAKEN("v.node_id", "v.ctid + 1")
    "  ORDER BY v.ctid LIMIT 1)"
    " UNION ALL (SELECT r.ctid + 1 FROM number_rest r"
    "  JOIN node m ON m.id = r.node_id"
    "  WHERE r.node_id = ? AND r.ctid >= m.ctid_min AND r.ctid < m.ctid_max"
    "  AND NOT " VZ_CTID_TAKEN("r.node_id", "r.ctid + 1")
    "  ORDER BY r.ctid LIMIT 1)"
    " ORDER BY 1 LIMIT 1");

/*
 * A number that is left alone stays so.  After a failed adoption the container
 * is a stranger at once.
 */
static const vz_sql_t  vz_ctid_sql_leave = vz_sql("number leave",
    "INSERT INTO number_rest (node_id, ctid, why, tag, until)"
    " SELECT v.node_id, v.ctid, IF(v.adopting, 'stranger', 'gone'), v.tag,"
    "  NOW(3) + INTERVAL " VZ_CTID_REST
    " FROM vm v WHERE v.id = ?"
    " ON DUPLICATE KEY UPDATE number_rest.tag ="
    "   IF(number_rest.why = 'left', number_rest.tag, VALUES(tag)),"
    "  number_rest.why ="
    "   IF(number_rest.why = 'left', number_rest.why, VALUES(why)),"
    "  number_rest.until = GREATEST(number_rest.until, VALUES(until))");

/* a list that was made before a container of ours went may still have it */
#define VZ_CTID_MEANT                                                         \
    "number_rest.why <> 'stranger' AND number_rest.until > NOW(3)"

static const vz_sql_t  vz_ctid_sql_strangers = vz_sql("number strangers",
    "INSERT INTO number_rest (node_id, ctid, why, tag, until)"
    " SELECT n.id, j.ctid, 'stranger', j.tag,"
    "  NOW(3) + INTERVAL " VZ_CTID_STRANGER
    " FROM node n"
    " JOIN JSON_TABLE(?, '$[*]' COLUMNS (ctid BIGINT PATH '$.ctid',"
    "  tag CHAR(16) PATH '$.tag')) j"
    " WHERE n.id = ?"
    " ON DUPLICATE KEY UPDATE"
    "  number_rest.tag = IF(" VZ_CTID_MEANT ", number_rest.tag,"
    "   VALUES(tag)),"
    "  number_rest.why = IF(" VZ_CTID_MEANT ", number_rest.why,"
    "   'stranger'),"
    "  number_rest.until = IF(number_rest.why = 'gone', number_rest.until,"
    "   GREATEST(number_rest.until, VALUES(until)))");

static const vz_sql_t  vz_ctid_sql_aside = vz_sql("number aside",
    "INSERT INTO number_rest (node_id, ctid, why, tag, until)"
    " SELECT n.id, ?, 'left', ?, " VZ_CTID_ASIDE " FROM node n"
    " WHERE n.id = ? AND NOT EXISTS (SELECT 1 FROM vm v"
    "  WHERE v.node_id = n.id AND v.ctid = ? AND v.adopting)"
    " ON DUPLICATE KEY UPDATE number_rest.why = 'left',"
    "  number_rest.tag = VALUES(tag), number_rest.until = VALUES(until)");

static const vz_sql_t  vz_ctid_sql_back = vz_sql("number back",
    "UPDATE number_rest SET why = 'stranger',"
    "  until = NOW(3) + INTERVAL " VZ_CTID_STRANGER
    " WHERE ctid = ? AND tag <=> ? AND node_id = ? AND ctid = ?"
    "  AND why = 'left'");

static const vz_sql_t  vz_ctid_sql_known = vz_sql("number known",
    "DELETE FROM number_rest WHERE node_id = ? AND ctid = ?");


vz_code_e
vz_ctid_free(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node, uint32_t *ctid)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, &vz_ctid_sql_free,
                     vz_binds(vz_int(node), vz_int(node), vz_int(node)),
                     &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_NOSPACE;
    }

    if (rc == VZ_OK) {
        *ctid = vz_row_int(&rows, 0, "ctid");
    }

    return rc;
}


vz_code_e
vz_ctid_leave(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm)
{
    return vz_db_query(tx, pool, &vz_ctid_sql_leave, vz_binds(vz_int(vm)),
                       NULL);
}


vz_code_e
vz_ctid_strangers(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    ngx_str_t json)
{
    return vz_db_query(tx, pool, &vz_ctid_sql_strangers,
                       vz_binds(vz_text(json), vz_int(node)), NULL);
}


vz_code_e
vz_ctid_aside(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node, uint32_t ctid,
    ngx_str_t tag, ngx_uint_t aside)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, aside ? &vz_ctid_sql_aside
                                     : &vz_ctid_sql_back,
                     vz_binds(vz_int(ctid), vz_bind_opt(tag), vz_int(node),
                              vz_int(ctid)),
                     &rows);

    return rc == VZ_OK && rows.affected == 0 && !aside ? VZ_NOENT : rc;
}


vz_code_e
vz_ctid_known(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node, uint32_t ctid)
{
    return vz_db_query(tx, pool, &vz_ctid_sql_known,
                       vz_binds(vz_int(node), vz_int(ctid)), NULL);
}
