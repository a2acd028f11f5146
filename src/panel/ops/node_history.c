#include "panel/api/route.h"
#include "panel/node/history_told.h"
#include "panel/ops/node_history.h"


void
vz_node_history(vz_call_t *call)
{
    uint64_t            id;
    vz_json_t          *out;
    vz_history_told_t   told;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    (void) vz_node_load(call->pool);

    ngx_memzero(&told, sizeof(vz_history_told_t));
    told.node = vz_node_find(id);

    if (told.node == NULL) {
        vz_route_absent(call);
        return;
    }

    if (vz_history_told_ask(call, &told) != VZ_OK) {
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_history_told_json(call, out, &told);
    vz_json_close(out);
}
