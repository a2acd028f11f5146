/*
 * Adoption of a stranger.
 */

#include "panel/api/limit.h"
#include "panel/api/strlist.h"
#include "panel/live/collector.h"
#include "panel/live/sample.h"
#include "panel/live/vm_desired.h"
#include "panel/node/address.h"
#include "panel/node/gateway.h"
#include "panel/ops/adopt.h"
#include "runtime/call.h"
#include "runtime/row.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_ADOPT_MIB       (1024 * 1024)
#define VZ_ADOPT_MIB_MAX   16777216     /* the same as in the forms of
                                           hardware */
#define VZ_ADOPT_DNS       3
#define VZ_ADOPT_ALL       NGX_MAX_UINT32_VALUE


static ngx_str_t vz_adopt_field(const ngx_str_t *line, const char *key,
    vz_field_e kind);
static ngx_str_t vz_adopt_gateways(vz_call_t *call, const ngx_str_t *line);
static ngx_str_t vz_adopt_list(vz_call_t *call, const ngx_str_t *line,
    const char *key, ngx_uint_t most);
static void vz_adopt_pair(const ngx_str_t *line, const char *key,
    int64_t pair[2]);
static int64_t vz_adopt_mib(ngx_str_t text, int64_t unlimited, int64_t none);
static int64_t vz_adopt_number(const ngx_str_t *line, const char *key,
    int64_t none, int64_t least, int64_t most);


static const vz_sql_t  vz_adopt_sql_insert = vz_sql("adopt insert",
    "INSERT INTO vm (node_id, ctid, tag, adopting, user_id, plan_id,"
    " template_id, name, hostname, gateway, dns, vmguar_barrier_mib,"
    " vmguar_limit_mib, oomguar_barrier_mib, oomguar_limit_mib,"
    " privvm_barrier_mib, privvm_limit_mib, disk_soft_mib, disk_hard_mib,"
    " cpu_units, cpu_percent, rate_in, rate_out, desired_state, lifecycle)"
    " VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " ?, ?, ?, 'creating')");

static const vz_sql_t  vz_adopt_sql_position = vz_sql("adopt position",
    "SELECT COALESCE(MAX(position) + 1, 0) AS place FROM address"
    " WHERE vm_id = ?");


void
vz_adopt_read(vz_call_t *call, const ngx_str_t *line, uint32_t ctid,
    vz_adopt_told_t *told)
{
    ngx_str_t  state;

    told->hostname = vz_adopt_field(line, "hostname", VZ_FIELD_HOSTNAME);

    if (told->hostname.len == 0) {
        told->hostname = vz_call_printf(call, "vps%uD", ctid);
    }

    told->gateway = vz_adopt_gateways(call, line);
    told->template = vz_adopt_field(line, "template", VZ_FIELD_TEMPLATE);
    told->dns = vz_adopt_list(call, line, "dns", VZ_ADOPT_DNS);
    told->addresses = vz_adopt_list(call, line, "address", VZ_ADOPT_ALL);

    /* no guarantee is the least one; no limit is the greatest */

    told->memory[0][0] = 1;
    told->memory[1][0] = 1;
    told->memory[2][0] = VZ_ADOPT_MIB_MAX;

    vz_adopt_pair(line, "vmguarpages", told->memory[0]);
    vz_adopt_pair(line, "oomguarpages", told->memory[1]);
    vz_adopt_pair(line, "privvmpages", told->memory[2]);

    told->disk[0] = vz_adopt_mib(vz_relay_pair(line, "disk_total"),
                                 VZ_ADOPT_MIB_MAX, 1);
    vz_adopt_pair(line, "diskspace", told->disk);

    if (told->disk[1] == VZ_LIMIT_NONE) {
        told->disk[1] = told->disk[0];
    }

    told->cpu[0] = vz_adopt_number(line, "cpu_units", 1000, 8, 500000);
    told->cpu[1] = vz_adopt_number(line, "cpu_percent", VZ_LIMIT_NONE, 0,
                                   100000);

    told->rate[0] = vz_adopt_number(line, "rate_in", VZ_LIMIT_NONE, 1, 99999);
    told->rate[1] = vz_adopt_number(line, "rate_out", VZ_LIMIT_NONE, 1,
                                    99999);

    state = vz_relay_pair(line, "state");
    told->runs = vz_sample_state_parse(&state) != VZ_STATE_STOPPED;
}


/* the value of a pair, or empty where it is invalid */

static ngx_str_t
vz_adopt_field(const ngx_str_t *line, const char *key, vz_field_e kind)
{
    ngx_str_t  text;

    text = vz_relay_pair(line, key);

    if (vz_strlist_is(&text, "-")
        || vz_field_check(kind, (char *) text.data, text.len) != VZ_OK)
    {
        ngx_str_set(&text, "");
    }

    return text;
}


/* an older node sends one gateway only */

static ngx_str_t
vz_adopt_gateways(vz_call_t *call, const ngx_str_t *line)
{
    ngx_str_t  text, word, out;

    ngx_str_null(&out);
    text = vz_relay_pair(line, "gateways");

    if (text.len == 0) {
        text = vz_relay_pair(line, "gateway");
    }

    while (vz_strlist_next(&text, ',', &word)) {

        if (vz_field_check(VZ_FIELD_GATEWAY, (char *) word.data, word.len)
            == VZ_OK)
        {
            out = vz_gateway_set(call->pool, out, word);
        }
    }

    return out;
}


