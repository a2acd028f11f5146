/*
 * A container that was deleted for good becomes one again.
 */

#include "panel/api/audit.h"
#include "panel/api/fields.h"
#include "panel/api/limit.h"
#include "panel/vm/vm_firewall_rule.h"
#include "panel/vm/vm_recover.h"
#include "runtime/json.h"
#include "runtime/row.h"
#include "wire/field_value.h"


#define VZ_RECOVER_MOST  INT64_C(16777216)      /* of a size in MiB */
#define VZ_RECOVER_KEPT  INT64_C(120)   /* backups of a kind, at most */
#define VZ_RECOVER_SAME  (-1)           /* as the plan has it */


static vz_code_e vz_recover_record(vz_call_t *call, vz_vm_recover_t *ask);
static vz_code_e vz_recover_join(vz_call_t *call, const vz_answer_t *answer,
    ngx_str_t *text);
static vz_code_e vz_recover_parse(vz_call_t *call, vz_vm_recover_t *ask);
static ngx_uint_t vz_recover_pair(json_t *record, const char *name,
    int64_t least, int64_t pair[2]);
static ngx_str_t vz_recover_text(json_t *record, const char *name,
    vz_field_e field);
static vz_code_e vz_recover_rules(vz_call_t *call, json_t *record,
    ngx_str_t *firewall);
static void vz_recover_kept(json_t *record, int64_t kept[3]);
static vz_bind_t vz_recover_number(int64_t kept);
static vz_code_e vz_recover_look(vz_call_t *call, vz_vm_recover_t *ask);
static vz_code_e vz_recover_fill(vz_call_t *call, vz_vm_recover_t *ask,
    const vz_rows_t *rows);
