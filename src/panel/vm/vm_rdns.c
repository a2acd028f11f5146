/*
 * The names of a container's addresses in DNS.
 */

#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/live/vm_lifecycle.h"
#include "panel/node/rdns.h"
#include "panel/vm/hardware_address.h"
#include "panel/vm/vm_rdns.h"
#include "runtime/fiber.h"
#include "runtime/resolve.h"
#include "runtime/row.h"
#include "runtime/settings.h"
#include "runtime/zone_limit.h"


#define VZ_VM_RDNS_TRIES    5
#define VZ_VM_RDNS_FREE     40      /* changes of a user, before a wait */
#define VZ_VM_RDNS_LONGEST  300     /* seconds between two, at most */
#define VZ_VM_RDNS_RESOLVE  2000    /* ms */


/* What a request asks for, and what it is about. */
typedef struct {
    ngx_str_t          address;
    ngx_str_t          name;            /* empty: none */
    ngx_uint_t         chosen;
    ngx_str_t          arpa;
    vz_prefix_t        net;
    uint64_t           vm;
    vz_vm_lifecycle_e  lifecycle;
} vz_vm_rdns_ask_t;


static ngx_uint_t vz_vm_rdns_read(vz_call_t *call, vz_vm_rdns_ask_t *ask);
static ngx_uint_t vz_vm_rdns_often(vz_call_t *call);
static vz_code_e vz_vm_rdns_try(vz_call_t *call, vz_vm_rdns_ask_t *ask);
static vz_code_e vz_vm_rdns_in(vz_call_t *call, vz_tx_t *tx,
    vz_vm_rdns_ask_t *ask);
static vz_code_e vz_vm_rdns_refuse(vz_call_t *call, const char *code,
    const char *message);
static void vz_vm_rdns_reply(vz_call_t *call, const vz_vm_rdns_ask_t *ask);
static vz_code_e vz_vm_rdns_item(vz_call_t *call, vz_json_t *out,
    const vz_rows_t *rows, ngx_uint_t i);


static const vz_body_member_t  vz_vm_rdns_members[] = {
    { "address", VZ_BODY_FIELD, VZ_FIELD_ADDRESS, 1, 0, 0,
      offsetof(vz_vm_rdns_ask_t, address) },
    { "name", VZ_BODY_FIELD, VZ_FIELD_DOMAIN, 0, 0, 0,
      offsetof(vz_vm_rdns_ask_t, name) }
};

const vz_body_t  vz_vm_rdns_form = vz_body("ReverseName", vz_vm_rdns_members);


/* NULL for all addresses, or one */

static const vz_sql_t  vz_vm_rdns_sql_list = vz_sql("vm rdns",
    "SELECT a.address, r.name, COALESCE(r.chosen, 0) AS chosen,"
    " r.due IS NULL AS published, r.problem"
    " FROM vm v LEFT JOIN address a ON a.vm_id = v.id"
    "  AND (? IS NULL OR a.address = ?)"
    " LEFT JOIN rdns r ON r.address = a.address AND r.vm_id = v.id"
    " WHERE v.id = ? AND " vz_auth_owned("v.user_id")
    " ORDER BY a.position, a.id");

static const vz_sql_t  vz_vm_rdns_sql_lock = vz_sql("vm rdns lock",
    "SELECT v.lifecycle FROM vm v WHERE v.id = ? AND "
    vz_auth_owned("v.user_id") " FOR UPDATE");


void
vz_vm_rdns_show(vz_call_t *call)
{
    uint64_t     id;
    vz_bind_t    owner;
    vz_code_e    rc;
    vz_json_t   *out;
    vz_rows_t    rows;
    ngx_uint_t   i;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_route_row(call, &vz_vm_rdns_sql_list,
                        vz_binds(vz_none(), vz_none(), vz_int(id), owner,
                                 owner),
                        &rows)
           != VZ_OK)
    {
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_bool(out, "available", vz_settings()->rdns);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows && !vz_row_null(&rows, i, "address"); i++) {
        rc = vz_vm_rdns_item(call, out, &rows, i);

        if (rc != VZ_OK) {
            vz_call_fault(call, "database", rc);
            return;
        }
    }

    vz_json_close(out);
    vz_json_null(out, "next");
    vz_json_close(out);
}


