/*
 * /api/admin/addresses/{id}/...: single addresses of a pool.
 */

#include "admin.h"
#include "net.h"


typedef struct {
    int64_t         reserved;
} vz_address_body_t;


static void vz_address_row(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);


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
    " u.id, u.account, TRIM(CONCAT(u.first_name, ' ', u.last_name))"          \
    " FROM address a LEFT JOIN vm v ON v.id = a.vm_id"                        \
    " LEFT JOIN user u ON u.id = v.user_id"

static const vz_sql_t  vz_address_rows = vz_sql("addresses",
    VZ_ADDRESS_SELECT
    " WHERE a.pool_id = ? AND a.id > ? AND (? = '' OR " VZ_ADDRESS_STATE
    "  = ?)"
    " AND (? = '' OR " vz_arg_like("a.address") " OR v.name LIKE ?"
    "  OR " vz_arg_like("u.account") ")"
    " ORDER BY a.id LIMIT ?");

static const vz_sql_t  vz_address_one = vz_sql("address",
    VZ_ADDRESS_SELECT " WHERE a.pool_id = ? AND a.address = ?");

static const vz_sql_t  vz_address_pool = vz_sql("address pool",
    "SELECT 1 FROM address_pool WHERE id = ?");

static const vz_sql_t  vz_address_update = vz_sql("address update",
    "UPDATE address SET reserved = ? WHERE pool_id = ? AND address = ?");


static const char *const  vz_address_states[] = {
    "free", "taken", "reserved", NULL
};


void
vz_admin_addresses(vz_call_t *call)
{
    uint64_t          id, after, last;
    vz_code_e         rc;
    ngx_str_t         state;
    vz_rows_t         rows;
    vz_json_t        *out;
    ngx_uint_t        i, limit;
    vz_arg_search_t   search;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    after = 0;

    (void) vz_arg_limit(call, &limit);
    (void) vz_arg_number(call, "cursor", INT64_MAX, &after);
    (void) vz_arg_search(call, &search);
    (void) vz_arg_word(call, "state", vz_address_states,
                       "free, taken or reserved", &state);

    if (call->nerrors) {
        vz_call_refuse(call);
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_address_pool,
                     vz_binds(vz_int(id)), &rows);
    if (rc == VZ_OK && rows.rows == 0) {
        vz_route_absent(call);
        return;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, &vz_address_rows,
                         vz_binds(vz_int(id), vz_int(after), vz_text(state),
                                  vz_text(state), vz_text(search.q),
                                  vz_text(search.like), vz_text(search.like),
                                  vz_text(search.like), vz_int(limit + 1)),
                         &rows);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    last = 0;

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows && i < limit; i++) {
        vz_address_row(out, &rows, i);
        last = vz_cell_int(&rows, i, 0);
    }

    vz_admin_page(out, rows.rows > limit ? last : 0);
}


static void
vz_address_row(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    ngx_str_t  address, state, text;

    address = vz_cell_text(rows, row, 1);
    state = vz_cell_text(rows, row, 2);

    vz_json_object(out, NULL);
    vz_json_text(out, "address", &address);
    vz_json_text(out, "state", &state);
    vz_json_bool(out, "reserved", vz_cell_int(rows, row, 3) != 0);

    if (vz_cell_null(rows, row, 4)) {
        vz_json_null(out, "vm");
        vz_json_null(out, "owner");
        vz_json_close(out);
        return;
    }

    text = vz_cell_text(rows, row, 5);
    vz_json_object(out, "vm");
    vz_json_int(out, "id", vz_cell_int(rows, row, 4));
    vz_json_text(out, "name", &text);
    vz_json_close(out);

    text = vz_cell_text(rows, row, 7);
    vz_json_object(out, "owner");
    vz_json_int(out, "id", vz_cell_int(rows, row, 6));
    vz_json_text(out, "account", &text);
    text = vz_cell_text(rows, row, 8);
    vz_json_text(out, "name", &text);
    vz_json_close(out);
    vz_json_close(out);
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

    rc = vz_admin_write(call, &vz_address_update,
                        vz_binds(vz_int(body.reserved), vz_int(id),
                                 vz_text(address)),
                        "address.change",
                        vz_call_printf(call, "address %V", &address), &rows);

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, &vz_address_one,
                         vz_binds(vz_int(id), vz_text(address)), &rows);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return;
    }

    vz_zone_change();
    vz_address_row(vz_call_reply(call, NGX_HTTP_OK), &rows, 0);
}
