/*
 * Notices: what a signed-in user is notified of at once, though it is neither a
 * container's figure nor a task.  The zone keeps the newest ones only: the
 * pages that a notice is about show the same later.
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
    VZ_NOTICE_UNSUSPENDED,
    VZ_NOTICE_TRAFFIC_NEAR,
    VZ_NOTICE_TRAFFIC_OVER,
    VZ_NOTICE_RESCUED,
    VZ_NOTICE_UNRESCUED,
    VZ_NOTICE_ALERT_CPU,
    VZ_NOTICE_ALERT_MEMORY,
    VZ_NOTICE_ALERT_DISK,
    VZ_NOTICE_ALERT_NETWORK,
    VZ_NOTICE_ALERT_DOWN,
    VZ_NOTICE_ALERT_OVER
} vz_notice_e;

typedef struct {
    uint64_t      version;          /* and its id: no two are the same */
    uint64_t      owner;            /* who hears of it; 0: administrators */
    uint64_t      object;           /* what it is about, by the kind */
    vz_notice_e   kind;
    u_char        name[128];        /* of the object; terminated, UTF-8 */
    u_char        text[256];        /* somebody's words about it; the same */
} vz_notice_t;


/* vz_notification_table: the newest of them, in the zone. */
extern const vz_table_def_t  vz_notification_table;

/*
 * vz_notification_tell: notify every stream of a user, or those of all
 * administrators where owner is 0.  Call it once the cause is committed.  name
 * is the object's, text is what somebody wrote about it, both plain text that
 * the readers may see; either may be NULL, and what does not fit is cut off.
 * It never waits.  VZ_NOTICE_NONE does nothing.
 */
void vz_notification_tell(vz_notice_e kind, uint64_t owner, uint64_t object,
    const ngx_str_t *name, const ngx_str_t *text);

/*
 * vz_notification_next: the oldest kept notice that is newer than since.
 * NGX_OK or NGX_DECLINED.
 */
ngx_int_t vz_notification_next(uint64_t since, vz_notice_t *notice);

/* vz_notification_json: write a notice as docs/api.md has it. */
void vz_notification_json(vz_json_t *json, const vz_notice_t *notice);


#endif /* VZ_NOTIFICATION_H */
