/*
 * What a container runs once, at its first boot.
 */

#include "panel/live/task_view.h"
#include "panel/node/node_limit.h"
#include "panel/task/first_boot.h"
#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "runtime/row.h"


#define VZ_FIRST_BOOT_LINES   24        /* of base64 */
#define VZ_FIRST_BOOT_LOOKS   8         /* at a time */
#define VZ_FIRST_BOOT_AGE     259200    /* s after which nobody asks any more */
#define VZ_FIRST_BOOT_SHOWN   24        /* lines of its output: the first of
                                           them, and as many of the last */
#define VZ_FIRST_BOOT_WIDTH   100       /* bytes of one */


/* One that was sent, and where. */
typedef struct {
    uint64_t    vm;
    uint64_t    task;
    uint64_t    node;
    ngx_str_t   ctid;
    u_char      tag[VZ_TAG_LEN + 1];
    int64_t     age;

    /* of the task */
    uint64_t    owner;
    ngx_str_t   kind;
    ngx_str_t   state;
} vz_first_boot_t;


static ngx_uint_t vz_first_boot_begins(const ngx_str_t *text,
    const char *word);
static vz_code_e vz_first_boot_refused(vz_call_t *call, const char *code,
    const char *why);
static vz_code_e vz_first_boot_sent(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_first_boot_lines(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_str_t lines[VZ_FIRST_BOOT_LINES], ngx_uint_t *n);
static ngx_uint_t vz_first_boot_for_good(vz_code_e rc);
static void vz_first_boot_ask(ngx_pool_t *pool, vz_first_boot_t *one);
static ngx_uint_t vz_first_boot_said(ngx_pool_t *pool,
    const vz_answer_t *answer, vz_task_log_t *log);
static void vz_first_boot_output(ngx_pool_t *pool, const vz_answer_t *answer,
    vz_task_log_t *log);
static void vz_first_boot_tell(const vz_first_boot_t *one);
static void vz_first_boot_end(ngx_pool_t *pool, const vz_first_boot_t *one,
    const vz_task_log_t *log);


static const vz_sql_t  vz_first_boot_sql_forget = vz_sql("first boot forget",
    "DELETE FROM first_boot WHERE vm_id = ?");

static const vz_sql_t  vz_first_boot_sql_keep = vz_sql("first boot keep",
    "INSERT INTO first_boot (vm_id, data) VALUES (?, ?)");

static const vz_sql_t  vz_first_boot_sql_kept = vz_sql("first boot kept",
    "SELECT data FROM first_boot WHERE vm_id = ? AND stage = 'kept'");

static const vz_sql_t  vz_first_boot_sql_sent = vz_sql("first boot sent",
    "UPDATE first_boot SET data = NULL, stage = ?, task_id = ?,"
    " sent = NOW(3), next_look = NOW(3) + INTERVAL 2 SECOND"
    " WHERE vm_id = ? AND stage = 'kept'");

#define VZ_FIRST_BOOT_ROW(first, next, of)                                    \
    first(of, vm, INT, "f.vm_id")                                             \
    next(of, task, INT, "f.task_id")                                          \
    next(of, node, INT, "v.node_id")                                          \
    next(of, ctid, TEXT, "CAST(v.ctid AS CHAR)")                              \
    next(of, tag, CHARS, "v.tag")                                             \
    next(of, age, INT, "TIMESTAMPDIFF(SECOND, f.sent, NOW(3))")               \
    next(of, owner, INT, "t.user_id")                                         \
    next(of, kind, TEXT, "t.kind")                                            \
    next(of, state, TEXT, "t.state")

static const vz_row_member_t  vz_first_boot_row[] =
    vz_row_members(VZ_FIRST_BOOT_ROW, vz_first_boot_t);

static const vz_sql_t  vz_first_boot_sql_due = vz_sql("first boot due",
    "SELECT " vz_row_sql(VZ_FIRST_BOOT_ROW)
    " FROM first_boot f JOIN vm v ON v.id = f.vm_id"
    " JOIN task t ON t.id = f.task_id"
    " WHERE f.stage = 'sent' AND f.next_look <= NOW(3)"
    " ORDER BY f.next_look LIMIT ?");

/* the longer it takes, the seldomer it is looked at */

static const vz_sql_t  vz_first_boot_sql_later = vz_sql("first boot later",
    "UPDATE first_boot SET next_look = NOW(3)"
    " + INTERVAL LEAST(2 + ? DIV 10, 30) SECOND"
    " WHERE vm_id = ? AND task_id = ? AND stage = 'sent'");

static const vz_sql_t  vz_first_boot_sql_end = vz_sql("first boot end",
    "UPDATE first_boot SET stage = 'ended', next_look = NULL"
    " WHERE vm_id = ? AND task_id = ? AND stage = 'sent'");

static const vz_sql_t  vz_first_boot_sql_log = vz_sql("first boot log",
    "UPDATE task_step SET log = " vz_task_log_sql("log")
    " WHERE task_id = ? AND name = 'start'");


vz_code_e
vz_first_boot_text(vz_call_t *call, ngx_str_t *text)
{
    size_t      i, n;
    u_char      c;
    ngx_uint_t  wrong;

    wrong = 0;
    n = 0;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (c == CR && i + 1 < text->len && text->data[i + 1] == LF) {
            continue;
        }

        wrong |= (c < 0x20 && c != LF && c != '\t' && c != CR) || c == 0x7f;
        text->data[n++] = c;
    }

    text->len = n;

    if (n > VZ_FIRST_BOOT_MAX) {
        vz_call_invalid(call, "first_boot", "range",
                        "must have at most %d bytes", VZ_FIRST_BOOT_MAX);
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    if (wrong) {
        return vz_first_boot_refused(call, "format", "must be text without "
                                     "control characters");
    }

    if (n == 0 || vz_first_boot_begins(text, "#!/")
        || vz_first_boot_begins(text, "#cloud-config\n"))
    {
        return VZ_OK;
    }

    return vz_first_boot_refused(call, "format", "must begin with #!/ and the "
                                 "path of a program, as #!/bin/sh, or with a "
                                 "line #cloud-config");
}


static ngx_uint_t
vz_first_boot_begins(const ngx_str_t *text, const char *word)
{
    size_t  len;

    len = ngx_strlen(word);

    return text->len > len && ngx_strncmp(text->data, word, len) == 0;
}


static vz_code_e
vz_first_boot_refused(vz_call_t *call, const char *code, const char *why)
{
    vz_call_invalid(call, "first_boot", code, "%s", why);
    vz_call_refuse(call);

    return VZ_RANGE;
}


vz_code_e
vz_first_boot_there(vz_call_t *call, const ngx_str_t *text,
    vz_node_row_t *node, const ngx_str_t *template)
{
    if (text->len == 0) {
        return VZ_OK;
    }

    if (!vz_node_limit_has(vz_node_limit(node), "user_data")) {
        return vz_first_boot_refused(call, "unsupported", "is not possible on "
                                     "the node of this container");
    }

    if (vz_first_boot_begins(text, "#cloud-config")
        && !vz_node_has_cloud(node, template))
    {
        return vz_first_boot_refused(call, "unsupported", "needs cloud-init, "
                                     "which this system is not known to have: "
                                     "use a script that begins with #!/");
    }

    return VZ_OK;
}


vz_code_e
vz_first_boot_keep(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const ngx_str_t *text)
{
    vz_code_e  rc;

    rc = vz_db_query(tx, pool, &vz_first_boot_sql_forget, vz_binds(vz_int(vm)),
                     NULL);

    return rc == VZ_OK && text->len
           ? vz_db_query(tx, pool, &vz_first_boot_sql_keep,
                         vz_binds(vz_int(vm), vz_text(*text)), NULL)
           : rc;
}


vz_code_e
vz_first_boot_send(vz_task_run_t *run)
{
    vz_code_e   rc;
    ngx_str_t   text, lines[VZ_FIRST_BOOT_LINES];
    vz_rows_t   rows;
    ngx_uint_t  n;

    rc = vz_db_query(NULL, run->pool, &vz_first_boot_sql_kept,
                     vz_binds(vz_int(run->vm.id)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc;
    }

    text = vz_row_text(&rows, 0, "data");
    rc = vz_first_boot_lines(run->pool, &text, lines, &n);

    if (rc == VZ_OK) {
        rc = vz_run_verb_lines(run, VZ_VERB_USERDATA, 0, NULL, lines, n);
    }

    if (rc == VZ_OK) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "first boot: %uz bytes "
                        "wait for the first start", text.len);

        return vz_run_own_in_tx(run, vz_first_boot_sent, "sent");
    }

    if (!vz_first_boot_for_good(rc)) {
        return rc;
    }

    vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "first boot: it does not run: "
                    "%V", &run->detail);
    ngx_str_null(&run->detail);

    return vz_run_own_in_tx(run, vz_first_boot_sent, "ended");
}


