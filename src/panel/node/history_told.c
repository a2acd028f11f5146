#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/node/history_told.h"
#include "runtime/relay.h"


#define VZ_HISTORY_TOLD_SERIES  32      /* at most; others are not shown */
#define VZ_HISTORY_TOLD_TIME    (NGX_INT64_LEN + 1)


/* the answer's columns: cells[point * series + i], of means and of mosts */
typedef struct {
    ngx_uint_t    series;
    ngx_str_t     names[VZ_HISTORY_TOLD_SERIES];
    ngx_uint_t    points;
    ngx_str_t   **lines;
    ngx_str_t    *means;
    ngx_str_t    *mosts;
} vz_history_table_t;


static vz_code_e vz_history_told_call(vz_call_t *call,
    vz_history_told_t *told, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv);
static void vz_history_told_fault(vz_call_t *call, vz_code_e code);
static ngx_int_t vz_history_told_table(ngx_pool_t *pool,
    const vz_answer_t *answer, vz_history_table_t *table);
static void vz_history_told_cells(ngx_str_t text, ngx_str_t *cells,
    ngx_uint_t n);
static const char *vz_history_told_unit(const ngx_str_t *name);
static void vz_history_told_column(vz_json_t *out, const char *key,
    const vz_history_table_t *table, const ngx_str_t *cells, ngx_uint_t i);
static void vz_history_told_marks(vz_json_t *out, const vz_answer_t *answer);
static void vz_history_told_time(vz_json_t *out, const char *key,
    const ngx_str_t *line, const char *name);
static void vz_history_told_number(vz_json_t *out, const char *key,
    const ngx_str_t *value);
static ngx_uint_t vz_history_told_digits(const u_char **p, const u_char *end);
static ngx_uint_t vz_history_told_word(const ngx_str_t *value);


static const struct {
    const char  *name;
    uint64_t     seconds;
} vz_history_told_ranges[] = {
    { "1h", 3600 },
    { "6h", 6 * 3600 },
    { "1d", 86400 },
    { "1w", 7 * 86400 },
    { "1m", 30 * 86400 },
    { "3m", 91 * 86400 },
    { "1y", 365 * 86400 },
    { NULL, 0 }
};

static const char *const  vz_history_told_words[] = {
    "1h", "6h", "1d", "1w", "1m", "3m", "1y", NULL
};

static const vz_query_t  vz_history_told_arg[] = {
    { "range", VZ_QUERY_WORD, 0, vz_history_told_words }
};

const vz_query_args_t  vz_history_told_args =
    vz_query_args(vz_history_told_arg);

/* series whose unit is not per cent */
static const struct {
    const char  *name;
    const char  *unit;
} vz_history_told_units[] = {
    { "memory", "bytes" },
    { "swap", "bytes" },
    { "disk", "bytes" },
    { "disk_read", "bytes_per_second" },
    { "disk_write", "bytes_per_second" },
    { "rx", "bytes_per_second" },
    { "tx", "bytes_per_second" },
    { "processes", "count" },
    { "kills", "events" },
    { "refused", "events" },
    { NULL, "percent" }
};


vz_code_e
vz_history_told_ask(vz_call_t *call, vz_history_told_t *told)
{
    u_char        id[VZ_HISTORY_TOLD_TIME], from[VZ_HISTORY_TOLD_TIME];
    u_char        until[VZ_HISTORY_TOLD_TIME];
    vz_bind_t     values[VZ_QUERY_MAX];
    ngx_str_t     range;
    ngx_uint_t    i;

    const char  *argv[] = { (char *) id, (char *) from, (char *) until };

    if (vz_query_read(call, &vz_history_told_args, values) != VZ_OK) {
        return VZ_RANGE;
    }

    range = vz_call_arg(call, "range");

    for (i = 0; range.len && vz_history_told_ranges[i].name != NULL; i++) {
        if (ngx_strncmp(vz_history_told_ranges[i].name, range.data, range.len)
            == 0)
        {
            break;
        }
    }

    told->range = vz_history_told_ranges[i].name;
    told->until = ngx_time();
    told->from = told->until - vz_history_told_ranges[i].seconds;

    ngx_sprintf(id, "%uD%Z", told->ctid);
    ngx_sprintf(from, "%uL%Z", told->from);
    ngx_sprintf(until, "%uL%Z", told->until);

    return told->ctid
           ? vz_history_told_call(call, told, VZ_VERB_HISTORY, 3, argv)
           : vz_history_told_call(call, told, VZ_VERB_NODEHISTORY, 2,
                                  argv + 1);
}


vz_code_e
vz_history_told_why(vz_call_t *call, vz_history_told_t *told)
{
    u_char  id[VZ_HISTORY_TOLD_TIME];

    const char  *argv[] = { (char *) id };

    ngx_sprintf(id, "%uD%Z", told->ctid);

    return vz_history_told_call(call, told, VZ_VERB_WHY, 1, argv);
}


