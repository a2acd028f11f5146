/*
 * The steps that change a container's firewall and its gates.
 */

#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/step_firewall.h"
#include "runtime/json.h"
#include "runtime/row.h"
#include "wire/rule.h"


typedef struct {
    json_t         *data;
    uint64_t        seconds;
    ngx_uint_t      n;
    ngx_str_t       lines[VZ_RULES_MAX];    /* of the verb's body */
} vz_step_firewall_t;


static vz_code_e vz_step_firewall_line(vz_task_run_t *run,
    const json_t *rule, ngx_str_t *line);
static const char *vz_step_firewall_word(const json_t *object,
    const char *name, const char *missing);
static vz_code_e vz_step_firewall_document(vz_task_run_t *run,
    ngx_str_t *text);
static vz_code_e vz_step_firewall_with(vz_task_run_t *run,
    const ngx_str_t *data, vz_code_e (*step)(vz_task_run_t *run));
static vz_code_e vz_step_firewall_tx(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_firewall_gated_tx(vz_task_run_t *run, vz_tx_t *tx,
    void *data);


static const vz_sql_t  vz_step_firewall_try_sql = vz_sql("firewall_try",
    "INSERT INTO vm_firewall (vm_id, version, trial, trial_until)"
    " VALUES (?, 1, ?, NOW(3) + INTERVAL ? SECOND)"
    " ON DUPLICATE KEY UPDATE version = version + 1,"
    " trial = VALUES(trial), trial_until = VALUES(trial_until)");

static const vz_sql_t  vz_step_firewall_set_sql = vz_sql("firewall_set",
    "INSERT INTO vm_firewall (vm_id, version, kept) VALUES (?, 1, ?)"
    " ON DUPLICATE KEY UPDATE version = version + 1,"
    " kept = VALUES(kept), trial = NULL, trial_until = NULL");

static const vz_sql_t  vz_step_firewall_keep_sql = vz_sql("firewall_keep",
    "UPDATE vm_firewall SET kept = trial, trial = NULL, trial_until = NULL,"
    " version = version + 1 WHERE vm_id = ? AND trial IS NOT NULL");

static const vz_sql_t  vz_step_firewall_gate_sql = vz_sql("firewall_gate",
    "INSERT INTO vm_firewall (vm_id, version, smtp_open, smtp_reason,"
    " all_shut, all_reason) VALUES (?, 1, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE version = version + 1,"
    " smtp_open = VALUES(smtp_open), smtp_reason = VALUES(smtp_reason),"
    " all_shut = VALUES(all_shut), all_reason = VALUES(all_reason)");

static const vz_sql_t  vz_step_firewall_has_sql = vz_sql("firewall_has",
    "SELECT kept, JSON_OBJECT('smtp', IF(smtp_open, 'open', 'shut'),"
    " 'all', IF(all_shut, 'shut', 'open')) AS gates"
    " FROM vm_firewall WHERE vm_id = ?");


vz_code_e
vz_step_firewall_load(vz_task_run_t *run, const ngx_str_t *data)
{
    size_t               i;
    json_t              *rule;
    ngx_str_t            problem;
    vz_code_e            rc;
    vz_step_firewall_t  *work;

    work = ngx_pcalloc(run->pool, sizeof(vz_step_firewall_t));
    if (work == NULL) {
        return VZ_INTERNAL;
    }

    run->work = work;
    work->data = vz_json_read(run->pool, data, &problem);

    if (work->data == NULL) {
        return VZ_INTERNAL;
    }

    work->seconds = json_integer_value(json_object_get(work->data,
                                                       "seconds"));

    json_array_foreach(json_object_get(work->data, "rules"), i, rule) {

        rc = i < VZ_RULES_MAX
             ? vz_step_firewall_line(run, rule, &work->lines[i])
             : VZ_INTERNAL;

        if (rc != VZ_OK) {
            return rc;
        }

        work->n++;
    }

    return VZ_OK;
}


static vz_code_e
vz_step_firewall_line(vz_task_run_t *run, const json_t *rule, ngx_str_t *line)
{
    u_char  *p;

    p = ngx_pnalloc(run->pool, VZ_RULE_LINE);
    if (p == NULL) {
        return VZ_INTERNAL;
    }

    line->data = p;
    line->len = ngx_snprintf(p, VZ_RULE_LINE, "%s %s %s %s %s",
                             vz_step_firewall_word(rule, "direction", ""),
                             vz_step_firewall_word(rule, "action", ""),
                             vz_step_firewall_word(rule, "protocol", ""),
                             vz_step_firewall_word(rule, "ports", "-"),
                             vz_step_firewall_word(rule, "address", "-"))
                - p;

    return VZ_OK;
}


static const char *
vz_step_firewall_word(const json_t *object, const char *name,
    const char *missing)
{
    const char  *word;

    word = json_string_value(json_object_get(object, name));

    return word != NULL ? word : missing;
}


vz_code_e
vz_step_firewall_set(vz_task_run_t *run)
{
    u_char               seconds[NGX_INT64_LEN + 1];
    const char          *argv[3];
    vz_step_firewall_t  *work = run->work;

    ngx_sprintf(seconds, "%uL%Z", work->seconds);

    argv[0] = vz_step_firewall_word(work->data, "in", "");
    argv[1] = vz_step_firewall_word(work->data, "out", "");
    argv[2] = (char *) seconds;

    return vz_run_verb_lines(run, VZ_VERB_SETFIREWALL, 3, argv, work->lines,
                             work->n);
}


vz_code_e
vz_step_firewall_keep(vz_task_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_KEEPFIREWALL, 0, NULL, NULL);
}