/* another try would be refused in the same way */

static ngx_uint_t
vz_first_boot_for_good(vz_code_e rc)
{
    return rc == VZ_UNSUPPORTED || rc == VZ_STATE || rc == VZ_RANGE
           || rc == VZ_UNKNOWN || rc == VZ_SYNTAX || rc == VZ_NOSPACE;
}


static vz_code_e
vz_first_boot_sent(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    ngx_str_t  state;

    state.data = data;
    state.len = ngx_strlen(data);

    return vz_db_query(tx, run->pool, &vz_first_boot_sql_sent,
                       vz_binds(vz_text(state), vz_int(run->id),
                                vz_int(run->vm.id)),
                       NULL);
}


static vz_code_e
vz_first_boot_lines(ngx_pool_t *pool, const ngx_str_t *text,
    ngx_str_t lines[VZ_FIRST_BOOT_LINES], ngx_uint_t *n)
{
    ngx_str_t  code;

    code.data = ngx_pnalloc(pool, ngx_base64_encoded_length(text->len));
    if (code.data == NULL) {
        return VZ_INTERNAL;
    }

    ngx_encode_base64(&code, (ngx_str_t *) text);

    for (*n = 0; code.len > 0; (*n)++) {
        if (*n == VZ_FIRST_BOOT_LINES) {
            return VZ_RANGE;
        }

        lines[*n].data = code.data;
        lines[*n].len = ngx_min(code.len, VZ_BODY_BYTES);
        code.data += lines[*n].len;
        code.len -= lines[*n].len;
    }

    return VZ_OK;
}


