/*
 * The query string of GET /api/vms: filter, order and page.
 */

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/api/strlist.h"
#include "panel/live/collector.h"
#include "panel/vm/vm_query.h"
#include "runtime/call.h"
#include "runtime/utf8.h"
#include "wire/field.h"
#include "wire/field_value.h"


/* characters of a cursor, at most */
#define VZ_VM_QUERY_CURSOR  ngx_base64_encoded_length(VZ_VM_SHOWN_MOST)


static vz_code_e vz_vm_query_sort(vz_call_t *call, vz_vm_query_t *query);
static vz_code_e vz_vm_query_state(vz_call_t *call, vz_vm_query_t *query);
static vz_code_e vz_vm_query_cursor(vz_call_t *call, vz_vm_query_t *query);
static vz_code_e vz_vm_query_behind(const ngx_str_t *plain,
    vz_vm_query_t *query);
static uint64_t vz_vm_query_memory(const vz_sample_t *sample);
static uint64_t vz_vm_query_disk(const vz_sample_t *sample);
static uint64_t vz_vm_query_cpu(const vz_sample_t *sample);
static uint64_t vz_vm_query_uptime(const vz_sample_t *sample);


static const vz_vm_query_sort_t  vz_vm_query_sorts[] = {
    { "id",     VZ_VM_QUERY_BY_ID,   NULL },
    { "name",   VZ_VM_QUERY_BY_NAME, NULL },
    { "memory", VZ_VM_QUERY_BY_RANK,  vz_vm_query_memory },
    { "disk",   VZ_VM_QUERY_BY_RANK,  vz_vm_query_disk },
    { "cpu",    VZ_VM_QUERY_BY_RANK,  vz_vm_query_cpu },
    { "uptime", VZ_VM_QUERY_BY_RANK,  vz_vm_query_uptime },
    { NULL, 0, NULL }
};


/* the arguments, also for the OpenAPI description */

static const char *const  vz_vm_query_orders[] = {
    "id", "-id", "name", "-name", "memory", "-memory", "disk", "-disk",
    "cpu", "-cpu", "uptime", "-uptime", NULL
};

static const vz_query_t  vz_vm_query_arg[] = {
    { "q", VZ_QUERY_SEARCH, 0, NULL },
    { "state", VZ_QUERY_WORD, 0, vz_sample_state_names },
    { "user", VZ_QUERY_NUMBER, 0, NULL },
    { "sort", VZ_QUERY_WORD, 0, vz_vm_query_orders },
    { "cursor", VZ_QUERY_TEXT, 0, NULL },
    { "limit", VZ_QUERY_LIMIT, 0, NULL }
};

const vz_query_args_t  vz_vm_query_args = vz_query_args(vz_vm_query_arg);


