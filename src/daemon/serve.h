/*
 * One connection: handshake, then verb after verb.
 */

#ifndef VZ_SERVE_H
#define VZ_SERVE_H

#include "perform.h"
#include "../wire/handshake.h"


typedef struct {
    vz_host_t           *host;
    const vz_key_t      *key;       /* NULL: nobody is let in */
    int                  in;
    int                  out;
    unsigned             handshake; /* seconds it may take */
    const char          *peer;      /* for the log */
} vz_serve_t;

#define VZ_HANDSHAKE_TIME  3


/* vz_serve: until the client leaves, is silent or out of step. */
void vz_serve(const vz_serve_t *serve);


#endif /* VZ_SERVE_H */
