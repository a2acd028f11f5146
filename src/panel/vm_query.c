/*
 * What a list of containers is asked for.
 */

#include "live.h"
#include "resource.h"
#include "vm_query.h"
#include "../runtime/utf8.h"
#include "../wire/field.h"


#define VZ_QUERY_CURSOR  400        /* bytes of a cursor, at most */


static vz_code_e vz_query_sort(vz_call_t *call, vz_query_t *query);
static vz_code_e vz_query_state(vz_call_t *call, vz_query_t *query);
static vz_code_e vz_query_cursor(vz_call_t *call, vz_query_t *query);
static uint64_t vz_query_memory(const vz_sample_t *sample);
static uint64_t vz_query_disk(const vz_sample_t *sample);
static uint64_t vz_query_cpu(const vz_sample_t *sample);
static uint64_t vz_query_uptime(const vz_sample_t *sample);


static const vz_query_sort_t  vz_query_sorts[] = {
    { "id",     VZ_QUERY_BY_ID,   NULL },
    { "name",   VZ_QUERY_BY_NAME, NULL },
    { "memory", VZ_QUERY_BY_IDS,  vz_query_memory },
    { "disk",   VZ_QUERY_BY_IDS,  vz_query_disk },
    { "cpu",    VZ_QUERY_BY_IDS,  vz_query_cpu },
    { "uptime", VZ_QUERY_BY_IDS,  vz_query_uptime },
    { NULL, 0, NULL }
};


/* for those who describe them; the zone takes part in what they mean */

static const char *const  vz_query_states[] = {
    "running", "stopped", "frozen", "unknown", NULL
};

static const char *const  vz_query_orders[] = {
    "id", "-id", "name", "-name", "memory", "-memory", "disk", "-disk",
    "cpu", "-cpu", "uptime", "-uptime", NULL
};

static const vz_arg_t  vz_query_arg[] = {
    { "q", VZ_ARG_SEARCH, 0, NULL },
    { "state", VZ_ARG_WORD, 0, vz_query_states },
    { "user", VZ_ARG_NUMBER, 0, NULL },
    { "sort", VZ_ARG_WORD, 0, vz_query_orders },
    { "cursor", VZ_ARG_TEXT, 0, NULL },
    { "limit", VZ_ARG_LIMIT, 0, NULL }
};

const vz_args_t  vz_vms_args = vz_args(vz_query_arg);


vz_code_e
vz_query_read(vz_call_t *call, vz_query_t *query)
{
    (void) vz_arg_limit(call, &query->limit);
    (void) vz_arg_number(call, "user", INT64_MAX, &query->user);
    (void) vz_query_sort(call, query);
    (void) vz_query_state(call, query);
    (void) vz_arg_search(call, &query->search);

    if (call->nerrors == 0) {
        (void) vz_query_cursor(call, query);
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    query->by_ids = (query->sort->figure != NULL || query->state_given);

    return VZ_OK;
}


static vz_code_e
vz_query_sort(vz_call_t *call, vz_query_t *query)
{
    ngx_str_t              text;
    const vz_query_sort_t  *sort;

    query->sort = vz_query_sorts;
    text = vz_call_arg(call, "sort");

    if (text.len && text.data[0] == '-') {
        query->desc = 1;
        text.data++;
        text.len--;
    }

    if (text.len == 0) {
        return VZ_OK;
    }

    for (sort = vz_query_sorts; sort->name != NULL; sort++) {
        if (ngx_strlen(sort->name) == text.len
            && ngx_strncmp(sort->name, text.data, text.len) == 0)
        {
            query->sort = sort;
            return VZ_OK;
        }
    }

    return vz_arg_broken(call, "sort", "id, name, memory, disk, cpu or "
                         "uptime, with - before it for the greatest first");
}


static vz_code_e
vz_query_state(vz_call_t *call, vz_query_t *query)
{
    ngx_str_t   text;
    vz_state_e  state;

    text = vz_call_arg(call, "state");

    if (text.len == 0) {
        return VZ_OK;
    }

    for (state = VZ_STATE_UNKNOWN; state <= VZ_STATE_FROZEN; state++) {
        if (ngx_strlen(vz_live_state(state)) == text.len
            && ngx_strncmp(vz_live_state(state), text.data, text.len) == 0)
        {
            query->state_given = 1;
            query->state = state;
            return VZ_OK;
        }
    }

    return vz_arg_broken(call, "state",
                         "running, stopped, frozen or unknown");
}


/* base64url of "ID FIGURE NAME" of the last one shown */

static vz_code_e
vz_query_cursor(vz_call_t *call, vz_query_t *query)
{
    u_char     *one, *two, *end;
    ngx_str_t   text, plain;

    text = vz_call_arg(call, "cursor");

    if (text.len == 0) {
        return VZ_OK;
    }

    plain.data = ngx_pnalloc(call->pool,
                             ngx_base64_decoded_length(text.len) + 1);

    if (plain.data == NULL || text.len > VZ_QUERY_CURSOR
        || ngx_decode_base64url(&plain, &text) != NGX_OK)
    {
        goto broken;
    }

    end = plain.data + plain.len;
    one = ngx_strlchr(plain.data, end, ' ');
    two = one ? ngx_strlchr(one + 1, end, ' ') : NULL;

    if (two == NULL
        || vz_field_number((char *) plain.data, one - plain.data, INT64_MAX,
                           &query->after_id)
           != VZ_OK
        || vz_field_number((char *) one + 1, two - one - 1, INT64_MAX,
                           &query->after_figure)
           != VZ_OK)
    {
        goto broken;
    }

    query->after_name.data = two + 1;
    query->after_name.len = end - two - 1;
    query->cursor = 1;

    if (vz_utf8(&query->after_name)) {
        return VZ_OK;
    }

broken:

    return vz_arg_broken(call, "cursor", "the next of a list");
}


void
vz_query_next(vz_call_t *call, vz_json_t *out, uint64_t id, uint64_t figure,
    const ngx_str_t *name)
{
    ngx_str_t  plain, text;

    plain = vz_call_printf(call, "%uL %uL %V", id, figure, name);

    text.data = ngx_pnalloc(call->pool, ngx_base64_encoded_length(plain.len));

    if (text.data == NULL) {
        vz_json_null(out, "next");
        return;
    }

    ngx_encode_base64url(&text, &plain);
    vz_json_text(out, "next", &text);
}


static uint64_t
vz_query_memory(const vz_sample_t *sample)
{
    return sample->memory_used;
}


static uint64_t
vz_query_disk(const vz_sample_t *sample)
{
    return sample->disk_used;
}


static uint64_t
vz_query_cpu(const vz_sample_t *sample)
{
    return sample->cpu_tenths;
}


static uint64_t
vz_query_uptime(const vz_sample_t *sample)
{
    return sample->uptime;
}
