/*
 * Bounces.  Where vzpanel_mail has bounce=, the envelope sender of each mail
 * carries the mail's id (verp.h), and POST /api/mail/bounces receives what is
 * sent back to that address.
 */

#ifndef VZ_BOUNCE_H
#define VZ_BOUNCE_H

#include "panel/api/query.h"


/*
 * vz_bounce_sender: the envelope sender of a mail, from pool.  It is empty
 * where bounce= is not configured or the key can't be read: then the mail
 * bounces to from=.
 */
void vz_bounce_sender(ngx_pool_t *pool, uint64_t mail, ngx_str_t *sender);

/* The query of the request. */
extern const vz_query_args_t  vz_bounce_args;

/*
 * vz_bounce_take: POST /api/mail/bounces?to=ADDRESS: note on the mail that it
 * bounced, and notify the administrators.
 */
void vz_bounce_take(vz_call_t *call);


#endif /* VZ_BOUNCE_H */
