/*
 * Connections that end with their session.
 */

#include "runtime/queue.h"
#include "runtime/revocable.h"


static void vz_revocable_know(vz_revocable_t *connection,
    const vz_revocable_session_t *sessions, ngx_uint_t n);


void
vz_revocable_add(ngx_queue_t *list, vz_revocable_t *connection)
{
    connection->asked = ngx_current_msec;
    ngx_queue_insert_tail(list, &connection->queue);
}


void
vz_revocable_drop(ngx_queue_t *list, const u_char *hash, uint64_t user)
{
    ngx_queue_t     *q;
    vz_revocable_t  *connection;

    vz_queue_each(q, list) {
        connection = ngx_queue_data(q, vz_revocable_t, queue);

        if (hash != NULL ? ngx_memcmp(connection->token, hash, 32) == 0
                         : connection->user == user)
        {
            connection->over = 1;
        }
    }
}


void
vz_revocable_drop_all(ngx_queue_t *list)
{
    ngx_queue_t     *q;
    vz_revocable_t  *connection;

    vz_queue_each(q, list) {
        connection = ngx_queue_data(q, vz_revocable_t, queue);
        connection->over = 1;
    }
}


ngx_uint_t
vz_revocable_over(const vz_revocable_t *connection)
{
    ngx_msec_t  until = connection->until;

    return connection->over
           || (until && (ngx_msec_int_t) (ngx_current_msec - until) >= 0);
}


ngx_uint_t
vz_revocable_ask(ngx_queue_t *list, ngx_msec_t since, ngx_str_t *tokens,
    ngx_uint_t most)
{
    ngx_uint_t       n;
    ngx_queue_t     *q;
    vz_revocable_t  *connection;

    n = 0;

    for (q = ngx_queue_head(list); q != ngx_queue_sentinel(list) && n < most;
         q = ngx_queue_next(q))
    {
        connection = ngx_queue_data(q, vz_revocable_t, queue);

        if (connection->user == 0 || connection->asked >= since) {
            continue;
        }

        connection->asked = ngx_current_msec;
        connection->asking = 1;
        tokens[n].data = connection->token;
        tokens[n++].len = sizeof(connection->token);
    }

    return n;
}


void
vz_revocable_told(ngx_queue_t *list, const vz_revocable_session_t *sessions,
    ngx_uint_t n)
{
    ngx_queue_t     *q;
    vz_revocable_t  *connection;

    vz_queue_each(q, list) {
        connection = ngx_queue_data(q, vz_revocable_t, queue);

        if (connection->asking) {
            connection->asking = 0;

            if (sessions != NULL) {
                vz_revocable_know(connection, sessions, n);
            }
        }
    }
}


static void
vz_revocable_know(vz_revocable_t *connection,
    const vz_revocable_session_t *sessions, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (sessions[i].token.len == sizeof(connection->token)
            && ngx_memcmp(sessions[i].token.data, connection->token,
                          sizeof(connection->token))
               == 0)
        {
            break;
        }
    }

    if (i == n || sessions[i].all != connection->all) {
        connection->over = 1;
        return;
    }

    connection->until = sessions[i].until;
}
