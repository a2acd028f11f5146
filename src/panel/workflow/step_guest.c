/*
 * Steps about the guest in a container.
 */

#include "panel/account/key_set.h"
#include "panel/account/password.h"
#include "panel/task/first_boot.h"
#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/step.h"
#include "panel/workflow/step_guest.h"
#include "panel/workflow/step_vm.h"
#include "runtime/crypt.h"


#define vz_step_work(run)  ((vz_step_work_t *) (run)->work)


static vz_code_e vz_step_called(vz_task_run_t *run, const ngx_str_t *name);
static vz_code_e vz_keys_body(vz_task_run_t *run, vz_tx_t *tx, void *data);


vz_code_e
vz_step_guest_hash(vz_task_run_t *run)
{
    return vz_run_verb(run, VZ_VERB_PASSHASH, 0, NULL,
                       &vz_step_work(run)->hash);
}


vz_code_e
vz_step_guest_first(vz_task_run_t *run)
{
    vz_code_e  rc;

    if (vz_step_work(run)->keys.len == 0) {
        rc = vz_step_password(run);

    } else {
        rc = vz_step_guest_drawn(run);

        if (rc == VZ_OK) {
            rc = vz_step_guest_keys(run);
        }
    }

    return rc == VZ_OK ? vz_first_boot_send(run) : rc;
}


/*
 * Not locked: an sshd(8) without PAM lets nobody in whose account is locked,
 * with a key neither.
 */

vz_code_e
vz_step_guest_drawn(vz_task_run_t *run)
{
    vz_code_e  rc;
    ngx_str_t  password;

    if (vz_crypt_random_password(run->pool, VZ_PASSWORD_DRAWN, &password)
        != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    rc = vz_run_verb(run, VZ_VERB_PASSWD, 0, NULL, &password);
    ngx_explicit_memzero(password.data, password.len);

    return rc;
}


vz_code_e
vz_step_guest_hostname(vz_task_run_t *run)
{
    return vz_step_called(run, &vz_step_work(run)->vm.hostname);
}


vz_code_e
vz_step_guest_undo_name(vz_task_run_t *run)
{
    return vz_step_called(run, &vz_step_work(run)->was.hostname);
}


static vz_code_e
vz_step_called(vz_task_run_t *run, const ngx_str_t *name)
{
    const char  *argv[1];

    argv[0] = (char *) name->data;

    return vz_run_verb(run, VZ_VERB_SETNAME, 1, argv, NULL);
}


vz_code_e
vz_step_guest_keys(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_step_guest_keys_send(run);

    return rc == VZ_OK && vz_step_work(run)->chosen
           ? vz_run_own_in_tx(run, vz_keys_body, NULL) : rc;
}


vz_code_e
vz_step_guest_keys_send(vz_task_run_t *run)
{
    vz_code_e   rc;
    ngx_str_t   lines[VZ_SSH_KEY_MOST];
    ngx_uint_t  n;

    if (!vz_step_work(run)->chosen) {
        return VZ_OK;
    }

    rc = vz_key_set_lines(run->pool, run->owner, &vz_step_work(run)->keys,
                          lines, &n);

    if (rc == VZ_OK) {
        rc = vz_run_verb_lines(run, VZ_VERB_KEYS, 0, NULL, lines, n);
    }

    if (rc == VZ_OK) {
        vz_task_log_add(&run->log, VZ_TASK_LOG_ALL, "root has %ui SSH key%s",
                        n, n == 1 ? "" : "s");
    }

    return rc;
}


static vz_code_e
vz_keys_body(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_key_set_store(tx, run->pool, run->vm.id, run->owner,
                            &vz_step_work(run)->keys);
}
