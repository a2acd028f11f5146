/*
 * The outbox sends the mails that are due, on fibers of its own, so that a mail
 * server that hangs delays mails and nothing else.
 */

#ifndef VZ_OUTBOX_H
#define VZ_OUTBOX_H

#include "panel/mail/mail.h"


/* vz_outbox_init, vz_outbox_exit: worker start and stop. */
ngx_int_t vz_outbox_init(ngx_cycle_t *cycle);
void vz_outbox_exit(void);

/*
 * vz_outbox_deliver: on a fiber, send the mail of a task now, and wait some
 * seconds for the result, which words describes for the step's detail.  VZ_OK
 * when the mail server accepted it or the outbox goes on trying; VZ_FAILED when
 * it was rejected for good.
 */
vz_code_e vz_outbox_deliver(ngx_pool_t *pool, uint64_t task,
    ngx_str_t *words);


#endif /* VZ_OUTBOX_H */
