/*
 * The firewall of a container, as its row has it and as its node applies it.
 */

#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/node/node_ask.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_firewall.h"
#include "panel/vm/vm_firewall_rule.h"
#include "runtime/row.h"


#define VZ_VM_FIREWALL_SECONDS  60
#define VZ_VM_FIREWALL_LEAST    10
#define VZ_VM_FIREWALL_MOST     600
#define VZ_VM_FIREWALL_REASON   200
#define VZ_VM_FIREWALL_OPEN                                                   \
    "{\"in\":\"accept\",\"out\":\"accept\",\"rules\":[]}"


/* The row of a container, and where it is. */
typedef struct {
    uint64_t         node;
    uint32_t         ctid;
    ngx_str_t        tag;
    uint64_t         version;
    ngx_str_t        kept;
    ngx_str_t        trial;
    int64_t          left;              /* ms; by the database's clock */
    ngx_uint_t       smtp_open;
    ngx_str_t        smtp_reason;
    ngx_uint_t       all_shut;
    ngx_str_t        all_reason;
} vz_vm_firewall_t;

/* What a request asks for. */
typedef struct {
    ngx_str_t        in;
    ngx_str_t        out;
    json_t          *rules;
    int64_t          seconds;
    ngx_str_t        text;              /* the rules, checked, as JSON */
} vz_vm_firewall_ask_t;

typedef struct {
    ngx_str_t        smtp;
    ngx_str_t        smtp_reason;
    ngx_str_t        all;
    ngx_str_t        all_reason;
} vz_vm_firewall_gates_t;


static void vz_vm_firewall_told(vz_json_t *out, vz_vm_firewall_t *fw,
    vz_code_e rc, const vz_answer_t *answer);
static void vz_vm_firewall_hits(vz_json_t *out, const vz_answer_t *answer);
static void vz_vm_firewall_hit(vz_json_t *out, const char *key,
    const ngx_str_t *line, const char *packets, const char *bytes);
static vz_code_e vz_vm_firewall_row(vz_vm_action_t *change, vz_tx_t *tx,
    vz_vm_firewall_t *fw);
static vz_code_e vz_vm_firewall_match(vz_vm_action_t *change,
    const vz_vm_firewall_t *fw);
static vz_code_e vz_vm_firewall_prepare(vz_vm_action_t *change, vz_tx_t *tx);
static vz_code_e vz_vm_firewall_prepare_keep(vz_vm_action_t *change,
    vz_tx_t *tx);
static vz_code_e vz_vm_firewall_prepare_undo(vz_vm_action_t *change,
    vz_tx_t *tx);
static vz_code_e vz_vm_firewall_prepare_gates(vz_vm_action_t *change,
    vz_tx_t *tx);
static vz_code_e vz_vm_firewall_tried(vz_vm_action_t *change, vz_tx_t *tx,
    vz_vm_firewall_t *fw);


#define VZ_VM_FIREWALL_ROW(first, next, of)                                   \
    first(of, node, INT, "v.node_id")                                         \
    next(of, ctid, INT, "v.ctid")                                             \
    next(of, tag, TEXT, "v.tag")                                              \
    next(of, version, INT, "f.version")                                       \
    next(of, kept, TEXT, "COALESCE(f.kept, '" VZ_VM_FIREWALL_OPEN "')")       \
    next(of, trial, TEXT, "f.trial")                                          \
    next(of, left, INT, "COALESCE(TIMESTAMPDIFF(MICROSECOND, NOW(3),"         \
         " f.trial_until) DIV 1000, 0)")                                      \
    next(of, smtp_open, FLAG, "f.smtp_open")                                  \
    next(of, smtp_reason, TEXT, "f.smtp_reason")                              \
    next(of, all_shut, FLAG, "f.all_shut")                                    \
    next(of, all_reason, TEXT, "f.all_reason")

static const vz_row_member_t  vz_vm_firewall_members[] =
    vz_row_members(VZ_VM_FIREWALL_ROW, vz_vm_firewall_t);