vz_code_e
vz_vm_query_read(vz_call_t *call, vz_vm_query_t *query)
{
    (void) vz_query_limit(call, &query->limit);
    (void) vz_query_number(call, "user", INT64_MAX, &query->user);
    (void) vz_vm_query_sort(call, query);
    (void) vz_vm_query_state(call, query);
    (void) vz_query_search(call, &query->search);

    if (call->nerrors == 0) {
        (void) vz_vm_query_cursor(call, query);
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    query->ranked = (query->sort->figure != NULL || query->state_given);

    return VZ_OK;
}


static vz_code_e
vz_vm_query_sort(vz_call_t *call, vz_vm_query_t *query)
{
    ngx_str_t                  text;
    const vz_vm_query_sort_t  *sort;

    query->sort = vz_vm_query_sorts;
    text = vz_call_arg(call, "sort");

    if (text.len && text.data[0] == '-') {
        query->desc = 1;
        text.data++;
        text.len--;
    }

    if (text.len == 0) {
        return VZ_OK;
    }

    for (sort = vz_vm_query_sorts; sort->name != NULL; sort++) {
        if (ngx_strlen(sort->name) == text.len
            && ngx_strncmp(sort->name, text.data, text.len) == 0)
        {
            query->sort = sort;
            return VZ_OK;
        }
    }

    return vz_query_broken(call, "sort", "id, name, memory, disk, cpu or "
                           "uptime, with - before it for the greatest first");
}


static vz_code_e
vz_vm_query_state(vz_call_t *call, vz_vm_query_t *query)
{
    ngx_str_t  text;
    ngx_int_t  state;

    text = vz_call_arg(call, "state");

    if (text.len == 0) {
        return VZ_OK;
    }

    state = vz_strlist_index(&text, vz_sample_state_names);

    if (state < 0) {
        return vz_query_broken(call, "state",
                               "running, stopped, frozen or unknown");
    }

    query->state_given = 1;
    query->state = state;

    return VZ_OK;
}


/*
 * base64url of what vz_vm_query_next() wrote.  "ID NAME", which begins with a
 * digit, goes on by id also where a walk by a figure became too long.
 */

static vz_code_e
vz_vm_query_cursor(vz_call_t *call, vz_vm_query_t *query)
{
    vz_code_e  rc;
    ngx_str_t  text, plain;

    text = vz_call_arg(call, "cursor");

    if (text.len == 0) {
        return VZ_OK;
    }

    rc = VZ_RANGE;

    plain.data = ngx_pnalloc(call->pool,
                             ngx_base64_decoded_length(text.len) + 1);

    if (plain.data != NULL
        && text.len <= VZ_VM_QUERY_CURSOR
        && ngx_decode_base64url(&plain, &text) == NGX_OK)
    {
        rc = vz_vm_query_behind(&plain, query);

        if (rc != VZ_OK && query->sort->figure) {
            rc = vz_vm_shown_read(call->pool, &plain, &query->shown);

        } else if (query->sort->figure) {
            query->sort = vz_vm_query_sorts;
            query->desc = 0;
        }
    }

    return rc == VZ_OK ? VZ_OK
                       : vz_query_broken(call, "cursor", "the next of a list");
}


static vz_code_e
vz_vm_query_behind(const ngx_str_t *plain, vz_vm_query_t *query)
{
    u_char  *p, *end;

    end = plain->data + plain->len;
    p = ngx_strlchr(plain->data, end, ' ');

    if (p == NULL
        || vz_field_value_number((char *) plain->data, p - plain->data,
                                 INT64_MAX,
                                 &query->after_id)
           != VZ_OK)
    {
        return VZ_RANGE;
    }

    query->after_name.data = p + 1;
    query->after_name.len = end - p - 1;
    query->cursor = vz_utf8(&query->after_name);

    return query->cursor ? VZ_OK : VZ_RANGE;
}


void
vz_vm_query_next(vz_call_t *call, vz_json_t *out, vz_vm_query_t *query,
    const uint64_t *ids, ngx_uint_t n, const ngx_str_t *name)
{
    ngx_str_t  plain, text;
    ngx_int_t  rc;

    if (query->sort->figure == NULL) {
        plain = vz_call_printf(call, "%uL %V", ids[n - 1], name);

    } else {
        rc = vz_vm_shown_add(call->pool, &query->shown, ids, n);

        if (rc == NGX_OK) {
            rc = vz_vm_shown_write(call->pool, &query->shown, &plain);
        }

        if (rc != NGX_OK) {
            ngx_str_set(&plain, "0 ");
        }
    }

    text.data = ngx_pnalloc(call->pool, ngx_base64_encoded_length(plain.len));

    if (text.data == NULL) {
        vz_json_null(out, "next");
        return;
    }

    ngx_encode_base64url(&text, &plain);
    vz_json_text(out, "next", &text);
}


static uint64_t
vz_vm_query_memory(const vz_sample_t *sample)
{
    return sample->memory_used;
}


static uint64_t
vz_vm_query_disk(const vz_sample_t *sample)
{
    return sample->disk_used;
}


static uint64_t
vz_vm_query_cpu(const vz_sample_t *sample)
{
    return sample->cpu_tenths;
}


static uint64_t
vz_vm_query_uptime(const vz_sample_t *sample)
{
    return sample->uptime;
}
