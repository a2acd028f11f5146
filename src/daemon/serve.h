/*
 * One connection: handshake, then verb after verb.
 */

#ifndef VZ_SERVE_H
#define VZ_SERVE_H

#include "driver.h"
#include "../wire/handshake.h"


typedef struct {
    const vz_config_t   *conf;
    const vz_driver_t   *driver;    /* NULL: why says why there is none */
    const char          *why;
    const vz_key_t      *key;       /* NULL: nobody is let in */
    int                  in;
    int                  out;
    unsigned             handshake; /* seconds it may take */
    const char          *peer;      /* for the log */
} vz_serve_t;

#define VZ_HANDSHAKE_TIME  10


/* vz_serve: until the client leaves, is silent or out of step. */
void vz_serve(const vz_serve_t *serve);


#endif /* VZ_SERVE_H */
