/*
 * One connection: handshake, then verb after verb.
 */

#ifndef VZ_CONNECTION_H
#define VZ_CONNECTION_H

#include "daemon/server/dispatch.h"
#include "wire/handshake.h"


typedef struct {
    vz_dispatch_host_t  *host;
    const vz_key_t      *key;       /* NULL: nobody is let in */
    int                  in;
    int                  out;
    unsigned             handshake; /* seconds it may take */
    const char          *peer;      /* for the log */
} vz_connection_t;

#define VZ_HANDSHAKE_TIME  3


/* vz_connection_serve: until the client leaves, is silent or out of step. */
void vz_connection_serve(const vz_connection_t *serve);


#endif /* VZ_CONNECTION_H */
