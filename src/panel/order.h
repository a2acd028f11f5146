/*
 * An order: what the contract form asks for, and what it was given.
 */

#ifndef VZ_ORDER_H
#define VZ_ORDER_H

#include "idem.h"
#include "node.h"
#include "task.h"


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
typedef vz_code_e (*vz_claim_pt)(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);

/*
 * vz_claim_all: a list in one transaction, repeated as a whole when another
 * call took the same number or account.
 *
 *   VZ_OK           with order->task
 *   VZ_EXISTS       the DNI is known
 *   VZ_NOENT        the plan, the template, the user or the node is gone, or
 *                   not offered any more
 *   VZ_NOSPACE      no address is free, of a family that it needs
 *   VZ_DUPLICATE    another call with this Idempotency-Key was first
 *   VZ_OVERLOADED   too many at once
 *   VZ_DOWN         also when nobody knows whether the commit happened
 */
vz_code_e vz_claim_all(vz_call_t *call, vz_order_t *order,
    const vz_claim_pt *claims);

/* vz_claim_order: account, number, address, task and mail of a new customer. */
vz_code_e vz_claim_order(vz_call_t *call, vz_order_t *order);

/* What every new container claims: key, number and row, addresses. */
vz_code_e vz_claim_key(vz_tx_t *tx, vz_call_t *call, vz_order_t *order);
vz_code_e vz_claim_vm(vz_tx_t *tx, vz_call_t *call, vz_order_t *order);
vz_code_e vz_claim_address(vz_tx_t *tx, vz_call_t *call, vz_order_t *order);
vz_code_e vz_claim_network(vz_tx_t *tx, vz_call_t *call, vz_order_t *order);

/*
 * vz_claim_credentials: the mail with account and password, held for
 * order->task; what it says is in order->body, account, hostname, ip, also and
 * plan_name.
 */
vz_code_e vz_claim_credentials(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);

/* vz_claim_begin: the task of what was claimed; kind, done and who are set. */
vz_code_e vz_claim_begin(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    vz_task_new_t *task);

/*
 * vz_claim_hold: a mail that waits for the order's task; json is its open
 * object, which this closes and wipes: a password is in it.
 */
vz_code_e vz_claim_hold(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    const char *template, vz_json_t *json);

/* vz_claim_refuse: the reply where that was VZ_NOSPACE, VZ_NOENT, or worse. */
void vz_claim_refuse(vz_call_t *call, vz_code_e rc);

/*
 * vz_order_place: choose order->node for order->body.template: one that
 * answers and has it; else one that had it when it last answered: the task
 * waits for it to come back.  VZ_OK, or with the reply already set VZ_DOWN,
 * VZ_NOTEMPLATE or the database's.
 */
vz_code_e vz_order_place(vz_call_t *call, vz_order_t *order);

/* vz_order_draw: the password of what is ordered, wiped by who asked. */
vz_code_e vz_order_draw(vz_call_t *call, vz_order_t *order);

/*
 * vz_order_link: order->secret and link, from the path.  VZ_NOENT, with 404 as
 * the reply, where that is no secret of an order.
 */
vz_code_e vz_order_link(vz_call_t *call, vz_order_t *order);

/*
 * vz_order_tell: the order of order->link as the reply, with Location, under
 * that status; 0: 200 where the order has ended, else 202.
 */
void vz_order_tell(vz_call_t *call, const vz_order_t *order,
    ngx_uint_t status);


#endif /* VZ_ORDER_H */
