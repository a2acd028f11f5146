/*
 * /api/admin/addresses/{id}/...: single addresses of a pool.
 */

#include "admin.h"
#include "net.h"


typedef struct {
    int64_t         reserved;
} vz_address_body_t;


static const vz_form_member_t  vz_address_members[] = {
    { "reserved", VZ_FORM_BOOL, 0, 1, 0, 1,
      offsetof(vz_address_body_t, reserved) }
};

const vz_form_t  vz_address_form = vz_form("Address", vz_address_members);


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
    " AND (? IS NULL OR " vz_arg_like("a.address") " OR v.name LIKE ?"
    "  OR " vz_arg_like("u.account") ")"
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

static const vz_arg_t  vz_address_arg[] = {
    { "cursor", VZ_ARG_CURSOR, 2, NULL },
    { "state", VZ_ARG_WORD, 2, vz_address_states },
    { "q", VZ_ARG_SEARCH, 4, NULL },
    { "limit", VZ_ARG_LIMIT, 1, NULL }
};

const vz_args_t  vz_address_args = vz_args(vz_address_arg);

static const vz_shape_member_t  vz_address_cells[] = {
    { "id", VZ_SHAPE_HIDDEN },
    { "address", VZ_SHAPE_TEXT },
    { "state", VZ_SHAPE_TEXT },
    { "reserved", VZ_SHAPE_BOOL },
    { "vm", VZ_SHAPE_OBJECT },
    { "id", VZ_SHAPE_INT },
    { "name", VZ_SHAPE_TEXT },
    { NULL, VZ_SHAPE_END },
    { "owner", VZ_SHAPE_OBJECT },
    { "id", VZ_SHAPE_INT },
    { "account", VZ_SHAPE_TEXT },
    { "name", VZ_SHAPE_TEXT },
    { NULL, VZ_SHAPE_END },
    { "stranger", VZ_SHAPE_OPT }
};

static const vz_shape_t  vz_address_shape = vz_shape(vz_address_cells);

static const vz_listing_t  vz_address_listing = {
    &vz_address_rows, &vz_address_one, &vz_address_args, &vz_address_shape,
    NULL
};


void
vz_admin_addresses(vz_call_t *call)
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
vz_admin_address_change(vz_call_t *call)
{
    uint64_t           id;
    vz_net_t           net;
    ngx_str_t          address;
    vz_code_e          rc;
    vz_rows_t          rows;
    vz_address_body_t  body;

    ngx_memzero(&body, sizeof(vz_address_body_t));

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    if (vz_net_parse(&call->params[1], &net) != NGX_OK) {
        vz_route_absent(call);
        return;
    }

    if (vz_form_read(call, &vz_address_form, &body) != VZ_OK) {
        return;
    }

    address = vz_net_address(call->pool, &net);

    rc = vz_edit_write(call, &vz_address_update,
                       vz_binds(vz_int(body.reserved), vz_int(id),
                                vz_text(address)),
                       "address.change",
                       vz_call_printf(call, "address %V", &address), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_change();
    vz_listing_one(call, &vz_address_listing,
                   vz_binds(vz_int(id), vz_text(address)), NGX_HTTP_OK);
}
