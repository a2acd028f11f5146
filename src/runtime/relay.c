/*
 * The relay: a verb on its way, and its answer.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <stdio.h>
#include "runtime/relay_core.h"
#include "runtime/relay_pool.h"
#include "wire/field_value.h"


#define VZ_RELAY_CONNECTIONS  4
#define VZ_RELAY_CONNECT      10000         /* ms for TCP and handshake */
#define VZ_RELAY_GRACE        5000          /* ms over the verb's own time */
#define VZ_RELAY_BEATS        3             /* that a long verb may miss */
#define VZ_RELAY_PATIENCE     60000         /* ms in line, at most */
#define VZ_RELAY_BYTES        (64 * 1024 * 1024)    /* of an answer */
#define VZ_RELAY_REMIND       60            /* s between the same log lines */
#define VZ_RELAY_STREAM       "stream"      /* the words of "ok stream" */


/* One call on its way. */
typedef struct {
    vz_node_t        *node;
    ngx_pool_t       *pool;
    const vz_verb_t  *def;
    const vz_relay_act_t  *act;
    vz_answer_t      *answer;
    ngx_array_t       lines;        /* of ngx_str_t */
    size_t            bytes;
    size_t            sent;
    ngx_uint_t        heard;        /* lines of any kind */
    vz_relay_conn_t  *conn;         /* which a stream goes on with */
    size_t            len;
    char              words[VZ_WORDS_MAX];
    char              buf[VZ_LINE_MAX];
} vz_ask_t;


static vz_code_e vz_relay_begin(vz_ask_t *ask, vz_node_t *node,
    ngx_pool_t *pool, const vz_relay_act_t *act, vz_answer_t *answer);
static vz_code_e vz_relay_print(vz_ask_t *ask);
static vz_code_e vz_relay_ask(vz_ask_t *ask);
static vz_code_e vz_relay_try(vz_ask_t *ask, vz_relay_pool_class_e class,
    ngx_uint_t *again);
static void vz_relay_put_back(vz_ask_t *ask, vz_relay_conn_t *conn,
    vz_relay_pool_class_e class);
static ngx_uint_t vz_relay_is_stream(const vz_ask_t *ask);
static vz_code_e vz_relay_exchange(vz_ask_t *ask, vz_relay_conn_t *conn);
static ngx_msec_t vz_relay_deadline(const vz_ask_t *ask);
static vz_code_e vz_relay_line(vz_ask_t *ask, const vz_reply_t *reply);
static vz_code_e vz_relay_data(vz_ask_t *ask, const vz_reply_t *reply);
static vz_code_e vz_relay_lost(vz_ask_t *ask, vz_code_e code);
static vz_code_e vz_relay_finish(vz_ask_t *ask, vz_code_e code);
static void vz_relay_log(vz_ask_t *ask, vz_code_e code);


static ngx_array_t  *vz_relay_all;


vz_code_e
vz_relay_call(vz_node_t *node, ngx_pool_t *pool, vz_verb_e verb,
    ngx_uint_t argc, const char *const *argv, const ngx_str_t *secret,
    vz_progress_pt progress, void *data, vz_answer_t *answer)
{
    vz_relay_act_t  act;

    ngx_memzero(&act, sizeof(vz_relay_act_t));

    act.verb = verb;
    act.argc = argc;
    act.argv = argv;
    act.body = secret;
    act.nbody = secret != NULL;
    act.progress = progress;
    act.data = data;

    return vz_relay_act(node, pool, &act, answer);
}


vz_code_e
vz_relay_act(vz_node_t *node, ngx_pool_t *pool, const vz_relay_act_t *act,
    vz_answer_t *answer)
{
    vz_ask_t   ask;
    vz_code_e  code;

    code = vz_relay_begin(&ask, node, pool, act, answer);

    if (code == VZ_OK && ask.def->stream) {
        (void) snprintf(ask.words, VZ_WORDS_MAX, "%s ends in a stream",
                        ask.def->name);
        code = VZ_INTERNAL;
    }

    if (code == VZ_OK) {
        code = vz_relay_ask(&ask);
    }

    return vz_relay_finish(&ask, code);
}


vz_code_e
vz_relay_take(vz_node_t *node, ngx_pool_t *pool, const vz_relay_act_t *act,
    vz_answer_t *answer, vz_relay_conn_t **conn)
{
    vz_ask_t   ask;
    vz_code_e  code;

    code = vz_relay_begin(&ask, node, pool, act, answer);

    if (code == VZ_OK && !ask.def->stream) {
        (void) snprintf(ask.words, VZ_WORDS_MAX, "%s ends in no stream",
                        ask.def->name);
        code = VZ_INTERNAL;
    }

    if (code == VZ_OK) {
        code = vz_relay_ask(&ask);
    }

    *conn = ask.conn;

    return vz_relay_finish(&ask, code);
}


