/*
 * Changing the addresses of a container.  A new one is claimed by a
 * compare-and-set while the container's row is locked; one that is taken away
 * stays the container's until the node has released it.
 */

#include <arpa/inet.h>
#include "panel/api/strlist.h"
#include "panel/vm/hardware.h"
#include "panel/vm/hardware_address.h"
#include "runtime/call.h"
#include "runtime/row.h"


typedef struct {
    vz_vm_action_t         *change;
    vz_tx_t                *tx;
    const ngx_str_t        *wished;    /* words */
    vz_rows_t               has;        /* in their order */
    uint64_t                node;
    int64_t                 position;   /* of the next one that comes */
    ngx_uint_t              kept;       /* of has, below this all was seen */
    ngx_uint_t              taken;
    ngx_str_t               add;
} vz_hardware_claim_t;


static vz_code_e vz_hardware_has(vz_hardware_claim_t *claim);
static ngx_uint_t vz_hardware_find(const vz_hardware_claim_t *claim,
    const ngx_str_t *address);
static void vz_hardware_keep(vz_hardware_claim_t *claim, ngx_uint_t n);
static vz_code_e vz_hardware_take(vz_hardware_claim_t *claim,
    const ngx_str_t *address);
static vz_code_e vz_hardware_why(vz_hardware_claim_t *claim,
    const ngx_str_t *address);
static ngx_str_t vz_hardware_lost(const vz_hardware_claim_t *claim);
static vz_code_e vz_hardware_said(vz_hardware_claim_t *claim);


static const vz_sql_t  vz_hardware_mine = vz_sql("hardware addresses",
    "SELECT a.address, a.position, v.node_id FROM vm v"
    " LEFT JOIN address a ON a.vm_id = v.id"
    " WHERE v.id = ? ORDER BY a.position, a.id");

static const vz_sql_t  vz_hardware_claim = vz_sql("hardware claim",
    "UPDATE address a JOIN address_pool p ON p.id = a.pool_id"
    " SET a.vm_id = ?, a.position = ?"
    " WHERE a.address = ? AND a.vm_id IS NULL AND a.reserved = 0"
    " AND p.enabled AND (p.node_id IS NULL OR p.node_id = ?)");

static const vz_sql_t  vz_hardware_pool = vz_sql("hardware pool",
    "SELECT a.reserved FROM address a"
    " JOIN address_pool p ON p.id = a.pool_id"
    " WHERE a.address = ? AND p.enabled"
    " AND (p.node_id IS NULL OR p.node_id = ?)");


ngx_str_t
vz_hardware_address_canonical(vz_call_t *call, ngx_str_t addresses)
{
    int            family;
    char           text[INET6_ADDRSTRLEN];
    ngx_str_t      word, out;
    unsigned char  addr[16];

    ngx_str_set(&out, "");

    while (vz_strlist_next(&addresses, ' ', &word)) {

        ngx_cpystrn((u_char *) text, word.data,
                    ngx_min(word.len + 1, sizeof(text)));

        family = strchr(text, ':') == NULL ? AF_INET : AF_INET6;

        if (inet_pton(family, text, addr) == 1) {
            (void) inet_ntop(family, addr, text, sizeof(text));
        }

        out = vz_call_printf(call, "%V%s%s", &out, out.len ? " " : "", text);
    }

    return out;
}


vz_code_e
vz_hardware_address_claim(vz_vm_action_t *change, vz_tx_t *tx,
    const ngx_str_t *wished, ngx_str_t *add, ngx_str_t *drop)
{
    vz_code_e             rc;
    ngx_str_t             rest, word, before;
    ngx_uint_t            n;
    vz_hardware_claim_t   claim;

    ngx_memzero(&claim, sizeof(vz_hardware_claim_t));

    claim.change = change;
    claim.tx = tx;
    claim.wished = wished;
    ngx_str_set(&claim.add, "");

    rest = *wished;
    before.data = wished->data;

    rc = vz_hardware_has(&claim);

    while (rc == VZ_OK && vz_strlist_next(&rest, ' ', &word)) {

        before.len = word.data - before.data;

        if (vz_strlist_has(before, ' ', &word)) {
            vz_call_invalid(change->call, "addresses", "duplicate",
                            "%V is listed twice", &word);
            continue;
        }

        n = vz_hardware_find(&claim, &word);

        if (n < claim.has.rows) {
            vz_hardware_keep(&claim, n);

        } else {
            rc = vz_hardware_take(&claim, &word);
        }
    }

    *add = claim.add;
    *drop = vz_hardware_lost(&claim);

    return rc == VZ_OK ? vz_hardware_said(&claim) : rc;
}


