/*
 * The hardware of a container: what a change of it asks for.
 */

#ifndef VZ_HARDWARE_H
#define VZ_HARDWARE_H

#include "change.h"
#include "form.h"


#define VZ_HARDWARE_SAME  INT64_MIN     /* of a number: it was not given */

/* As the forms read it: a limit of 0 is none, an empty text not given. */
typedef struct {
    ngx_str_t        hostname;
    ngx_str_t        gateway;           /* of its family */
    ngx_str_t        gateways;          /* words: of all families */
    ngx_str_t        dns;               /* words */
    ngx_str_t        addresses;
    int64_t          memory[3][2];      /* vmguar, oomguar, privvm in MiB */
    int64_t          disk[2];           /* soft, hard */
    int64_t          cpu[2];            /* units, per cent */
} vz_hardware_t;


/*
 * vz_hardware_canonical: addresses, separated by spaces, in the one spelling by
 * which they are compared and stored, from the call's pool.
 */
ngx_str_t vz_hardware_canonical(vz_call_t *call, ngx_str_t addresses);

/*
 * vz_hardware_addresses: in the change's transaction, claim the wished
 * addresses that the container has not got.  VZ_OK with the texts of those it
 * gets and those it loses; VZ_RANGE with 422 as the reply, VZ_EXISTS with 409;
 * or the database's.
 */
vz_code_e vz_hardware_addresses(vz_change_t *change, vz_tx_t *tx,
    const ngx_str_t *wished, ngx_str_t *add, ngx_str_t *drop);


#endif /* VZ_HARDWARE_H */