static vz_code_e
vz_relay_begin(vz_ask_t *ask, vz_node_t *node, ngx_pool_t *pool,
    const vz_relay_act_t *act, vz_answer_t *answer)
{
    ngx_memzero(answer, sizeof(vz_answer_t));
    ngx_str_set(&answer->words, "");

    ngx_memzero(ask, sizeof(vz_ask_t));

    ask->node = node;
    ask->pool = pool;
    ask->def = vz_verb_def(act->verb);
    ask->act = act;
    ask->answer = answer;

    if (vz_fiber_self() == NULL || node->pool == NULL) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "vzpanel: a verb outside of a fiber or a worker");
        return VZ_INTERNAL;
    }

    return vz_relay_print(ask);
}


static vz_code_e
vz_relay_print(vz_ask_t *ask)
{
    ngx_uint_t             i;
    const vz_relay_act_t  *act = ask->act;

    ask->len = vz_verb_print(ask->buf, act->mark, act->nbody, act->verb,
                             act->argc, act->argv, ask->words);

    if (ask->len == 0) {
        return act->argc < ask->def->min || act->argc > ask->def->max
               || act->nbody < ask->def->body_min
               || act->nbody > ask->def->body_max
               ? VZ_SYNTAX : VZ_RANGE;
    }

    for (i = 0; i < act->nbody; i++) {
        if (vz_verb_body_check(ask->def, act->body[i].data, act->body[i].len)
            == VZ_OK)
        {
            continue;
        }

        (void) snprintf(ask->words, VZ_WORDS_MAX, "%s: 1 to %u bytes "
                        "without control characters",
                        ask->def->secret ? "secret" : "body",
                        ask->def->body_bytes);
        return VZ_RANGE;
    }

    return VZ_OK;
}


static vz_code_e
vz_relay_ask(vz_ask_t *ask)
{
    vz_code_e               code;
    ngx_uint_t              again;
    vz_relay_pool_t        *pool;
    vz_relay_pool_class_e   class;

    pool = ask->node->pool;
    class = vz_relay_pool_class(ask->def);

    if (vz_relay_pool_enter(pool, class, ngx_min(ask->def->timeout * 1000,
                                                 VZ_RELAY_PATIENCE))
        != NGX_OK)
    {
        (void) snprintf(ask->words, VZ_WORDS_MAX,
                        "all connections to the node are busy");
        return VZ_OVERLOADED;
    }

    do {
        again = 0;
        code = vz_relay_try(ask, class, &again);
    } while (again);

    if (ask->conn == NULL) {
        vz_relay_pool_leave(pool, class);
    }

    return code;
}


/* on one connection, kept or new; *again: it was dead before */

static vz_code_e
vz_relay_try(vz_ask_t *ask, vz_relay_pool_class_e class, ngx_uint_t *again)
{
    vz_code_e         code;
    vz_relay_conn_t  *conn;
    vz_relay_pool_t  *pool;

    pool = ask->node->pool;
    conn = class == VZ_RELAY_POOL_STREAM ? NULL
                                         : vz_relay_conn_take(&pool->idle);

    if (conn == NULL) {
        code = vz_relay_conn_open(ask->node,
                                  ngx_current_msec + VZ_RELAY_CONNECT,
                                  &conn, ask->words);
        if (code != VZ_OK) {
            return code;
        }
    }

    /* who asked may have lost the right to while he waited */

    if (ask->act->may != NULL) {
        code = ask->act->may(ask->act->data);

        if (code != VZ_OK) {
            vz_relay_put_back(ask, conn, class);
            return code;
        }
    }

    code = vz_relay_exchange(ask, conn);

    if (code == VZ_OK) {
        vz_relay_put_back(ask, conn, class);
        pool->logged = 0;
        return code;
    }

    /* dead since its last verb: this one did not run, or only reads */

    *again = conn->kept && code == VZ_DOWN && !ask->heard
             && (ask->sent == 0 || !ask->def->lock);

    vz_relay_conn_close(conn);

    return code;
}


static void
vz_relay_put_back(vz_ask_t *ask, vz_relay_conn_t *conn,
    vz_relay_pool_class_e class)
{
    vz_relay_pool_t  *pool;

    pool = ask->node->pool;

    if (class != VZ_RELAY_POOL_STREAM) {
        vz_relay_conn_keep(conn, &pool->idle);

    } else if (vz_relay_is_stream(ask)) {
        ask->conn = conn;

    } else {
        vz_relay_conn_close(conn);
    }
}


