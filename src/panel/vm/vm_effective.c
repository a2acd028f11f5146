/*
 * Effective limits and network of a container, as its node reports them.
 * Where the node does not answer the reply lacks them, and is no error: the
 * rest is the database's.
 */

#include "panel/api/limit.h"
#include "panel/api/strlist.h"
#include "panel/live/sample.h"
#include "panel/node/ctid_map.h"
#include "panel/node/node_limit.h"
#include "panel/node/node_told.h"
#include "panel/vm/vm_effective.h"


#define VZ_VM_EFFECTIVE_MIB  (1024 * 1024)


static vz_code_e vz_vm_effective_ask(vz_call_t *call, vz_node_row_t *node,
    uint32_t ctid, const ngx_str_t *tag, ngx_str_t *line);
static void vz_vm_effective_line(vz_json_t *out, const ngx_str_t *line);
static ngx_str_t vz_vm_effective_gateways(const ngx_str_t *line);
static void vz_vm_effective_memory(vz_json_t *out, const ngx_str_t *line);
static void vz_vm_effective_disk(vz_json_t *out, const ngx_str_t *line);
static void vz_vm_effective_cpu(vz_json_t *out, const ngx_str_t *line);
static void vz_vm_effective_limits(vz_json_t *out,
    const vz_node_limit_t *limit);
static void vz_vm_effective_pair(vz_json_t *out, const char *key,
    const ngx_str_t *line, const char *name);
static void vz_vm_effective_rate(vz_json_t *out, const ngx_str_t *line);
static void vz_vm_effective_kept(vz_json_t *out, ngx_str_t text);


/* the names of limits: the driver's, and those of a change of hardware */

static const struct {
    const char  *name;
    const char  *field;
} vz_vm_effective_fields[] = {
    { "vmguarpages", "memory.vmguarpages" },
    { "vmguarpages.barrier", "memory.vmguarpages.barrier_mib" },
    { "vmguarpages.limit", "memory.vmguarpages.limit_mib" },
    { "oomguarpages", "memory.oomguarpages" },
    { "oomguarpages.barrier", "memory.oomguarpages.barrier_mib" },
    { "oomguarpages.limit", "memory.oomguarpages.limit_mib" },
    { "privvmpages", "memory.privvmpages" },
    { "privvmpages.barrier", "memory.privvmpages.barrier_mib" },
    { "privvmpages.limit", "memory.privvmpages.limit_mib" },
    { "diskspace", "disk" },
    { "diskspace.soft", "disk.soft_mib" },
    { NULL, NULL }
};


void
vz_vm_effective_json(vz_call_t *call, vz_json_t *out, uint64_t node,
                     uint32_t ctid,
    const ngx_str_t *tag)
{
    ngx_str_t               line;
    vz_code_e               rc;
    vz_node_row_t          *row;
    const vz_node_limit_t  *limit;

    (void) vz_node_load(call->pool);

    row = vz_node_find(node);
    rc = vz_vm_effective_ask(call, row, ctid, tag, &line);

    if (rc == VZ_OK) {
        vz_json_cstr(out, "node", "up");
        vz_vm_effective_line(out, &line);

    } else {
        vz_json_cstr(out, "node", rc == VZ_NOENT || rc == VZ_RANGE
                                  ? "absent" : "down");
        vz_json_null(out, "in_force");
    }

    limit = row != NULL ? vz_node_limit(row) : NULL;

    if (limit != NULL) {
        vz_vm_effective_limits(out, limit);
    } else {
        vz_json_null(out, "limits");
    }
}


void
vz_vm_effective_features(vz_call_t *call, vz_json_t *out, uint64_t node)
{
    vz_node_row_t          *row;
    const vz_node_limit_t  *limit;

    (void) vz_node_load(call->pool);

    row = vz_node_find(node);
    limit = row != NULL ? vz_node_limit_known(row) : NULL;

    if (limit != NULL) {
        vz_node_told_words(out, "features", limit->features);
    }
}


static vz_code_e
vz_vm_effective_ask(vz_call_t *call, vz_node_row_t *node, uint32_t ctid,
    const ngx_str_t *tag, ngx_str_t *line)
{
    u_char        id[NGX_INT32_LEN + 1];
    vz_code_e     rc;
    const char   *argv[1];
    vz_answer_t   answer;

    if (node == NULL || node->relay == NULL) {
        return VZ_DOWN;
    }

    ngx_sprintf(id, "%uD%Z", ctid);
    argv[0] = (char *) id;

    rc = vz_relay_call(node->relay, call->pool, VZ_VERB_STATUS, 1, argv, NULL,
                       NULL, NULL, &answer);
    if (rc != VZ_OK) {
        return rc;
    }

    if (answer.nlines == 0) {
        return VZ_INTERNAL;
    }

    *line = answer.lines[0];

    return vz_ctid_map_tagged(line, tag) ? VZ_OK : VZ_NOENT;
}


