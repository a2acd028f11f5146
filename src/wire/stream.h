/*
 * A byte stream after "ok stream": sealed frames in both directions, flow
 * control by credit, half closes and an end with a code.  It is the same at
 * both ends and knows no socket: its owner carries the bytes.
 *
 *   TYPE LENGTH PAYLOAD TAG     1, 3 (the high byte first), LENGTH, 16 bytes
 *
 * A frame is AES-256-GCM(the sender's stream key, nonce N): the type and the
 * length are authenticated, the payload is encrypted.  N counts the sender's
 * frames from 0; as a nonce it has 12 bytes, the high ones first.
 *
 * Each side may send VZ_STREAM_WINDOW bytes of data until the other grants
 * more, by the number of bytes that its reader has taken.  So neither side
 * holds more than VZ_STREAM_HELD bytes, whatever the other does.
 */

#ifndef VZ_STREAM_H
#define VZ_STREAM_H

#include "wire/seal.h"


#define VZ_STREAM_WINDOW   (256 * 1024)
#define VZ_STREAM_CHUNK    16384        /* bytes of data in one frame */
#define VZ_STREAM_HEAD     4
#define VZ_STREAM_TAG      16
#define VZ_STREAM_FRAME    (VZ_STREAM_HEAD + VZ_STREAM_CHUNK + VZ_STREAM_TAG)
#define VZ_STREAM_OUT      (2 * VZ_STREAM_FRAME + 1024)
#define VZ_STREAM_HELD     (VZ_STREAM_WINDOW + VZ_STREAM_FRAME + VZ_STREAM_OUT)

#define VZ_STREAM_BEAT     10000        /* ms after which a side sends one */
#define VZ_STREAM_SILENCE  30000        /* ms after which the other is dead */

typedef enum {
    VZ_STREAM_DATA = 1,                 /* 1 to VZ_STREAM_CHUNK bytes */
    VZ_STREAM_CREDIT,                   /* 4 bytes: so many more may be sent */
    VZ_STREAM_END,                      /* nothing: no more data comes */
    VZ_STREAM_ABORT,                    /* the word of a code: all is over */
    VZ_STREAM_ALIVE                     /* nothing: the sender is there */
} vz_stream_e;

typedef struct {
    unsigned char           keys[2][VZ_SEAL_KEY];   /* ours, the other's */
    uint64_t                counts[2];  /* frames, of each */
    struct evp_cipher_ctx_st  *ciphers[2];

    size_t                  credit;     /* bytes that we may still send */
    size_t                  window;     /* bytes that the other may */
    size_t                  owed;       /* read from us, and not yet granted */
    unsigned                ending:1;   /* END is to be sent */
    unsigned                ended:1;    /* we have sent END */
    unsigned                over:1;     /* we have sent or heard ABORT */
    unsigned                done:1;     /* the other has sent END */
    vz_code_e               code;       /* why it is over */

    size_t                  have;       /* bytes of in */
    size_t                  start;      /* the first byte held to be read */
    size_t                  held;       /* bytes held to be read */
    size_t                  out_start;
    size_t                  out_end;
    size_t                  used;       /* bytes of ring ever written */
    size_t                  most;       /* held at once, for figures */

    unsigned char           in[VZ_STREAM_FRAME];
    unsigned char           out[VZ_STREAM_OUT];
    unsigned char           ring[VZ_STREAM_WINDOW];
} vz_stream_t;


/*
 * vz_stream_new: one end of the stream that follows an answer; server is 1 at
 * the daemon's.  NULL where there is no memory.  vz_stream_free: wipes it;
 * NULL is nothing.
 */
vz_stream_t *vz_stream_new(const vz_seal_t *seal, unsigned server);
void vz_stream_free(vz_stream_t *stream);

/*
 * What comes from the other side.  vz_stream_room: where the next bytes go and
 * how many fit, at least 1.  vz_stream_fill: that n have come; whole frames are
 * opened.  VZ_OK; VZ_DENIED for what the other has not sealed, VZ_SYNTAX for
 * what is no frame, VZ_RANGE for data without credit or credit without end:
 * the stream is over then, with an ABORT to be sent.
 */
size_t vz_stream_room(vz_stream_t *stream, unsigned char **where);
vz_code_e vz_stream_fill(vz_stream_t *stream, size_t n);

/*
 * What goes to the other side.  vz_stream_pending: bytes to be sent, and where
 * they are.  vz_stream_sent: that n of them were.
 */
size_t vz_stream_pending(vz_stream_t *stream, const unsigned char **from);
void vz_stream_sent(vz_stream_t *stream, size_t n);

/*
 * vz_stream_read: at most n of the bytes that have come, in their order; how
 * many.  The other side is granted as many, some at a time.
 */
size_t vz_stream_read(vz_stream_t *stream, void *to, size_t n);

/*
 * vz_stream_writable: how many bytes vz_stream_write() takes now, 0 while there
 * is no credit, too much is pending, or after an end.  vz_stream_write: how
 * many it took of n.
 */
size_t vz_stream_writable(const vz_stream_t *stream);
size_t vz_stream_write(vz_stream_t *stream, const void *from, size_t n);

/*
 * vz_stream_end: no more is written; what was is still sent.
 * vz_stream_abort: it is over in both directions, and why; what is held is
 * lost.  vz_stream_alive: say that this side lives, where nothing is pending.
 * All of them may be called again, or when it is over: nothing happens.
 */
void vz_stream_end(vz_stream_t *stream);
void vz_stream_abort(vz_stream_t *stream, vz_code_e code);
void vz_stream_alive(vz_stream_t *stream);

/*
 * vz_stream_whole: 1 when both sides have ended, all was read and all was sent.
 */
unsigned vz_stream_whole(const vz_stream_t *stream);


#endif /* VZ_STREAM_H */
