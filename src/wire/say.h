/*
 * What daemon and panel say about their work, as a code and values: people read
 * it in their own language, operators and logs in English.  say.c has the one
 * table of codes with their English; texts that are in none are raw, and for
 * administrators only.
 */

#ifndef VZ_SAY_H
#define VZ_SAY_H

#include <stddef.h>


#define VZ_SAY_VALUES  3

typedef struct {
    const char   *name;             /* terminated */
    const char   *value;            /* in the text: no space, no comma */
    size_t        len;
} vz_say_value_t;

typedef struct {
    const char      *code;          /* terminated, NULL: raw */
    vz_say_value_t   values[VZ_SAY_VALUES];
    unsigned         n;
} vz_say_t;


/* vz_say_find: what that English text says; say->code is NULL where raw. */
void vz_say_find(const char *text, size_t len, vz_say_t *say);

/*
 * vz_say_mark: put " say=CODE,name=value" behind a text in a buffer of size
 * bytes, where it says something that has a code and there is room.  Returns
 * the length.
 */
size_t vz_say_mark(char *text, size_t size);

/*
 * vz_say_split: a text that may be marked: say is its mark's, of codes and
 * names that we know, and the length without the mark is returned.
 */
size_t vz_say_split(const char *text, size_t len, vz_say_t *say);

/* vz_say_code: the code of a row of the table, NULL behind the last. */
const char *vz_say_code(unsigned n);


#endif /* VZ_SAY_H */
