/*
 * Backups that leave.  Which worker asks is claimed by the time of the next
 * look, and a repository that is asked twice says that it was done already.
 */

#include "panel/node/repository.h"
#include "panel/vm/backup_forget.h"
#include "runtime/row.h"


#define VZ_BACKUP_FORGET_MOST  "16"     /* of one run */


typedef struct {
    uint64_t    id;
    uint64_t    node;
    ngx_str_t   tag;
    ngx_str_t   repository;
    ngx_str_t   snapshot;           /* empty: it has nothing to forget */
} vz_backup_forget_t;


static vz_code_e vz_backup_forget_one(ngx_pool_t *pool,
    const vz_backup_forget_t *one);
static vz_code_e vz_backup_forget_ask(ngx_pool_t *pool,
    const vz_backup_forget_t *one, ngx_str_t *words);


#define VZ_BACKUP_FORGET_ROW(first, next, of)                                 \
    first(of, id, INT, "b.id")                                                \
    next(of, node, INT, "b.node_id")                                          \
    next(of, tag, TEXT, "b.tag")                                              \
    next(of, repository, TEXT, "b.repository")                                \
    next(of, snapshot, TEXT, "b.snapshot")

static const vz_row_member_t  vz_backup_forget_members[] =
    vz_row_members(VZ_BACKUP_FORGET_ROW, vz_backup_forget_t);

/* not while something is restored from it */
#define VZ_BACKUP_FORGET_DUE                                                  \
    "b.state = 'leaving' AND b.next_look <= NOW(3)"                           \
    " AND NOT EXISTS (SELECT 1 FROM task t"                                   \
    "  WHERE t.state IN ('held', 'queued', 'running')"                        \
    "  AND t.kind IN ('restore', 'restore_new', 'recover', 'evacuate')"       \
    "  AND JSON_VALUE(t.data, '$.backup') = b.id)"

static const vz_sql_t  vz_backup_forget_select = vz_sql("backup leaving",
    "SELECT " vz_row_sql(VZ_BACKUP_FORGET_ROW) " FROM backup b"
    " WHERE " VZ_BACKUP_FORGET_DUE
    " ORDER BY b.next_look LIMIT " VZ_BACKUP_FORGET_MOST);

static const vz_sql_t  vz_backup_forget_claim = vz_sql("backup forget",
    "UPDATE backup b SET b.next_look = NOW(3) + INTERVAL 10 MINUTE"
    " WHERE b.id = ? AND " VZ_BACKUP_FORGET_DUE);

static const vz_sql_t  vz_backup_forget_gone = vz_sql("backup gone",
    "DELETE FROM backup WHERE id = ? AND state = 'leaving'");

static const vz_sql_t  vz_backup_forget_later = vz_sql("backup forget later",
    "UPDATE backup SET next_look = NOW(3) + INTERVAL ? MINUTE,"
    " error_code = ?, error_detail = ? WHERE id = ? AND state = 'leaving'");


void
vz_backup_forget_run(ngx_pool_t *pool)
{
    vz_rows_t           rows;
    ngx_uint_t          i;
    ngx_pool_t         *own;
    vz_backup_forget_t  one;

    if (vz_db_query(NULL, pool, &vz_backup_forget_select, vz_no_binds, &rows)
        != VZ_OK)
    {
        return;
    }

    for (i = 0; i < rows.rows; i++) {
        own = ngx_create_pool(4096, pool->log);

        if (own == NULL) {
            return;
        }

        vz_row_read(&rows, i, 0, vz_backup_forget_members, &one);
        (void) vz_backup_forget_one(own, &one);
        ngx_destroy_pool(own);
    }
}


/* a repository that lets nobody delete is asked once a day */

static vz_code_e
vz_backup_forget_one(ngx_pool_t *pool, const vz_backup_forget_t *one)
{
    vz_code_e   rc;
    ngx_str_t   words = ngx_null_string;
    vz_rows_t   rows;

    rc = vz_db_query(NULL, pool, &vz_backup_forget_claim,
                     vz_binds(vz_int(one->id)), &rows);

    if (rc != VZ_OK || rows.affected == 0) {
        return rc;
    }

    rc = one->snapshot.len ? vz_backup_forget_ask(pool, one, &words) : VZ_OK;

    if (rc == VZ_OK || rc == VZ_NOENT) {
        return vz_db_query(NULL, pool, &vz_backup_forget_gone,
                           vz_binds(vz_int(one->id)), NULL);
    }

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "vzpanel: backup %uL is not forgotten: %s (%V)", one->id,
                  vz_relay_trouble(rc), &words);

    words.len = ngx_min(words.len, 200);

    return vz_db_query(NULL, pool, &vz_backup_forget_later,
                       vz_binds(vz_int(rc == VZ_DOWN || rc == VZ_BUSY
                                       || rc == VZ_TIMEOUT
                                       || rc == VZ_OVERLOADED ? 10 : 1440),
                                vz_bind_cstr(vz_relay_trouble(rc)),
                                vz_text(words), vz_int(one->id)),
                       NULL);
}


static vz_code_e
vz_backup_forget_ask(ngx_pool_t *pool, const vz_backup_forget_t *one,
    ngx_str_t *words)
{
    vz_code_e       rc;
    const char     *argv[3];
    vz_answer_t     answer;
    vz_node_row_t  *node;

    node = vz_repository_node(pool, one->node, &one->repository);

    if (node == NULL) {
        ngx_str_set(words, "no node reaches its repository");
        return VZ_DOWN;
    }

    argv[0] = (char *) one->repository.data;
    argv[1] = (char *) one->tag.data;
    argv[2] = (char *) one->snapshot.data;

    rc = vz_relay_call(node->relay, pool, VZ_VERB_FORGET, 3, argv, NULL, NULL,
                       NULL, &answer);
    *words = answer.words;

    return rc;
}
