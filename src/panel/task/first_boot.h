/*
 * What a container runs once, at its first boot: a script, or what is for
 * cloud-init.  It is kept beside the container's row until a step hands it to
 * the node, which runs it when it first starts the container.  The task ends
 * without waiting for it: the container is its owner's by then, and may be
 * stopped, restarted or deleted while it runs.  A job asks the node what came
 * of it, and adds that to the log of the task.
 */

#ifndef VZ_FIRST_BOOT_H
#define VZ_FIRST_BOOT_H

#include "panel/node/node.h"
#include "panel/task/task_run.h"
#include "runtime/call.h"
#include "runtime/db.h"


#define VZ_FIRST_BOOT_MAX  32768    /* bytes */

/*
 * vz_first_boot_text: check what was sent as the member "first_boot" of a body,
 * and end its lines as Unix does.  Empty is good.
 * vz_first_boot_there: whether the node can run it in a container of that
 * template; node->templates are known.  VZ_OK, or VZ_RANGE with the reply 422.
 */
vz_code_e vz_first_boot_text(vz_call_t *call, ngx_str_t *text);
vz_code_e vz_first_boot_there(vz_call_t *call, const ngx_str_t *text,
    vz_node_row_t *node, const ngx_str_t *template);

/*
 * vz_first_boot_keep: keep it for a container inside the caller's transaction,
 * in place of any other; empty: none.  VZ_OK or the database's code.
 */
vz_code_e vz_first_boot_keep(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const ngx_str_t *text);

/*
 * vz_first_boot_send: in a step, before the container is started: the node gets
 * what is kept, and the database forgets it.  A node that refuses it fails no
 * task: the log tells why.  VZ_OK; VZ_STALE; or why it is to be tried again.
 */
vz_code_e vz_first_boot_send(vz_task_run_t *run);

/* vz_first_boot_look: on a fiber, ask what came of those that were sent: a
   job. */
void vz_first_boot_look(ngx_pool_t *pool);


#endif /* VZ_FIRST_BOOT_H */
