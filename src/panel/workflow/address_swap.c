/*
 * A container that is being made gets another address in place of one that
 * its node has given to somebody else.
 */

#include "panel/api/strlist.h"
#include "panel/node/rdns.h"
#include "panel/node/stranger.h"
#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/address_swap.h"
#include "runtime/row.h"


typedef struct {
    const ngx_str_t   *given_up;
    vz_strangers_t     strangers;   /* of the node, by its list */
    ngx_uint_t         listed;      /* a container of the node has it */
    ngx_str_t          instead;
    ngx_str_t          addresses;   /* all that the container has then */
} vz_address_swap_t;


static ngx_uint_t vz_address_swap_listed(const vz_answer_t *list,
    const ngx_str_t *address);
static vz_code_e vz_address_swap_in(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_address_swap_take(vz_task_run_t *run, vz_tx_t *tx,
    vz_address_swap_t *swap);
static vz_code_e vz_address_swap_mail(vz_task_run_t *run, vz_tx_t *tx,
    vz_address_swap_t *swap);


static const vz_sql_t  vz_address_swap_sql_place = vz_sql("address place",
    "SELECT pool_id, position FROM address WHERE address = ? AND vm_id = ?"
    " FOR UPDATE");

static const vz_sql_t  vz_address_swap_sql_give_up = vz_sql("address give up",
    "UPDATE address SET vm_id = NULL, position = 0, reserved = 1,"
    " stranger_node = ? WHERE address = ? AND vm_id = ?");

static const vz_sql_t  vz_address_swap_sql_take = vz_sql("address take",
    "UPDATE address FORCE INDEX (free) SET vm_id = ?, position = ?"
    " WHERE pool_id = ? AND reserved = 0 AND vm_id IS NULL"
    " ORDER BY pool_id, reserved, vm_id, id LIMIT 1");

static const vz_sql_t  vz_address_swap_sql_all = vz_sql("address all",
    "SELECT GROUP_CONCAT(address ORDER BY position, id SEPARATOR ' ') AS whole,"
    " MAX(IF(position = ? AND pool_id = ?, address, NULL)) AS instead"
    " FROM address WHERE vm_id = ?");

/* in any member that contains the address */
static const vz_sql_t  vz_address_swap_sql_mail = vz_sql("address mail",
    "UPDATE mail SET data = REGEXP_REPLACE(data,"
    "  CONCAT('(?<![0-9A-Fa-f.:])', REPLACE(?, '.', '[.]'),"
    "         '(?![0-9A-Fa-f.:])'), ?)"
    " WHERE task_id = ? AND state = 'held' AND data IS NOT NULL");


vz_code_e
vz_address_swap(vz_task_run_t *run, const ngx_str_t *address,
    ngx_str_t *addresses)
{
    vz_code_e          rc;
    vz_answer_t        list;
    vz_address_swap_t  swap;

    ngx_memzero(&swap, sizeof(vz_address_swap_t));
    swap.given_up = address;

    rc = vz_run_verb_list(run, &list);

    if (rc == VZ_OK) {
        swap.listed = vz_address_swap_listed(&list, address);
        rc = vz_stranger_find(run->pool, run->vm.node_id, &list,
                              &swap.strangers);
    }

    if (rc == VZ_OK) {
        rc = vz_run_own_in_tx(run, vz_address_swap_in, &swap);
    }

    if (rc == VZ_NOSPACE) {
        ngx_str_set(&run->detail, "the node has given its address to another, "
                    "and its pool has none left");
    }

    if (rc != VZ_OK) {
        return rc;
    }

    vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "address %V is another's on "
                    "this node: %V instead", address, &swap.instead);

    *addresses = swap.addresses;

    return VZ_OK;
}


static ngx_uint_t
vz_address_swap_listed(const vz_answer_t *list, const ngx_str_t *address)
{
    ngx_uint_t  i;

    for (i = 0; i < list->nlines; i++) {
        if (vz_strlist_has(vz_relay_pair(&list->lines[i], "address"), ',',
                           address))
        {
            return 1;
        }
    }

    return 0;
}


static vz_code_e
vz_address_swap_in(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_code_e           rc;
    vz_address_swap_t  *swap = data;

    /* those of strangers are none to take instead */

    rc = vz_stranger_learn(tx, run->pool, run->vm.node_id, 0,
                           &swap->strangers);

    if (rc == VZ_OK) {
        rc = vz_address_swap_take(run, tx, swap);
    }

    return rc == VZ_OK ? vz_address_swap_mail(run, tx, swap) : rc;
}


static vz_code_e
vz_address_swap_take(vz_task_run_t *run, vz_tx_t *tx, vz_address_swap_t *swap)
{
    int64_t    pool, position;
    vz_code_e  rc;
    vz_rows_t  rows;
    vz_bind_t  vm, address;

    vm = vz_int(run->vm.id);
    address = vz_text(*swap->given_up);

    rc = vz_db_query(tx, run->pool, &vz_address_swap_sql_place,
                     vz_binds(address, vm), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_EXISTS;
    }

    pool = vz_row_int(&rows, 0, "pool_id");
    position = vz_row_int(&rows, 0, "position");

    rc = vz_db_query(tx, run->pool, &vz_address_swap_sql_give_up,
                     vz_binds(swap->listed ? vz_int(run->vm.node_id)
                                           : vz_none(),
                              address, vm),
                     NULL);

    if (rc == VZ_OK) {
        rc = vz_rdns_leave(tx, run->pool, run->vm.id, swap->given_up);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, run->pool, &vz_address_swap_sql_take,
                         vz_binds(vm, vz_int(position), vz_int(pool)), &rows);
    }

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOSPACE;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, run->pool, &vz_address_swap_sql_all,
                         vz_binds(vz_int(position), vz_int(pool), vm), &rows);
    }

    if (rc == VZ_OK) {
        swap->addresses = vz_row_text(&rows, 0, "whole");
        swap->instead = vz_row_text(&rows, 0, "instead");
    }

    return rc;
}


static vz_code_e
vz_address_swap_mail(vz_task_run_t *run, vz_tx_t *tx, vz_address_swap_t *swap)
{
    return vz_db_query(tx, run->pool, &vz_address_swap_sql_mail,
                       vz_binds(vz_text(*swap->given_up),
                                vz_text(swap->instead), vz_int(run->id)),
                       NULL);
}