/* one whose zone is not there has no name, whatever was wished before */

static vz_code_e
vz_vm_rdns_item(vz_call_t *call, vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t i)
{
    vz_code_e    rc;
    ngx_str_t    address, arpa, zone, problem;
    vz_prefix_t  net;

    address = vz_row_text(rows, i, "address");
    problem = vz_row_text(rows, i, "problem");
    ngx_str_set(&zone, "");

    rc = vz_rdns_arpa(call->pool, &address, &net, &arpa);

    if (rc == VZ_OK) {
        rc = vz_rdns_zone(NULL, call->pool, &net, &arpa, &zone);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    if (zone.len == 0) {
        ngx_str_set(&problem, "no_zone");
    }

    vz_json_object(out, NULL);
    vz_json_text(out, "address", &address);
    vz_json_opt(out, "name", vz_row_text(rows, i, "name"));
    vz_json_bool(out, "chosen", vz_row_int(rows, i, "chosen") != 0);
    vz_json_bool(out, "published", vz_row_int(rows, i, "published") != 0);
    vz_json_opt(out, "problem", problem);
    vz_json_close(out);

    return VZ_OK;
}


void
vz_vm_rdns_set(vz_call_t *call)
{
    vz_code_e         rc;
    ngx_uint_t        i;
    vz_vm_rdns_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_vm_rdns_ask_t));

    if (vz_route_id(call, 0, &ask.vm) != VZ_OK
        || !vz_vm_rdns_read(call, &ask))
    {
        return;
    }

    rc = VZ_CONFLICT;

    for (i = 0; rc == VZ_CONFLICT && i < VZ_VM_RDNS_TRIES; i++) {
        if (i) {
            vz_fiber_sleep(5 + ngx_random() % 20);
        }

        rc = vz_vm_rdns_try(call, &ask);
    }

    if (rc == VZ_NOENT) {
        vz_route_absent(call);

    } else if (rc != VZ_OK) {
        if (call->status == 0) {
            vz_call_fault(call, "database", rc);
        }

    } else {
        vz_vm_rdns_reply(call, &ask);
    }
}


/* whether the body is one; a name that is not there is not one of null */

static ngx_uint_t
vz_vm_rdns_read(vz_call_t *call, vz_vm_rdns_ask_t *ask)
{
    if (vz_body_read(call, &vz_vm_rdns_form, ask) != VZ_OK) {
        return 0;
    }

    ask->address = vz_hardware_address_canonical(call, ask->address);

    if (vz_rdns_arpa(call->pool, &ask->address, &ask->net, &ask->arpa)
        != VZ_OK)
    {
        (void) vz_vm_rdns_refuse(call, "absent",
                                 "is no address of this container");
        return 0;
    }

    ask->chosen = vz_body_given(call, "name");

    if (ask->chosen) {
        ask->name = vz_call_printf(call, "%V", &ask->name);
        ngx_strlow(ask->name.data, ask->name.data, ask->name.len);

    } else if (vz_body_cleared(call, "name")) {
        ask->name = vz_rdns_default(call->pool, &ask->address);

    } else {
        vz_call_invalid(call, "name", "required",
                        "is missing; null takes the name away");
        vz_call_refuse(call);
        return 0;
    }

    return 1;
}


static vz_code_e
vz_vm_rdns_try(vz_call_t *call, vz_vm_rdns_ask_t *ask)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);

    if (rc == VZ_OK) {
        rc = vz_db_end(tx, vz_vm_rdns_in(call, tx, ask));
    }

    return rc;
}


