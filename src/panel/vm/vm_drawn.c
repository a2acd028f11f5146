/*
 * A password of root that the panel draws for a task.
 */

#include "panel/account/guess.h"
#include "panel/account/password.h"
#include "panel/task/task.h"
#include "panel/task/task_wait.h"
#include "panel/vm/vm_drawn.h"
#include "runtime/call.h"


static void vz_vm_drawn_tell(vz_call_t *call);


vz_code_e
vz_vm_drawn(vz_call_t *call, vz_vm_drawn_t *drawn)
{
    vz_code_e         rc;
    vz_crypt_place_t  place;

    rc = vz_password_random(call, &drawn->password);

    if (rc != VZ_OK) {
        return rc;
    }

    place = vz_guess_place(call, VZ_CRYPT_KNOWN);
    rc = vz_crypt_hash_guest(call->pool, &place, &drawn->password,
                             &drawn->hash);

    if (rc != VZ_OK) {
        ngx_explicit_memzero(drawn->password.data, drawn->password.len);
        vz_call_fault(call, "crypt", rc);
    }

    return rc;
}


/* behind the wait for the task, where the caller asked for one */

void
vz_vm_drawn_reply(vz_vm_action_t *change, vz_vm_drawn_t *drawn)
{
    vz_call_t  *call = change->call;

    call->task = change->task;
    call->data = drawn;

    /* the task of before, under the same key: its password was told then */

    if (change->replayed) {
        ngx_explicit_memzero(drawn->password.data, drawn->password.len);
        ngx_str_null(&drawn->password);
    }

    if (vz_task_wait(call, call->task, vz_vm_drawn_tell) != NGX_OK) {
        vz_vm_drawn_tell(call);
    }
}


static void
vz_vm_drawn_tell(vz_call_t *call)
{
    vz_json_t      *out;
    vz_task_t       task;
    ngx_uint_t      status;
    vz_vm_drawn_t  *drawn = call->data;

    if (vz_task_stands(call, &task, &status) == VZ_OK) {
        task.admin = call->who.admin;
        out = vz_call_reply(call, status);

        vz_json_object(out, NULL);
        vz_json_opt(out, "password", drawn->password);
        vz_task_json(out, "task", &task);
        vz_json_close(out);
    }

    ngx_explicit_memzero(drawn->password.data, drawn->password.len);
}