static const vz_sql_t  vz_vm_firewall_sql = vz_sql("vm firewall",
    "SELECT " vz_row_sql(VZ_VM_FIREWALL_ROW)
    " FROM vm v LEFT JOIN vm_firewall f ON f.vm_id = v.id"
    " WHERE v.id = ? AND " vz_auth_owned("v.user_id"));


static const vz_body_member_t  vz_vm_firewall_body[] = {
    { "in", VZ_BODY_FIELD, VZ_FIELD_POLICY, 1, 0, 0,
      offsetof(vz_vm_firewall_ask_t, in) },
    { "out", VZ_BODY_FIELD, VZ_FIELD_POLICY, 1, 0, 0,
      offsetof(vz_vm_firewall_ask_t, out) },
    { "rules", VZ_BODY_OBJECTS, 0, 0, 0, VZ_RULES_MAX,
      offsetof(vz_vm_firewall_ask_t, rules) },
    { "seconds", VZ_BODY_INT, 0, 0, 0, VZ_VM_FIREWALL_MOST,
      offsetof(vz_vm_firewall_ask_t, seconds) }
};

static const vz_body_member_t  vz_vm_firewall_gates_body[] = {
    { "smtp", VZ_BODY_FIELD, VZ_FIELD_SWITCH, 1, 0, 0,
      offsetof(vz_vm_firewall_gates_t, smtp) },
    { "smtp_reason", VZ_BODY_TEXT, 0, 0, 0, VZ_VM_FIREWALL_REASON,
      offsetof(vz_vm_firewall_gates_t, smtp_reason) },
    { "all", VZ_BODY_FIELD, VZ_FIELD_SWITCH, 1, 0, 0,
      offsetof(vz_vm_firewall_gates_t, all) },
    { "all_reason", VZ_BODY_TEXT, 0, 0, 0, VZ_VM_FIREWALL_REASON,
      offsetof(vz_vm_firewall_gates_t, all_reason) }
};

const vz_body_t  vz_vm_firewall_form = vz_body("Firewall",
                                               vz_vm_firewall_body);
const vz_body_t  vz_vm_firewall_gates_form = vz_body("Gates",
                                                  vz_vm_firewall_gates_body);


static const vz_vm_action_def_t  vz_vm_firewall_set_def = {
    "firewall", "vm.firewall", VZ_VM_LIFECYCLE_IS_MADE, vz_vm_firewall_prepare,
    NULL
};

static const vz_vm_action_def_t  vz_vm_firewall_confirm_def = {
    "firewall_keep", "vm.firewall.confirm", VZ_VM_LIFECYCLE_IS_MADE,
    vz_vm_firewall_prepare_keep, NULL
};

static const vz_vm_action_def_t  vz_vm_firewall_undo_def = {
    "firewall", "vm.firewall.undo", VZ_VM_LIFECYCLE_IS_MADE,
    vz_vm_firewall_prepare_undo, NULL
};

static const vz_vm_action_def_t  vz_vm_firewall_gates_def = {
    "gates", "vm.gates", VZ_VM_LIFECYCLE_IS_MADE,
    vz_vm_firewall_prepare_gates, NULL
};


void
vz_vm_firewall_show(vz_call_t *call)
{
    uint64_t          id;
    vz_bind_t         owner;
    vz_code_e         rc;
    vz_json_t        *out;
    vz_rows_t         rows;
    vz_answer_t       answer;
    vz_node_ask_t     ct;
    vz_vm_firewall_t  fw;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_route_row(call, &vz_vm_firewall_sql,
                        vz_binds(vz_int(id), owner, owner), &rows)
           != VZ_OK)
    {
        return;
    }

    vz_row_read(&rows, 0, 0, vz_vm_firewall_members, &fw);
    ct.node = fw.node;
    ct.ctid = fw.ctid;
    ct.tag = fw.tag;

    rc = vz_node_ask(call->pool, VZ_VERB_GETFIREWALL, &ct, &answer);

    vz_call_header(call, "ETag", vz_call_printf(call, "\"%uL\"", fw.version));

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_uint(out, "version", fw.version);
    vz_json_raw(out, "kept", &fw.kept);
    vz_vm_firewall_told(out, &fw, rc, &answer);
    vz_json_cstr(out, "smtp", fw.smtp_open ? "open" : "shut");
    vz_json_opt(out, "smtp_reason", fw.smtp_reason);
    vz_json_cstr(out, "all", fw.all_shut ? "shut" : "open");
    vz_json_opt(out, "all_reason", fw.all_reason);
    vz_json_text(out, "your_address", &call->remote);
    vz_json_close(out);
}