static vz_code_e
vz_history_told_call(vz_call_t *call, vz_history_told_t *told, vz_verb_e verb,
    ngx_uint_t argc, const char *const *argv)
{
    vz_code_e       rc;
    vz_mark_t       mark;
    vz_relay_act_t  act;

    rc = VZ_DOWN;

    if (told->node != NULL && told->node->relay != NULL) {
        ngx_memzero(&mark, sizeof(vz_mark_t));
        ngx_memcpy(mark.tag, told->tag.data,
                   ngx_min(told->tag.len, VZ_TAG_LEN));

        ngx_memzero(&act, sizeof(vz_relay_act_t));
        act.verb = verb;
        act.argc = argc;
        act.argv = argv;
        act.mark = &mark;

        rc = vz_relay_act(told->node->relay, call->pool, &act, &told->answer);
    }

    if (rc == VZ_OK && told->answer.nlines == 0) {
        rc = VZ_UNSUPPORTED;
    }

    if (rc != VZ_OK) {
        vz_history_told_fault(call, rc);
    }

    return rc;
}


static void
vz_history_told_fault(vz_call_t *call, vz_code_e code)
{
    switch (code) {

    case VZ_UNKNOWN:
    case VZ_UNSUPPORTED:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "unsupported",
                        "The node records nothing: its virtual-server is "
                        "older than the panel, or its driver can't.");
        return;

    case VZ_NOENT:
    case VZ_RANGE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "absent",
                        "The node does not have this container.");
        return;

    default:
        vz_call_fault(call, "node", code);
    }
}


void
vz_history_told_json(vz_call_t *call, vz_json_t *out,
    const vz_history_told_t *told)
{
    ngx_str_t            line;
    ngx_uint_t           i, n;
    const vz_answer_t   *answer;
    vz_history_table_t   table;

    answer = &told->answer;
    line = answer->lines[0];

    if (vz_history_told_table(call->pool, answer, &table) != NGX_OK) {
        table.series = 0;
        table.points = 0;
    }

    vz_json_cstr(out, "range", told->range != NULL ? told->range : "1h");
    vz_json_uint(out, "step_s", vz_relay_number(&line, "step"));
    vz_history_told_time(out, "from", &line, "from");
    vz_history_told_time(out, "until", &line, "until");
    vz_history_told_time(out, "recorded", &line, "recorded");

    vz_json_array(out, "at");

    for (i = 0; i < table.points; i++) {
        vz_json_uint(out, NULL, vz_relay_number(table.lines[i], "at"));
    }

    vz_json_close(out);
    vz_json_array(out, "up");

    for (i = 0; i < table.points; i++) {
        n = vz_relay_number(table.lines[i], "n");
        vz_json_uint(out, NULL,
                     n ? 100 * vz_relay_number(table.lines[i], "up") / n : 0);
    }

    vz_json_close(out);
    vz_json_array(out, "series");

    for (i = 0; i < table.series; i++) {
        vz_json_object(out, NULL);
        vz_json_text(out, "name", &table.names[i]);
        vz_json_cstr(out, "unit", vz_history_told_unit(&table.names[i]));
        vz_history_told_column(out, "mean", &table, table.means, i);
        vz_history_told_column(out, "most", &table, table.mosts, i);
        vz_json_close(out);
    }

    vz_json_close(out);
    vz_history_told_marks(out, answer);
}


static ngx_int_t
vz_history_told_table(ngx_pool_t *pool, const vz_answer_t *answer,
    vz_history_table_t *table)
{
    ngx_str_t   names, name, *line;
    ngx_uint_t  i, n;

    ngx_memzero(table, sizeof(vz_history_table_t));

    names = vz_relay_pair(&answer->lines[0], "series");

    while (table->series < VZ_HISTORY_TOLD_SERIES
           && vz_strlist_next(&names, ',', &name))
    {
        if (vz_history_told_word(&name)) {
            table->names[table->series++] = name;
        }
    }

    n = table->series * answer->nlines;
    table->lines = ngx_palloc(pool, answer->nlines * sizeof(ngx_str_t *));
    table->means = ngx_pcalloc(pool, n * sizeof(ngx_str_t) + 1);
    table->mosts = ngx_pcalloc(pool, n * sizeof(ngx_str_t) + 1);

    if (table->lines == NULL || table->means == NULL || table->mosts == NULL) {
        return NGX_ERROR;
    }

    for (i = 1; i < answer->nlines; i++) {
        line = &answer->lines[i];

        if (vz_relay_pair(line, "mean").len == 0) {
            continue;
        }

        n = table->points * table->series;
        vz_history_told_cells(vz_relay_pair(line, "mean"), &table->means[n],
                              table->series);
        vz_history_told_cells(vz_relay_pair(line, "most"), &table->mosts[n],
                              table->series);
        table->lines[table->points++] = line;
    }

    return NGX_OK;
}


