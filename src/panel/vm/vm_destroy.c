/*
 * DELETE /api/vms/{id}: delete a container, in any lifecycle.  The body
 * repeats its name as confirmation.
 *
 * One that has been ready goes to the trash for as long as its plan says: a
 * task stops it, and its node keeps it.  Any other is destroyed at once, and so
 * is one that shall go for good.
 */

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/live/collector.h"
#include "panel/mail/mail.h"
#include "panel/task/task.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_destroy.h"
#include "runtime/call.h"
#include "runtime/row.h"


typedef struct {
    ngx_str_t   name;
    int64_t     for_good;
} vz_destroy_body_t;

/* What decides where it goes, and whom to tell. */
typedef struct {
    int64_t     hours;              /* in the trash; 0: destroyed at once */
    ngx_str_t   first_name;
    ngx_str_t   email;
    ngx_str_t   language;
    ngx_str_t   until;
} vz_destroy_row_t;


static vz_code_e vz_destroy_prepare(vz_vm_action_t *change, vz_tx_t *tx);
static vz_code_e vz_destroy_named(vz_vm_action_t *change);
static vz_code_e vz_destroy_at_once(vz_vm_action_t *change, vz_tx_t *tx);
static vz_code_e vz_destroy_trash(vz_vm_action_t *change, vz_tx_t *tx,
    const vz_destroy_row_t *row);
static vz_code_e vz_destroy_tell(vz_vm_action_t *change, vz_tx_t *tx,
    const vz_destroy_row_t *row);
static void vz_destroy_trashed(vz_vm_action_t *change);


static const vz_body_member_t  vz_destroy_members[] = {
    { "name", VZ_BODY_TEXT, 0, 1, 0, 256, offsetof(vz_destroy_body_t, name) },
    { "for_good", VZ_BODY_BOOL, 0, 0, 0, 1,
      offsetof(vz_destroy_body_t, for_good) }
};

const vz_body_t  vz_vm_destroy_form = vz_body("Destroy", vz_destroy_members);


static const vz_vm_action_def_t  vz_destroy_change = {
    "destroy", "vm.destroy", 0, vz_destroy_prepare, NULL
};

static const vz_vm_action_def_t  vz_destroy_trash_change = {
    "trash", "vm.trash", 0, vz_destroy_prepare, vz_destroy_trashed
};


#define VZ_DESTROY_ROW(first, next, of)                                       \
    first(of, hours, INT, "IF(v.adopting, 0, " VZ_VM_DESTROY_HOURS ")")       \
    next(of, first_name, TEXT, "u.first_name")                                \
    next(of, email, TEXT, "u.email")                                          \
    next(of, language, TEXT, "u.language")                                    \
    next(of, until, TEXT, "DATE_FORMAT(NOW() + INTERVAL " VZ_VM_DESTROY_HOURS \
         " HOUR, '%Y-%m-%d %H:%i')")

static const vz_row_member_t  vz_destroy_row[] =
    vz_row_members(VZ_DESTROY_ROW, vz_destroy_row_t);

static const vz_sql_t  vz_destroy_select = vz_sql("destroy vm",
    "SELECT " vz_row_sql(VZ_DESTROY_ROW)
    " FROM vm v JOIN user u ON u.id = v.user_id"
    " LEFT JOIN plan p ON p.id = v.plan_id WHERE v.id = ?");

static const vz_sql_t  vz_destroy_update = vz_sql("destroy",
    "UPDATE vm SET lifecycle = 'deleting' WHERE id = ?");

/* the mail with the credentials, if it still waits */

static const vz_sql_t  vz_destroy_mail = vz_sql("destroy mail",
    "DELETE m FROM mail m JOIN task t ON t.id = m.task_id"
    " WHERE t.vm_id = ? AND m.state = 'held'");

/* in this order: each value is that of before */

static const vz_sql_t  vz_destroy_keep = vz_sql("destroy keep",
    "UPDATE vm SET trashed_suspended = (lifecycle = 'suspended'),"
    " trashed_at = NOW(3), trashed_until = NOW(3) + INTERVAL ? HOUR,"
    " lifecycle = 'trashed' WHERE id = ?");


void
vz_vm_destroy(vz_call_t *call)
{
    vz_destroy_body_t  body;

    ngx_memzero(&body, sizeof(vz_destroy_body_t));

    if (vz_body_read(call, &vz_vm_destroy_form, &body) == VZ_OK) {
        vz_vm_action_call(call, &vz_destroy_change, &body);
    }
}


static vz_code_e
vz_destroy_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e                 rc;
    vz_rows_t                 rows;
    vz_destroy_row_t          row;
    const vz_destroy_body_t  *body = change->data;

    rc = vz_destroy_named(change);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, change->call->pool, &vz_destroy_select,
                         vz_binds(vz_int(change->id)), &rows);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    vz_row_read(&rows, 0, 0, vz_destroy_row, &row);

    if (body->for_good
        || row.hours == 0
        || !(VZ_VM_LIFECYCLE_IS_MADE & vz_vm_lifecycle_bit(change->lifecycle)))
    {
        change->def = &vz_destroy_change;
        return vz_destroy_at_once(change, tx);
    }

    change->def = &vz_destroy_trash_change;

    return vz_destroy_trash(change, tx, &row);
}


static vz_code_e
vz_destroy_named(vz_vm_action_t *change)
{
    vz_code_e                 rc;
    const vz_destroy_body_t  *body = change->data;

    rc = vz_vm_action_named(change, &body->name);
    if (rc != VZ_OK) {
        return rc;
    }

    if (change->lifecycle == VZ_VM_LIFECYCLE_TRASHED && !body->for_good) {
        vz_call_problem(change->call, NGX_HTTP_CONFLICT, "in_trash",
                        "The container is in the trash already: undelete it, "
                        "or delete it with \"for_good\".");
        return VZ_STATE;
    }

    change->detail = change->name;

    return VZ_OK;
}


static vz_code_e
vz_destroy_at_once(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e    rc;
    ngx_pool_t  *pool = change->call->pool;

    rc = vz_db_query(tx, pool, &vz_destroy_update,
                     vz_binds(vz_int(change->id)), NULL);

    return rc == VZ_OK ? vz_db_query(tx, pool, &vz_destroy_mail,
                                     vz_binds(vz_int(change->id)), NULL)
                       : rc;
}


static vz_code_e
vz_destroy_trash(vz_vm_action_t *change, vz_tx_t *tx,
    const vz_destroy_row_t *row)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, change->call->pool, &vz_destroy_keep,
                     vz_binds(vz_int(row->hours), vz_int(change->id)), NULL);

    return rc == VZ_OK && change->owner != change->call->who.user
           ? vz_destroy_tell(change, tx, row) : rc;
}


/* whose container somebody else deleted */

static vz_code_e
vz_destroy_tell(vz_vm_action_t *change, vz_tx_t *tx,
    const vz_destroy_row_t *row)
{
    const vz_mail_member_t  members[] = {
        { "first_name", row->first_name },
        { "name", change->name },
        { "until", row->until }
    };

    return vz_mail_queue(tx, change->call->pool, change->owner, &row->email,
                         "trashed", &row->language, members,
                         sizeof(members) / sizeof(members[0]));
}


/* it is in no list of running ones from here on */

static void
vz_destroy_trashed(vz_vm_action_t *change)
{
    vz_collector_gone(change->id);
    vz_task_accepted(change->call, change->task);
}
