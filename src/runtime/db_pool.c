/*
 * The pool: a number of places per worker, and a queue of fibers that wait for
 * one.
 *
 * A fiber takes a place first, and then an idle connection, or it opens one.
 * Places are handed on in the order of the queue.  While the server refuses
 * more connections there are as many places as it has granted.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include "runtime/db_error.h"
#include "runtime/db_login.h"
#include "runtime/db_pool.h"
#include "runtime/waitq.h"


#define VZ_DB_BACKOFF_MIN    100
#define VZ_DB_BACKOFF_QUICK  1000       /* ms at most, where it refuses
                                           at once */
#define VZ_DB_BACKOFF_SLOW   5000       /* ms at most, where connecting takes
                                           long */
#define VZ_DB_CROWDED_FOR    60000      /* ms that fewer statements are kept */


typedef struct {
    ngx_uint_t         places;          /* taken */
    ngx_uint_t         room;            /* for places, limit at most */
    ngx_uint_t         limit;
    ngx_uint_t         open;            /* connections, idle and busy */
    ngx_queue_t        idle;
    ngx_queue_t        busy;
    vz_waitq_t         line;
    vz_db_login_t      login;

    ngx_uint_t         statements;      /* kept prepared per connection */
    ngx_uint_t         kept;            /* the same, at present */
    ngx_msec_t         crowded;         /* when that was lowered */

    ngx_msec_t         backoff;
    ngx_msec_t         retry;           /* no try before that */
    ngx_uint_t         refused;         /* the server grants no more */
    ngx_uint_t         down;            /* the error of the outage, 0: it is
                                           up */
    ngx_uint_t         probing;
} vz_db_t;


static vz_code_e vz_db_place(void);
static ngx_uint_t vz_db_room(void);
static void vz_db_place_free(void);
static vz_db_conn_t *vz_db_idle(void);
static ngx_uint_t vz_db_hopeless(void);
static vz_code_e vz_db_connect(vz_db_conn_t **conn);
static void vz_db_refused(ngx_uint_t err, const u_char *words);
static void vz_db_went_down(ngx_uint_t err, const u_char *words,
    ngx_uint_t probe, ngx_msec_t took);
static void vz_db_came_back(void);
static void vz_db_drop(vz_db_conn_t *conn);
static void vz_db_gone(vz_db_conn_t *conn);


static vz_db_t  vz_db;


vz_code_e
vz_db_pool_take(vz_db_conn_t **out, ngx_uint_t fresh)
{
    vz_code_e  code;

    for ( ;; ) {
        code = vz_db_place();
        if (code != VZ_OK) {
            return code;
        }

        *out = fresh ? NULL : vz_db_idle();

        if (*out == NULL) {
            code = vz_db_connect(out);
        }

        if (code == VZ_OK) {
            ngx_queue_insert_head(&vz_db.busy, &(*out)->queue);
            return VZ_OK;
        }

        if (code != VZ_AGAIN) {
            vz_db_place_free();
            return code;
        }

        /* an existing connection has to do */

        vz_db.places--;
        fresh = 0;
    }
}


static vz_db_conn_t *
vz_db_idle(void)
{
    ngx_queue_t   *q;
    vz_db_conn_t  *conn;

    while (!ngx_queue_empty(&vz_db.idle)) {

        q = ngx_queue_head(&vz_db.idle);
        conn = ngx_queue_data(q, vz_db_conn_t, queue);

        if (vz_db_conn_use(conn) == NGX_OK) {
            ngx_queue_remove(q);
            return conn;
        }

        vz_db_drop(conn);
    }

    return NULL;
}


static vz_code_e
vz_db_place(void)
{
    if (ngx_queue_empty(&vz_db.idle) && vz_db_hopeless()) {
        return VZ_DOWN;
    }

    if (vz_db.places < vz_db_room()) {
        vz_db.places++;
        return VZ_OK;
    }

    if (vz_waitq_wait(&vz_db.line, vz_db.login.timeout) != NGX_OK) {
        return VZ_OVERLOADED;
    }

    return VZ_OK;
}


static ngx_uint_t
vz_db_room(void)
{
    if ((ngx_msec_int_t) (vz_db.retry - ngx_current_msec) <= 0) {
        vz_db.room = vz_db.limit;
    }

    return vz_db.room;
}


static void
vz_db_place_free(void)
{
    if (vz_db.places > vz_db.room || vz_waitq_wake(&vz_db.line, 0) == 0) {
        vz_db.places--;
    }
}


/* while the server is down only one fiber tries, at intervals */

static ngx_uint_t
vz_db_hopeless(void)
{
    return vz_db.down
           && (vz_db.probing
               || (ngx_msec_int_t) (vz_db.retry - ngx_current_msec) > 0);
}


/* VZ_AGAIN: the server grants no more, and some exist */

static vz_code_e
vz_db_connect(vz_db_conn_t **out)
{
    u_char      words[MYSQL_ERRMSG_SIZE];
    vz_code_e   code;
    ngx_uint_t  err, probe;
    ngx_msec_t  start;

    if (vz_db_hopeless()) {
        return VZ_DOWN;
    }

    probe = (vz_db.down != 0);
    vz_db.probing = probe;

    start = ngx_current_msec;
    *out = vz_db_conn_open(&vz_db.login, &err, words);

    if (*out != NULL) {
        vz_db_came_back();
        return VZ_OK;
    }

    code = vz_db_error_find(err)->code;

    if (code == VZ_OVERLOADED && vz_db.open && !vz_db.down) {
        vz_db_refused(err, words);
        return VZ_AGAIN;
    }

    vz_db_went_down(err, words, probe, ngx_current_msec - start);

    return code == VZ_OVERLOADED ? VZ_OVERLOADED : VZ_DOWN;
}


