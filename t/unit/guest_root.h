/*
 * A root of a guest that a test makes: files by their paths inside.
 */

#ifndef VZ_GUEST_ROOT_H
#define VZ_GUEST_ROOT_H

#include "unit.h"


extern char  base[64];              /* the folder that is the root */


/* put: a file with that text, and the folders on its way. */
void put(const char *path, const char *text);

/* get: what a file holds, at most 8191 bytes; "" where there is none. */
const char *get(const char *path);


#endif /* VZ_GUEST_ROOT_H */
