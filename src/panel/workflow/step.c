/*
 * The steps that workflows are made of.
 */

#include "panel/api/limit.h"
#include "panel/api/strlist.h"
#include "panel/api/zone_ids.h"
#include "panel/live/collector.h"
#include "panel/mail/mail.h"
#include "panel/node/ctid.h"
#include "panel/node/rdns.h"
#include "panel/node/stranger.h"
#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/address_swap.h"
#include "panel/workflow/step.h"
#include "panel/workflow/step_rate.h"
#include "panel/workflow/step_trash.h"
#include "panel/workflow/step_vm.h"


#define VZ_WORDS    3               /* of one verb, at most: setdns */
#define VZ_NUMBERS  20              /* tries, where a number is taken */
#define VZ_SWAPS    20              /* and where an address is */


#define vz_step_work(run)  ((vz_step_work_t *) (run)->work)


typedef struct {
    vz_strangers_t   strangers;
    uint32_t         taken;
    uint32_t         ctid;
} vz_renumber_t;


static vz_code_e vz_step_pair(vz_task_run_t *run, vz_verb_e verb,
    const int64_t *pair, const char *unit);
static vz_code_e vz_step_each(vz_task_run_t *run, vz_verb_e verb,
    const ngx_str_t *words);
static vz_code_e vz_step_words(vz_task_run_t *run, vz_verb_e verb,
    const ngx_str_t *words, ngx_uint_t together);
static vz_code_e vz_step_net(vz_task_run_t *run, ngx_uint_t swaps);
static vz_code_e vz_step_addresses(vz_task_run_t *run, ngx_uint_t swaps);
static vz_code_e vz_store_body(vz_task_run_t *run, vz_tx_t *tx, void *data);
static vz_code_e vz_release_body(vz_task_run_t *run, vz_tx_t *tx, void *data);
static vz_code_e vz_free_body(vz_task_run_t *run, vz_tx_t *tx, void *data);
static vz_code_e vz_step_renumber(vz_task_run_t *run);
static vz_code_e vz_renumber_body(vz_task_run_t *run, vz_tx_t *tx, void *data);
static vz_code_e vz_free_addresses(vz_task_run_t *run, vz_tx_t *tx,
    const ngx_str_t *words);


static const vz_sql_t  vz_sql_store = vz_sql("vm_store",
    "UPDATE vm SET hostname = ?, gateway = ?, dns = ?,"
    " vmguar_barrier_mib = ?, vmguar_limit_mib = ?,"
    " oomguar_barrier_mib = ?, oomguar_limit_mib = ?,"
    " privvm_barrier_mib = ?, privvm_limit_mib = ?,"
    " disk_soft_mib = ?, disk_hard_mib = ?, cpu_units = ?, cpu_percent = ?,"
    " rate_in = ?, rate_out = ?,"
    " version = version + 1 WHERE id = ?");

static const vz_sql_t  vz_sql_free_one = vz_sql("address_free",
    "UPDATE address SET vm_id = NULL, position = 0"
    " WHERE vm_id = ? AND address = ?");

static const vz_sql_t  vz_sql_free_all = vz_sql("address_free_all",
    "UPDATE address SET vm_id = NULL, position = 0 WHERE vm_id = ?");

static const vz_sql_t  vz_sql_gone = vz_sql("vm_gone",
    "DELETE FROM vm WHERE id = ?");

/* failed tasks of a deleted container need no attention any more */
static const vz_sql_t  vz_sql_handled = vz_sql("vm_handled",
    "UPDATE task SET unseen = NULL WHERE vm_id = ? AND unseen = 1");

static const vz_sql_t  vz_sql_renumber = vz_sql("vm_renumber",
    "UPDATE vm SET ctid = ? WHERE id = ?");

static const vz_sql_t  vz_sql_adopted = vz_sql("vm_adopted",
    "UPDATE vm SET adopting = 0,"
    " lifecycle = IF(lifecycle = 'creating', 'ready', lifecycle) WHERE id = ?");


vz_code_e
vz_step_nothing(vz_task_run_t *run)
{
    (void) run;

    return VZ_OK;
}


/*
 * Where the node has another container of that number (a stranger, see
 * node/stranger.h), ours takes another number.
 */

vz_code_e
vz_step_make(vz_task_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    for (i = 0; i < VZ_NUMBERS; i++) {
        rc = vz_run_verb(run, verb, argc, argv, NULL);

        if (rc == VZ_NOSPACE) {
            return vz_step_trash_room(run);
        }

        if (rc != VZ_EXISTS) {
            return rc;
        }

        rc = vz_step_renumber(run);

        if (rc != VZ_OK) {
            return rc;
        }
    }

    return VZ_CONFLICT;
}


