/*
 * The transaction that takes an order.  What two orders could both want
 * (account, number, address) is claimed by unique keys and compare-and-set;
 * who loses rolls back and tries the whole again.
 */

#include "audit.h"
#include "gateway.h"
#include "mail.h"
#include "name.h"
#include "number.h"
#include "order.h"
#include "stock.h"
#include "word.h"
#include "../runtime/crypt.h"
#include "../runtime/settings.h"


#define VZ_CLAIM_WAIT      60000        /* ms for a turn, and of tries */
#define VZ_CLAIM_DNS       3


static ngx_int_t vz_claim_enter(void);
static void vz_claim_leave(void);
static vz_code_e vz_claim_try(vz_call_t *call, vz_order_t *order,
    const vz_claim_pt *claims);
static vz_code_e vz_claim_user(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static vz_code_e vz_claim_family(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order, ngx_uint_t six, ngx_uint_t *got);
static vz_code_e vz_claim_from(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order, int64_t pool, ngx_uint_t six, ngx_uint_t *got);
static ngx_str_t vz_claim_dns(vz_call_t *call, ngx_str_t all, ngx_str_t more);
static vz_code_e vz_claim_task(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static vz_code_e vz_claim_received(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static vz_code_e vz_claim_audit(vz_tx_t *tx, vz_call_t *call,
    vz_order_t *order);
static ngx_uint_t vz_claim_is(const ngx_str_t *key, const char *name);


static ngx_uint_t  vz_claim_busy;
static vz_line_t   vz_claim_line;

static const vz_claim_pt  vz_claim_steps[] = {
    vz_claim_key,
    vz_claim_user,
    vz_claim_vm,
    vz_claim_address,
    vz_claim_network,
    vz_claim_task,
    vz_claim_credentials,
    vz_claim_received,
    vz_claim_audit,
    NULL
};


static const vz_sql_t  vz_claim_user_insert = vz_sql("order user",
    "INSERT INTO user (account, first_name, last_name, dni, document, email,"
    " phone, address, province, language, password, must_change, email_state,"
    " drawn) VALUES (?, ?, COALESCE(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, TRUE,"
    " 'mailed', NOW(3))");

/* what it is made of may have been withdrawn since it was looked at */

static const vz_sql_t  vz_claim_vm_insert = vz_sql("order vm",
    "INSERT INTO vm (node_id, ctid, tag, user_id, plan_id, template_id, name,"
    " hostname, vmguar_barrier_mib, vmguar_limit_mib, oomguar_barrier_mib,"
    " oomguar_limit_mib, privvm_barrier_mib, privvm_limit_mib, disk_soft_mib,"
    " disk_hard_mib, cpu_units, cpu_percent)"
    " SELECT n.id, ?, ?, u.id, p.id, t.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
    " FROM node n JOIN user u ON u.id = ?"
    " JOIN template t ON t.id = ? AND t.enabled"
    " LEFT JOIN plan p ON p.id = ?"
    " WHERE n.id = ? AND (p.id IS NOT NULL OR ? = 0) AND (p.visible OR ?)");

static const vz_sql_t  vz_claim_pools = vz_sql("order pools",
    "SELECT p.id, p.gateway, p.dns FROM address_pool p"
    " WHERE p.enabled AND (p.cidr LIKE '%:%') = ?"
    " AND (p.node_id IS NULL OR p.node_id = ?)"
    " AND EXISTS (SELECT 1 FROM address a WHERE a.pool_id = p.id"
    "  AND a.reserved = 0 AND a.vm_id IS NULL)"
    " ORDER BY p.id LIMIT 8");

/* who closes it, to take its addresses away, sees what is claimed after this */

static const vz_sql_t  vz_claim_pool = vz_sql("order pool",
    "SELECT 1 FROM address_pool WHERE id = ? AND enabled"
    " LOCK IN SHARE MODE");

/* by the index, in its order: those behind are not looked at, nor locked */

static const vz_sql_t  vz_claim_address_update = vz_sql("order address",
    "UPDATE address FORCE INDEX (free) SET vm_id = ?, position = ?"
    " WHERE pool_id = ? AND reserved = 0 AND vm_id IS NULL"
    " ORDER BY pool_id, reserved, vm_id, id LIMIT 1");

static const vz_sql_t  vz_claim_address_get = vz_sql("order address get",
    "SELECT address FROM address WHERE vm_id = ? ORDER BY position LIMIT 2");

static const vz_sql_t  vz_claim_network_update = vz_sql("order network",
    "UPDATE vm SET gateway = ?, dns = ? WHERE id = ?");


vz_code_e
vz_claim_order(vz_call_t *call, vz_order_t *order)
{
    return vz_claim_all(call, order, vz_claim_steps);
}


vz_code_e
vz_claim_all(vz_call_t *call, vz_order_t *order, const vz_claim_pt *claims)
{
    vz_code_e   rc;
    vz_task_t   task;
    ngx_msec_t  begun;

    if (vz_claim_enter() != NGX_OK) {
        return VZ_OVERLOADED;
    }

    begun = ngx_current_msec;

    for ( ;; ) {
        rc = vz_claim_try(call, order, claims);

        if (rc != VZ_CONFLICT || ngx_current_msec - begun >= VZ_CLAIM_WAIT) {
            break;
        }

        vz_sleep(5 + ngx_random() % 20);
    }

    vz_claim_leave();

    if (rc == VZ_CONFLICT) {
        return VZ_OVERLOADED;
    }

    if (rc != VZ_DOWN || order->task == 0) {
        return rc;
    }

    /* the connection broke at the commit, which may have happened */

    return vz_task_get(call->pool, order->task, NULL, 0, &task) == VZ_OK
           ? VZ_OK : VZ_DOWN;
}


void
vz_claim_refuse(vz_call_t *call, vz_code_e rc)
{
    switch (rc) {

    case VZ_NOSPACE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_address",
                        "There is no address left to give.");
        return;

    case VZ_NOENT:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "withdrawn",
                        "What this is made of (plan, system, account, node) "
                        "was withdrawn a moment ago: look at it again.");
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}


/*
 * All want the lowest number and the first address: within a worker they take
 * turns, so that only workers are in each other's way.
 */

static ngx_int_t
vz_claim_enter(void)
{
    if (vz_claim_busy) {
        return vz_line_wait(&vz_claim_line, VZ_CLAIM_WAIT);
    }

    vz_line_init(&vz_claim_line);
    vz_claim_busy = 1;

    return NGX_OK;
}


static void
vz_claim_leave(void)
{
    if (vz_line_wake(&vz_claim_line, 0) == 0) {
        vz_claim_busy = 0;
    }
}


static vz_code_e
vz_claim_try(vz_call_t *call, vz_order_t *order, const vz_claim_pt *claims)
{
    vz_tx_t            *tx;
    vz_code_e           rc;
    const vz_claim_pt  *claim;

    order->task = 0;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    for (claim = claims; *claim != NULL; claim++) {

        rc = (*claim)(tx, call, order);

        if (rc != VZ_OK) {
            order->task = 0;
            vz_db_rollback(tx);
            return rc;
        }
    }

    return vz_db_commit(tx);
}


vz_code_e
vz_claim_key(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    return vz_idem_claim(tx, call, &order->idem);
}


static vz_code_e
vz_claim_user(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_code_e         rc;
    vz_rows_t         rows;
    ngx_uint_t        i;
    vz_order_body_t  *body;

    body = &order->body;
    rc = VZ_CONFLICT;

    for (i = 0; i < VZ_NAME_TRIES; i++) {

        order->account = vz_name_try(call->pool, &body->first_name,
                                     &body->last_name, i);

        rc = vz_db_query(tx, call->pool, &vz_claim_user_insert,
                         vz_binds(vz_text(order->account),
                                  vz_text(body->first_name),
                                  vz_opt(body->last_name),
                                  vz_text(body->dni), vz_text(body->document),
                                  vz_text(body->email),
                                  vz_opt(body->phone), vz_opt(body->address),
                                  vz_opt(body->province),
                                  vz_text(body->language),
                                  vz_text(order->hash)),
                         &rows);

        if (rc == VZ_OK) {
            order->user = rows.insert_id;
            return VZ_OK;
        }

        if (rc != VZ_DUPLICATE) {
            return rc;
        }

        if (vz_claim_is(&rows.key, "dni")) {
            return VZ_EXISTS;
        }
    }

    return VZ_CONFLICT;
}


vz_code_e
vz_claim_vm(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;
    ngx_str_t  tag;
    vz_rows_t  rows;
    vz_bind_t  memory;

    rc = vz_number_free(tx, call->pool, order->node->id, &order->ctid);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_random_hex(call->pool, VZ_TAG_LEN / 2, &tag) != NGX_OK) {
        return VZ_INTERNAL;
    }

    memory = vz_int(order->memory_mib);

    order->hostname = order->body.hostname.len
                      ? order->body.hostname
                      : vz_call_printf(call, "vps%uD", order->ctid);

    rc = vz_db_query(tx, call->pool, &vz_claim_vm_insert,
                     vz_binds(vz_int(order->ctid), vz_text(tag),
                              vz_text(order->hostname),
                              vz_text(order->hostname), memory, memory,
                              memory, memory, memory, memory,
                              vz_int(order->disk_mib),
                              vz_int(order->disk_mib),
                              vz_int(order->cpu_units),
                              vz_int(order->cpu_percent),
                              vz_int(order->user), vz_int(order->template),
                              vz_int(order->plan), vz_int(order->node->id),
                              vz_int(order->plan), vz_int(order->given)),
                     &rows);

    if (rc == VZ_DUPLICATE) {
        return VZ_CONFLICT;
    }

    if (rc == VZ_OK && rows.affected == 0) {
        return VZ_NOENT;
    }

    order->vm = rows.insert_id;

    return rc;
}


/* one of each family, as vzpanel_order_addresses says; IPv4 is the first */

vz_code_e
vz_claim_address(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_code_e   rc;
    vz_stock_e  takes;
    ngx_uint_t  six, got, has;

    has = 0;

    ngx_str_null(&order->gateway);
    ngx_str_null(&order->dns);

    for (six = 0; six < 2; six++) {

        takes = vz_stock_takes(six, has);
        got = 0;

        if (takes == VZ_STOCK_NONE) {
            continue;
        }

        rc = vz_claim_family(tx, call, order, six, &got);
        if (rc != VZ_OK) {
            return rc;
        }

        if (!got && takes == VZ_STOCK_NEED) {
            return VZ_NOSPACE;
        }

        has |= got;
    }

    return VZ_OK;
}


static vz_code_e
vz_claim_family(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    ngx_uint_t six, ngx_uint_t *got)
{
    vz_code_e   rc;
    ngx_str_t   gateway;
    vz_rows_t   pools;
    ngx_uint_t  i;

    rc = vz_db_query(tx, call->pool, &vz_claim_pools,
                     vz_binds(vz_int(six), vz_int(order->node->id)), &pools);

    for (i = 0; rc == VZ_OK && i < pools.rows; i++) {

        rc = vz_claim_from(tx, call, order, vz_cell_int(&pools, i, 0), six,
                           got);

        if (rc != VZ_OK || !*got) {
            continue;
        }

        gateway = vz_cell_text(&pools, i, 1);

        order->gateway = vz_gateway_set(call->pool, order->gateway, gateway);
        order->dns = vz_claim_dns(call, order->dns,
                                  vz_cell_text(&pools, i, 2));
        break;
    }

    return rc;
}


static vz_code_e
vz_claim_from(vz_tx_t *tx, vz_call_t *call, vz_order_t *order, int64_t pool,
    ngx_uint_t six, ngx_uint_t *got)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_claim_pool, vz_binds(vz_int(pool)),
                     &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, &vz_claim_address_update,
                     vz_binds(vz_int(order->vm), vz_int(six), vz_int(pool)),
                     &rows);

    if (rc == VZ_OK) {
        *got = rows.affected != 0;
    }

    return rc;
}


