/*
 * Mails that come back.  Where vzpanel_mail has bounce=, the envelope sender
 * of each mail names it (verp.h), and POST /api/mail/bounces takes what was
 * answered to that address.
 */

#ifndef VZ_BOUNCE_H
#define VZ_BOUNCE_H

#include "panel/api/query.h"


/*
 * vz_bounce_sender: the envelope sender of a mail, from pool.  Empty where
 * none is configured, or the key can't be had: then it comes back to from=.
 */
void vz_bounce_sender(ngx_pool_t *pool, uint64_t mail, ngx_str_t *sender);

extern const vz_query_args_t  vz_bounce_args;

/* vz_bounce_take: POST /api/mail/bounces?to=ADDRESS. */
void vz_bounce_take(vz_call_t *call);


#endif /* VZ_BOUNCE_H */
