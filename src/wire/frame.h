/*
 * Lines on the wire: LF-ended printable ASCII, fields separated by exactly
 * one space.  Reading is incremental and never trusts a length.
 */

#ifndef VZ_FRAME_H
#define VZ_FRAME_H

#include <stddef.h>
#include "wire/verb.h"


/*
 * A reader of lines.  The owner reads bytes into [vz_frame_room()] and tells
 * vz_frame_fill() how many came; vz_frame_next() then gives line after line.
 */
typedef struct {
    size_t   max;                   /* longest line with its LF */
    size_t   start;
    size_t   end;
    char     buf[VZ_REPLY_MAX];
} vz_frame_t;

/*
 * vz_frame_init: max is VZ_LINE_MAX or VZ_REPLY_MAX.  vz_frame_limit: the same
 * from the next line on; what was read already stays.
 */
void vz_frame_init(vz_frame_t *frame, size_t max);
void vz_frame_limit(vz_frame_t *frame, size_t max);

/*
 * vz_frame_room: where the next bytes go and how many fit; at least 1 after
 * every vz_frame_next() that returned VZ_AGAIN.
 */
size_t vz_frame_room(vz_frame_t *frame, char **where);
void vz_frame_fill(vz_frame_t *frame, size_t n);

/*
 * vz_frame_next: VZ_OK with the next line, terminated by NUL in place of its
 * LF, valid until the next call on this frame; VZ_AGAIN when more bytes are
 * needed; VZ_SYNTAX for a line that is too long, empty, not printable ASCII,
 * or not single-spaced.  After VZ_SYNTAX the reader is done with: close.
 * Single-spacing: no leading, trailing or double space.
 */
vz_code_e vz_frame_next(vz_frame_t *frame, char **line, size_t *len);

/*
 * vz_frame_check: VZ_OK when len bytes make a line by the rules of
 * vz_frame_next(), else VZ_SYNTAX.
 */
vz_code_e vz_frame_check(const char *line, size_t len);

/* vz_frame_wipe: forget every byte (a secret may have been among them). */
void vz_frame_wipe(vz_frame_t *frame);


#endif /* VZ_FRAME_H */