static vz_code_e vz_recover_hold(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static void vz_recover_mail(vz_json_t *json, const vz_vm_new_t *vm);
static vz_code_e vz_recover_after(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);


static const vz_vm_new_def_t  vz_recover_def = {
    vz_recover_hold, vz_recover_mail, vz_recover_after
};


/* accounts begin with a letter, so a number is never an account */
static const vz_sql_t  vz_recover_lookup = vz_sql("recover lookup",
    "SELECT u.id AS user, u.first_name, u.email, u.language,"
    " t.id AS template, p.id AS plan, p.memory_mib, p.disk_mib,"
    " COALESCE(p.cpu_units, 1000) AS cpu_units, p.cpu_percent"
    " FROM (SELECT 1 AS one) o"
    " LEFT JOIN user u ON u.id = ? OR u.account = ?"
    " LEFT JOIN template t ON t.name = ? AND t.enabled"
    " LEFT JOIN plan p ON p.name = ?");

/* one that somebody makes a container of already is not made another of */
static const vz_sql_t  vz_recover_still = vz_sql("recover hold",
    "SELECT id FROM backup WHERE id = ? AND state = 'done'"
    " AND vm_id IS NULL FOR UPDATE");

static const vz_sql_t  vz_recover_limits = vz_sql("recover limits",
    "UPDATE vm SET vmguar_barrier_mib = ?, vmguar_limit_mib = ?,"
    " oomguar_barrier_mib = ?, oomguar_limit_mib = ?,"
    " privvm_barrier_mib = ?, privvm_limit_mib = ?,"
    " disk_soft_mib = ?, disk_hard_mib = ?, cpu_units = ?, cpu_percent = ?,"
    " rate_in = ?, rate_out = ?, backup_daily = COALESCE(?, backup_daily),"
    " backup_weekly = COALESCE(?, backup_weekly),"
    " backup_monthly = COALESCE(?, backup_monthly) WHERE id = ?");

static const vz_sql_t  vz_recover_firewall = vz_sql("recover firewall",
    "INSERT INTO vm_firewall (vm_id, version, kept) VALUES (?, 1, ?)");


void
vz_vm_recover(vz_call_t *call, vz_vm_recover_t *ask)
{
    vz_code_e     rc;
    vz_vm_new_t  *vm = &ask->vm;

    if (vz_idempotency_init(call, NULL, &vm->idem) != VZ_OK
        || vz_vm_new_replay(call, vm) != VZ_OK
        || vz_recover_record(call, ask) != VZ_OK
        || vz_recover_look(call, ask) != VZ_OK)
    {
        return;
    }

    rc = vz_vm_new_make(call, vm);

    if (rc == VZ_OK) {
        vz_task_accepted(call, vm->task_id);

    } else {
        vz_vm_new_refuse(call, vm, rc);
    }
}


/* without one a plan says how large it is to be */

static vz_code_e
vz_recover_record(vz_call_t *call, vz_vm_recover_t *ask)
{
    vz_code_e     rc;
    const char   *argv[3];
    vz_answer_t   answer;

    argv[0] = (char *) ask->repository.data;
    argv[1] = (char *) ask->tag.data;
    argv[2] = (char *) ask->snapshot.data;

    rc = vz_relay_call(ask->node->relay, call->pool, VZ_VERB_RECORD, 3, argv,
                       NULL, NULL, NULL, &answer);

    if (rc == VZ_OK) {
        rc = vz_recover_join(call, &answer, &ask->record);
    }

    if (rc == VZ_OK) {
        return vz_recover_parse(call, ask);
    }

    if (rc == VZ_DOWN || rc == VZ_TIMEOUT || rc == VZ_OVERLOADED
        || rc == VZ_INTERNAL)
    {
        vz_call_fault(call, "node", rc);
        return rc;
    }

    vz_call_problem(call, NGX_HTTP_CONFLICT, "no_record",
                    "What the container was can't be read from this backup: "
                    "%V", &answer.words);

    return VZ_STATE;
}


static vz_code_e
vz_recover_join(vz_call_t *call, const vz_answer_t *answer, ngx_str_t *text)
{
    size_t       len;
    ngx_uint_t   i;

    static const ngx_str_t  key = ngx_string("panel=");

    for (i = 0, len = 0; i < answer->nlines; i++) {
        len += answer->lines[i].len;
    }

    text->data = ngx_pnalloc(call->pool, len + 1);
    text->len = 0;

    if (text->data == NULL) {
        return VZ_INTERNAL;
    }

    for (i = 0; i < answer->nlines; i++) {
        if (answer->lines[i].len > key.len
            && ngx_strncmp(answer->lines[i].data, key.data, key.len) == 0)
        {
            len = answer->lines[i].len - key.len;
            ngx_memcpy(text->data + text->len,
                       answer->lines[i].data + key.len, len);
            text->len += len;
        }
    }

    return text->len ? VZ_OK : VZ_NOENT;
}


/* it comes from a repository: each value by its grammar, or it is not there */

static vz_code_e
vz_recover_parse(vz_call_t *call, vz_vm_recover_t *ask)
{
    json_t     *record;
    ngx_str_t   problem;

    record = vz_json_read(call->pool, &ask->record, &problem);

    if (record == NULL) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_record",
                        "What the container was can't be read from this "
                        "backup: its record is broken.");
        return VZ_STATE;
    }

    ask->sized = vz_recover_pair(record, "vmguarpages", 1, ask->memory[0])
                 && vz_recover_pair(record, "oomguarpages", 1, ask->memory[1])
                 && vz_recover_pair(record, "privvmpages", 1, ask->memory[2])
                 && vz_recover_pair(record, "disk_mib", 1, ask->disk)
                 && vz_recover_pair(record, "cpu", 0, ask->cpu)
                 && ask->disk[1] != VZ_LIMIT_NONE;

    if (!vz_recover_pair(record, "rate", 0, ask->rate)) {
        ask->rate[0] = VZ_LIMIT_NONE;
        ask->rate[1] = VZ_LIMIT_NONE;
    }

    vz_recover_kept(record, ask->kept);
    ask->template = vz_recover_text(record, "template", VZ_FIELD_TEMPLATE);

    if (ask->plan.len == 0) {
        ask->plan = vz_recover_text(record, "plan", VZ_FIELD_PLAN);

    } else {
        ask->sized = 0;
    }

    if (ask->hostname.len == 0) {
        ask->hostname = vz_recover_text(record, "hostname",
                                        VZ_FIELD_HOSTNAME);
    }

    return vz_recover_rules(call, record, &ask->firewall);
}


/* "BARRIER LIMIT", or "BARRIER" where there is no limit */