static ngx_str_t
vz_adopt_list(vz_call_t *call, const ngx_str_t *line, const char *key,
    ngx_uint_t most)
{
    ngx_str_t   text, word, out;
    ngx_uint_t  n;

    ngx_str_set(&out, "");
    text = vz_relay_pair(line, key);

    for (n = 0; n < most && vz_strlist_next(&text, ',', &word); /* void */ ) {

        if (vz_field_check(VZ_FIELD_ADDRESS, (char *) word.data, word.len)
            == VZ_OK)
        {
            out = vz_call_printf(call, "%V%s%V", &out, out.len ? " " : "",
                                 &word);
            n++;
        }
    }

    return out;
}


/* "BARRIER:LIMIT" in bytes; without the pair the values stay unlimited */

static void
vz_adopt_pair(const ngx_str_t *line, const char *key, int64_t pair[2])
{
    ngx_str_t  text, barrier, limit;

    pair[1] = VZ_LIMIT_NONE;
    text = vz_relay_pair(line, key);

    if (vz_strlist_next(&text, ':', &barrier)
        && vz_strlist_next(&text, ':', &limit))
    {
        pair[0] = vz_adopt_mib(barrier, VZ_ADOPT_MIB_MAX, pair[0]);
        pair[1] = vz_adopt_mib(limit, VZ_LIMIT_NONE, VZ_LIMIT_NONE);
    }
}


/* rounded up, so that it is not less */

static int64_t
vz_adopt_mib(ngx_str_t text, int64_t unlimited, int64_t none)
{
    uint64_t  bytes;

    if (text.len == 0
        || vz_field_value_limit((char *) text.data, text.len, &bytes) != VZ_OK)
    {
        return none;
    }

    if (bytes == VZ_UNLIMITED || bytes / VZ_ADOPT_MIB >= VZ_ADOPT_MIB_MAX) {
        return unlimited;
    }

    return ngx_max(1, (bytes + VZ_ADOPT_MIB - 1) / VZ_ADOPT_MIB);
}


static int64_t
vz_adopt_number(const ngx_str_t *line, const char *key, int64_t none,
    int64_t least, int64_t most)
{
    uint64_t   number;
    ngx_str_t  text;

    text = vz_relay_pair(line, key);

    if (text.len == 0
        || vz_field_value_number((char *) text.data, text.len, INT64_MAX,
                                 &number)
           != VZ_OK)
    {
        return none;
    }

    return ngx_min(ngx_max((int64_t) number, least), most);
}


vz_code_e
vz_adopt_insert(vz_tx_t *tx, ngx_pool_t *pool, const vz_adopt_row_t *row,
    const vz_adopt_told_t *told, uint64_t *vm)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, &vz_adopt_sql_insert,
                     vz_binds(vz_int(row->node), vz_int(row->ctid),
                              vz_text(row->tag), vz_int(row->user),
                              row->plan ? vz_int(row->plan) : vz_none(),
                              vz_int(row->template),
                              vz_text(told->hostname),
                              vz_text(told->hostname),
                              vz_bind_opt(told->gateway),
                              vz_bind_opt(told->dns),
                              vz_int(told->memory[0][0]),
                              vz_limit_bind(told->memory[0][1]),
                              vz_int(told->memory[1][0]),
                              vz_limit_bind(told->memory[1][1]),
                              vz_int(told->memory[2][0]),
                              vz_limit_bind(told->memory[2][1]),
                              vz_int(told->disk[0]), vz_int(told->disk[1]),
                              vz_int(told->cpu[0]),
                              vz_limit_bind(told->cpu[1]),
                              vz_limit_bind(told->rate[0]),
                              vz_limit_bind(told->rate[1]),
                              vz_bind_cstr(vz_vm_desired_name(told->runs
                                                  ? VZ_VM_DESIRED_RUNNING
                                                  : VZ_VM_DESIRED_STOPPED))),
                     &rows);

    *vm = rows.insert_id;

    return rc;
}


vz_code_e
vz_adopt_bind(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const vz_adopt_told_t *told, vz_json_t *out)
{
    int64_t    position;
    vz_code_e  rc;
    ngx_str_t  rest, word;
    vz_rows_t  rows;

    rc = vz_db_query(tx, pool, &vz_adopt_sql_position, vz_binds(vz_int(vm)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    position = vz_row_int(&rows, 0, "place");
    rest = told->addresses;

    vz_json_array(out, "out");

    while (vz_strlist_next(&rest, ' ', &word)) {

        rc = vz_address_bind(tx, pool, vm, position, word);

        if (rc == VZ_OK) {
            position++;
            continue;
        }

        if (rc != VZ_NOENT && rc != VZ_EXISTS) {
            return rc;
        }

        vz_json_object(out, NULL);
        vz_json_text(out, "address", &word);
        vz_json_cstr(out, "code", rc == VZ_NOENT ? "absent" : "taken");
        vz_json_close(out);
    }

    vz_json_close(out);

    return VZ_OK;
}