static void
vz_db_refused(ngx_uint_t err, const u_char *words)
{
    if (!vz_db.refused) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "vzpanel: the database gives no more than %ui "
                      "connections: %ui %s", vz_db.open, err, words);
    }

    vz_db.refused = 1;
    vz_db.room = vz_db.open;
    vz_db.retry = ngx_current_msec + VZ_DB_BACKOFF_QUICK;
}


static void
vz_db_went_down(ngx_uint_t err, const u_char *words, ngx_uint_t probe,
    ngx_msec_t took)
{
    ngx_msec_t  limit;

    if (vz_db.down == 0 || (probe && vz_db.down != err)) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "vzpanel: the database can't be reached at %s: "
                      "%ui %s",
                      vz_db.login.socket ? vz_db.login.socket
                                         : vz_db.login.host, err, words);
    }

    if (vz_db.down == 0) {
        vz_db.down = err;
        vz_db.backoff = VZ_DB_BACKOFF_MIN;

    } else if (probe) {
        vz_db.down = err;
        vz_db.probing = 0;
        limit = took < VZ_DB_BACKOFF_QUICK ? VZ_DB_BACKOFF_QUICK
                                           : VZ_DB_BACKOFF_SLOW;
        vz_db.backoff = ngx_min(vz_db.backoff * 2, limit);
    }

    vz_db.retry = ngx_current_msec + vz_db.backoff;
}


static void
vz_db_came_back(void)
{
    if (vz_db.down) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "vzpanel: the database is back");
    }

    vz_db.open++;
    vz_db.refused = 0;
    vz_db.down = 0;
    vz_db.probing = 0;
}


void
vz_db_pool_put(vz_db_conn_t *conn)
{
    if (conn->broken) {
        vz_db_drop(conn);

    } else {
        ngx_queue_remove(&conn->queue);
        ngx_queue_insert_head(&vz_db.idle, &conn->queue);
        vz_db_conn_keep(conn, vz_db_gone);
    }

    vz_db_place_free();
}


ngx_uint_t
vz_db_pool_statements(void)
{
    if (ngx_current_msec - vz_db.crowded >= VZ_DB_CROWDED_FOR) {
        vz_db.kept = vz_db.statements;
    }

    return vz_db.kept;
}


ngx_uint_t
vz_db_pool_most(void)
{
    return vz_db.limit * vz_db.statements;
}


ngx_uint_t
vz_db_pool_crowded(void)
{
    ngx_queue_t  *q;

    if (vz_db.crowded == 0
        || ngx_current_msec - vz_db.crowded >= VZ_DB_CROWDED_FOR)
    {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "vzpanel: the database's max_prepared_stmt_count is "
                      "reached, fewer statements are kept for a while");
    }

    vz_db.kept = ngx_max(vz_db.kept / 2, 1);
    vz_db.crowded = ngx_current_msec;

    if (ngx_queue_empty(&vz_db.idle)) {
        return 0;
    }

    q = ngx_queue_last(&vz_db.idle);
    vz_db_drop(ngx_queue_data(q, vz_db_conn_t, queue));

    return 1;
}


static void
vz_db_drop(vz_db_conn_t *conn)
{
    ngx_queue_remove(&conn->queue);
    vz_db_conn_close(conn);
    vz_db.open--;
}


static void
vz_db_gone(vz_db_conn_t *conn)
{
    ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                  "vzpanel: an idle database connection was closed");

    vz_db_drop(conn);
}


ngx_int_t
vz_db_pool_init(ngx_cycle_t *cycle, vz_db_conf_t *conf)
{
    if (!(ngx_event_flags & NGX_USE_CLEAR_EVENT) || ngx_add_conn == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "vzpanel: the database needs \"use epoll\"");
        return NGX_ERROR;
    }

    if (mysql_library_init(0, NULL, NULL)) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "vzpanel: mysql_library_init() failed");
        return NGX_ERROR;
    }

    ngx_memzero(&vz_db, sizeof(vz_db_t));

    ngx_queue_init(&vz_db.idle);
    ngx_queue_init(&vz_db.busy);
    vz_waitq_init(&vz_db.line);

    vz_db.limit = ngx_max(conf->connections, 1);
    vz_db.room = vz_db.limit;
    vz_db.statements = ngx_max(conf->statements, 1);
    vz_db.kept = vz_db.statements;

    return vz_db_login_make(cycle->pool, conf, &vz_db.login);
}


void
vz_db_pool_exit(void)
{
    ngx_queue_t  *q;

    if (vz_db.limit == 0) {
        return;
    }

    while (!ngx_queue_empty(&vz_db.idle)) {
        q = ngx_queue_head(&vz_db.idle);
        vz_db_drop(ngx_queue_data(q, vz_db_conn_t, queue));
    }

    while (!ngx_queue_empty(&vz_db.busy)) {
        q = ngx_queue_head(&vz_db.busy);
        vz_db_drop(ngx_queue_data(q, vz_db_conn_t, queue));
    }

    vz_db.limit = 0;
    mysql_library_end();
}
