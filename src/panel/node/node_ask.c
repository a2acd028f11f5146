/*
 * What a node says of a container when it is asked.
 */

#include "panel/node/node.h"
#include "panel/node/node_ask.h"


vz_code_e
vz_node_ask(ngx_pool_t *pool, vz_verb_e verb, const vz_node_ask_t *ct,
    vz_answer_t *answer)
{
    u_char           id[NGX_INT32_LEN + 1];
    vz_mark_t        mark;
    const char      *argv[1];
    vz_node_row_t   *node;
    vz_relay_act_t   act;

    (void) vz_node_load(pool);

    node = vz_node_find(ct->node);

    if (node == NULL || node->relay == NULL) {
        return VZ_DOWN;
    }

    ngx_sprintf(id, "%uD%Z", ct->ctid);
    argv[0] = (char *) id;

    ngx_memzero(&mark, sizeof(vz_mark_t));
    ngx_cpystrn((u_char *) mark.tag, ct->tag.data,
                ngx_min(ct->tag.len + 1, sizeof(mark.tag)));

    ngx_memzero(&act, sizeof(vz_relay_act_t));
    act.verb = verb;
    act.argc = 1;
    act.argv = argv;
    act.mark = &mark;

    return vz_relay_act(node->relay, pool, &act, answer);
}
