/*
 * A password of root that the panel draws for a task: the task keeps its hash,
 * and the reply alone has its text.
 */

#ifndef VZ_VM_DRAWN_H
#define VZ_VM_DRAWN_H

#include "panel/vm/vm_action.h"


/* An empty one is of a task that needs no password. */
typedef struct {
    ngx_str_t  password;
    ngx_str_t  hash;
} vz_vm_drawn_t;


/*
 * vz_vm_drawn: on a fiber, draw one; both texts are from the call's pool.
 * VZ_OK, or another code with the reply set.
 */
vz_code_e vz_vm_drawn(vz_call_t *call, vz_vm_drawn_t *drawn);

/*
 * vz_vm_drawn_reply: reply with the password and the task of the change, behind
 * the wait that the caller asked for; drawn is of the call's pool, and its text
 * is wiped.  Where the task is that of an earlier call, under the same key, its
 * password was told then: null.
 */
void vz_vm_drawn_reply(vz_vm_action_t *change, vz_vm_drawn_t *drawn);


#endif /* VZ_VM_DRAWN_H */