static ngx_uint_t
vz_recover_pair(json_t *record, const char *name, int64_t least,
    int64_t pair[2])
{
    char        *end;
    const char  *text;

    text = json_string_value(json_object_get(record, name));

    if (text == NULL || *text < '0' || *text > '9') {
        return 0;
    }

    pair[0] = strtoll(text, &end, 10);
    pair[1] = VZ_LIMIT_NONE;

    if (*end == ' ') {
        pair[1] = strtoll(end + 1, &end, 10);
    }

    return *end == '\0' && pair[0] >= least && pair[0] <= VZ_RECOVER_MOST
           && (pair[1] == VZ_LIMIT_NONE
               || (pair[1] >= 0 && pair[1] <= VZ_RECOVER_MOST));
}


static ngx_str_t
vz_recover_text(json_t *record, const char *name, vz_field_e field)
{
    json_t     *member;
    ngx_str_t   text;

    ngx_str_set(&text, "");
    member = json_object_get(record, name);

    if (json_is_string(member)
        && vz_field_check(field, json_string_value(member),
                           json_string_length(member))
           == VZ_OK)
    {
        text.data = (u_char *) json_string_value(member);
        text.len = json_string_length(member);
    }

    return text;
}


/* a document, or a text that is one, is checked as one that a browser sends */

static vz_code_e
vz_recover_rules(vz_call_t *call, json_t *record, ngx_str_t *firewall)
{
    json_t     *all;
    ngx_str_t   in, out, rules, problem;
    vz_code_e   rc;

    ngx_str_set(firewall, "");
    all = json_object_get(record, "firewall");

    if (json_is_string(all)) {
        rules.data = (u_char *) json_string_value(all);
        rules.len = json_string_length(all);
        all = vz_json_read(call->pool, &rules, &problem);
    }

    if (!json_is_object(all)) {
        return VZ_OK;
    }

    in = vz_recover_text(all, "in", VZ_FIELD_POLICY);
    out = vz_recover_text(all, "out", VZ_FIELD_POLICY);

    if (in.len == 0 || out.len == 0) {
        vz_call_invalid(call, "firewall", "format", "the rules in the backup "
                        "are broken");
    }

    rc = vz_vm_firewall_rule_read(call, json_object_get(all, "rules"),
                                  &rules);

    if (rc == VZ_OK) {
        *firewall = vz_call_printf(call,
                                   "{\"in\":\"%V\",\"out\":\"%V\","
                                   "\"rules\":%V}", &in, &out, &rules);
    }

    return rc;
}


/* "7 4 3", where the container had backups of its own */

static void
vz_recover_kept(json_t *record, int64_t kept[3])
{
    char        *end;
    ngx_uint_t   i;
    const char  *text;

    text = json_string_value(json_object_get(record, "backups"));

    for (i = 0; i < 3; i++) {
        kept[i] = VZ_RECOVER_SAME;

        if (text != NULL && *text >= '0' && *text <= '9') {
            kept[i] = strtoll(text, &end, 10);
            kept[i] = ngx_min(kept[i], VZ_RECOVER_KEPT);
            text = *end == ' ' ? end + 1 : NULL;
        }
    }
}


static vz_code_e
vz_recover_look(vz_call_t *call, vz_vm_recover_t *ask)
{
    uint64_t    id;
    vz_code_e   rc;
    vz_rows_t   rows;

    if (vz_field_value_number((char *) ask->account.data, ask->account.len,
                              INT64_MAX, &id)
        != VZ_OK)
    {
        id = 0;
    }

    rc = vz_db_query(NULL, call->pool, &vz_recover_lookup,
                     vz_binds(vz_int(id), vz_text(ask->account),
                              vz_bind_opt(ask->template),
                              vz_bind_opt(ask->plan)),
                     &rows);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    if (vz_row_null(&rows, 0, "user")) {
        vz_call_invalid(call, "account", "absent", "this user does not exist: "
                        "name another one");
    }

    if (!ask->sized && vz_row_null(&rows, 0, "plan")) {
        vz_call_invalid(call, "plan", "absent", "this plan does not exist: "
                        "name another one");
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    if (vz_row_null(&rows, 0, "template")
        || !vz_node_has(ask->node, &ask->template))
    {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_template",
                        "The system that the container had (%V) is not on "
                        "offer, or not on that node: install it there first.",
                        &ask->template);
        return VZ_NOTEMPLATE;
    }

    return vz_recover_fill(call, ask, &rows);
}