void
vz_first_boot_look(ngx_pool_t *pool)
{
    vz_code_e        rc;
    vz_rows_t        rows;
    ngx_uint_t       i;
    vz_first_boot_t  one;

    rc = vz_db_query(NULL, pool, &vz_first_boot_sql_due,
                     vz_binds(vz_int(VZ_FIRST_BOOT_LOOKS)), &rows);

    if (rc != VZ_OK || rows.rows == 0 || vz_node_load(pool) != VZ_OK) {
        return;
    }

    for (i = 0; i < rows.rows; i++) {
        vz_row_read(&rows, i, 0, vz_first_boot_row, &one);

        rc = vz_db_query(NULL, pool, &vz_first_boot_sql_later,
                         vz_binds(vz_int(one.age), vz_int(one.vm),
                                  vz_int(one.task)),
                         NULL);

        if (rc != VZ_OK) {
            return;
        }

        vz_first_boot_ask(pool, &one);
    }
}


static void
vz_first_boot_ask(ngx_pool_t *pool, vz_first_boot_t *one)
{
    u_char          *buf;
    vz_code_e        rc;
    vz_mark_t        mark;
    const char      *argv[1];
    vz_answer_t      answer;
    vz_task_log_t    log;
    vz_node_row_t   *node;
    vz_relay_act_t   act;

    buf = ngx_palloc(pool, VZ_TASK_LOG_BYTES);
    node = vz_node_find(one->node);

    if (buf == NULL || node == NULL || node->relay == NULL) {
        return;
    }

    vz_task_log_init(&log, buf, VZ_TASK_LOG_BYTES);
    ngx_memzero(&act, sizeof(vz_relay_act_t));
    ngx_memzero(&mark, sizeof(vz_mark_t));

    argv[0] = (char *) one->ctid.data;
    act.verb = VZ_VERB_GETUSERDATA;
    act.argc = 1;
    act.argv = argv;
    act.mark = &mark;
    ngx_memcpy(mark.tag, one->tag, sizeof(mark.tag));

    rc = vz_relay_act(node->relay, pool, &act, &answer);

    if (rc == VZ_OK && answer.nlines
        && vz_first_boot_said(pool, &answer, &log))
    {
        vz_first_boot_end(pool, one, &log);

    } else if (vz_first_boot_for_good(rc) || one->age > VZ_FIRST_BOOT_AGE) {
        vz_task_log_add(&log, VZ_TASK_LOG_ALL, "first boot: the node does not "
                        "tell what came of it");
        vz_first_boot_end(pool, one, &log);
    }
}


/* whether there is a result, and what it is */