static ngx_uint_t
vz_relay_is_stream(const vz_ask_t *ask)
{
    return ask->heard && ask->answer->code == VZ_OK
           && ngx_strcmp(ask->words, VZ_RELAY_STREAM) == 0;
}


/* VZ_OK: the answer is whole and the connection good for another */

static vz_code_e
vz_relay_exchange(vz_ask_t *ask, vz_relay_conn_t *conn)
{
    char         *line;
    size_t        len;
    vz_code_e     code;
    ngx_msec_t    deadline;
    vz_reply_t    reply;

    ask->bytes = 0;
    ask->heard = 0;

    if (ngx_array_init(&ask->lines, ask->pool, 4, sizeof(ngx_str_t))
        != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    deadline = vz_relay_deadline(ask) + VZ_RELAY_GRACE;

    code = vz_relay_conn_ask(conn, ask->def, ask->buf, ask->len,
                             ask->act->body, ask->act->nbody, deadline,
                             &ask->sent);

    while (code == VZ_OK) {
        code = vz_relay_conn_answer(conn, deadline, &line, &len);
        if (code != VZ_OK) {
            break;
        }

        ask->heard = 1;

        if (ask->def->beat) {
            deadline = vz_relay_deadline(ask);
        }

        code = vz_reply_parse(line, len, &reply);
        if (code != VZ_OK) {
            break;
        }

        code = vz_relay_line(ask, &reply);

        if (code == VZ_AGAIN) {
            code = VZ_OK;
            continue;
        }

        return code;
    }

    return vz_relay_lost(ask, code);
}


/* of a long verb: until its next line */

static ngx_msec_t
vz_relay_deadline(const vz_ask_t *ask)
{
    return ngx_current_msec
           + 1000 * (ask->def->beat ? VZ_RELAY_BEATS * ask->def->beat
                                    : ask->def->timeout);
}


/* VZ_AGAIN: more lines come; VZ_OK: that was the last one */

static vz_code_e
vz_relay_line(vz_ask_t *ask, const vz_reply_t *reply)
{
    ngx_str_t  words;

    switch (reply->kind) {

    case VZ_REPLY_PROGRESS:

        if (ask->act->progress) {
            words.data = (u_char *) reply->text;
            words.len = reply->len;
            ask->act->progress(ask->act->data, reply->percent, &words);
        }

        return VZ_AGAIN;

    case VZ_REPLY_DATA:
        return vz_relay_data(ask, reply);

    default:
        ask->answer->code = reply->code;
        (void) snprintf(ask->words, VZ_WORDS_MAX, "%.*s", (int) reply->len,
                        reply->text);

        /* no verb ends so: the node was told something else than we said */

        return reply->code == VZ_DENIED ? VZ_DENIED : VZ_OK;
    }
}


static vz_code_e
vz_relay_data(vz_ask_t *ask, const vz_reply_t *reply)
{
    u_char     *p;
    ngx_str_t  *line;

    ask->bytes += reply->len;

    if (ask->bytes > VZ_RELAY_BYTES) {
        (void) snprintf(ask->words, VZ_WORDS_MAX, "the answer has no end");
        return VZ_INTERNAL;
    }

    p = ngx_pnalloc(ask->pool, reply->len + 1);
    line = ngx_array_push(&ask->lines);

    if (p == NULL || line == NULL) {
        return VZ_INTERNAL;
    }

    ngx_memcpy(p, reply->text, reply->len);
    p[reply->len] = '\0';
    line->data = p;
    line->len = reply->len;

    return VZ_AGAIN;
}


static vz_code_e
vz_relay_lost(vz_ask_t *ask, vz_code_e code)
{
    const char  *how;

    switch (code) {

    case VZ_TIMEOUT:
        how = ask->def->beat ? "fell silent" : "did not end in time";
        break;

    case VZ_SYNTAX:
        how = "was answered with garbage";
        code = VZ_DOWN;
        break;

    case VZ_DENIED:
        how = "was answered by another than the node";
        break;

    default:
        how = "was cut off";
    }

    (void) snprintf(ask->words, VZ_WORDS_MAX, "%s %s", ask->def->name, how);

    return code;
}


/* code is VZ_OK where the daemon answered, whatever it said */

static vz_code_e
vz_relay_finish(vz_ask_t *ask, vz_code_e code)
{
    size_t        len;
    u_char       *p;
    vz_answer_t  *answer;

    answer = ask->answer;

    if (code == VZ_OK) {
        answer->lines = ask->lines.elts;
        answer->nlines = ask->lines.nelts;

    } else {
        answer->code = code;

        if (code != VZ_AGAIN) {
            vz_relay_log(ask, code);
        }
    }

    len = ngx_strlen(ask->words);

    p = ngx_pnalloc(ask->pool, len + 1);
    if (p == NULL) {
        return answer->code;
    }

    ngx_memcpy(p, ask->words, len + 1);
    answer->words.data = p;
    answer->words.len = len;

    return answer->code;
}


/* the same trouble with the same node is told once a minute */

static void
vz_relay_log(vz_ask_t *ask, vz_code_e code)
{
    uint32_t          hash;
    ngx_uint_t        level;
    vz_relay_pool_t  *pool;

    pool = ask->node->pool;
    hash = ngx_crc32_short((u_char *) ask->words, ngx_strlen(ask->words)) | 1;

    if (pool == NULL
        || (pool->logged == hash
            && ngx_time() - pool->logged_at < VZ_RELAY_REMIND))
    {
        return;
    }

    switch (code) {

    case VZ_SYNTAX:
    case VZ_RANGE:
        level = NGX_LOG_INFO;
        break;

    case VZ_OVERLOADED:
    case VZ_TIMEOUT:
        level = NGX_LOG_WARN;
        break;

    default:
        level = NGX_LOG_ERR;
    }

    if (level != NGX_LOG_INFO) {
        pool->logged = hash;
        pool->logged_at = ngx_time();
    }

    ngx_log_error(level, ngx_cycle->log, 0,
                  "vzpanel: node \"%V\": %s: %s: %s", &ask->node->name,
                  ask->def->name, vz_relay_trouble(code), ask->words);
}


ngx_uint_t
vz_relay_connections(const vz_node_t *node)
{
    return node->connections ? node->connections : VZ_RELAY_CONNECTIONS;
}


const char *
vz_relay_trouble(vz_code_e code)
{
    switch (code) {

    case VZ_DOWN:
        return "down";

    case VZ_OVERLOADED:
        return "overloaded";

    default:
        return vz_code_name(code);
    }
}


ngx_str_t
vz_relay_pair(const ngx_str_t *line, const char *key)
{
    size_t      len;
    ngx_str_t   value;
    vz_pairs_t  pairs;

    len = ngx_strlen(key);
    vz_pairs_init(&pairs, (char *) line->data, line->len);

    while (vz_pairs_next(&pairs)) {

        if (pairs.key_len == len && ngx_memcmp(pairs.key, key, len) == 0) {
            value.data = (u_char *) pairs.value;
            value.len = pairs.value_len;
            return value;
        }
    }

    ngx_str_null(&value);

    return value;
}


uint64_t
vz_relay_number(const ngx_str_t *line, const char *key)
{
    uint64_t   n;
    ngx_str_t  value;

    value = vz_relay_pair(line, key);

    if (vz_field_value_number((char *) value.data, value.len, UINT64_MAX, &n)
        != VZ_OK)
    {
        return 0;
    }

    return n;
}


ngx_int_t
vz_relay_init(ngx_cycle_t *cycle, ngx_array_t *nodes)
{
    ngx_uint_t   i;
    vz_node_t   *node;

    if (vz_field_init() != VZ_OK) {
        return NGX_ERROR;
    }

    node = nodes->elts;

    for (i = 0; i < nodes->nelts; i++) {
        node[i].pool = vz_relay_pool_create(vz_relay_connections(&node[i]),
                                            cycle->log);
        if (node[i].pool == NULL) {
            return NGX_ERROR;
        }
    }

    vz_relay_all = nodes;

    return NGX_OK;
}


void
vz_relay_exit(void)
{
    ngx_uint_t   i;
    vz_node_t   *node;

    if (vz_relay_all == NULL) {
        return;
    }

    node = vz_relay_all->elts;

    for (i = 0; i < vz_relay_all->nelts; i++) {
        vz_relay_pool_destroy(node[i].pool);
        node[i].pool = NULL;
    }

    vz_relay_all = NULL;
}


vz_node_t *
vz_relay_node(const ngx_str_t *name)
{
    ngx_uint_t   i;
    vz_node_t   *node;

    if (vz_relay_all == NULL) {
        return NULL;
    }

    node = vz_relay_all->elts;

    for (i = 0; i < vz_relay_all->nelts; i++) {

        if (node[i].name.len == name->len
            && ngx_memcmp(node[i].name.data, name->data, name->len) == 0)
        {
            return &node[i];
        }
    }

    return NULL;
}


ngx_array_t *
vz_relay_nodes(void)
{
    return vz_relay_all;
}
