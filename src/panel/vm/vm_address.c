/*
 * The addresses of a new container, allocated from the pools of its node.
 */

#include "panel/api/strlist.h"
#include "panel/node/address_stock.h"
#include "panel/node/gateway.h"
#include "panel/vm/vm_address.h"
#include "runtime/call.h"
#include "runtime/row.h"


#define VZ_VM_ADDRESS_DNS  3


typedef struct {
    vz_tx_t          *tx;
    vz_call_t        *call;
    uint64_t          vm;
    uint64_t          node;
    ngx_uint_t        six;          /* the family: IPv6 */
    ngx_uint_t        got;          /* one of this family */
    vz_vm_address_t  *address;
} vz_vm_address_claim_t;


static vz_code_e vz_vm_address_family(vz_vm_address_claim_t *claim);
static vz_code_e vz_vm_address_from(vz_vm_address_claim_t *claim,
    int64_t pool);
static ngx_str_t vz_vm_address_dns(vz_call_t *call, ngx_str_t all,
    ngx_str_t more);
static vz_code_e vz_vm_address_store(vz_vm_address_claim_t *claim);


static const vz_sql_t  vz_vm_address_pools = vz_sql("order pools",
    "SELECT p.id, p.gateway, p.dns FROM address_pool p"
    " WHERE p.enabled AND (p.cidr LIKE '%:%') = ?"
    " AND (p.node_id IS NULL OR p.node_id = ?)"
    " AND EXISTS (SELECT 1 FROM address a WHERE a.pool_id = p.id"
    "  AND a.reserved = 0 AND a.vm_id IS NULL)"
    " ORDER BY p.id LIMIT 8");

/* a pool that is closed meanwhile waits for us, or is seen as closed */

static const vz_sql_t  vz_vm_address_lock = vz_sql("order pool",
    "SELECT 1 FROM address_pool WHERE id = ? AND enabled"
    " LOCK IN SHARE MODE");

/* in the order of the index: only the row that is taken gets locked */

static const vz_sql_t  vz_vm_address_take = vz_sql("order address",
    "UPDATE address FORCE INDEX (free) SET vm_id = ?, position = ?"
    " WHERE pool_id = ? AND reserved = 0 AND vm_id IS NULL"
    " ORDER BY pool_id, reserved, vm_id, id LIMIT 1");

static const vz_sql_t  vz_vm_address_get = vz_sql("order address get",
    "SELECT address FROM address WHERE vm_id = ? ORDER BY position LIMIT 2");

static const vz_sql_t  vz_vm_address_network = vz_sql("order network",
    "UPDATE vm SET gateway = ?, dns = ? WHERE id = ?");


vz_code_e
vz_vm_address(vz_tx_t *tx, vz_call_t *call, uint64_t vm, uint64_t node,
    vz_vm_address_t *address)
{
    vz_code_e              rc;
    ngx_uint_t             has;
    vz_address_stock_e     takes;
    vz_vm_address_claim_t  claim;

    ngx_memzero(address, sizeof(vz_vm_address_t));
    ngx_memzero(&claim, sizeof(vz_vm_address_claim_t));

    claim.tx = tx;
    claim.call = call;
    claim.vm = vm;
    claim.node = node;
    claim.address = address;

    has = 0;

    for (claim.six = 0; claim.six < 2; claim.six++) {

        takes = vz_address_stock_takes(claim.six, has);
        claim.got = 0;

        if (takes == VZ_ADDRESS_STOCK_NONE) {
            continue;
        }

        rc = vz_vm_address_family(&claim);
        if (rc != VZ_OK) {
            return rc;
        }

        if (!claim.got && takes == VZ_ADDRESS_STOCK_NEED) {
            address->lacks = claim.six ? 6 : 4;
            return VZ_NOSPACE;
        }

        has |= claim.got;
    }

    return vz_vm_address_store(&claim);
}


static vz_code_e
vz_vm_address_family(vz_vm_address_claim_t *claim)
{
    vz_code_e         rc;
    ngx_str_t         gateway;
    vz_rows_t         pools;
    vz_call_t        *call;
    ngx_uint_t        i;
    vz_vm_address_t  *address;

    call = claim->call;
    address = claim->address;

    rc = vz_db_query(claim->tx, call->pool, &vz_vm_address_pools,
                     vz_binds(vz_int(claim->six), vz_int(claim->node)),
                     &pools);

    for (i = 0; rc == VZ_OK && i < pools.rows; i++) {

        rc = vz_vm_address_from(claim, vz_row_int(&pools, i, "id"));

        if (rc != VZ_OK || !claim->got) {
            continue;
        }

        gateway = vz_row_text(&pools, i, "gateway");

        address->gateway = vz_gateway_set(call->pool, address->gateway,
                                          gateway);
        address->dns = vz_vm_address_dns(call, address->dns,
                                         vz_row_text(&pools, i, "dns"));
        break;
    }

    return rc;
}


static vz_code_e
vz_vm_address_from(vz_vm_address_claim_t *claim, int64_t pool)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(claim->tx, claim->call->pool, &vz_vm_address_lock,
                     vz_binds(vz_int(pool)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc;
    }

    rc = vz_db_query(claim->tx, claim->call->pool, &vz_vm_address_take,
                     vz_binds(vz_int(claim->vm), vz_int(claim->six),
                              vz_int(pool)),
                     &rows);

    if (rc == VZ_OK) {
        claim->got = rows.affected != 0;
    }

    return rc;
}


/* merge the name servers of two pools, each of them once */

static ngx_str_t
vz_vm_address_dns(vz_call_t *call, ngx_str_t all, ngx_str_t more)
{
    ngx_str_t   word, one, rest;
    ngx_uint_t  n, there;

    while (vz_strlist_next(&more, ' ', &word)) {

        there = 0;
        rest = all;

        for (n = 0; vz_strlist_next(&rest, ' ', &one); n++) {
            there |= one.len == word.len
                     && ngx_strncmp(one.data, word.data, one.len) == 0;
        }

        if (!there && n < VZ_VM_ADDRESS_DNS) {
            all = vz_call_printf(call, "%V%s%V", &all, n ? " " : "", &word);
        }
    }

    return all;
}


static vz_code_e
vz_vm_address_store(vz_vm_address_claim_t *claim)
{
    vz_code_e         rc;
    ngx_str_t         other;
    vz_rows_t         rows;
    vz_call_t        *call;
    vz_vm_address_t  *address;

    call = claim->call;
    address = claim->address;

    rc = vz_db_query(claim->tx, call->pool, &vz_vm_address_get,
                     vz_binds(vz_int(claim->vm)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    address->first = vz_row_text(&rows, 0, "address");
    other = vz_row_text(&rows, 1, "address");

    if (other.len) {
        address->also = vz_call_printf(call, ", %V", &other);
    }

    return vz_db_query(claim->tx, call->pool, &vz_vm_address_network,
                       vz_binds(vz_bind_opt(address->gateway),
                                vz_bind_opt(address->dns),
                                vz_int(claim->vm)),
                       NULL);
}