/* whether rules are tried is for the node to say, as long as it answers */

static void
vz_vm_firewall_told(vz_json_t *out, vz_vm_firewall_t *fw, vz_code_e rc,
    const vz_answer_t *answer)
{
    if (rc == VZ_OK && answer->nlines) {
        fw->left = vz_relay_number(&answer->lines[0], "left");
    }

    if (fw->trial.len && fw->left > 0) {
        vz_json_raw(out, "trial", &fw->trial);
        vz_json_int(out, "left_ms", fw->left);

    } else {
        vz_json_null(out, "trial");
        vz_json_null(out, "left_ms");
    }

    vz_json_cstr(out, "node", rc == VZ_OK ? "up"
                              : rc == VZ_UNSUPPORTED || rc == VZ_UNKNOWN
                                ? "unsupported"
                              : rc == VZ_NOENT || rc == VZ_RANGE ? "absent"
                              : "down");

    if (rc == VZ_OK && answer->nlines) {
        vz_vm_firewall_hits(out, answer);
    } else {
        vz_json_null(out, "hits");
    }
}


static void
vz_vm_firewall_hits(vz_json_t *out, const vz_answer_t *answer)
{
    ngx_uint_t  i;

    vz_json_object(out, "hits");
    vz_vm_firewall_hit(out, "in", &answer->lines[0], "in_packets",
                       "in_bytes");
    vz_vm_firewall_hit(out, "out", &answer->lines[0], "out_packets",
                       "out_bytes");
    vz_json_array(out, "rules");

    for (i = 1; i < answer->nlines; i++) {
        vz_vm_firewall_hit(out, NULL, &answer->lines[i], "packets", "bytes");
    }

    vz_json_close(out);
    vz_json_close(out);
}


static void
vz_vm_firewall_hit(vz_json_t *out, const char *key, const ngx_str_t *line,
    const char *packets, const char *bytes)
{
    vz_json_object(out, key);
    vz_json_uint(out, "packets", vz_relay_number(line, packets));
    vz_json_uint(out, "bytes", vz_relay_number(line, bytes));
    vz_json_close(out);
}


void
vz_vm_firewall_set(vz_call_t *call)
{
    vz_vm_firewall_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_vm_firewall_ask_t));
    ask.seconds = VZ_VM_FIREWALL_SECONDS;

    if (vz_body_read(call, &vz_vm_firewall_form, &ask) != VZ_OK) {
        return;
    }

    if (ask.seconds && ask.seconds < VZ_VM_FIREWALL_LEAST) {
        vz_call_invalid(call, "seconds", "range", "0, or %d to %d",
                        VZ_VM_FIREWALL_LEAST, VZ_VM_FIREWALL_MOST);
    }

    if (vz_vm_firewall_rule_read(call, ask.rules, &ask.text) != VZ_OK) {
        return;
    }

    vz_vm_action_call(call, &vz_vm_firewall_set_def, &ask);
}


static vz_code_e
vz_vm_firewall_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e              rc;
    vz_vm_firewall_t       fw;
    vz_vm_firewall_ask_t  *ask = change->data;

    rc = vz_vm_firewall_row(change, tx, &fw);

    if (rc == VZ_OK) {
        rc = vz_vm_firewall_match(change, &fw);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    change->task_data = vz_call_printf(change->call,
        "{\"seconds\":%L,\"in\":\"%V\",\"out\":\"%V\",\"rules\":%V}",
        ask->seconds, &ask->in, &ask->out, &ask->text);
    change->detail = vz_call_printf(change->call,
        "in %V, out %V, %uz rules, tried for %L s", &ask->in, &ask->out,
        json_array_size(ask->rules), ask->seconds);

    return VZ_OK;
}


