/*
 * The log of a container's boot, read from its node as it is: a node keeps the
 * newest 64 KB.
 */

#include "panel/api/route.h"
#include "panel/vm/vm_bootlog.h"
#include "panel/vm/vm_console_place.h"
#include "runtime/relay_stream.h"


#define VZ_VM_BOOTLOG_MAX   (128 * 1024)
#define VZ_VM_BOOTLOG_WAIT  10000       /* ms without a byte */


static vz_code_e vz_vm_bootlog_read(vz_call_t *call,
    const vz_vm_console_place_t *place, ngx_str_t *log);
static vz_code_e vz_vm_bootlog_all(vz_relay_stream_t *stream, ngx_str_t *log);
static void vz_vm_bootlog_refuse(vz_call_t *call, vz_code_e rc);


void
vz_vm_bootlog(vz_call_t *call)
{
    uint64_t               id;
    vz_code_e              rc;
    ngx_str_t              log;
    vz_json_t             *out;
    vz_vm_console_place_t  place;

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_vm_console_place(NULL, call, id, &place) != VZ_OK)
    {
        return;
    }

    rc = vz_vm_bootlog_read(call, &place, &log);

    if (rc != VZ_OK) {
        vz_vm_bootlog_refuse(call, rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_text(out, "log", &log);
    vz_json_close(out);
}


static vz_code_e
vz_vm_bootlog_read(vz_call_t *call, const vz_vm_console_place_t *place,
    ngx_str_t *log)
{
    vz_code_e           rc;
    const char         *argv[1];
    vz_answer_t         answer;
    vz_relay_act_t      act;
    vz_relay_stream_t  *stream;

    log->len = 0;
    log->data = ngx_pnalloc(call->pool, VZ_VM_BOOTLOG_MAX);
    if (log->data == NULL) {
        return VZ_OVERLOADED;
    }

    argv[0] = (const char *) place->id;

    ngx_memzero(&act, sizeof(vz_relay_act_t));
    act.verb = VZ_VERB_BOOTLOG;
    act.argc = 1;
    act.argv = argv;
    act.mark = &place->mark;

    rc = vz_relay_stream_open(place->node->relay, call->pool, &act, &answer,
                              &stream);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_vm_bootlog_all(stream, log);

    if (rc == VZ_OK) {
        vz_relay_stream_end(stream);
    }

    vz_relay_stream_close(stream, VZ_OVERLOADED);

    return rc;
}


/* what is longer than any node keeps is cut */

static vz_code_e
vz_vm_bootlog_all(vz_relay_stream_t *stream, ngx_str_t *log)
{
    size_t     n;
    vz_code_e  rc;

    do {
        rc = vz_relay_stream_read(stream, log->data + log->len,
                                  VZ_VM_BOOTLOG_MAX - log->len,
                                  VZ_VM_BOOTLOG_WAIT, &n);
        if (rc != VZ_OK) {
            return rc == VZ_AGAIN ? VZ_TIMEOUT : rc;
        }

        log->len += n;

    } while (n > 0 && log->len < VZ_VM_BOOTLOG_MAX);

    return VZ_OK;
}


static void
vz_vm_bootlog_refuse(vz_call_t *call, vz_code_e rc)
{
    switch (rc) {

    case VZ_STATE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_running",
                        "The container does not run: its log is kept while it "
                        "does.");
        return;

    case VZ_UNSUPPORTED:
    case VZ_UNKNOWN:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "unsupported",
                        "The container's node keeps no log of a boot.");
        return;

    case VZ_NOENT:
    case VZ_RANGE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "absent",
                        "The node does not have this container.");
        return;

    case VZ_BUSY:
    case VZ_FAILED:
        vz_call_fault(call, "node", VZ_OVERLOADED);
        return;

    default:
        vz_call_fault(call, "node", rc);
    }
}
