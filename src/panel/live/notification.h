/*
 * Notices: what somebody who is signed in hears of at once, though it is
 * neither a container's figures nor a task.  They are said once and not kept:
 * whoever looks at the page in question later sees the same there.
 */

#ifndef VZ_NOTIFICATION_H
#define VZ_NOTIFICATION_H

#include "runtime/json.h"
#include "runtime/zone.h"


/* The table of kinds in notification.c tells their names and what object is. */
typedef enum {
    VZ_NOTICE_NONE = 0,
    VZ_NOTICE_ORDER_WAITS,
    VZ_NOTICE_ORDER_DECIDED,
    VZ_NOTICE_ORDER_FAILED,
    VZ_NOTICE_TASK_SEEN,
    VZ_NOTICE_MAIL_REFUSED,
    VZ_NOTICE_MAIL_BOUNCED,
    VZ_NOTICE_NODE_DOWN,
    VZ_NOTICE_NODE_UP,
    VZ_NOTICE_SUSPENDED,
    VZ_NOTICE_UNSUSPENDED
} vz_notice_e;


/*
 * vz_notification_tell: to every stream of that user, owner 0 to those of all
 * administrators.  Called once what caused it is committed.  name is what the
 * object is called and text somebody's words about it, plain text that its
 * readers may see; either may be NULL, and what does not fit is cut off.
 * Never waits.  VZ_NOTICE_NONE does nothing.
 */
void vz_notification_tell(vz_notice_e kind, uint64_t owner, uint64_t object,
    const ngx_str_t *name, const ngx_str_t *text);

/* vz_notification_json: one as events and docs/api.md have it. */
void vz_notification_json(vz_json_t *json, const vz_notice_t *notice);


#endif /* VZ_NOTIFICATION_H */
