/*
 * An order: what the contract form asks for, and what it was given.
 */

#ifndef VZ_ORDER_H
#define VZ_ORDER_H

#include "panel/api/body.h"
#include "panel/api/idempotency.h"
#include "panel/node/node.h"
#include "panel/task/task.h"


/* The form. */
typedef struct {
    ngx_str_t        first_name;
    ngx_str_t        last_name;
    ngx_str_t        dni;           /* as it is compared */
    ngx_str_t        document;      /* as it was typed */
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
    vz_order_body_t   body;
    vz_idempotency_t  idem;

    /* looked up before */
    uint64_t         plan;
    uint64_t         template;
    int64_t          memory_mib;
    int64_t          disk_mib;
    int64_t          cpu_units;
    int64_t          cpu_percent;
    ngx_str_t        plan_name;
    vz_node_row_t   *node;

    ngx_uint_t       held;          /* an administrator has to let it run */
    ngx_uint_t       given;         /* by one, who may give a hidden plan */

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
    ngx_str_t        also;          /* ", " and its other address, or empty */
    ngx_str_t        gateway;       /* of each family, IPv4 first */
    ngx_str_t        dns;
} vz_order_t;


/* One thing that is claimed; a transaction is a list of them, ended by NULL. */
typedef vz_code_e (*vz_order_claim_pt)(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);

/*
 * vz_order_place: choose order->node for order->body.template: one that
 * answers and has it; else one that had it when it last answered: the task
 * waits for it to come back.  VZ_OK, or with the reply already set VZ_DOWN,
 * VZ_NOTEMPLATE or the database's.
 */
vz_code_e vz_order_place(vz_call_t *call, vz_order_t *order);

/* vz_order_draw: the password of what is ordered, wiped by who asked. */
vz_code_e vz_order_draw(vz_call_t *call, vz_order_t *order);

extern const vz_verb_body_t  vz_order_form;
void vz_order_make(vz_call_t *call);
void vz_order_show(vz_call_t *call);


#endif /* VZ_ORDER_H */
