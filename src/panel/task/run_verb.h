/*
 * The verbs that a task sends to the node of its container.  Each names the
 * container by its tag, our claim by its fence, and itself by an id, so that
 * the node never does it twice, to another container, or after another worker
 * has begun.
 */

#ifndef VZ_RUN_VERB_H
#define VZ_RUN_VERB_H

#include "panel/task/task_run.h"


/*
 * vz_run_verb: on a fiber, send a verb about the task's container; its number
 * goes before the argc arguments, and secret, or NULL, is sent apart and never
 * logged.  VZ_OK; VZ_STALE where the task is not ours any more; VZ_DOWN where
 * the node does not answer; or what the node answered, with run->detail.
 */
vz_code_e vz_run_verb(vz_task_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv, const ngx_str_t *secret);

/*
 * vz_run_verb_lines: the same with a body of n lines, which are no secret.
 */
vz_code_e vz_run_verb_lines(vz_task_run_t *run, vz_verb_e verb,
    ngx_uint_t argc, const char *const *argv, const ngx_str_t *lines,
    ngx_uint_t n);

/*
 * vz_run_verb_told: the same, and the lines of answer are from run->pool.
 */
vz_code_e vz_run_verb_told(vz_task_run_t *run, vz_verb_e verb,
    ngx_uint_t argc, const char *const *argv, const ngx_str_t *lines,
    ngx_uint_t n, vz_answer_t *answer);

/*
 * vz_run_verb_adopt: give the container that has this tag, or no tag where it
 * is empty, the tag of the task's row.  It returns what vz_run_verb() does.
 */
vz_code_e vz_run_verb_adopt(vz_task_run_t *run, const ngx_str_t *tag);

/*
 * vz_run_verb_read: send a verb that changes nothing, and whose one argument is
 * the number of the task's container; the lines of answer are from run->pool.
 * vz_run_verb_status: ask that way how the container is.
 * Both return what vz_run_verb() does.
 */
vz_code_e vz_run_verb_read(vz_task_run_t *run, vz_verb_e verb,
    vz_answer_t *answer);
vz_code_e vz_run_verb_status(vz_task_run_t *run, vz_answer_t *answer);

/*
 * vz_run_verb_node: ask the node of the task's container something that is
 * about no container.  It returns what vz_run_verb() does.
 */
vz_code_e vz_run_verb_node(vz_task_run_t *run, vz_verb_e verb,
    ngx_uint_t argc, const char *const *argv, vz_answer_t *answer);

/*
 * vz_run_verb_list: ask the node which containers it has; the lines of answer
 * are from run->pool.  It returns what vz_run_verb() does.
 */
vz_code_e vz_run_verb_list(vz_task_run_t *run, vz_answer_t *answer);


#endif /* VZ_RUN_VERB_H */
