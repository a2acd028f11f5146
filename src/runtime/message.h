/*
 * An Internet message (RFC 5322) of one text part, built so that nothing in
 * it can become a header or a command: addresses and the id are checked, the
 * subject is encoded (RFC 2047), the body is quoted-printable (RFC 2045), its
 * lines short, ASCII, and none begins with a point.  Pure.
 */

#ifndef VZ_MESSAGE_H
#define VZ_MESSAGE_H

#include <stddef.h>
#include <time.h>
#include "wire/field.h"


#define VZ_SUBJECT_MAX     256      /* bytes of a subject, cut at a character */
#define VZ_MESSAGE_ID_MAX  64

typedef struct {
    const char   *data;
    size_t        len;
} vz_part_t;

typedef struct {
    vz_part_t     from;             /* addr-spec */
    vz_part_t     to;               /* addr-spec */
    vz_part_t     subject;          /* UTF-8 */
    vz_part_t     body;             /* UTF-8, LF lines */
    vz_part_t     message_id;       /* local part: letters, digits, . _ - */
    time_t        date;
} vz_message_t;


/* vz_message_size: bytes that are enough for the message. */
size_t vz_message_size(const vz_message_t *message);

/*
 * vz_message_print: write the message with CRLF lines into buf.  Returns its
 * length; 0 when an address or the id is invalid, or size is too small.
 */
size_t vz_message_print(const vz_message_t *message, char *buf, size_t size);


#endif /* VZ_MESSAGE_H */
