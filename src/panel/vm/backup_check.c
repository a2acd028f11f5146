/*
 * Checks and trials of backups.  Which worker asks is claimed by the time of
 * the next look.  Where that is over before the node has answered, another one
 * asks, and the node says that it is busy; an answer that is older than the
 * last one that was written is dropped.
 */

#include "panel/node/repository.h"
#include "panel/vm/backup_check.h"
#include "runtime/fiber.h"
#include "runtime/row.h"


#define VZ_BACKUP_CHECK_WEEK    "10080"     /* minutes from one to the next, */
#define VZ_BACKUP_CHECK_SOON    "360"       /* with a backup in between, */
#define VZ_BACKUP_CHECK_DAY     "1440"      /* after one that failed, */
#define VZ_BACKUP_CHECK_LATER   "10"        /* where it could not be done */
#define VZ_BACKUP_CHECK_PARTS   8           /* of the data: all of it is read in
                                               as many weeks */
#define VZ_BACKUP_CHECK_WATCH   "20"        /* seconds that it must stay up */
#define VZ_BACKUP_CHECK_PAUSE   30          /* seconds without a node that was
                                               silent or busy */
#define VZ_BACKUP_CHECK_DETAIL  200         /* bytes of why */


typedef struct {
    uint64_t        vm;
    ngx_str_t       tag;
    ngx_str_t       repository;
    ngx_str_t       snapshot;
    ngx_str_t       begun;          /* by the database's clock */
    uint32_t        part;           /* that was read last */
    ngx_uint_t      reads;          /* another one is due */
} vz_backup_check_t;

typedef struct {
    const char      *kind;
    const char      *feature;       /* that its node needs */
    vz_verb_e        verb;
    ngx_uint_t       own;           /* 1: only the container's node can */
    const vz_sql_t  *due;           /* binds the node */
} vz_backup_check_kind_t;

/* What this worker is at work on. */
typedef struct {
    ngx_uint_t       busy;
    time_t           pause;         /* until then the node is not asked */
} vz_backup_check_node_t;


static void vz_backup_check_node(void *data);
static vz_code_e vz_backup_check_one(ngx_pool_t *pool, vz_node_row_t *node,
    const vz_backup_check_kind_t *kind);
static vz_code_e vz_backup_check_ask(ngx_pool_t *pool, vz_node_row_t *node,
    const vz_backup_check_kind_t *kind, vz_backup_check_t *one,
    vz_answer_t *answer);
static ngx_uint_t vz_backup_check_told(vz_code_e rc,
    const vz_answer_t *answer);
static vz_code_e vz_backup_check_write(ngx_pool_t *pool,
    const vz_backup_check_kind_t *kind, const vz_backup_check_t *one,
    vz_code_e rc, const ngx_str_t *words, time_t seconds);


#define VZ_BACKUP_CHECK_ROW(first, next, of)                                  \
    first(of, vm, INT, "c.vm_id")                                             \
    next(of, tag, TEXT, "b.tag")                                              \
    next(of, repository, TEXT, "b.repository")                                \
    next(of, snapshot, TEXT, "b.snapshot")                                    \
    next(of, begun, TEXT, "CAST(NOW(3) AS CHAR)")                             \
    next(of, part, INT, "c.part")                                             \
    next(of, reads, FLAG, "c.part_read IS NULL"                               \
         " OR c.part_read < NOW(3) - INTERVAL " VZ_BACKUP_CHECK_WEEK          \
         " MINUTE")

static const vz_row_member_t  vz_backup_check_members[] =
    vz_row_members(VZ_BACKUP_CHECK_ROW, vz_backup_check_t);

/* of the newest backup of each, while none of it is being made */
#define VZ_BACKUP_CHECK_FROM                                                  \
    " FROM backup_check c JOIN vm v ON v.id = c.vm_id"                        \
    " JOIN backup b ON b.id = (SELECT MAX(d.id) FROM backup d"                \
    "  WHERE d.vm_id = v.id AND d.state = 'done'"                             \
    "  AND d.snapshot IS NOT NULL)"                                           \
    " WHERE v.node_id = ? AND c.next_look <= NOW(3)"                          \
    " AND " VZ_BACKUP_CHECK_THERE                                             \
    " AND NOT EXISTS (SELECT 1 FROM backup o WHERE o.vm_id = v.id"            \
    "  AND o.state IN ('queued', 'running'))"