vz_code_e
vz_step_create(vz_task_run_t *run)
{
    const char  *argv[1];

    argv[0] = (char *) vz_step_work(run)->vm.template.data;

    return vz_step_make(run, VZ_VERB_CREATE, 1, argv);
}


static vz_code_e
vz_step_renumber(vz_task_run_t *run)
{
    u_char         *p;
    vz_code_e       rc;
    vz_answer_t     list;
    vz_renumber_t   number;

    number.taken = ngx_atoi(run->vm.ctid.data, run->vm.ctid.len);
    number.ctid = 0;

    rc = vz_run_verb_list(run, &list);

    if (rc == VZ_OK) {
        rc = vz_stranger_find(run->pool, run->vm.node_id, &list,
                              &number.strangers);
    }

    if (rc == VZ_OK) {
        rc = vz_run_own_in_tx(run, vz_renumber_body, &number);
    }

    if (rc != VZ_OK) {
        return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
    }

    vz_task_log_add(&run->log, VZ_TASK_LOG_ADMIN, "number %V is another's on "
                    "this node: %uD instead", &run->vm.ctid, number.ctid);

    p = ngx_pnalloc(run->pool, NGX_INT32_LEN + 1);
    if (p == NULL) {
        return VZ_INTERNAL;
    }

    run->vm.ctid.len = ngx_sprintf(p, "%uD%Z", number.ctid) - p - 1;
    run->vm.ctid.data = p;

    vz_zone_bump(VZ_GENERATION_VMS);

    return VZ_OK;
}


static vz_code_e
vz_renumber_body(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_code_e       rc;
    vz_renumber_t  *number = data;

    rc = vz_stranger_learn(tx, run->pool, run->vm.node_id, number->taken,
                           &number->strangers);

    if (rc == VZ_OK) {
        rc = vz_ctid_free(tx, run->pool, run->vm.node_id, &number->ctid);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, run->pool, &vz_sql_renumber,
                         vz_binds(vz_int(number->ctid), vz_int(run->vm.id)),
                         NULL);
    }

    return rc;
}


/* a node that is asked again answers that the tag is set already */

vz_code_e
vz_step_adopt(vz_task_run_t *run)
{
    return vz_run_verb_adopt(run, &vz_step_work(run)->from);
}


vz_code_e
vz_step_adopted(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_run_own_vm(run, &vz_sql_adopted);

    if (rc == VZ_OK) {
        vz_zone_bump(VZ_GENERATION_VMS);
    }

    return rc;
}


vz_code_e
vz_step_password(vz_task_run_t *run)
{
    vz_code_e  rc;
    ngx_str_t  password;

    rc = vz_mail_secret(run->pool, run->id, "password", &password);

    if (rc == VZ_NOENT
        && vz_mail_secret(run->pool, run->id, "keys", &password) == VZ_OK)
    {
        ngx_str_set(&run->detail, "root has SSH keys, and no password of ours");
        return VZ_OK;
    }

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


vz_code_e
vz_step_start(vz_task_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_START, 0, NULL, NULL);
}


vz_code_e
vz_step_stop(vz_task_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_STOP, 0, NULL, NULL);
}


vz_code_e
vz_step_poweroff(vz_task_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_POWEROFF, 0, NULL, NULL);
}


vz_code_e
vz_step_restart(vz_task_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_RESTART, 0, NULL, NULL);
}


vz_code_e
vz_step_resume(vz_task_run_t *run)
{
    return vz_step_work(run)->vm.desired == VZ_VM_DESIRED_RUNNING
           ? vz_step_start(run) : VZ_OK;
}


/*
 * Where the step is repeated after the row was deleted there is nothing to
 * destroy.  A container whose adoption did not end was there before its row,
 * and stays.
 */

vz_code_e
vz_step_destroy(vz_task_run_t *run)
{
    if (vz_step_work(run)->vm.adopting) {
        ngx_str_set(&run->detail, "its adoption did not come to an end: what "
                    "the node has stays there");
        return VZ_OK;
    }

    return run->vm.id ? vz_run_verb(run, VZ_VERB_DESTROY, 0, NULL, NULL)
                      : VZ_OK;
}


vz_code_e
vz_step_limits(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_step_memory(run);

    if (rc == VZ_OK) {
        rc = vz_step_disk(run);
    }

    if (rc == VZ_OK) {
        rc = vz_step_cpu(run);
    }

    return rc == VZ_OK ? vz_step_rate_limits(run) : rc;
}


