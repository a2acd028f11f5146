/*
 * The outbox: sends the mails that are due, on fibers of its own, so that a
 * mail server that hangs holds up mails and nothing else.
 */

#ifndef VZ_OUTBOX_H
#define VZ_OUTBOX_H

#include "panel/mail/mail.h"


/*
 * vz_outbox_look: on a fiber, send some of the mails that are due; a periodic
 * job.
 */
void vz_outbox_look(ngx_pool_t *pool);

/*
 * vz_outbox_deliver: on a fiber, send the mail of a task now, and wait some
 * seconds for what comes of it.  VZ_OK when the mail server took it or the
 * outbox goes on trying, with words for the step's detail; VZ_FAILED when it
 * was refused for good.
 */
vz_code_e vz_outbox_deliver(ngx_pool_t *pool, uint64_t task,
    ngx_str_t *words);


#endif /* VZ_OUTBOX_H */
