/*
 * An order: what the contract form asks for, and what it was given.
 */

#ifndef VZ_ORDER_H
#define VZ_ORDER_H

#include "idem.h"
#include "node.h"


/* The form. */
typedef struct {
    ngx_str_t        first_name;
    ngx_str_t        last_name;
    ngx_str_t        dni;
    ngx_str_t        email;
    ngx_str_t        phone;
    ngx_str_t        address;
    ngx_str_t        province;
    ngx_str_t        plan;
    ngx_str_t        template;
    ngx_str_t        hostname;
    ngx_str_t        language;
} vz_order_body_t;

typedef struct {
    vz_order_body_t  body;
    vz_idem_t        idem;

    /* looked up before */
    uint64_t         plan;
    uint64_t         template;
    int64_t          memory_mib;
    int64_t          disk_mib;
    int64_t          cpu_units;
    int64_t          cpu_percent;
    ngx_str_t        plan_name;
    vz_node_row_t   *node;

    /* drawn */
    ngx_str_t        secret;        /* of the link, 64 hex digits */
    u_char           link[32];      /* its hash */
    ngx_str_t        password;      /* wiped by whoever drew it */
    ngx_str_t        hash;

    /* claimed */
    uint64_t         user;
    uint64_t         vm;
    uint64_t         task;
    uint32_t         ctid;
    ngx_str_t        account;
    ngx_str_t        hostname;
    ngx_str_t        ip;
    ngx_str_t        gateway;
    ngx_str_t        dns;
} vz_order_t;


/*
 * vz_claim_order: account, number, address, task and mail in one transaction,
 * repeated as a whole when another order took the same number or account.
 *
 *   VZ_OK
 *   VZ_EXISTS       the DNI is known
 *   VZ_NOSPACE      no address is free
 *   VZ_DUPLICATE    another call with this Idempotency-Key was first
 *   VZ_OVERLOADED   too many orders at once
 *   VZ_DOWN         also when nobody knows whether the commit happened
 */
vz_code_e vz_claim_order(vz_call_t *call, vz_order_t *order);


#endif /* VZ_ORDER_H */
