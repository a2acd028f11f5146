/*
 * Single addresses: which a container has, and which are kept back.
 */

#include "panel/node/address.h"
#include "runtime/row.h"


#define VZ_ADDRESS_TABLE                                                      \
    "JSON_TABLE(?, '$[*]'"                                                    \
    " COLUMNS (address VARCHAR(45) CHARACTER SET ascii PATH '$')) j"

static const vz_sql_t  vz_address_sql_keep = vz_sql("address keep",
    "UPDATE address a JOIN " VZ_ADDRESS_TABLE " ON j.address = a.address"
    " SET a.reserved = 1, a.stranger_node = ?"
    " WHERE a.vm_id IS NULL AND a.reserved = 0");

static const vz_sql_t  vz_address_sql_left = vz_sql("address left",
    "UPDATE address a SET a.reserved = 0, a.stranger_node = NULL"
    " WHERE a.stranger_node = ? AND a.vm_id IS NULL AND NOT EXISTS"
    "  (SELECT 1 FROM " VZ_ADDRESS_TABLE " WHERE j.address = a.address)");

static const vz_sql_t  vz_address_sql_bind = vz_sql("address bind",
    "UPDATE address SET vm_id = ?, position = ?,"
    " reserved = IF(stranger_node IS NULL, reserved, 0),"
    " stranger_node = NULL WHERE address = ? AND vm_id IS NULL");

static const vz_sql_t  vz_address_sql_whose = vz_sql("address whose",
    "SELECT vm_id FROM address WHERE address = ?");


vz_code_e
vz_address_strangers(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    ngx_str_t theirs, ngx_str_t used)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, pool, &vz_address_sql_keep,
                     vz_binds(vz_text(theirs), vz_int(node)), NULL);

    return rc == VZ_OK ? vz_db_query(tx, pool, &vz_address_sql_left,
                                     vz_binds(vz_int(node), vz_text(used)),
                                     NULL)
                       : rc;
}


vz_code_e
vz_address_bind(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    ngx_uint_t position, ngx_str_t address)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, &vz_address_sql_bind,
                     vz_binds(vz_int(vm), vz_int(position),
                              vz_text(address)),
                     &rows);

    if (rc != VZ_OK || rows.affected) {
        return rc;
    }

    rc = vz_db_query(tx, pool, &vz_address_sql_whose,
                     vz_binds(vz_text(address)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    return rows.rows == 0 ? VZ_NOENT
           : (uint64_t) vz_row_int(&rows, 0, "vm_id") == vm ? VZ_OK : VZ_EXISTS;
}
