/*
 * A line of a node's answer: progress, data, or how the verb ended.
 */

#ifndef VZ_REPLY_H
#define VZ_REPLY_H

#include <stddef.h>
#include "wire/verb.h"


typedef enum {
    VZ_REPLY_PROGRESS = 0,          /* "+ PERCENT words" */
    VZ_REPLY_DATA,                  /* "= key=value key=value" */
    VZ_REPLY_OK,                    /* "ok [words]" */
    VZ_REPLY_ERR                    /* "err CODE words" */
} vz_reply_e;

typedef struct {
    vz_reply_e    kind;
    unsigned      percent;          /* of VZ_REPLY_PROGRESS */
    vz_code_e     code;             /* of VZ_REPLY_ERR, else VZ_OK */
    const char   *text;             /* words or pairs, "" where none */
    size_t        len;
} vz_reply_t;

/*
 * vz_reply_parse: read one line, of len bytes without its LF.  VZ_OK, and
 * reply->text points into the line; VZ_SYNTAX where it is no line of an answer.
 */
vz_code_e vz_reply_parse(const char *line, size_t len, vz_reply_t *reply);

/*
 * vz_reply_clean: make a text fit for one line, in place: at most
 * VZ_WORDS_MAX - 1 bytes; what is not printable becomes a space, runs of
 * spaces become one, and none stand at the ends.  Returns the new length.
 * Whatever a virtualiser, a guest or a kernel wrote passes through here before
 * it reaches the wire or a log.
 */
size_t vz_reply_clean(char *words);


#endif /* VZ_REPLY_H */