/* name servers of both pools, each once */

static ngx_str_t
vz_claim_dns(vz_call_t *call, ngx_str_t all, ngx_str_t more)
{
    ngx_str_t   word, one, rest;
    ngx_uint_t  n, there;

    while (vz_word_next(&more, ' ', &word)) {

        there = 0;
        rest = all;

        for (n = 0; vz_word_next(&rest, ' ', &one); n++) {
            there |= one.len == word.len
                     && ngx_strncmp(one.data, word.data, one.len) == 0;
        }

        if (!there && n < VZ_CLAIM_DNS) {
            all = vz_call_printf(call, "%V%s%V", &all, n ? " " : "", &word);
        }
    }

    return all;
}


vz_code_e
vz_claim_network(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_code_e  rc;
    ngx_str_t  other;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_claim_address_get,
                     vz_binds(vz_int(order->vm)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    order->ip = vz_cell_text(&rows, 0, 0);
    other = vz_cell_text(&rows, 1, 0);

    ngx_str_null(&order->also);

    if (other.len) {
        order->also = vz_call_printf(call, ", %V", &other);
    }

    return vz_db_query(tx, call->pool, &vz_claim_network_update,
                       vz_binds(vz_opt(order->gateway), vz_opt(order->dns),
                                vz_int(order->vm)),
                       NULL);
}


static vz_code_e
vz_claim_task(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_task_new_t  task;

    ngx_memzero(&task, sizeof(vz_task_new_t));

    task.kind = "order";
    ngx_str_set(&task.actor_name, "visitor");
    task.via = "order";
    task.link.data = order->link;
    task.link.len = sizeof(order->link);
    task.done = 2;
    task.held = order->held;

    return vz_claim_begin(tx, call, order, &task);
}


vz_code_e
vz_claim_begin(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    vz_task_new_t *task)
{
    vz_code_e  rc;

    task->vm = order->vm;
    task->vm_name = order->hostname;
    task->owner = order->user;

    rc = vz_task_create(tx, call->pool, task, &order->task);
    if (rc != VZ_OK) {
        return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
    }

    return vz_idem_done(tx, call, &order->idem, order->task);
}


vz_code_e
vz_claim_credentials(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_json_t  json;

    vz_json_init(&json, call->pool);

    vz_json_object(&json, NULL);
    vz_json_text(&json, "first_name", &order->body.first_name);
    vz_json_text(&json, "account", &order->account);
    vz_json_text(&json, "password", &order->password);
    vz_json_text(&json, "address", &order->ip);
    vz_json_text(&json, "also", &order->also);
    vz_json_text(&json, "hostname", &order->hostname);
    vz_json_text(&json, "plan", &order->plan_name);

    return vz_claim_hold(tx, call, order, "credentials", &json);
}


vz_code_e
vz_claim_hold(vz_tx_t *tx, vz_call_t *call, vz_order_t *order,
    const char *template, vz_json_t *json)
{
    vz_code_e     rc;
    ngx_str_t     data;
    ngx_chain_t  *cl;

    vz_json_close(json);

    if (vz_json_end(json) != NGX_OK
        || vz_json_string(json, &data) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    rc = vz_mail_hold(tx, call->pool, order->user, order->task,
                      &order->body.email, template, &order->body.language,
                      &data);

    ngx_explicit_memzero(data.data, data.len);

    for (cl = json->first; cl != NULL; cl = cl->next) {
        ngx_explicit_memzero(cl->buf->start, cl->buf->last - cl->buf->start);
    }

    return rc;
}


/* who waits for an administrator is mailed the way back to his order */

static vz_code_e
vz_claim_received(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    const vz_mail_member_t  members[] = {
        { "first_name", order->body.first_name },
        { "plan", order->plan_name },
        { "order", vz_call_printf(call, "%uL", order->task) },
        { "link", order->secret }
    };

    if (!order->held || vz_settings()->public_url.len == 0) {
        return VZ_OK;
    }

    return vz_mail_queue(tx, call->pool, order->user, &order->body.email,
                         "received", &order->body.language, members,
                         sizeof(members) / sizeof(members[0]));
}


static vz_code_e
vz_claim_audit(vz_tx_t *tx, vz_call_t *call, vz_order_t *order)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = order->user;
    audit.account = order->account;
    audit.action = "order.make";
    audit.object = vz_call_printf(call, "vm %uL", order->vm);
    audit.result = "ok";

    return vz_audit_write(tx, call, &audit);
}


static ngx_uint_t
vz_claim_is(const ngx_str_t *key, const char *name)
{
    size_t  len;

    len = ngx_strlen(name);

    return key->len == len && ngx_strncmp(key->data, name, len) == 0;
}
