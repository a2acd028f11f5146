/*
 * Verbs of a task to its container's node.
 */

#ifndef VZ_RUN_VERB_H
#define VZ_RUN_VERB_H

#include "panel/task/task_run.h"


/*
 * vz_run_verb: one verb to the container's node, its id before the given
 * arguments; on failure run->detail says what the node said.  It names the
 * container that is meant, our claim, and itself, so that it is never done
 * twice, to another, or after somebody else has begun (run_verb.c).
 * vz_run_verb_adopt: the container that has that tag now, or none where it is
 * empty, gets the row's.
 * vz_run_verb_list: what containers the node has, for the step's own use.
 */
vz_code_e vz_run_verb(vz_task_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv, const ngx_str_t *secret);
vz_code_e vz_run_verb_adopt(vz_task_run_t *run, const ngx_str_t *tag);
vz_code_e vz_run_verb_list(vz_task_run_t *run, vz_answer_t *answer);


#endif /* VZ_RUN_VERB_H */