static vz_code_e
vz_vm_firewall_row(vz_vm_action_t *change, vz_tx_t *tx, vz_vm_firewall_t *fw)
{
    vz_bind_t  owner;
    vz_code_e  rc;
    vz_rows_t  rows;

    owner = vz_auth_owner(change->call);
    rc = vz_db_query(tx, change->call->pool, &vz_vm_firewall_sql,
                     vz_binds(vz_int(change->id), owner, owner), &rows);

    if (rc == VZ_OK) {
        vz_row_read(&rows, 0, 0, vz_vm_firewall_members, fw);
    }

    return rc;
}


static vz_code_e
vz_vm_firewall_match(vz_vm_action_t *change, const vz_vm_firewall_t *fw)
{
    ngx_str_t   tag;
    vz_call_t  *call = change->call;

    if (call->if_match.len == 0) {
        vz_call_problem(call, 428, "precondition_required",
                        "The If-Match header is missing: send the ETag that "
                        "you last read.");
        return VZ_STATE;
    }

    tag = vz_call_printf(call, "%uL", fw->version);

    if (vz_call_matches(&call->if_match, &tag)) {
        return VZ_OK;
    }

    vz_call_problem(call, NGX_HTTP_PRECONDITION_FAILED, "changed",
                    "The ETag in If-Match is not the firewall's: read it "
                    "again.");

    return VZ_STATE;
}


void
vz_vm_firewall_confirm(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_vm_firewall_confirm_def, NULL);
}


static vz_code_e
vz_vm_firewall_prepare_keep(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_vm_firewall_t  fw;

    return vz_vm_firewall_tried(change, tx, &fw);
}


void
vz_vm_firewall_undo(vz_call_t *call)
{
    vz_vm_action_call(call, &vz_vm_firewall_undo_def, NULL);
}


/* what is kept is set anew, at once: that ends the trial */

static vz_code_e
vz_vm_firewall_prepare_undo(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e         rc;
    vz_vm_firewall_t  fw;

    rc = vz_vm_firewall_tried(change, tx, &fw);
    if (rc != VZ_OK) {
        return rc;
    }

    /* an object, behind whose brace other members go */

    fw.kept.data++;
    fw.kept.len--;
    change->task_data = vz_call_printf(change->call,
                                       "{\"seconds\":0,%V", &fw.kept);

    return VZ_OK;
}


/* 409 where nothing is tried; when its time is over is for the node to say */

static vz_code_e
vz_vm_firewall_tried(vz_vm_action_t *change, vz_tx_t *tx,
    vz_vm_firewall_t *fw)
{
    vz_code_e  rc;

    rc = vz_vm_firewall_row(change, tx, fw);

    if (rc != VZ_OK || (fw->trial.len && fw->left > 0)) {
        return rc;
    }

    vz_call_problem(change->call, NGX_HTTP_CONFLICT, "not_tried",
                    "No rules are being tried: those from before hold.");

    return VZ_STATE;
}


void
vz_vm_firewall_gates(vz_call_t *call)
{
    vz_vm_firewall_gates_t  gates;

    ngx_memzero(&gates, sizeof(vz_vm_firewall_gates_t));

    if (vz_body_read(call, &vz_vm_firewall_gates_form, &gates) == VZ_OK) {
        vz_vm_action_call(call, &vz_vm_firewall_gates_def, &gates);
    }
}


static vz_code_e
vz_vm_firewall_prepare_gates(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_json_t                data;
    vz_vm_firewall_gates_t  *gates = change->data;

    (void) tx;

    vz_json_init(&data, change->call->pool);
    vz_json_object(&data, NULL);
    vz_json_text(&data, "smtp", &gates->smtp);
    vz_json_opt(&data, "smtp_reason", gates->smtp_reason);
    vz_json_text(&data, "all", &gates->all);
    vz_json_opt(&data, "all_reason", gates->all_reason);
    vz_json_close(&data);

    if (vz_json_end(&data) != NGX_OK
        || vz_json_string(&data, &change->task_data) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    change->detail = vz_call_printf(change->call, "smtp %V, all %V",
                                    &gates->smtp, &gates->all);

    return VZ_OK;
}
