/*
 * Lines of a body, copied behind each other.
 */

#include <stdlib.h>
#include <string.h>
#include "wire/verb_body.h"


vz_code_e
vz_verb_body_init(vz_verb_body_t *body, const vz_verb_t *def,
    unsigned lines)
{
    memset(body, 0, sizeof(vz_verb_body_t));

    if (lines > VZ_BODY_LINES) {
        return VZ_INTERNAL;
    }

    body->size = lines * ((size_t) def->body_bytes + 1);
    body->data = malloc(body->size ? body->size : 1);

    return body->data ? VZ_OK : VZ_INTERNAL;
}


vz_code_e
vz_verb_body_add(vz_verb_body_t *body, const char *bytes, size_t len)
{
    char  *to;

    if (body->nlines == VZ_BODY_LINES || len >= body->size - body->used) {
        return VZ_RANGE;
    }

    to = body->data + body->used;
    memcpy(to, bytes, len);
    to[len] = '\0';

    body->line[body->nlines++] = to;
    body->used += len + 1;

    return VZ_OK;
}


void
vz_verb_body_free(vz_verb_body_t *body)
{
    if (body->data != NULL) {
        explicit_bzero(body->data, body->size);
        free(body->data);
    }

    memset(body, 0, sizeof(vz_verb_body_t));
}