static vz_code_e
vz_recover_fill(vz_call_t *call, vz_vm_recover_t *ask, const vz_rows_t *rows)
{
    vz_vm_new_t  *vm = &ask->vm;

    vm->def = &vz_recover_def;
    vm->data = ask;
    vm->node = ask->node;
    vm->user = vz_row_int(rows, 0, "user");
    vm->email = vz_row_text(rows, 0, "email");
    vm->language = vz_row_text(rows, 0, "language");
    vm->plan = vz_row_int(rows, 0, "plan");
    vm->any_plan = 1;
    vm->template = vz_row_int(rows, 0, "template");
    vm->mail = "server_restored";
    vm->hostname = ask->hostname;
    ask->first_name = vz_row_text(rows, 0, "first_name");

    if (ask->sized) {
        vm->memory_mib = ask->memory[2][0];
        vm->disk_mib = ask->disk[1];
        vm->cpu_units = ask->cpu[0];
        vm->cpu_percent = ask->cpu[1];

    } else {
        vm->memory_mib = vz_row_int(rows, 0, "memory_mib");
        vm->disk_mib = vz_row_int(rows, 0, "disk_mib");
        vm->cpu_units = vz_row_int(rows, 0, "cpu_units");
        vm->cpu_percent = vz_row_int(rows, 0, "cpu_percent");
    }

    vz_task_by(&vm->task, call);
    vm->task.kind = "recover";
    vm->task.done = 1;
    vm->task.data = vz_call_printf(call, "{\"backup\":%uL}", ask->backup);

    return vm->task.data.len ? VZ_OK : VZ_INTERNAL;
}


static vz_code_e
vz_recover_hold(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e               rc;
    vz_rows_t               rows;
    const vz_vm_recover_t  *ask = vm->data;

    rc = vz_db_query(tx, call->pool, &vz_recover_still,
                     vz_binds(vz_int(ask->backup)), &rows);

    return rc == VZ_OK && rows.rows == 0 ? VZ_NOENT : rc;
}


static void
vz_recover_mail(vz_json_t *json, const vz_vm_new_t *vm)
{
    const vz_vm_recover_t  *ask = vm->data;

    vz_json_text(json, "first_name", &ask->first_name);
    vz_json_text(json, "from", &ask->from);
    vz_json_text(json, "taken", &ask->taken);
}


static vz_code_e
vz_recover_after(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e               rc;
    const vz_vm_recover_t  *ask = vm->data;

    rc = VZ_OK;

    if (ask->sized) {
        rc = vz_db_query(tx, call->pool, &vz_recover_limits,
                         vz_binds(vz_int(ask->memory[0][0]),
                                  vz_limit_bind(ask->memory[0][1]),
                                  vz_int(ask->memory[1][0]),
                                  vz_limit_bind(ask->memory[1][1]),
                                  vz_int(ask->memory[2][0]),
                                  vz_limit_bind(ask->memory[2][1]),
                                  vz_int(ask->disk[0]), vz_int(ask->disk[1]),
                                  vz_int(ask->cpu[0]),
                                  vz_limit_bind(ask->cpu[1]),
                                  vz_limit_bind(ask->rate[0]),
                                  vz_limit_bind(ask->rate[1]),
                                  vz_recover_number(ask->kept[0]),
                                  vz_recover_number(ask->kept[1]),
                                  vz_recover_number(ask->kept[2]),
                                  vz_int(vm->id)),
                         NULL);
    }

    if (rc == VZ_OK && ask->firewall.len) {
        rc = vz_db_query(tx, call->pool, &vz_recover_firewall,
                         vz_binds(vz_int(vm->id), vz_text(ask->firewall)),
                         NULL);
    }

    return rc == VZ_OK
           ? vz_audit_with(tx, call, "backup.recover",
                           vz_call_printf(call, "vm %uL", vm->id),
                           vz_call_printf(call, "backup %uL of %V",
                                          ask->backup, &ask->from))
           : rc;
}


static vz_bind_t
vz_recover_number(int64_t kept)
{
    return kept == VZ_RECOVER_SAME ? vz_none() : vz_int(kept);
}