vz_code_e
vz_step_memory(vz_task_run_t *run)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    static const vz_verb_e  verbs[] = {
        VZ_VERB_SETMEMORYVM, VZ_VERB_SETMEMORYOO, VZ_VERB_SETMEMORYP
    };

    rc = VZ_OK;

    for (i = 0; i < 3 && rc == VZ_OK; i++) {
        rc = vz_step_pair(run, verbs[i], vz_step_work(run)->vm.memory[i], "M");
    }

    return rc;
}


vz_code_e
vz_step_disk(vz_task_run_t *run)
{
    return vz_step_pair(run, VZ_VERB_SETDISK, vz_step_work(run)->vm.disk, "M");
}


vz_code_e
vz_step_cpu(vz_task_run_t *run)
{
    return vz_step_pair(run, VZ_VERB_SETCPU, vz_step_work(run)->vm.cpu, "");
}


/* on the wire a size without a limit is a word, and per cent are 0 then */

static vz_code_e
vz_step_pair(vz_task_run_t *run, vz_verb_e verb, const int64_t *pair,
    const char *unit)
{
    u_char       one[24], two[24];
    const char  *argv[2];

    ngx_sprintf(one, "%L%s%Z", pair[0], unit);
    ngx_sprintf(two, "%L%s%Z", pair[1], unit);

    argv[0] = (char *) one;
    argv[1] = (char *) two;

    if (pair[1] == VZ_LIMIT_NONE && *unit != '\0') {
        argv[1] = VZ_UNLIMITED_WORD;
    }

    return vz_run_verb(run, verb, 2, argv, NULL);
}


vz_code_e
vz_step_network(vz_task_run_t *run)
{
    return vz_step_net(run, 0);
}


vz_code_e
vz_step_first_network(vz_task_run_t *run)
{
    return vz_step_net(run, VZ_SWAPS);
}


/* new addresses are added before old ones are removed */

static vz_code_e
vz_step_net(vz_task_run_t *run, ngx_uint_t swaps)
{
    vz_code_e        rc;
    const char      *argv[1];
    vz_step_work_t  *work = run->work;

    argv[0] = (char *) work->vm.hostname.data;
    rc = vz_run_verb(run, VZ_VERB_SETNAME, 1, argv, NULL);

    if (rc == VZ_OK) {
        rc = vz_step_addresses(run, swaps);
    }

    if (rc == VZ_OK) {
        rc = vz_step_each(run, VZ_VERB_SETIP, &work->add);
    }

    if (rc == VZ_OK) {
        rc = vz_step_each(run, VZ_VERB_DELETEIP, &work->drop);
    }

    if (rc == VZ_OK) {
        rc = vz_step_each(run, VZ_VERB_SETGATEWAY, &work->vm.gateway);

        /* a network that has no gateway to set (venet) needs none */
        rc = rc == VZ_UNSUPPORTED ? VZ_OK : rc;
    }

    if (rc == VZ_OK) {
        rc = vz_step_words(run, VZ_VERB_SETDNS, &work->vm.dns, 1);
    }

    return rc;
}


/* an address that another container of the node has is swapped */

static vz_code_e
vz_step_addresses(vz_task_run_t *run, ngx_uint_t swaps)
{
    vz_code_e  rc;
    ngx_str_t  rest, word, *addresses;

    addresses = &vz_step_work(run)->vm.addresses;
    rest = *addresses;

    while (vz_strlist_next(&rest, ' ', &word)) {
        rc = vz_step_each(run, VZ_VERB_SETIP, &word);

        if (rc == VZ_EXISTS && swaps != 0) {
            swaps--;
            rc = vz_address_swap(run, &word, addresses);
            rest = *addresses;
        }

        if (rc != VZ_OK) {
            return rc;
        }
    }

    return VZ_OK;
}


static vz_code_e
vz_step_each(vz_task_run_t *run, vz_verb_e verb, const ngx_str_t *words)
{
    return vz_step_words(run, verb, words, 0);
}


/* send a verb for each word of a list, or one for all of them together */

static vz_code_e
vz_step_words(vz_task_run_t *run, vz_verb_e verb, const ngx_str_t *words,
    ngx_uint_t together)
{
    char        *copy, *word, *rest;
    vz_code_e    rc;
    ngx_uint_t   n;
    const char  *argv[VZ_WORDS];

    copy = (char *) ngx_pnalloc(run->pool, words->len + 1);
    if (copy == NULL) {
        return VZ_INTERNAL;
    }

    ngx_cpystrn((u_char *) copy, words->data, words->len + 1);

    n = 0;
    word = strtok_r(copy, " ", &rest);

    while (word != NULL && n < VZ_WORDS) {
        argv[n++] = word;
        word = strtok_r(NULL, " ", &rest);

        if (together) {
            continue;
        }

        rc = vz_run_verb(run, verb, n, argv, NULL);
        if (rc != VZ_OK) {
            return rc;
        }

        n = 0;
    }

    return n ? vz_run_verb(run, verb, n, argv, NULL) : VZ_OK;
}


