/*
 * An alert begins or ends: its row, the mail to the owner, and the notice.
 * Each change is one statement that carries what was checked, so of several
 * workers and hosts one makes it, and only who made it sends.
 */

#ifndef VZ_VM_ALERT_TELL_H
#define VZ_VM_ALERT_TELL_H

#include "panel/live/sample.h"
#include "panel/vm/vm_alert_rule.h"
#include "runtime/db.h"


/* whether a row has an alert whose mail is to be sent: one an hour */
#define vz_vm_alert_tell_owed                                                 \
    "raised IS NOT NULL AND (mailed IS NULL OR (mailed < raised"              \
    " AND mailed <= NOW(3) - INTERVAL 1 HOUR))"

typedef struct {
    uint64_t            until;      /* ms since the epoch, by the database's
                                       clock: later nothing is changed */
    uint64_t            vm;
    vz_vm_alert_e       kind;
    vz_vm_alert_set_t   set;
    int64_t             value;      /* tenths */
    uint64_t            seconds;    /* that it is above already */
} vz_vm_alert_tell_t;


/* vz_vm_alert_tell_names: those of all kinds, ended by NULL. */
extern const char *const  vz_vm_alert_tell_names[];

/* vz_vm_alert_tell_seen: a sample as the rules see it. */
void vz_vm_alert_tell_seen(const vz_sample_t *sample, uint64_t cpu_percent,
    ngx_uint_t wanted, vz_vm_alert_seen_t *seen);

/*
 * vz_vm_alert_tell_begin: on a fiber, raise an alert, and mail its owner unless
 * that was done within the hour.
 *
 *   VZ_OK       it is raised
 *   VZ_EXISTS   it was raised already
 *   VZ_STATE    the container is not to have it now: it is switched off, the
 *               container is suspended, or, of one that is down, its owner has
 *               stopped it or a task is at work on it
 *   or the database's code, and nothing is changed
 */
vz_code_e vz_vm_alert_tell_begin(ngx_pool_t *pool,
    const vz_vm_alert_tell_t *what);

/* vz_vm_alert_tell_end: it ends, if it has not; VZ_OK or the database's. */
vz_code_e vz_vm_alert_tell_end(ngx_pool_t *pool,
    const vz_vm_alert_tell_t *what);

/* vz_vm_alert_tell_again: send the mail that had to wait; the same codes. */
vz_code_e vz_vm_alert_tell_again(ngx_pool_t *pool,
    const vz_vm_alert_tell_t *what);


#endif /* VZ_VM_ALERT_TELL_H */
