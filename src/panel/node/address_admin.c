/*
 * /api/admin/addresses/{id}/...: single addresses of a pool.
 */

#include "panel/api/edit.h"
#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "panel/api/zone_ids.h"
#include "panel/node/address_admin.h"
#include "panel/api/prefix.h"
#include "runtime/call.h"


typedef struct {
    int64_t         reserved;
} vz_address_body_t;


static const vz_body_member_t  vz_address_members[] = {
    { "reserved", VZ_BODY_BOOL, 0, 1, 0, 1,
      offsetof(vz_address_body_t, reserved) }
};

const vz_body_t  vz_address_admin_form = vz_body("Address",
                                                 vz_address_members);


#define VZ_ADDRESS_STATE                                                      \
    "CASE WHEN a.vm_id IS NOT NULL THEN 'taken'"                              \
    " WHEN a.reserved THEN 'reserved' ELSE 'free' END"

#define VZ_ADDRESS_SELECT                                                     \
    "SELECT a.id, a.address, " VZ_ADDRESS_STATE ", a.reserved, v.id, v.name," \
    " u.id, u.account, TRIM(CONCAT(u.first_name, ' ', u.last_name)), n.name"  \
    " FROM address a LEFT JOIN vm v ON v.id = a.vm_id"                        \
    " LEFT JOIN user u ON u.id = v.user_id"                                   \
    " LEFT JOIN node n ON n.id = a.stranger_node"

static const vz_sql_t  vz_address_rows = vz_sql("addresses",
    VZ_ADDRESS_SELECT
    " WHERE a.pool_id = ? AND (? IS NULL OR a.id > ?)"
    " AND (? IS NULL OR " VZ_ADDRESS_STATE " = ?)"
    " AND (? IS NULL OR " vz_query_like("a.address") " OR v.name LIKE ?"
    "  OR " vz_query_like("u.account") ")"
    " ORDER BY a.id LIMIT ?");

static const vz_sql_t  vz_address_one = vz_sql("address",
    VZ_ADDRESS_SELECT " WHERE a.pool_id = ? AND a.address = ?");

static const vz_sql_t  vz_address_pool = vz_sql("address pool",
    "SELECT 1 FROM address_pool WHERE id = ?");

static const vz_sql_t  vz_address_update = vz_sql("address update",
    "UPDATE address SET reserved = ?, stranger_node = NULL"
    " WHERE pool_id = ? AND address = ?");


static const char *const  vz_address_states[] = {
    "free", "taken", "reserved", NULL
};

static const vz_query_t  vz_address_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "state", VZ_QUERY_WORD, 2, vz_address_states },
    { "q", VZ_QUERY_SEARCH, 4, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_address_admin_args = vz_query_args(vz_address_arg);

static const vz_row_json_member_t  vz_address_cells[] = {
    { "id", VZ_ROW_JSON_HIDDEN },
    { "address", VZ_ROW_JSON_TEXT },
    { "state", VZ_ROW_JSON_TEXT },
    { "reserved", VZ_ROW_JSON_BOOL },
    { "vm", VZ_ROW_JSON_OBJECT },
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { NULL, VZ_ROW_JSON_END },
    { "owner", VZ_ROW_JSON_OBJECT },
    { "id", VZ_ROW_JSON_INT },
    { "account", VZ_ROW_JSON_TEXT },
    { "name", VZ_ROW_JSON_TEXT },
    { NULL, VZ_ROW_JSON_END },
    { "stranger", VZ_ROW_JSON_OPT }
};

static const vz_row_json_t  vz_address_shape = vz_row_json(vz_address_cells);

static const vz_listing_t  vz_address_listing = {
    &vz_address_rows, &vz_address_one, &vz_address_admin_args,
    &vz_address_shape,
    NULL
};


void
vz_address_admin_list(vz_call_t *call)
{
    uint64_t   id;
    vz_rows_t  pool;

    if (vz_route_id(call, 0, &id) == VZ_OK
        && vz_route_row(call, &vz_address_pool, vz_binds(vz_int(id)), &pool)
           == VZ_OK)
    {
        vz_listing_call(call, &vz_address_listing, vz_binds(vz_int(id)));
    }
}


void
vz_address_admin_change(vz_call_t *call)
{
    uint64_t           id;
    vz_prefix_t        net;
    ngx_str_t          address;
    vz_code_e          rc;
    vz_rows_t          rows;
    vz_address_body_t  body;

    ngx_memzero(&body, sizeof(vz_address_body_t));

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    if (vz_prefix_parse(&call->params[1], &net) != NGX_OK) {
        vz_route_absent(call);
        return;
    }

    if (vz_body_read(call, &vz_address_admin_form, &body) != VZ_OK) {
        return;
    }

    address = vz_prefix_address(call->pool, &net);

    rc = vz_edit_write(call, &vz_address_update,
                       vz_binds(vz_int(body.reserved), vz_int(id),
                                vz_text(address)),
                       "address.change",
                       vz_call_printf(call, "address %V", &address), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_bump(VZ_GENERATION_CATALOG);
    vz_listing_one(call, &vz_address_listing,
                   vz_binds(vz_int(id), vz_text(address)), NGX_HTTP_OK);
}
