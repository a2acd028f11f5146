/* Verbs about the firewalls of containers. */

#ifndef VZ_VERB_FIREWALL_H
#define VZ_VERB_FIREWALL_H

#include "daemon/base/driver.h"


/*
 * setfirewall, keepfirewall, setgate, getfirewall: a vz_verb_pt each.
 * The driver has the feature. VZ_RANGE names the line of the body and the word
 * that is wrong.
 */
vz_code_e vz_verb_firewall_set(vz_job_t *job);
vz_code_e vz_verb_firewall_keep(vz_job_t *job);
vz_code_e vz_verb_firewall_gate(vz_job_t *job);
vz_code_e vz_verb_firewall_show(vz_job_t *job);


#endif /* VZ_VERB_FIREWALL_H */
