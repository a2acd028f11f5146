/*
 * What a node's recorder has written, as the API tells it: the answers of the
 * verbs "history", "nodehistory" and "why".
 */

#ifndef VZ_HISTORY_TOLD_H
#define VZ_HISTORY_TOLD_H

#include "panel/api/query.h"
#include "panel/node/node.h"
#include "runtime/call.h"


/* What is asked of a node. */
typedef struct {
    vz_node_row_t  *node;           /* NULL: none that is known */
    uint32_t        ctid;           /* 0: of the node itself */
    ngx_str_t       tag;            /* of the container, or empty */
    const char     *range;          /* "1h" */
    uint64_t        from;           /* seconds since 1970 */
    uint64_t        until;
    vz_answer_t     answer;
} vz_history_told_t;


/* The query string: range, one of 1h 6h 1d 1w 1m 3m 1y; 1h where it is not. */
extern const vz_query_args_t  vz_history_told_args;

/*
 * vz_history_told_ask: read the query string, and ask the node.  VZ_OK, or
 * another code with the reply set: 422; 404 where the node has no such
 * container; 409 unsupported where its driver, or its version, records
 * nothing; the node's faults.
 */
vz_code_e vz_history_told_ask(vz_call_t *call, vz_history_told_t *told);

/*
 * vz_history_told_json: write the members of a history, into the open object:
 * range, step_s, from, until, recorded, at, up, series, marks.
 */
void vz_history_told_json(vz_call_t *call, vz_json_t *out,
    const vz_history_told_t *told);

/*
 * vz_history_told_why: ask why the container is slow.  Codes as above;
 * vz_history_told_reasons: write the members recorded and reasons.
 */
vz_code_e vz_history_told_why(vz_call_t *call, vz_history_told_t *told);
void vz_history_told_reasons(vz_json_t *out, const vz_history_told_t *told);


#endif /* VZ_HISTORY_TOLD_H */
