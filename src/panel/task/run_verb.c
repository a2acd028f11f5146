/*
 * The verbs that a task sends to the node of its container.
 */

#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/task/task_run.h"


#define VZ_TASK_RUN_SAID   30       /* lines of a node that go into the log */


static vz_code_e vz_task_run_meant(vz_task_run_t *run, const char *tag,
    vz_verb_e verb, ngx_uint_t argc, const char *const *argv,
    const ngx_str_t *body, ngx_uint_t nbody, vz_answer_t *answer);
static void vz_task_run_mark(vz_task_run_t *run, const char *tag,
    const ngx_str_t *line, vz_mark_t *mark);
static vz_code_e vz_task_run_ask(vz_task_run_t *run, vz_relay_act_t *act,
    vz_mark_t *mark, vz_answer_t *answer);
static vz_code_e vz_task_run_may(void *run);
static void vz_task_run_said(vz_task_run_t *run, vz_code_e rc,
    const vz_answer_t *answer);


vz_code_e
vz_run_verb(vz_task_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv, const ngx_str_t *secret)
{
    vz_answer_t  answer;

    return vz_task_run_meant(run, (char *) run->vm.tag, verb, argc, argv,
                             secret, secret != NULL, &answer);
}


vz_code_e
vz_run_verb_lines(vz_task_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv, const ngx_str_t *lines, ngx_uint_t n)
{
    vz_answer_t  answer;

    return vz_run_verb_told(run, verb, argc, argv, lines, n, &answer);
}


vz_code_e
vz_run_verb_told(vz_task_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv, const ngx_str_t *lines, ngx_uint_t n,
    vz_answer_t *answer)
{
    return vz_task_run_meant(run, (char *) run->vm.tag, verb, argc, argv,
                             lines, n, answer);
}


vz_code_e
vz_run_verb_adopt(vz_task_run_t *run, const ngx_str_t *tag)
{
    char         from[VZ_TAG_LEN + 1];
    const char  *argv[1];
    vz_answer_t  answer;

    ngx_cpystrn((u_char *) from, tag->data, ngx_min(tag->len, VZ_TAG_LEN) + 1);
    argv[0] = (char *) run->vm.tag;

    return vz_task_run_meant(run, from, VZ_VERB_ADOPT, 1, argv, NULL, 0,
                             &answer);
}


static vz_code_e
vz_task_run_meant(vz_task_run_t *run, const char *tag, vz_verb_e verb,
    ngx_uint_t argc, const char *const *argv, const ngx_str_t *body,
    ngx_uint_t nbody, vz_answer_t *answer)
{
    u_char           text[VZ_TASK_LOG_LINE], *p, *end;
    ngx_str_t        line;
    vz_code_e        rc;
    vz_mark_t        mark;
    ngx_uint_t       i;
    const char      *args[VZ_ARGS_MAX];
    vz_relay_act_t   act;

    args[0] = (char *) run->vm.ctid.data;

    for (i = 0; i < argc; i++) {
        args[i + 1] = argv[i];
    }

    /* which node is asked what; a body, which may be secret, is not told */

    p = text;
    end = text + sizeof(text) - 1;
    p = ngx_slprintf(p, end, "%s", vz_verb_def(verb)->name);

    for (i = 0; i <= argc; i++) {
        p = ngx_slprintf(p, end, " %s", args[i]);
    }

    line.data = text;
    line.len = p - text;

    vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "%V: %V",
                    &run->vm.node_name, &line);

    ngx_memzero(&act, sizeof(vz_relay_act_t));

    act.verb = verb;
    act.argc = argc + 1;
    act.argv = args;
    act.body = body;
    act.nbody = nbody;
    act.progress = vz_task_run_progress;

    vz_task_run_mark(run, tag, &line, &mark);

    rc = vz_task_run_ask(run, &act, &mark, answer);

    if (rc != VZ_STALE) {
        vz_task_run_said(run, rc, answer);
    }

    return rc;
}


vz_code_e
vz_run_verb_status(vz_task_run_t *run, vz_answer_t *answer)
{
    return vz_run_verb_read(run, VZ_VERB_STATUS, answer);
}


