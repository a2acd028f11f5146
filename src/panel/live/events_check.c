/*
 * The sessions of streams, checked in the database.
 */

#include "panel/api/auth.h"
#include "panel/live/events_check.h"
#include "runtime/fiber.h"
#include "runtime/row.h"
#include "runtime/sse.h"
#include "runtime/websocket.h"


#define VZ_CHECK_EVERY  10000       /* ms */
#define VZ_CHECK_AGAIN  1000        /* ms until the retry where there was no
                                       fiber */
#define VZ_CHECK_BATCH  64          /* sessions in one statement */

#define VZ_CHECK_8      "?, ?, ?, ?, ?, ?, ?, ?"
#define VZ_CHECK_64                                                           \
    VZ_CHECK_8 ", " VZ_CHECK_8 ", " VZ_CHECK_8 ", " VZ_CHECK_8 ", "           \
    VZ_CHECK_8 ", " VZ_CHECK_8 ", " VZ_CHECK_8 ", " VZ_CHECK_8


static void vz_check_tick(ngx_event_t *ev);
static void vz_check_round(void *data);
static vz_code_e vz_check_batch(ngx_pool_t *pool, const ngx_str_t *tokens,
    ngx_uint_t n);


static const vz_sql_t  vz_check_select = vz_sql("stream sessions",
    "SELECT s.hash, " VZ_AUTH_SESSION_ALL " AS admin,"
    " " vz_auth_left("s.expires") " AS expires_in"
    " FROM session s JOIN user u ON u.id = s.user_id"
    " WHERE s.hash IN (" VZ_CHECK_64 ")"
    " AND s.expires > UTC_TIMESTAMP(3) AND NOT u.locked"
    " UNION ALL "
    "SELECT k.hash, " VZ_AUTH_TOKEN_ALL ", " vz_auth_left("k.expires")
    " FROM token k JOIN user u ON u.id = k.user_id"
    " WHERE k.hash IN (" VZ_CHECK_64 ")"
    " AND (k.expires IS NULL OR k.expires > UTC_TIMESTAMP(3))"
    " AND NOT u.locked");


static ngx_event_t       vz_check_timer;
static ngx_connection_t  vz_check_dumb = { .fd = (ngx_socket_t) -1 };
static ngx_uint_t        vz_check_running;


void
vz_events_check_init(ngx_cycle_t *cycle)
{
    vz_check_timer.handler = vz_check_tick;
    vz_check_timer.data = &vz_check_dumb;
    vz_check_timer.log = cycle->log;
    vz_check_timer.cancelable = 1;

    ngx_add_timer(&vz_check_timer, VZ_CHECK_EVERY);
}


void
vz_events_check_exit(void)
{
    if (vz_check_timer.timer_set) {
        ngx_del_timer(&vz_check_timer);
    }
}


static void
vz_check_tick(ngx_event_t *ev)
{
    ngx_msec_t  next;

    next = VZ_CHECK_EVERY;

    if ((vz_sse_count(NULL) || vz_websocket_count()) && !vz_check_running) {
        vz_check_running = 1;

        if (vz_fiber_spawn(vz_check_round, NULL) != NGX_OK) {
            vz_check_running = 0;
            next = VZ_CHECK_AGAIN;
        }
    }

    ngx_add_timer(ev, next);
}


static void
vz_check_round(void *data)
{
    ngx_str_t    tokens[VZ_CHECK_BATCH];
    vz_code_e    rc;
    ngx_msec_t   begun;
    ngx_uint_t   n;
    ngx_pool_t  *pool;

    (void) data;

    begun = ngx_current_msec;
    rc = VZ_OK;

    while (rc == VZ_OK) {

        n = vz_sse_ask(begun, tokens, VZ_CHECK_BATCH);
        n += vz_websocket_ask(begun, tokens + n, VZ_CHECK_BATCH - n);

        if (n == 0) {
            break;
        }

        pool = ngx_create_pool(16384, ngx_cycle->log);
        rc = (pool != NULL) ? vz_check_batch(pool, tokens, n) : VZ_INTERNAL;

        if (pool != NULL) {
            ngx_destroy_pool(pool);
        }
    }

    if (rc != VZ_OK) {
        vz_sse_told(NULL, 0);
        vz_websocket_told(NULL, 0);
    }

    vz_check_running = 0;
}


/* the tokens are the streams', which may end meanwhile: copy them */

static vz_code_e
vz_check_batch(ngx_pool_t *pool, const ngx_str_t *tokens, ngx_uint_t n)
{
    ngx_str_t          token;
    vz_code_e          rc;
    vz_bind_t         *binds;
    vz_rows_t          rows;
    ngx_uint_t         i;
    vz_sse_session_t  *sessions;

    binds = ngx_palloc(pool, 2 * VZ_CHECK_BATCH * sizeof(vz_bind_t));
    rc = (binds != NULL) ? VZ_OK : VZ_INTERNAL;

    for (i = 0; rc == VZ_OK && i < VZ_CHECK_BATCH; i++) {
        ngx_str_null(&token);

        if (i < n) {
            token.data = ngx_pstrdup(pool, (ngx_str_t *) &tokens[i]);
            token.len = tokens[i].len;
            rc = (token.data != NULL) ? VZ_OK : VZ_INTERNAL;
        }

        binds[i] = vz_bind_opt(token);
        binds[VZ_CHECK_BATCH + i] = binds[i];
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, pool, &vz_check_select, binds,
                         2 * VZ_CHECK_BATCH, &rows);
    }

    sessions = (rc == VZ_OK) ? ngx_palloc(pool, (rows.rows + 1)
                                                * sizeof(vz_sse_session_t))
                             : NULL;
    if (sessions == NULL) {
        return rc != VZ_OK ? rc : VZ_INTERNAL;
    }

    for (i = 0; i < rows.rows; i++) {
        sessions[i].token = vz_row_text(&rows, i, "hash");
        sessions[i].all = vz_row_int(&rows, i, "admin") != 0;
        sessions[i].until = vz_auth_until(vz_row_int(&rows, i, "expires_in"));
    }

    vz_sse_told(sessions, rows.rows);
    vz_websocket_told(sessions, rows.rows);

    return VZ_OK;
}
