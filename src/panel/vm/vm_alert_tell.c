/*
 * An alert begins or ends.
 */

#include "panel/live/notification.h"
#include "panel/mail/mail.h"
#include "panel/vm/vm_alert_tell.h"
#include "runtime/row.h"


#define VZ_VM_ALERT_FIGURE  32


static vz_code_e vz_vm_alert_raise(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_vm_alert_tell_t *what);
static vz_code_e vz_vm_alert_mail(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_vm_alert_tell_t *what, const vz_rows_t *owner);
static void vz_vm_alert_notice(const vz_vm_alert_tell_t *what,
    const vz_rows_t *owner, ngx_uint_t over);
static ngx_str_t vz_vm_alert_figure(u_char *to, vz_vm_alert_e kind,
    int64_t tenths, u_char point);


/* in the order of vz_vm_alert_e */

const char *const  vz_vm_alert_tell_names[] = {
    "cpu", "memory", "disk", "network", "down", NULL
};

static const struct {
    vz_notice_e   notice;
    const char   *mail;
} vz_vm_alert_words[VZ_VM_ALERT_KINDS] = {
    [VZ_VM_ALERT_CPU] = { VZ_NOTICE_ALERT_CPU, "alert_cpu" },
    [VZ_VM_ALERT_MEMORY] = { VZ_NOTICE_ALERT_MEMORY, "alert_memory" },
    [VZ_VM_ALERT_DISK] = { VZ_NOTICE_ALERT_DISK, "alert_disk" },
    [VZ_VM_ALERT_NETWORK] = { VZ_NOTICE_ALERT_NETWORK, "alert_network" },
    [VZ_VM_ALERT_DOWN] = { VZ_NOTICE_ALERT_DOWN, "alert_down" }
};

/* a worker that stood still comes too late by the database's clock */
#define vz_vm_alert_in_time  " AND UNIX_TIMESTAMP(NOW(3)) * 1000 < ?"

static const vz_sql_t  vz_vm_alert_row = vz_sql("alert row",
    "INSERT IGNORE INTO vm_alert (vm_id, kind)"
    " SELECT id, ? FROM vm WHERE id = ?");

static const vz_sql_t  vz_vm_alert_begin = vz_sql("alert begin",
    "UPDATE vm_alert a JOIN vm v ON v.id = a.vm_id"
    " SET a.raised = NOW(3), a.since = NOW(3) - INTERVAL ? SECOND,"
    "  a.value = ?"
    " WHERE a.vm_id = ? AND a.kind = ? AND a.raised IS NULL"
    " AND COALESCE(a.enabled, ?) = 1"
    " AND v.lifecycle = 'ready'"
    " AND (a.kind <> 'down' OR (v.desired_state = 'running'"
    "  AND NOT EXISTS (SELECT 1 FROM task t WHERE t.busy = v.id)))"
    vz_vm_alert_in_time);

static const vz_sql_t  vz_vm_alert_is = vz_sql("alert is",
    "SELECT raised IS NOT NULL AS raised FROM vm_alert"
    " WHERE vm_id = ? AND kind = ?");

static const vz_sql_t  vz_vm_alert_over = vz_sql("alert end",
    "UPDATE vm_alert SET raised = NULL, since = NULL, value = NULL"
    " WHERE vm_id = ? AND kind = ? AND raised IS NOT NULL"
    vz_vm_alert_in_time);

static const vz_sql_t  vz_vm_alert_claim = vz_sql("alert mail",
    "UPDATE vm_alert SET mailed = NOW(3)"
    " WHERE vm_id = ? AND kind = ? AND " vz_vm_alert_tell_owed
    vz_vm_alert_in_time);

