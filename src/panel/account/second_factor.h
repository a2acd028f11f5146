/*
 * /api/account/second-factor: set up the second step of signing in, get new
 * recovery codes, and turn it off; an administrator does the last for who lost
 * both.
 */

#ifndef VZ_SECOND_FACTOR_H
#define VZ_SECOND_FACTOR_H

#include "panel/api/body.h"
#include "runtime/call.h"


/* vz_second_factor_form: the code that proves that the app has the secret. */
extern const vz_body_t  vz_second_factor_form;


/* Handlers, as their rows in panel/routes.c say. */
void vz_second_factor_show(vz_call_t *call);
void vz_second_factor_begin(vz_call_t *call);
void vz_second_factor_confirm(vz_call_t *call);
void vz_second_factor_recovery(vz_call_t *call);
void vz_second_factor_end(vz_call_t *call);
void vz_second_factor_end_user(vz_call_t *call);


#endif /* VZ_SECOND_FACTOR_H */
