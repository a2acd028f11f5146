/*
 * The chains: what each kind of task is made of.
 */

#include "run.h"
#include "mail.h"


static vz_code_e vz_step_create(vz_run_t *run);
static vz_code_e vz_step_limits(vz_run_t *run);
static vz_code_e vz_step_network(vz_run_t *run);
static vz_code_e vz_step_password(vz_run_t *run);
static vz_code_e vz_step_start(vz_run_t *run);
static vz_code_e vz_step_stop(vz_run_t *run);
static vz_code_e vz_step_restart(vz_run_t *run);
static vz_code_e vz_step_mail(vz_run_t *run);
static vz_code_e vz_step_nothing(vz_run_t *run);
static vz_code_e vz_run_pair(vz_run_t *run, vz_verb_e verb,
    const int64_t *pair);
static vz_code_e vz_run_words(vz_run_t *run, vz_verb_e verb,
    const ngx_str_t *words, ngx_uint_t together);


/* The first two are done in the transaction that takes the order. */

static const vz_step_t  vz_order_steps[] = {
    { "account",  vz_step_nothing,  0, NULL },
    { "address",  vz_step_nothing,  0, NULL },
    { "create",   vz_step_create,  40, "creating" },
    { "limits",   vz_step_limits,  10, NULL },
    { "network",  vz_step_network, 10, NULL },
    { "password", vz_step_password, 5, NULL },
    { "start",    vz_step_start,   25, "ready" },
    { "mail",     vz_step_mail,    10, NULL }
};

static const vz_step_t  vz_start_steps[] = {
    { "start",    vz_step_start,  100, NULL }
};

static const vz_step_t  vz_stop_steps[] = {
    { "stop",     vz_step_stop,   100, NULL }
};

static const vz_step_t  vz_restart_steps[] = {
    { "restart",  vz_step_restart, 100, NULL }
};


#define vz_chain(kind, failed, attempts, steps)                               \
    { kind, failed, attempts, sizeof(steps) / sizeof(vz_step_t), steps }

static const vz_chain_t  vz_chains[] = {
    vz_chain("order",   "create_failed", 60, vz_order_steps),
    vz_chain("start",   NULL,             6, vz_start_steps),
    vz_chain("stop",    NULL,             6, vz_stop_steps),
    vz_chain("restart", NULL,             6, vz_restart_steps)
};


const vz_chain_t *
vz_chain_find(const u_char *kind, size_t len)
{
    ngx_uint_t         i;
    const vz_chain_t  *chain;

    for (i = 0; i < sizeof(vz_chains) / sizeof(vz_chain_t); i++) {
        chain = &vz_chains[i];

        if (ngx_strlen(chain->kind) == len
            && ngx_strncmp(chain->kind, kind, len) == 0)
        {
            return chain;
        }
    }

    return NULL;
}


static vz_code_e
vz_step_nothing(vz_run_t *run)
{
    (void) run;

    return VZ_OK;
}


static vz_code_e
vz_step_create(vz_run_t *run)
{
    const char  *argv[1];

    argv[0] = (char *) run->vm.template.data;

    return vz_run_verb(run, VZ_VERB_CREATE, 1, argv, NULL);
}


static vz_code_e
vz_step_limits(vz_run_t *run)
{
    u_char              hard[24], soft[24], units[24], percent[24];
    vz_code_e           rc;
    ngx_uint_t          i;
    const char         *argv[2];

    static const vz_verb_e  verbs[] = {
        VZ_VERB_SETMEMORYVM, VZ_VERB_SETMEMORYOO, VZ_VERB_SETMEMORYP
    };

    for (i = 0; i < 3; i++) {
        rc = vz_run_pair(run, verbs[i], run->vm.memory[i]);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    argv[0] = (char *) soft;
    argv[1] = (char *) hard;
    ngx_sprintf(soft, "%LM%Z", run->vm.disk[0]);
    ngx_sprintf(hard, "%LM%Z", run->vm.disk[1]);

    rc = vz_run_verb(run, VZ_VERB_SETDISK, 2, argv, NULL);
    if (rc != VZ_OK) {
        return rc;
    }

    argv[0] = (char *) units;
    argv[1] = (char *) percent;
    ngx_sprintf(units, "%L%Z", run->vm.cpu_units);
    ngx_sprintf(percent, "%L%Z", run->vm.cpu_percent);

    return vz_run_verb(run, VZ_VERB_SETCPU, 2, argv, NULL);
}


static vz_code_e
vz_run_pair(vz_run_t *run, vz_verb_e verb, const int64_t *pair)
{
    u_char       barrier[24], limit[24];
    const char  *argv[2];

    ngx_sprintf(barrier, "%LM%Z", pair[0]);
    ngx_sprintf(limit, "%LM%Z", pair[1]);

    argv[0] = (char *) barrier;
    argv[1] = pair[1] < 0 ? "unlimited" : (char *) limit;

    return vz_run_verb(run, verb, 2, argv, NULL);
}


static vz_code_e
vz_step_network(vz_run_t *run)
{
    vz_code_e    rc;
    const char  *argv[1];

    argv[0] = (char *) run->vm.hostname.data;

    rc = vz_run_verb(run, VZ_VERB_SETNAME, 1, argv, NULL);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_run_words(run, VZ_VERB_SETIP, &run->vm.addresses, 0);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_run_words(run, VZ_VERB_SETGATEWAY, &run->vm.gateway, 0);
    if (rc != VZ_OK) {
        return rc;
    }

    return vz_run_words(run, VZ_VERB_SETDNS, &run->vm.dns, 1);
}


/* a verb for each word of a list, or one verb for all of them together */

static vz_code_e
vz_run_words(vz_run_t *run, vz_verb_e verb, const ngx_str_t *words,
    ngx_uint_t together)
{
    char        *copy, *word, *rest;
    vz_code_e    rc;
    ngx_uint_t   n;
    const char  *argv[3];

    copy = (char *) ngx_pnalloc(run->pool, words->len + 1);
    if (copy == NULL) {
        return VZ_INTERNAL;
    }

    ngx_cpystrn((u_char *) copy, words->data, words->len + 1);

    n = 0;

    for (word = strtok_r(copy, " ", &rest);
         word != NULL;
         word = strtok_r(NULL, " ", &rest))
    {
        argv[n++] = word;

        if (together && n < 3) {
            continue;
        }

        if (together) {
            break;
        }

        rc = vz_run_verb(run, verb, n, argv, NULL);
        if (rc != VZ_OK) {
            return rc;
        }

        n = 0;
    }

    return n ? vz_run_verb(run, verb, n, argv, NULL) : VZ_OK;
}


static vz_code_e
vz_step_password(vz_run_t *run)
{
    vz_code_e  rc;
    ngx_str_t  password;

    rc = vz_mail_secret(run->pool, run->id, "password", &password);

    if (rc == VZ_NOENT) {
        ngx_str_set(&run->detail, "the password of this order is gone");
        return VZ_FAILED;
    }

    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_run_verb(run, VZ_VERB_PASSWD, 0, NULL, &password);
    ngx_explicit_memzero(password.data, password.len);

    return rc;
}


static vz_code_e
vz_step_start(vz_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_START, 0, NULL, NULL);
}


static vz_code_e
vz_step_stop(vz_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_STOP, 0, NULL, NULL);
}


static vz_code_e
vz_step_restart(vz_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_RESTART, 0, NULL, NULL);
}


static vz_code_e
vz_step_mail(vz_run_t *run)
{
    return vz_mail_deliver(run->pool, run->id, &run->detail);
}
