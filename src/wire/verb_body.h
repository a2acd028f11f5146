/*
 * The body of a verb: the lines that follow its line.  The daemon collects
 * them here before the verb acts.
 */

#ifndef VZ_VERB_BODY_H
#define VZ_VERB_BODY_H

#include "wire/verb.h"


typedef struct {
    unsigned    nlines;
    size_t      used;                   /* bytes of data */
    size_t      size;
    char       *data;                   /* the lines, each with its NUL */
    char       *line[VZ_BODY_LINES];    /* into data */
} vz_verb_body_t;


/*
 * vz_verb_body_init: an empty one with room for that many lines of the verb's
 * body, at most VZ_BODY_LINES.  VZ_OK, or VZ_INTERNAL where there is no memory;
 * then vz_verb_body_free() may be called, and need not.
 */
vz_code_e vz_verb_body_init(vz_verb_body_t *body, const vz_verb_t *def,
    unsigned lines);

/*
 * vz_verb_body_add: keep a copy of len bytes as the next line.  VZ_RANGE where
 * there is no room, which is more than was announced.
 */
vz_code_e vz_verb_body_add(vz_verb_body_t *body, const char *bytes, size_t len);

/* vz_verb_body_free: wipe and free all of it. */
void vz_verb_body_free(vz_verb_body_t *body);


#endif /* VZ_VERB_BODY_H */