static vz_code_e
vz_vm_rdns_in(vz_call_t *call, vz_tx_t *tx, vz_vm_rdns_ask_t *ask)
{
    vz_bind_t  owner;
    vz_code_e  rc;
    ngx_str_t  name, arpa, zone;
    vz_rows_t  rows;

    owner = vz_auth_owner(call);
    arpa = ask->arpa;

    rc = vz_db_query(tx, call->pool, &vz_vm_rdns_sql_lock,
                     vz_binds(vz_int(ask->vm), owner, owner), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc != VZ_OK ? rc : VZ_NOENT;
    }

    name = vz_row_text(&rows, 0, "lifecycle");
    ask->lifecycle = vz_vm_lifecycle_parse(&name);

    if (!vz_settings()->rdns) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "rdns_off",
                        "This panel gives addresses no names.");
        return VZ_STATE;
    }

    if (!(vz_vm_lifecycle_bit(ask->lifecycle)
          & (call->who.admin ? VZ_VM_LIFECYCLE_IS_MADE
                             : VZ_VM_LIFECYCLE_IS_READY)))
    {
        vz_call_problem(call, NGX_HTTP_CONFLICT,
                        ask->lifecycle == VZ_VM_LIFECYCLE_SUSPENDED
                        ? "suspended" : "not_ready",
                        "The container is not ready: %s.",
                        vz_vm_lifecycle_name(ask->lifecycle));
        return VZ_STATE;
    }

    if (vz_vm_rdns_often(call)) {
        return VZ_STATE;
    }

    rc = vz_rdns_set(tx, call->pool, ask->vm, &ask->address, &ask->name,
                     ask->chosen);

    if (rc == VZ_NOENT) {
        return vz_vm_rdns_refuse(call, "absent",
                                 "is no address of this container");
    }

    if (rc == VZ_OK) {
        rc = vz_rdns_zone(tx, call->pool, &ask->net, &arpa, &zone);
    }

    if (rc == VZ_OK && zone.len == 0) {
        return vz_vm_rdns_refuse(call, "no_zone",
                                 "is in no zone of this panel's name server");
    }

    if (rc != VZ_OK) {
        return rc;
    }

    return vz_audit_with(tx, call, "vm.rdns",
                         vz_call_printf(call, "vm %uL", ask->vm),
                         vz_call_printf(call, "%V %V", &ask->address,
                                        &ask->name));
}


static vz_code_e
vz_vm_rdns_refuse(vz_call_t *call, const char *code, const char *message)
{
    vz_call_invalid(call, "address", code, message);
    vz_call_refuse(call);

    return VZ_STATE;
}


/* each change is a new serial of a zone, which its secondaries fetch */

static ngx_uint_t
vz_vm_rdns_often(vz_call_t *call)
{
    vz_limit_t  limit;
    ngx_uint_t  seconds;

    if (call->who.admin) {
        return 0;
    }

    ngx_memzero(&limit, sizeof(vz_limit_t));
    limit.key = vz_call_printf(call, "rdns %uL", call->who.user);
    limit.free = VZ_VM_RDNS_FREE;
    limit.longest = VZ_VM_RDNS_LONGEST;

    seconds = vz_zone_limit_try(&limit, 1);

    if (seconds) {
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                        "Too many changes; wait %ui seconds.", seconds);
        vz_call_header(call, "Retry-After",
                       vz_call_printf(call, "%ui", seconds));
    }

    return seconds != 0;
}


static void
vz_vm_rdns_reply(vz_call_t *call, const vz_vm_rdns_ask_t *ask)
{
    vz_bind_t      owner, address;
    vz_code_e      rc;
    vz_json_t     *out;
    vz_rows_t      rows;
    vz_resolve_e   points;

    points = ask->name.len == 0 ? VZ_RESOLVE_UNKNOWN
             : vz_resolve_points(&ask->name, ask->net.family, ask->net.addr,
                                 VZ_VM_RDNS_RESOLVE);

    owner = vz_auth_owner(call);
    address = vz_text(ask->address);

    if (vz_route_row(call, &vz_vm_rdns_sql_list,
                     vz_binds(address, address, vz_int(ask->vm), owner,
                              owner),
                     &rows)
        != VZ_OK)
    {
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);

    if (points == VZ_RESOLVE_UNKNOWN) {
        vz_json_null(out, "points_back");
    } else {
        vz_json_bool(out, "points_back", points == VZ_RESOLVE_YES);
    }

    vz_json_array(out, "items");
    rc = vz_row_null(&rows, 0, "address")
         ? VZ_OK : vz_vm_rdns_item(call, out, &rows, 0);
    vz_json_close(out);
    vz_json_close(out);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
    }
}