vz_code_e
vz_step_store(vz_task_run_t *run)
{
    return vz_run_own_in_tx(run, vz_store_body, NULL);
}


vz_code_e
vz_step_release(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_run_own_in_tx(run, vz_release_body, NULL);

    if (rc == VZ_OK) {
        vz_collector_gone(run->vm.id);
    }

    return rc;
}


static vz_code_e
vz_store_body(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_code_e              rc;
    const vz_step_work_t  *work = run->work;
    const vz_step_vm_t    *vm = &work->vm;

    (void) data;

    rc = vz_db_query(tx, run->pool, &vz_sql_store,
                     vz_binds(vz_text(vm->hostname), vz_bind_opt(vm->gateway),
                              vz_bind_opt(vm->dns),
                              vz_int(vm->memory[0][0]),
                              vz_limit_bind(vm->memory[0][1]),
                              vz_int(vm->memory[1][0]),
                              vz_limit_bind(vm->memory[1][1]),
                              vz_int(vm->memory[2][0]),
                              vz_limit_bind(vm->memory[2][1]),
                              vz_int(vm->disk[0]), vz_int(vm->disk[1]),
                              vz_int(vm->cpu[0]), vz_limit_bind(vm->cpu[1]),
                              vz_limit_bind(vm->rate[0]),
                              vz_limit_bind(vm->rate[1]),
                              vz_int(run->vm.id)),
                     NULL);

    return rc == VZ_OK ? vz_free_addresses(run, tx, &work->drop) : rc;
}


static vz_code_e
vz_release_body(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_code_e  rc;

    (void) data;

    rc = vz_ctid_leave(tx, run->pool, run->vm.id);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, run->pool, &vz_sql_free_all,
                         vz_binds(vz_int(run->vm.id)), NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_rdns_leave(tx, run->pool, run->vm.id, NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, run->pool, &vz_sql_handled,
                         vz_binds(vz_int(run->vm.id)), NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, run->pool, &vz_sql_gone,
                         vz_binds(vz_int(run->vm.id)), NULL);
    }

    return rc;
}


static vz_code_e
vz_free_addresses(vz_task_run_t *run, vz_tx_t *tx, const ngx_str_t *words)
{
    ngx_str_t  rest, word;
    vz_code_e  rc;

    rest = *words;

    while (vz_strlist_next(&rest, ' ', &word)) {

        rc = vz_db_query(tx, run->pool, &vz_sql_free_one,
                         vz_binds(vz_int(run->vm.id), vz_text(word)), NULL);

        if (rc == VZ_OK) {
            rc = vz_rdns_leave(tx, run->pool, run->vm.id, &word);
        }

        if (rc != VZ_OK) {
            return rc;
        }
    }

    return VZ_OK;
}


vz_code_e
vz_step_mail(vz_task_run_t *run)
{
    return vz_mail_deliver(run->pool, run->id, &run->detail);
}


/* set the node back to the values of the row */

vz_code_e
vz_step_undo_hardware(vz_task_run_t *run)
{
    vz_step_work_t  *work = run->work;

    work->vm = work->was;

    return vz_step_limits(run);
}


/*
 * The claimed addresses are the container's in the database since the task
 * was created.  One that the node could not remove stays allocated: if it
 * were freed, two containers could have it.
 */

vz_code_e
vz_step_undo_network(vz_task_run_t *run)
{
    vz_code_e        rc, back;
    ngx_str_t        claimed;
    vz_step_work_t  *work = run->work;

    claimed = work->add;

    work->vm = work->was;
    ngx_str_set(&work->add, "");
    ngx_str_set(&work->drop, "");

    back = vz_step_network(run);
    work->add = claimed;

    if (back == VZ_STALE) {
        return back;
    }

    rc = vz_step_each(run, VZ_VERB_DELETEIP, &claimed);

    if (rc == VZ_OK) {
        rc = vz_run_own_in_tx(run, vz_free_body, NULL);
    }

    return rc == VZ_OK ? back : rc;
}


static vz_code_e
vz_free_body(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_free_addresses(run, tx, &vz_step_work(run)->add);
}
