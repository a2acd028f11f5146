/*
 * Who makes a call, as far as the runtime must know it: places are shared out
 * by user, logs name the account, and a stream ends when the sign-in does.
 */

#ifndef VZ_CALLER_H
#define VZ_CALLER_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    uint64_t      user;             /* 0: nobody is signed in */
    ngx_uint_t    admin;            /* gets the places that are kept back */
    ngx_msec_t    until;            /* ngx_current_msec of its end; 0: none */
    u_char        account[64];      /* terminated */
} vz_caller_t;


#endif /* VZ_CALLER_H */