vz_code_e
vz_run_verb_read(vz_task_run_t *run, vz_verb_e verb, vz_answer_t *answer)
{
    vz_code_e       rc;
    vz_mark_t       mark;
    const char     *argv[1];
    vz_relay_act_t  act;

    ngx_memzero(&act, sizeof(vz_relay_act_t));
    ngx_memzero(&mark, sizeof(vz_mark_t));

    argv[0] = (char *) run->vm.ctid.data;
    act.verb = verb;
    act.argc = 1;
    act.argv = argv;
    mark.fence = run->fence;
    ngx_memcpy(mark.tag, run->vm.tag, sizeof(mark.tag));

    rc = vz_task_run_ask(run, &act, &mark, answer);

    if (rc != VZ_OK && rc != VZ_STALE) {
        vz_task_run_said(run, rc, answer);
    }

    return rc;
}


vz_code_e
vz_run_verb_list(vz_task_run_t *run, vz_answer_t *answer)
{
    return vz_run_verb_node(run, VZ_VERB_LIST, 0, NULL, answer);
}


vz_code_e
vz_run_verb_node(vz_task_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv, vz_answer_t *answer)
{
    vz_code_e       rc;
    vz_mark_t       mark;
    vz_relay_act_t  act;

    ngx_memzero(&act, sizeof(vz_relay_act_t));
    ngx_memzero(&mark, sizeof(vz_mark_t));

    act.verb = verb;
    act.argc = argc;
    act.argv = argv;

    rc = vz_task_run_ask(run, &act, &mark, answer);

    if (rc != VZ_OK && rc != VZ_STALE) {
        vz_task_run_said(run, rc, answer);
    }

    return rc;
}


/*
 * The id of a verb is the same when its task sends it again, in this attempt
 * or another, and differs from that of any other step, place in the step, or
 * text.
 */

static void
vz_task_run_mark(vz_task_run_t *run, const char *tag, const ngx_str_t *line,
    vz_mark_t *mark)
{
    ngx_memzero(mark, sizeof(vz_mark_t));

    mark->fence = run->freed ? 0 : run->fence;
    ngx_memcpy(mark->tag, tag, sizeof(mark->tag));

    (void) ngx_snprintf((u_char *) mark->id, VZ_ACT_MAX,
                        "%uL.%ui.%ui%s.%ui.%xD", run->id, run->round,
                        run->step, run->failing ? "u" : "", run->verbs++,
                        ngx_crc32_short(line->data, line->len));
}


static vz_code_e
vz_task_run_ask(vz_task_run_t *run, vz_relay_act_t *act, vz_mark_t *mark,
    vz_answer_t *answer)
{
    uint64_t   seen;
    vz_code_e  rc;

    ngx_memzero(answer, sizeof(vz_answer_t));

    if (run->vm.node == NULL) {
        ngx_str_set(&answer->words, "this nginx does not know the node");
        return VZ_DOWN;
    }

    act->mark = mark;
    act->may = vz_task_run_may;
    act->data = run;

    for ( ;; ) {
        rc = vz_run_own_hold(run);

        if (rc != VZ_OK) {
            return rc;
        }

        rc = vz_relay_act(run->vm.node, run->pool, act, answer);

        if (rc == VZ_AGAIN) {
            continue;
        }

        if (rc != VZ_STALE) {
            return rc;
        }

        /* "N ...": the fence that the node has seen */

        seen = strtoull((char *) answer->words.data, NULL, 10);

        rc = seen < run->fence ? VZ_INTERNAL : vz_run_own_raise(run, seen);

        if (rc != VZ_OK) {
            return rc;
        }

        mark->fence = run->fence;
    }
}


static vz_code_e
vz_task_run_may(void *data)
{
    return vz_run_own_held(data) ? VZ_OK : VZ_AGAIN;
}


static void
vz_task_run_said(vz_task_run_t *run, vz_code_e rc, const vz_answer_t *answer)
{
    ngx_uint_t  i;

    run->detail = answer->words;

    /* where a node is looked for is no business of a container's owner */

    if ((rc == VZ_DOWN && run->vm.node != NULL) || rc == VZ_DENIED) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "%V", &answer->words);
        ngx_str_set(&run->detail, "the node does not answer");
    }

    /* what the virtualiser said, when it is more than one line */

    i = answer->nlines > VZ_TASK_RUN_SAID
        ? answer->nlines - VZ_TASK_RUN_SAID : 0;

    for ( /* void */ ; rc != VZ_OK && i < answer->nlines; i++) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "%V",
                        &answer->lines[i]);
    }
}
