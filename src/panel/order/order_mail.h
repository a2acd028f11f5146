/*
 * Whether an order's mail may go to another address: what the page of the
 * order tells, and what the statement that does it asks again.
 */

#ifndef VZ_ORDER_MAIL_H
#define VZ_ORDER_MAIL_H

#include "panel/api/body.h"
#include "runtime/db.h"
#include "runtime/http.h"


#define VZ_ORDER_MAIL_MINUTES  "15"
#define VZ_ORDER_MAIL_TIMES    "3"

/*
 * Conditions over task o, vm v and user u.  The order has ended with nothing
 * left to do but its mail; its password is the one that it drew, or the last
 * correction did, and nobody has signed in with it.
 */
#define VZ_ORDER_MAIL_OPEN                                                    \
    "(o.kind = 'order' AND (o.state = 'done' OR (o.state = 'failed'"          \
    "  AND (SELECT s.name FROM task_step s WHERE s.task_id = o.id"            \
    "   AND s.position = o.step) = 'mail'))"                                  \
    " AND o.finished > NOW(3) - INTERVAL " VZ_ORDER_MAIL_MINUTES " MINUTE"    \
    " AND v.service = 'ready' AND u.role = 'customer' AND NOT u.locked"       \
    " AND u.must_change AND u.email_state = 'mailed'"                         \
    " AND u.drawn <= GREATEST(o.started, COALESCE("                           \
    "  (SELECT MAX(c.created) FROM task c WHERE c.vm_id = v.id"               \
    "   AND c.kind = 'credentials'), o.started))"                             \
    " AND NOT EXISTS (SELECT 1 FROM session s WHERE s.user_id = u.id)"        \
    " AND NOT EXISTS (SELECT 1 FROM token k WHERE k.user_id = u.id)"          \
    " AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.user_id = u.id"           \
    "  AND a.action = 'session.open' AND a.result = 'ok'))"

/*
 * How many corrections are left.  Who got the wrong mail may have the link of
 * the order, too, where that was mailed: then there is one, so that he can't
 * take back what its buyer corrected.
 */
#define VZ_ORDER_MAIL_LEFT                                                    \
    "(IF(EXISTS (SELECT 1 FROM mail r WHERE r.user_id = u.id"                 \
    "  AND r.template = 'received'), 1, " VZ_ORDER_MAIL_TIMES ")"             \
    " - (SELECT COUNT(*) FROM task c WHERE c.vm_id = v.id"                    \
    "  AND c.kind = 'credentials'))"

/* The task at work on the container, NULL where there is none. */
#define VZ_ORDER_MAIL_BUSY                                                    \
    "(SELECT b.id FROM task b WHERE b.busy = v.id)"


extern const vz_body_t  vz_order_mail_form;

/* POST /api/orders/{secret}/mail */
void vz_order_mail(vz_call_t *call);

/*
 * vz_order_mail_task: the correction that is being carried out on a container,
 * 0 where there is none; or the database's code.
 */
vz_code_e vz_order_mail_task(ngx_pool_t *pool, uint64_t vm, uint64_t *task);


#endif /* VZ_ORDER_MAIL_H */