vz_code_e
vz_step_firewall_gates(vz_task_run_t *run)
{
    vz_code_e            rc;
    ngx_uint_t           i;
    const char          *argv[2];
    vz_step_firewall_t  *work = run->work;

    static const char *const  gates[] = { "smtp", "all" };

    rc = VZ_OK;

    for (i = 0; i < 2 && rc == VZ_OK; i++) {
        argv[0] = gates[i];
        argv[1] = vz_step_firewall_word(work->data, gates[i], "");
        rc = vz_run_verb(run, VZ_VERB_SETGATE, 2, argv, NULL);
    }

    return rc;
}


vz_code_e
vz_step_firewall_again(vz_task_run_t *run)
{
    vz_code_e  rc;
    ngx_str_t  kept, gates;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, run->pool, &vz_step_firewall_has_sql,
                     vz_binds(vz_int(run->vm.id)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc;
    }

    kept = vz_row_text(&rows, 0, "kept");
    gates = vz_row_text(&rows, 0, "gates");

    if (kept.len) {
        rc = vz_step_firewall_with(run, &kept, vz_step_firewall_set);
    }

    if (rc == VZ_OK) {
        rc = vz_step_firewall_with(run, &gates, vz_step_firewall_gates);
    }

    return rc == VZ_UNSUPPORTED ? VZ_OK : rc;
}


static vz_code_e
vz_step_firewall_with(vz_task_run_t *run, const ngx_str_t *data,
    vz_code_e (*step)(vz_task_run_t *run))
{
    void       *work;
    vz_code_e   rc;

    work = run->work;
    rc = vz_step_firewall_load(run, data);

    if (rc == VZ_OK) {
        rc = step(run);
    }

    run->work = work;

    return rc;
}


vz_code_e
vz_step_firewall_store(vz_task_run_t *run)
{
    return vz_run_own_in_tx(run, vz_step_firewall_tx, NULL);
}


static vz_code_e
vz_step_firewall_tx(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    ngx_str_t            text;
    vz_code_e            rc;
    vz_step_firewall_t  *work = run->work;

    (void) data;

    rc = vz_step_firewall_document(run, &text);
    if (rc != VZ_OK) {
        return rc;
    }

    return work->seconds
           ? vz_db_query(tx, run->pool, &vz_step_firewall_try_sql,
                         vz_binds(vz_int(run->vm.id), vz_text(text),
                                  vz_int(work->seconds)),
                         NULL)
           : vz_db_query(tx, run->pool, &vz_step_firewall_set_sql,
                         vz_binds(vz_int(run->vm.id), vz_text(text)),
                         NULL);
}


/* what the API shows: the data without the time of the trial */

static vz_code_e
vz_step_firewall_document(vz_task_run_t *run, ngx_str_t *text)
{
    char                *dump;
    u_char              *p;
    vz_step_firewall_t  *work = run->work;

    (void) json_object_del(work->data, "seconds");

    dump = json_dumps(work->data, JSON_COMPACT);
    if (dump == NULL) {
        return VZ_INTERNAL;
    }

    text->len = ngx_strlen(dump);
    p = ngx_pnalloc(run->pool, text->len + 1);

    if (p != NULL) {
        ngx_memcpy(p, dump, text->len + 1);
    }

    text->data = p;
    free(dump);

    return p != NULL ? VZ_OK : VZ_INTERNAL;
}


vz_code_e
vz_step_firewall_kept(vz_task_run_t *run)
{
    return vz_run_own_vm(run, &vz_step_firewall_keep_sql);
}


vz_code_e
vz_step_firewall_gated(vz_task_run_t *run)
{
    return vz_run_own_in_tx(run, vz_step_firewall_gated_tx, NULL);
}


/* the reason is that of what is not as usual */

static vz_code_e
vz_step_firewall_gated_tx(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    ngx_uint_t           open, shut;
    const char          *smtp, *all;
    vz_step_firewall_t  *work = run->work;

    (void) data;

    open = ngx_strcmp(vz_step_firewall_word(work->data, "smtp", ""), "open")
           == 0;
    shut = ngx_strcmp(vz_step_firewall_word(work->data, "all", ""), "shut")
           == 0;
    smtp = vz_step_firewall_word(work->data, "smtp_reason", NULL);
    all = vz_step_firewall_word(work->data, "all_reason", NULL);

    return vz_db_query(tx, run->pool, &vz_step_firewall_gate_sql,
                       vz_binds(vz_int(run->vm.id), vz_int(open),
                                vz_bind_cstr(smtp), vz_int(shut),
                                vz_bind_cstr(all)),
                       NULL);
}