static void
vz_history_told_cells(ngx_str_t text, ngx_str_t *cells, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n && vz_strlist_next(&text, ',', &cells[i]); i++) {
        /* void */
    }
}


static const char *
vz_history_told_unit(const ngx_str_t *name)
{
    ngx_uint_t  i;

    for (i = 0; vz_history_told_units[i].name != NULL; i++) {
        if (ngx_strlen(vz_history_told_units[i].name) == name->len
            && ngx_strncmp(vz_history_told_units[i].name, name->data,
                           name->len)
               == 0)
        {
            break;
        }
    }

    return vz_history_told_units[i].unit;
}


static void
vz_history_told_column(vz_json_t *out, const char *key,
    const vz_history_table_t *table, const ngx_str_t *cells, ngx_uint_t i)
{
    ngx_uint_t  point;

    vz_json_array(out, key);

    for (point = 0; point < table->points; point++) {
        vz_history_told_number(out, NULL, &cells[point * table->series + i]);
    }

    vz_json_close(out);
}


static void
vz_history_told_marks(vz_json_t *out, const vz_answer_t *answer)
{
    ngx_str_t    kind, name;
    ngx_uint_t   i;

    vz_json_array(out, "marks");

    for (i = 1; i < answer->nlines; i++) {
        kind = vz_relay_pair(&answer->lines[i], "mark");

        if (!vz_history_told_word(&kind)) {
            continue;
        }

        name = vz_relay_pair(&answer->lines[i], "name");

        vz_json_object(out, NULL);
        vz_json_text(out, "kind", &kind);
        vz_history_told_time(out, "at", &answer->lines[i], "at");
        vz_json_uint(out, "count",
                     vz_relay_number(&answer->lines[i], "count"));
        vz_json_opt(out, "name", vz_history_told_word(&name)
                                 ? name : (ngx_str_t) ngx_null_string);
        vz_json_close(out);
    }

    vz_json_close(out);
}


void
vz_history_told_reasons(vz_json_t *out, const vz_history_told_t *told)
{
    ngx_str_t          code, value;
    ngx_uint_t         i, k;
    const ngx_str_t   *line;

    static const char *const  numbers[] = { "value", "hour", "limit" };

    vz_history_told_time(out, "recorded", &told->answer.lines[0], "recorded");
    vz_json_array(out, "reasons");

    for (i = 1; i < told->answer.nlines; i++) {
        line = &told->answer.lines[i];
        code = vz_relay_pair(line, "reason");

        if (!vz_history_told_word(&code)) {
            continue;
        }

        vz_json_object(out, NULL);
        vz_json_text(out, "code", &code);
        vz_history_told_time(out, "at", line, "at");

        for (k = 0; k < 3; k++) {
            value = vz_relay_pair(line, numbers[k]);
            vz_history_told_number(out, numbers[k], &value);
        }

        value = vz_relay_pair(line, "name");
        vz_json_opt(out, "name", vz_history_told_word(&value)
                                 ? value : (ngx_str_t) ngx_null_string);
        vz_json_close(out);
    }

    vz_json_close(out);
}


/* null for 0: it was never recorded */

static void
vz_history_told_time(vz_json_t *out, const char *key, const ngx_str_t *line,
    const char *name)
{
    vz_json_time(out, key, vz_relay_number(line, name) * 1000);
}


/* What a node says is no JSON until it has been looked at. */

static void
vz_history_told_number(vz_json_t *out, const char *key,
    const ngx_str_t *value)
{
    const u_char  *p, *end;

    p = value->data;
    end = p + value->len;

    if (!vz_history_told_digits(&p, end)
        || (value->len > 1 && value->data[0] == '0'
            && value->data[1] >= '0' && value->data[1] <= '9'))
    {
        vz_json_null(out, key);
        return;
    }

    if (p < end && *p == '.') {
        p++;

        if (!vz_history_told_digits(&p, end)) {
            vz_json_null(out, key);
            return;
        }
    }

    if (p < end && *p == 'e') {
        p++;
        p += p < end && (*p == '+' || *p == '-');

        if (!vz_history_told_digits(&p, end)) {
            vz_json_null(out, key);
            return;
        }
    }

    if (p == end) {
        vz_json_raw(out, key, value);
    } else {
        vz_json_null(out, key);
    }
}


static ngx_uint_t
vz_history_told_digits(const u_char **p, const u_char *end)
{
    ngx_uint_t  n;

    for (n = 0; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
        n++;
    }

    return n > 0;
}


/* "-" is none */

static ngx_uint_t
vz_history_told_word(const ngx_str_t *value)
{
    return value->len > 1 || (value->len == 1 && value->data[0] != '-');
}
