/*
 * The firewall of a container, beside its record: LXC_PATH/ct/CTID/firewall
 * has the rules that hold; firewall.trial those that are tried, with the
 * moment from which they hold no longer. Nobody needs to remove that file in
 * time: all who read it know that it is over.
 */

#ifndef VZ_CT_FIREWALL_H
#define VZ_CT_FIREWALL_H

#include "daemon/ct/ct_store.h"
#include "wire/rule.h"


/*
 * vz_ct_firewall_read: the rules that hold, when nothing is tried; where there
 * is no file, everything is let through. 0; or -1 where the file is broken:
 * then rules let nothing through.
 *
 * vz_ct_firewall_trial: the rules that are tried. Returns the milliseconds
 * that are left; 0 where nothing is tried, or no longer.
 */
int vz_ct_firewall_read(const vz_ct_t *ct, vz_rules_t *rules);
int64_t vz_ct_firewall_trial(const vz_ct_t *ct, vz_rules_t *rules);

/*
 * vz_ct_firewall_write: the rules hold from now on, and nothing is tried.
 * vz_ct_firewall_try: they are tried for that many milliseconds.
 * vz_ct_firewall_keep: those that are tried hold from now on; the caller has
 * asked vz_ct_firewall_trial(). vz_ct_firewall_forget: nothing is tried.
 * 0, or -1 with errno.
 */
int vz_ct_firewall_write(const vz_ct_t *ct, const vz_rules_t *rules);
int vz_ct_firewall_try(const vz_ct_t *ct, const vz_rules_t *rules,
    int64_t ms);
int vz_ct_firewall_keep(const vz_ct_t *ct);
int vz_ct_firewall_forget(const vz_ct_t *ct);

/* vz_ct_firewall_open: 1 where rules let everything through. */
int vz_ct_firewall_open(const vz_rules_t *rules);


#endif /* VZ_CT_FIREWALL_H */
