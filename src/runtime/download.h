/*
 * A file from a node: the bytes of a stream of the relay become the reply of a
 * call, as they come.  It holds no fiber, and no more than one buffer: the
 * stream is not read while the client does not take.  Where the stream breaks
 * the connection is cut, so that half a file is not taken for a whole one.
 */

#ifndef VZ_DOWNLOAD_H
#define VZ_DOWNLOAD_H

#include "runtime/call.h"
#include "runtime/relay_stream.h"


/* Told on the main stack once it is over: about what, and how many bytes. */
typedef void (*vz_download_pt)(uint64_t about, uint64_t bytes);


/*
 * vz_download_place: take a place for one of the caller's; it is given back
 * with the call.  VZ_OK; VZ_BUSY where the caller has as many as one may;
 * VZ_OVERLOADED where this worker has.
 */
vz_code_e vz_download_place(vz_call_t *call);

/*
 * vz_download_open: on a call's fiber, let the reply be what the stream brings,
 * as an attachment; disposition is the value of the header without the word.
 * The stream is closed here in any case.  VZ_OK, or VZ_OVERLOADED.
 */
vz_code_e vz_download_open(vz_call_t *call, vz_relay_stream_t *stream,
    ngx_str_t disposition, vz_download_pt ended, uint64_t about);

/*
 * vz_download_start: for the http layer, when the call's fiber has ended: send
 * the headers and go on.  NGX_AGAIN, or the code to finalize the request with.
 */
ngx_int_t vz_download_start(ngx_http_request_t *r, vz_download_t *download);

/* vz_download_init: worker start. */
void vz_download_init(void);


#endif /* VZ_DOWNLOAD_H */
