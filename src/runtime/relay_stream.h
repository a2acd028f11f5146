/*
 * A byte stream to a node, after a verb that ends in one.  It has a connection
 * of its own, and places of its own (relay_pool.h); the pool's connections for
 * verbs are never taken.  All calls belong on fibers: one may read while
 * another writes, and no more.
 *
 * What comes is read from the socket as it comes, and kept: at most
 * VZ_STREAM_HELD bytes (wire/stream.h), for the node sends no more before they
 * were read.  Both sides say that they live; one that is silent for
 * VZ_STREAM_SILENCE is taken for dead.  A worker that leaves keeps its streams
 * until worker_shutdown_timeout.
 */

#ifndef VZ_RELAY_STREAM_H
#define VZ_RELAY_STREAM_H

#include "runtime/relay.h"


typedef struct vz_relay_stream_s  vz_relay_stream_t;


/*
 * vz_relay_stream_open: ask that verb; returns as vz_relay_act().  VZ_OK with
 * *stream, to be closed; a verb that succeeds without a stream is VZ_STATE.
 */
vz_code_e vz_relay_stream_open(vz_node_t *node, ngx_pool_t *pool,
    const vz_relay_act_t *act, vz_answer_t *answer,
    vz_relay_stream_t **stream);

/*
 * vz_relay_stream_read: at most size bytes that have come, waiting at most so
 * many milliseconds for the first.  VZ_OK with *n, which is 0 when the node
 * has ended its side; VZ_AGAIN when nothing came in that time; else the stream
 * is over: the code of the node's abort, VZ_DOWN where it was cut off or broke
 * the protocol, VZ_TIMEOUT where it fell silent, VZ_DENIED for bytes that are
 * not the node's.  Reading is what lets the node send on.
 */
vz_code_e vz_relay_stream_read(vz_relay_stream_t *stream, void *buf,
    size_t size, ngx_msec_t wait, size_t *n);

/*
 * vz_relay_stream_write: all of len bytes, waiting at most so many
 * milliseconds for the node to read.  *sent tells how many were taken, in any
 * case.  VZ_OK for all of them; VZ_AGAIN when the time was over; VZ_STATE after
 * an end; else as vz_relay_stream_read().
 */
vz_code_e vz_relay_stream_write(vz_relay_stream_t *stream, const void *buf,
    size_t len, ngx_msec_t wait, size_t *sent);

/* vz_relay_stream_end: no more is written; reading goes on. */
void vz_relay_stream_end(vz_relay_stream_t *stream);

/*
 * vz_relay_stream_close: free it.  Where both sides have not ended, the node is
 * told that it is over, and code, which is then an error.  No fiber may be in
 * it.
 */
void vz_relay_stream_close(vz_relay_stream_t *stream, vz_code_e code);

/*
 * Without a fiber: vz_relay_stream_read() and vz_relay_stream_write() that wait
 * 0 milliseconds may be called from the main stack.
 *
 * vz_relay_stream_watch: let the event loop run handler with data whenever
 * there may be something to read, room to write, or an end; once more after
 * this call.  A later call replaces it.
 * vz_relay_stream_room: how many bytes vz_relay_stream_write() would take now.
 */
typedef void (*vz_relay_stream_pt)(void *data);
void vz_relay_stream_watch(vz_relay_stream_t *stream,
    vz_relay_stream_pt handler, void *data);
size_t vz_relay_stream_room(const vz_relay_stream_t *stream);

/* vz_relay_stream_most: bytes that this side held at once, at most. */
size_t vz_relay_stream_most(const vz_relay_stream_t *stream);


#endif /* VZ_RELAY_STREAM_H */