static void
vz_vm_effective_line(vz_json_t *out, const ngx_str_t *line)
{
    ngx_str_t  addresses, state;

    /* of one that runs, what it has: its node may have been told another */

    state = vz_relay_pair(line, "state");
    addresses = vz_relay_pair(line, "inside");

    if (addresses.len == 0
        || vz_sample_state_parse(&state) != VZ_STATE_RUNNING)
    {
        addresses = vz_relay_pair(line, "address");
    }

    vz_json_object(out, "in_force");
    vz_node_told_text(out, "state", line, "state");
    vz_node_told_text(out, "hostname", line, "hostname");
    vz_node_told_words(out, "addresses", addresses);
    vz_node_told_text(out, "gateway", line, "gateway");
    vz_node_told_words(out, "gateways", vz_vm_effective_gateways(line));
    vz_node_told_words(out, "dns", vz_relay_pair(line, "dns"));
    vz_node_told_text(out, "rescue", line, "rescue");
    vz_node_told_text(out, "rescue_disk", line, "rescue_disk");
    vz_vm_effective_memory(out, line);
    vz_vm_effective_disk(out, line);
    vz_vm_effective_cpu(out, line);
    vz_vm_effective_rate(out, line);
    vz_vm_effective_kept(out, vz_relay_pair(line, "kept"));
    vz_json_close(out);
}


/* an older node reports one address only */

static ngx_str_t
vz_vm_effective_gateways(const ngx_str_t *line)
{
    ngx_str_t  all;

    all = vz_relay_pair(line, "gateways");

    return all.len ? all : vz_relay_pair(line, "gateway");
}


static void
vz_vm_effective_memory(vz_json_t *out, const ngx_str_t *line)
{
    vz_json_object(out, "memory");
    vz_node_told_size(out, "limit_bytes", vz_relay_pair(line, "memory_limit"),
                      1);
    vz_node_told_size(out, "used_bytes", vz_relay_pair(line, "memory_used"),
                      1);
    vz_vm_effective_pair(out, "vmguarpages", line, "vmguarpages");
    vz_vm_effective_pair(out, "oomguarpages", line, "oomguarpages");
    vz_vm_effective_pair(out, "privvmpages", line, "privvmpages");
    vz_json_close(out);
}


static void
vz_vm_effective_disk(vz_json_t *out, const ngx_str_t *line)
{
    ngx_str_t  pair, soft, hard;

    pair = vz_relay_pair(line, "diskspace");
    (void) vz_strlist_next(&pair, ':', &soft);
    (void) vz_strlist_next(&pair, ':', &hard);

    vz_json_object(out, "disk");
    vz_node_told_size(out, "soft_mib", soft, VZ_VM_EFFECTIVE_MIB);
    vz_node_told_size(out, "hard_mib", hard, VZ_VM_EFFECTIVE_MIB);
    vz_node_told_size(out, "used_bytes", vz_relay_pair(line, "disk_used"), 1);
    vz_node_told_size(out, "total_bytes", vz_relay_pair(line, "disk_total"),
                      1);
    vz_json_close(out);
}


static void
vz_vm_effective_cpu(vz_json_t *out, const ngx_str_t *line)
{
    vz_json_object(out, "cpu");
    vz_node_told_size(out, "units", vz_relay_pair(line, "cpu_units"), 1);

    vz_limit_json(out, "limit_percent", vz_relay_number(line, "cpu_percent"));
    vz_json_close(out);
}


/* a node that has none says nothing of it */

static void
vz_vm_effective_rate(vz_json_t *out, const ngx_str_t *line)
{
    vz_json_object(out, "rate");
    vz_limit_json(out, "in_mbit", vz_relay_number(line, "rate_in"));
    vz_limit_json(out, "out_mbit", vz_relay_number(line, "rate_out"));
    vz_json_close(out);
}


static void
vz_vm_effective_limits(vz_json_t *out, const vz_node_limit_t *limit)
{
    vz_json_object(out, "limits");
    vz_json_text(out, "driver", &limit->driver);
    vz_json_uint(out, "disk_min_mib", vz_node_limit_disk_min(limit));
    vz_json_bool(out, "shrink_live", limit->shrink_live);
    vz_vm_effective_kept(out, limit->kept);
    vz_json_close(out);
}


/* "BARRIER:LIMIT" in bytes, "-" where the node has none */

static void
vz_vm_effective_pair(vz_json_t *out, const char *key, const ngx_str_t *line,
    const char *name)
{
    ngx_str_t  pair, barrier, limit;

    pair = vz_relay_pair(line, name);

    if (!vz_strlist_next(&pair, ':', &barrier)
        || !vz_strlist_next(&pair, ':', &limit))
    {
        vz_json_null(out, key);
        return;
    }

    vz_json_object(out, key);
    vz_node_told_size(out, "barrier_mib", barrier, VZ_VM_EFFECTIVE_MIB);
    vz_node_told_size(out, "limit_mib", limit, VZ_VM_EFFECTIVE_MIB);
    vz_json_close(out);
}


static void
vz_vm_effective_kept(vz_json_t *out, ngx_str_t text)
{
    ngx_str_t   word;
    ngx_uint_t  i;

    vz_json_array(out, "kept");

    while (vz_strlist_next(&text, ',', &word)) {

        if (word.len == 1 && *word.data == '-') {
            continue;
        }

        for (i = 0; vz_vm_effective_fields[i].name != NULL; i++) {
            if (ngx_strlen(vz_vm_effective_fields[i].name) == word.len
                && ngx_strncmp(vz_vm_effective_fields[i].name, word.data,
                               word.len)
                   == 0)
            {
                break;
            }
        }

        if (vz_vm_effective_fields[i].name != NULL) {
            vz_json_cstr(out, NULL, vz_vm_effective_fields[i].field);
        } else {
            vz_json_text(out, NULL, &word);
        }
    }

    vz_json_close(out);
}