static const vz_sql_t  vz_vm_alert_owner = vz_sql("alert owner",
    "SELECT u.id, u.email, u.language, u.first_name, v.name, v.hostname,"
    "  COALESCE(DATE_FORMAT(a.since, '%Y-%m-%d %H:%i UTC'), '') AS since,"
    "  COALESCE(a.value, 0) AS value"
    " FROM vm v JOIN user u ON u.id = v.user_id"
    " LEFT JOIN vm_alert a ON a.vm_id = v.id AND a.kind = ?"
    " WHERE v.id = ?");


void
vz_vm_alert_tell_seen(const vz_sample_t *sample, uint64_t cpu_percent,
    ngx_uint_t wanted, vz_vm_alert_seen_t *seen)
{
    seen->at = sample->taken;
    seen->known = sample->state != VZ_STATE_UNKNOWN;
    seen->running = sample->state == VZ_STATE_RUNNING
                    || sample->state == VZ_STATE_FROZEN;
    seen->wanted = wanted;
    seen->memory_used = sample->memory_used;
    seen->memory_limit = sample->memory_limit;
    seen->disk_used = sample->disk_used;
    seen->disk_total = sample->disk_total;
    seen->cpu_ns = sample->cpu_ns;
    seen->cpu_percent = cpu_percent;
    seen->net_bytes = sample->rx_bytes + sample->tx_bytes;
}


vz_code_e
vz_vm_alert_tell_begin(ngx_pool_t *pool, const vz_vm_alert_tell_t *what)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    vz_rows_t   owner;
    vz_bind_t   kind;

    kind = vz_bind_cstr(vz_vm_alert_tell_names[what->kind]);

    rc = vz_db_begin(pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_vm_alert_raise(tx, pool, what);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_vm_alert_owner,
                         vz_binds(kind, vz_int(what->vm)), &owner);
    }

    if (rc == VZ_OK) {
        rc = vz_vm_alert_mail(tx, pool, what, &owner);
    }

    rc = vz_db_end(tx, rc);

    if (rc == VZ_OK) {
        vz_vm_alert_notice(what, &owner, 0);
    }

    return rc;
}


static vz_code_e
vz_vm_alert_raise(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_vm_alert_tell_t *what)
{
    vz_code_e  rc;
    vz_rows_t  rows;
    vz_bind_t  kind;

    kind = vz_bind_cstr(vz_vm_alert_tell_names[what->kind]);

    rc = vz_db_query(tx, pool, &vz_vm_alert_row,
                     vz_binds(kind, vz_int(what->vm)), NULL);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_vm_alert_begin,
                         vz_binds(vz_int(what->seconds), vz_int(what->value),
                                  vz_int(what->vm), kind,
                                  vz_int(vz_vm_alert_rule_kinds[what->kind]
                                         .enabled),
                                  vz_int(what->until)),
                         &rows);
    }

    if (rc != VZ_OK || rows.affected) {
        return rc;
    }

    rc = vz_db_query(tx, pool, &vz_vm_alert_is,
                     vz_binds(vz_int(what->vm), kind), &rows);

    return rc != VZ_OK ? rc
           : vz_row_int(&rows, 0, "raised") ? VZ_EXISTS : VZ_STATE;
}


/* only who moved the time of the last mail queues one */