static ngx_uint_t
vz_first_boot_said(ngx_pool_t *pool, const vz_answer_t *answer,
    vz_task_log_t *log)
{
    uint64_t          seconds, status;
    ngx_str_t         state;
    ngx_uint_t        i;
    const ngx_str_t  *line;

    static const char *const  words[] = {
        "done", "timeout", "stopped", "none"
    };

    line = &answer->lines[0];
    state = vz_relay_pair(line, "state");
    status = vz_relay_number(line, "status");
    seconds = vz_relay_number(line, "seconds");

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (state.len == ngx_strlen(words[i])
            && ngx_strncmp(state.data, words[i], state.len) == 0)
        {
            break;
        }
    }

    switch (i) {

    case 0:
        vz_task_log_add(log, VZ_TASK_LOG_ALL, "first boot: it ended with exit "
                        "status %uL after %uL s", status, seconds);
        break;

    case 1:
        vz_task_log_add(log, VZ_TASK_LOG_ALL, "first boot: it was ended after "
                        "%uL s, which is as long as it may take", seconds);
        break;

    case 2:
        vz_task_log_add(log, VZ_TASK_LOG_ALL, "first boot: it ended when the "
                        "server stopped, or could not be begun");
        break;

    case 3:
        vz_task_log_add(log, VZ_TASK_LOG_ALL, "first boot: the system that "
                        "was to run it is gone");
        break;

    default:
        return 0;
    }

    vz_first_boot_output(pool, answer, log);

    return 1;
}


/* a guest wrote it: the log takes printable ASCII alone */

static void
vz_first_boot_output(ngx_pool_t *pool, const vz_answer_t *answer,
    vz_task_log_t *log)
{
    u_char      *p, *lf, *end;
    ngx_str_t    code, text;
    ngx_uint_t   i, n, lines;

    n = 0;

    for (i = 1; i < answer->nlines; i++) {
        n += answer->lines[i].len;
    }

    p = n ? ngx_pnalloc(pool, n + 1) : NULL;

    if (p == NULL) {
        return;
    }

    end = p;

    for (i = 1; i < answer->nlines; i++) {
        code = vz_relay_pair(&answer->lines[i], "text");
        text.data = end;

        if (code.len && ngx_decode_base64(&text, &code) == NGX_OK) {
            end += text.len;
        }
    }

    *end = LF;

    for (lines = 0, lf = p; lf < end; lf++) {
        lines += *lf == LF || lf + 1 == end;
    }

    for (i = 0; p < end; p = lf + 1, i++) {
        lf = ngx_strlchr(p, end + 1, LF);

        if (lines > 2 * VZ_FIRST_BOOT_SHOWN && i == VZ_FIRST_BOOT_SHOWN) {
            vz_task_log_add(log, VZ_TASK_LOG_ALL, "| [%ui lines]",
                            lines - 2 * VZ_FIRST_BOOT_SHOWN);
        }

        if (i < VZ_FIRST_BOOT_SHOWN || i + VZ_FIRST_BOOT_SHOWN >= lines) {
            vz_task_log_add(log, VZ_TASK_LOG_ALL, "| %*s",
                            ngx_min((size_t) (lf - p), VZ_FIRST_BOOT_WIDTH),
                            p);
        }
    }
}


/* whichever worker is the first writes it */

static void
vz_first_boot_end(ngx_pool_t *pool, const vz_first_boot_t *one,
    const vz_task_log_t *log)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    vz_rows_t   rows;

    if (vz_db_begin(pool, &tx) != VZ_OK) {
        return;
    }

    rc = vz_db_query(tx, pool, &vz_first_boot_sql_end,
                     vz_binds(vz_int(one->vm), vz_int(one->task)), &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_CONFLICT;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_first_boot_sql_log,
                         vz_binds(vz_text(vz_task_log_text(log)),
                                  vz_int(one->task)),
                         NULL);
    }

    if (vz_db_end(tx, rc) == VZ_OK) {
        vz_first_boot_tell(one);
    }
}


/* a page that shows the task asks for its log again */

static void
vz_first_boot_tell(const vz_first_boot_t *one)
{
    vz_task_view_t  view;

    ngx_memzero(&view, sizeof(vz_task_view_t));

    view.id = one->task;
    view.vm = one->vm;
    view.owner = one->owner;
    view.percent = 100;
    ngx_cpystrn(view.kind, one->kind.data,
                ngx_min(one->kind.len + 1, sizeof(view.kind)));
    ngx_cpystrn(view.state, one->state.data,
                ngx_min(one->state.len + 1, sizeof(view.state)));

    vz_task_view_note(one->task,
                      vz_task_state_over(vz_task_state_parse(&one->state))
                      ? &view : NULL);
}
