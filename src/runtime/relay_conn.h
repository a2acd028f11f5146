/*
 * One connection to a virtual-server: connecting, the handshake, bytes out,
 * lines in.  For relay.c only; everything but keeping belongs on a fiber.
 */

#ifndef VZ_RELAY_CONN_H
#define VZ_RELAY_CONN_H

#include "runtime/fiber.h"
#include "runtime/relay.h"
#include "runtime/waitq.h"
#include "wire/pairs.h"
#include "wire/seal.h"


#define VZ_RELAY_IDLE  30000        /* ms; the daemon hangs up after 60 s */

typedef struct {
    ngx_queue_t         queue;      /* of idle ones */
    ngx_connection_t   *connection;
    vz_node_t          *node;
    vz_fiber_t         *fiber;      /* who waits for bytes */
    ngx_uint_t          kept;       /* was idle before */
    vz_seal_t           seal;
    vz_frame_t          frame;
} vz_relay_conn_t;


/*
 * vz_relay_conn_open: connect, prove the key and have it proved.  VZ_OK with
 * *conn; VZ_DENIED where either side does not know it; VZ_INTERNAL; VZ_DOWN
 * for all else, also a daemon of another version: until the proof, whoever
 * answers there may be anybody.  With words.  VZ_DOWN for all when
 * worker_shutdown_timeout has cut one off.
 */
vz_code_e vz_relay_conn_open(vz_node_t *node, ngx_msec_t deadline,
    vz_relay_conn_t **conn, char *words);

void vz_relay_conn_close(vz_relay_conn_t *conn);

/*
 * vz_relay_conn_ask: a verb's line with its LF, and the lines of its body,
 * sealed and sent.  VZ_OK, VZ_TIMEOUT or VZ_DOWN; *sent tells how many bytes
 * went out in any case.
 */
vz_code_e vz_relay_conn_ask(vz_relay_conn_t *conn, const vz_verb_t *def,
    const char *line, size_t len, const ngx_str_t *body, ngx_uint_t nbody,
    ngx_msec_t deadline, size_t *sent);

/*
 * vz_relay_conn_answer: the next line of the answer, valid until the next
 * call.  VZ_OK, VZ_TIMEOUT, VZ_DOWN, VZ_SYNTAX for what is no line, or
 * VZ_DENIED: that was its last line, and it is not the daemon's.
 */
vz_code_e vz_relay_conn_answer(vz_relay_conn_t *conn, ngx_msec_t deadline,
    char **line, size_t *len);

/*
 * vz_relay_conn_keep: make it idle in that queue; it closes itself when the
 * daemon does, when its time is over, or when the worker leaves.  A
 * connection that can't be kept is closed.
 */
void vz_relay_conn_keep(vz_relay_conn_t *conn, ngx_queue_t *idle);

/*
 * vz_relay_conn_take: a living one out of the queue, or NULL.
 */
vz_relay_conn_t *vz_relay_conn_take(ngx_queue_t *idle);


#endif /* VZ_RELAY_CONN_H */