static vz_code_e
vz_vm_alert_mail(vz_tx_t *tx, ngx_pool_t *pool, const vz_vm_alert_tell_t *what,
    const vz_rows_t *owner)
{
    u_char      value[VZ_VM_ALERT_FIGURE], limit[VZ_VM_ALERT_FIGURE];
    u_char      id[NGX_INT64_LEN], point;
    vz_code_e   rc;
    ngx_str_t   to, language;
    vz_rows_t   rows;

    rc = vz_db_query(tx, pool, &vz_vm_alert_claim,
                     vz_binds(vz_int(what->vm),
                              vz_bind_cstr(vz_vm_alert_tell_names[what->kind]),
                              vz_int(what->until)),
                     &rows);

    if (rc != VZ_OK || rows.affected == 0 || owner->rows == 0) {
        return rc;
    }

    to = vz_row_text(owner, 0, "email");
    language = vz_row_text(owner, 0, "language");
    point = language.len && language.data[0] == 'e' && language.data[1] == 'n'
            ? '.' : ',';

    vz_mail_member_t  members[] = {
        { "first_name", vz_row_text(owner, 0, "first_name") },
        { "name", vz_row_text(owner, 0, "name") },
        { "hostname", vz_row_text(owner, 0, "hostname") },
        { "since", vz_row_text(owner, 0, "since") },
        { "value", vz_vm_alert_figure(value, what->kind,
                                      vz_row_int(owner, 0, "value"), point) },
        { "limit", vz_vm_alert_figure(limit, what->kind,
                                      (int64_t) what->set.limit * 10, point) },
        { "vm", { ngx_sprintf(id, "%uL", what->vm) - id, id } }
    };

    return vz_mail_queue(tx, pool, vz_row_int(owner, 0, "id"), &to,
                         vz_vm_alert_words[what->kind].mail, &language,
                         members, sizeof(members) / sizeof(members[0]));
}


vz_code_e
vz_vm_alert_tell_end(ngx_pool_t *pool, const vz_vm_alert_tell_t *what)
{
    vz_code_e  rc;
    vz_rows_t  rows, owner;
    vz_bind_t  kind;

    kind = vz_bind_cstr(vz_vm_alert_tell_names[what->kind]);

    rc = vz_db_query(NULL, pool, &vz_vm_alert_over,
                     vz_binds(vz_int(what->vm), kind, vz_int(what->until)),
                     &rows);

    /* a switch that was turned off ends it without a word */

    if (rc == VZ_OK && rows.affected && what->set.enabled
        && vz_db_query(NULL, pool, &vz_vm_alert_owner,
                       vz_binds(kind, vz_int(what->vm)), &owner)
           == VZ_OK)
    {
        vz_vm_alert_notice(what, &owner, 1);
    }

    return rc;
}


vz_code_e
vz_vm_alert_tell_again(ngx_pool_t *pool, const vz_vm_alert_tell_t *what)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    vz_rows_t   owner;

    rc = vz_db_begin(pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_db_query(tx, pool, &vz_vm_alert_owner,
                     vz_binds(vz_bind_cstr(vz_vm_alert_tell_names[what->kind]),
                              vz_int(what->vm)),
                     &owner);

    if (rc == VZ_OK) {
        rc = vz_vm_alert_mail(tx, pool, what, &owner);
    }

    return vz_db_end(tx, rc);
}


static void
vz_vm_alert_notice(const vz_vm_alert_tell_t *what, const vz_rows_t *owner,
    ngx_uint_t over)
{
    u_char     value[VZ_VM_ALERT_FIGURE];
    ngx_str_t  name, text;

    if (owner->rows == 0) {
        return;
    }

    name = vz_row_text(owner, 0, "name");
    text = vz_vm_alert_figure(value, what->kind, what->value, '.');

    vz_notification_tell(over ? VZ_NOTICE_ALERT_OVER
                              : vz_vm_alert_words[what->kind].notice,
                         vz_row_int(owner, 0, "id"), what->vm, &name,
                         over ? NULL : &text);
}


/* "93.4 %", "120 Mbit/s"; nothing of a kind without a figure */

static ngx_str_t
vz_vm_alert_figure(u_char *to, vz_vm_alert_e kind, int64_t tenths,
    u_char point)
{
    u_char     *p;
    ngx_str_t   text;

    text.data = to;
    text.len = 0;

    if (vz_vm_alert_rule_kinds[kind].unit == NULL || tenths < 0) {
        return text;
    }

    p = ngx_sprintf(to, "%L", tenths / 10);

    if (tenths % 10) {
        p = ngx_sprintf(p, "%c%L", point, tenths % 10);
    }

    p = ngx_sprintf(p, "%s", kind == VZ_VM_ALERT_NETWORK ? " Mbit/s" : " %");
    text.len = p - to;

    return text;
}
