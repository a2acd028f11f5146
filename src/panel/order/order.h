/*
 * An order: what the contract form asks for, and what it was given.
 */

#ifndef VZ_ORDER_H
#define VZ_ORDER_H

#include "panel/account/user_new.h"
#include "panel/api/body.h"
#include "panel/vm/vm_new.h"
#include "wire/ssh_key.h"


typedef struct {
    vz_user_new_t    user;          /* of the form, and its row */
    ngx_str_t        plan;
    ngx_str_t        template;

    ngx_str_t        key;           /* a public SSH key, or empty */

    vz_ssh_key_t     ssh;           /* the key, taken apart */
    ngx_str_t        token;         /* of the link by which its buyer chooses
                                       a password; empty: one is mailed */
    ngx_str_t        plan_name;     /* as it is spelled in the database */
    ngx_str_t        secret;        /* of the link, 64 hex digits */
    u_char           link[32];      /* its hash */
    vz_vm_new_t      vm;
} vz_order_t;


extern const vz_body_t  vz_order_form;

/* POST /api/orders */
void vz_order_make(vz_call_t *call);


#endif /* VZ_ORDER_H */