static const vz_sql_t  vz_backup_check_due = vz_sql("backup check due",
    "SELECT " vz_row_sql(VZ_BACKUP_CHECK_ROW) VZ_BACKUP_CHECK_FROM
    " AND c.kind = 'check'"
    " ORDER BY c.asked DESC, c.next_look, c.vm_id LIMIT 1");

/* one a week of a node, and again each that failed */
static const vz_sql_t  vz_backup_check_trial = vz_sql("backup trial due",
    "SELECT " vz_row_sql(VZ_BACKUP_CHECK_ROW) VZ_BACKUP_CHECK_FROM
    " AND c.kind = 'trial' AND v.tag = b.tag"
    " AND (c.asked OR c.code IS NOT NULL OR NOT EXISTS ("
    "  SELECT 1 FROM backup_check e JOIN vm w ON w.id = e.vm_id"
    "  WHERE e.kind = 'trial' AND w.node_id = v.node_id"
    "  AND e.ended > NOW(3) - INTERVAL " VZ_BACKUP_CHECK_WEEK " MINUTE))"
    " ORDER BY c.asked DESC, c.ended IS NOT NULL, c.ended, c.vm_id LIMIT 1");

static const vz_sql_t  vz_backup_check_claim = vz_sql("backup check claim",
    "UPDATE backup_check SET next_look = NOW(3) + INTERVAL "
    VZ_BACKUP_CHECK_LATER " MINUTE"
    " WHERE vm_id = ? AND kind = ? AND next_look <= NOW(3)");

/* a backup that was made meanwhile is looked at soon */
static const vz_sql_t  vz_backup_check_done = vz_sql("backup check done",
    "UPDATE backup_check c SET c.code = ?, c.detail = ?, c.seconds = ?,"
    " c.good = IF(c.code IS NULL, NOW(3), c.good), c.ended = NOW(3),"
    " c.part = COALESCE(?, c.part),"
    " c.part_read = IF(? IS NULL, c.part_read, NOW(3)), c.asked = 0,"
    " c.next_look = NOW(3) + INTERVAL IF(c.code IS NOT NULL, "
    VZ_BACKUP_CHECK_DAY ", IF(c.kind = 'trial', 0, IF(EXISTS ("
    "  SELECT 1 FROM backup b WHERE b.vm_id = c.vm_id AND b.state = 'done'"
    "  AND b.finished >= ?), " VZ_BACKUP_CHECK_SOON ", "
    VZ_BACKUP_CHECK_WEEK "))) MINUTE"
    " WHERE c.vm_id = ? AND c.kind = ?"
    " AND (c.ended IS NULL OR c.ended < ?)");

/* the rare one first: of many containers there is always one to check */
static const vz_backup_check_kind_t  vz_backup_check_kinds[] = {
    { "trial", "trial", VZ_VERB_TRIAL, 1, &vz_backup_check_trial },
    { "check", "backup", VZ_VERB_VERIFY, 0, &vz_backup_check_due }
};

#define VZ_BACKUP_CHECK_KINDS                                                 \
    (sizeof(vz_backup_check_kinds) / sizeof(vz_backup_check_kinds[0]))


static vz_backup_check_node_t  vz_backup_check_nodes[VZ_NODES_MAX];


void
vz_backup_check_run(ngx_pool_t *pool)
{
    ngx_uint_t               i, n;
    vz_node_row_t           *rows[VZ_NODES_MAX];
    vz_backup_check_node_t  *slot;

    if (vz_node_load(pool) != VZ_OK) {
        return;
    }

    n = vz_node_rows(rows);

    for (i = 0; i < n; i++) {
        slot = &vz_backup_check_nodes[rows[i]->index];

        if (rows[i]->relay == NULL || slot->busy || ngx_time() < slot->pause) {
            continue;
        }

        slot->busy = 1;

        if (vz_fiber_spawn(vz_backup_check_node, rows[i]) != NGX_OK) {
            slot->busy = 0;
        }
    }
}


static void
vz_backup_check_node(void *data)
{
    vz_node_row_t  *node = data;

    vz_code_e                rc;
    ngx_uint_t               i;
    ngx_pool_t              *pool;
    vz_backup_check_node_t  *slot;

    slot = &vz_backup_check_nodes[node->index];
    rc = VZ_NOENT;

    for (i = 0; i < VZ_BACKUP_CHECK_KINDS && rc == VZ_NOENT; i++) {
        pool = ngx_create_pool(4096, ngx_cycle->log);

        if (pool == NULL) {
            break;
        }

        rc = vz_backup_check_one(pool, node, &vz_backup_check_kinds[i]);
        ngx_destroy_pool(pool);
    }

    if (rc != VZ_OK && rc != VZ_NOENT) {
        slot->pause = ngx_time() + VZ_BACKUP_CHECK_PAUSE;
    }

    slot->busy = 0;
}


