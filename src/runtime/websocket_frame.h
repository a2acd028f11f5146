/*
 * Frames of a websocket (RFC 6455) as a server reads and writes them.  It knows
 * no socket and holds no payload: what has come of a message is given on as it
 * comes, so a connection needs no buffer of its own.
 */

#ifndef VZ_WEBSOCKET_FRAME_H
#define VZ_WEBSOCKET_FRAME_H

#include <stddef.h>
#include <stdint.h>


#define VZ_WEBSOCKET_FRAME_MESSAGE  65536   /* bytes of a message, at most */
#define VZ_WEBSOCKET_FRAME_CONTROL  125     /* of a ping, a pong, a close */
#define VZ_WEBSOCKET_FRAME_HEAD     4       /* of a frame to a client, at most:
                                               with 65,535 bytes */

/* close codes (RFC 6455, 7.4.1) */
#define VZ_WEBSOCKET_NORMAL     1000
#define VZ_WEBSOCKET_AWAY       1001
#define VZ_WEBSOCKET_PROTOCOL   1002
#define VZ_WEBSOCKET_DATA       1003
#define VZ_WEBSOCKET_POLICY     1008
#define VZ_WEBSOCKET_LARGE      1009

typedef enum {
    VZ_WEBSOCKET_FRAME_MORE = 0,    /* all bytes were read */
    VZ_WEBSOCKET_FRAME_DATA,        /* a part of a message */
    VZ_WEBSOCKET_FRAME_PING,        /* a whole one */
    VZ_WEBSOCKET_FRAME_PONG,
    VZ_WEBSOCKET_FRAME_CLOSE,       /* its code, 1005 where it has none */
    VZ_WEBSOCKET_FRAME_WRONG        /* the code to close with: nothing more is
                                       read */
} vz_websocket_frame_e;

typedef struct {
    unsigned char   head[14];
    unsigned        have;           /* bytes of head */
    unsigned        opcode;
    unsigned        fin;
    unsigned        in_head;        /* 0: payload comes */
    uint64_t        left;           /* bytes of payload */
    unsigned        at;             /* of the mask */
    unsigned        mask;           /* where it stands in head */
    unsigned        open;           /* a message has begun */
    unsigned        first;          /* and nothing of it was given on */
    size_t          message;        /* bytes of it announced so far */
    unsigned char   control[VZ_WEBSOCKET_FRAME_CONTROL];
    unsigned        ncontrol;
} vz_websocket_reader_t;

typedef struct {
    unsigned char  *bytes;          /* of a message: unmasked where they lie;
                                       of a ping: the reader's */
    size_t          len;
    unsigned        first;          /* the message begins with them */
    unsigned        last;           /* and ends */
    unsigned        code;
} vz_websocket_part_t;


/* vz_websocket_frame_init: a reader that has read nothing. */
void vz_websocket_frame_init(vz_websocket_reader_t *reader);

/*
 * vz_websocket_frame_read: the next thing that lies between *p and end, which
 * *p is moved behind.  A part of a message may be empty where it is its first
 * or last.  Refused are: text (1003), a message over
 * VZ_WEBSOCKET_FRAME_MESSAGE bytes (1009), and with 1002 what is not masked,
 * reserved bits and opcodes, a control frame that is long or in fragments, a
 * length written in more bytes than it needs, a continuation of nothing, a
 * message within another, a close frame of one byte or a code that may not be
 * sent.
 */
vz_websocket_frame_e vz_websocket_frame_read(vz_websocket_reader_t *reader,
    unsigned char **p, unsigned char *end, vz_websocket_part_t *part);

/*
 * vz_websocket_frame_head: the head of a whole binary message of len bytes, at
 * most 65,535; its length, 2 or 4.
 * vz_websocket_frame_control: a control frame (opcode 8 close, 9 ping, 10 pong)
 * of at most VZ_WEBSOCKET_FRAME_CONTROL bytes; its length.
 */
size_t vz_websocket_frame_head(unsigned char *to, size_t len);
size_t vz_websocket_frame_control(unsigned char *to, unsigned opcode,
    const void *bytes, size_t len);


#endif /* VZ_WEBSOCKET_FRAME_H */