static vz_code_e
vz_hardware_has(vz_hardware_claim_t *claim)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    rc = vz_db_query(claim->tx, claim->change->call->pool, &vz_hardware_mine,
                     vz_binds(vz_int(claim->change->id)), &claim->has);
    if (rc != VZ_OK) {
        return rc;
    }

    claim->node = vz_row_int(&claim->has, 0, "node_id");
    claim->position = 1;

    for (i = 0; i < claim->has.rows; i++) {
        claim->position = ngx_max(claim->position,
                                  vz_row_int(&claim->has, i, "position") + 1);
    }

    return VZ_OK;
}


/* its index among the container's addresses, their count if it is new */

static ngx_uint_t
vz_hardware_find(const vz_hardware_claim_t *claim, const ngx_str_t *address)
{
    ngx_str_t   one;
    ngx_uint_t  i;

    for (i = 0; i < claim->has.rows; i++) {
        one = vz_row_text(&claim->has, i, "address");

        if (one.len == address->len
            && ngx_strncmp(one.data, address->data, one.len) == 0)
        {
            break;
        }
    }

    return i;
}


/* addresses that stay keep their order: the first is shown to people */

static void
vz_hardware_keep(vz_hardware_claim_t *claim, ngx_uint_t n)
{
    if (n < claim->kept || claim->add.len) {
        vz_call_invalid(claim->change->call, "addresses", "order",
                        "must keep the order of the present addresses; "
                        "append new ones");
        return;
    }

    claim->kept = n + 1;
}


static vz_code_e
vz_hardware_take(vz_hardware_claim_t *claim, const ngx_str_t *address)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_call_t  *call;

    call = claim->change->call;

    rc = vz_db_query(claim->tx, call->pool, &vz_hardware_claim,
                     vz_binds(vz_int(claim->change->id),
                              vz_int(claim->position), vz_text(*address),
                              vz_int(claim->node)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.affected == 0) {
        return vz_hardware_why(claim, address);
    }

    claim->position++;
    claim->add = vz_call_printf(call, "%V%s%V", &claim->add,
                                claim->add.len ? " " : "", address);

    return VZ_OK;
}


static vz_code_e
vz_hardware_why(vz_hardware_claim_t *claim, const ngx_str_t *address)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_call_t  *call;

    call = claim->change->call;

    rc = vz_db_query(claim->tx, call->pool, &vz_hardware_pool,
                     vz_binds(vz_text(*address), vz_int(claim->node)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        vz_call_invalid(call, "addresses", "absent",
                        "%V is in no address pool of this node", address);
        return VZ_OK;
    }

    claim->taken++;
    vz_call_invalid(call, "addresses", "taken", "%V is %s", address,
                    vz_row_int(&rows, 0, "reserved") ? "reserved"
                                                     : "another container's");

    return VZ_OK;
}


static ngx_str_t
vz_hardware_lost(const vz_hardware_claim_t *claim)
{
    ngx_str_t   one, lost;
    ngx_uint_t  i;

    ngx_str_set(&lost, "");

    for (i = 0; i < claim->has.rows; i++) {
        one = vz_row_text(&claim->has, i, "address");

        if (one.len && !vz_strlist_has(*claim->wished, ' ', &one)) {
            lost = vz_call_printf(claim->change->call, "%V%s%V", &lost,
                                  lost.len ? " " : "", &one);
        }
    }

    return lost;
}


/* 409 where all that is wrong is that an address is taken */

static vz_code_e
vz_hardware_said(vz_hardware_claim_t *claim)
{
    vz_call_t  *call;

    call = claim->change->call;

    if (call->nerrors == 0) {
        return VZ_OK;
    }

    if (claim->taken == call->nerrors) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "taken",
                        "An address is already in use.");
        return VZ_EXISTS;
    }

    vz_call_refuse(call);

    return VZ_RANGE;
}