/* VZ_NOENT where none is due; another code where the node is to be left */

static vz_code_e
vz_backup_check_one(ngx_pool_t *pool, vz_node_row_t *node,
    const vz_backup_check_kind_t *kind)
{
    time_t              start;
    vz_code_e           rc;
    vz_rows_t           rows;
    vz_answer_t         answer;
    vz_node_row_t      *asked;
    vz_backup_check_t   one;

    if (!vz_node_limit_has(vz_node_limit_known(node), kind->feature)) {
        return VZ_NOENT;
    }

    rc = vz_db_query(NULL, pool, kind->due, vz_binds(vz_int(node->id)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc != VZ_OK ? rc : VZ_NOENT;
    }

    vz_row_read(&rows, 0, 0, vz_backup_check_members, &one);
    asked = vz_repository_node(pool, node->id, &one.repository);

    rc = vz_db_query(NULL, pool, &vz_backup_check_claim,
                     vz_binds(vz_int(one.vm), vz_bind_cstr(kind->kind)),
                     &rows);

    if (rc != VZ_OK || rows.affected == 0) {
        return rc;
    }

    /* its node may not have that repository any more */

    if (asked == NULL || (kind->own && asked != node)) {
        return VZ_OK;
    }

    start = ngx_time();
    rc = vz_backup_check_ask(pool, asked, kind, &one, &answer);

    if (!vz_backup_check_told(rc, &answer)) {
        return rc;
    }

    if (rc != VZ_OK) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "vzpanel: %s of the backups of vm %uL: %s (%V)",
                      kind->kind, one.vm, vz_relay_trouble(rc),
                      &answer.words);
    }

    return vz_backup_check_write(pool, kind, &one, rc, &answer.words,
                                 ngx_time() - start);
}


static vz_code_e
vz_backup_check_ask(ngx_pool_t *pool, vz_node_row_t *node,
    const vz_backup_check_kind_t *kind, vz_backup_check_t *one,
    vz_answer_t *answer)
{
    char         part[sizeof("99/99")];
    const char  *argv[4];

    argv[0] = (char *) one->repository.data;
    argv[1] = (char *) one->tag.data;
    argv[2] = (char *) one->snapshot.data;
    argv[3] = kind->verb == VZ_VERB_TRIAL ? VZ_BACKUP_CHECK_WATCH : "none";

    if (kind->verb == VZ_VERB_VERIFY && one->reads) {
        one->part = one->part % VZ_BACKUP_CHECK_PARTS + 1;
        (void) ngx_snprintf((u_char *) part, sizeof(part), "%uD/%d%Z",
                            one->part, VZ_BACKUP_CHECK_PARTS);
        argv[3] = part;
    }

    return vz_relay_call(node->relay, pool, kind->verb, 4, argv, NULL, NULL,
                         NULL, answer);
}


/* whether the answer tells anything of the backup; else it is asked later */

static ngx_uint_t
vz_backup_check_told(vz_code_e rc, const vz_answer_t *answer)
{
    switch (rc) {

    case VZ_DOWN:
    case VZ_BUSY:
    case VZ_AGAIN:
    case VZ_OVERLOADED:
    case VZ_DENIED:
        return 0;

    case VZ_TIMEOUT:
        return answer->words.len != 0;

    default:
        return 1;
    }
}


static vz_code_e
vz_backup_check_write(ngx_pool_t *pool, const vz_backup_check_kind_t *kind,
    const vz_backup_check_t *one, vz_code_e rc, const ngx_str_t *words,
    time_t seconds)
{
    ngx_str_t  detail;
    vz_bind_t  code, part;

    detail = *words;
    detail.len = ngx_min(detail.len, VZ_BACKUP_CHECK_DETAIL);

    code = rc == VZ_OK ? vz_none() : vz_bind_cstr(vz_relay_trouble(rc));
    part = rc == VZ_OK && kind->verb == VZ_VERB_VERIFY && one->reads
           ? vz_int(one->part) : vz_none();

    return vz_db_query(NULL, pool, &vz_backup_check_done,
                       vz_binds(code, rc == VZ_OK ? vz_none()
                                                  : vz_text(detail),
                                vz_int(seconds), part, part,
                                vz_text(one->begun), vz_int(one->vm),
                                vz_bind_cstr(kind->kind),
                                vz_text(one->begun)),
                       NULL);
}
