/*
 * The lxc driver's firewalls: the functions of vz_driver_t. The files of a
 * container are the truth (ct/ct_firewall.h); the table of nftables is made of
 * them.
 */

#ifndef VZ_LXC_FIREWALL_H
#define VZ_LXC_FIREWALL_H

#include "daemon/base/driver.h"


vz_code_e vz_lxc_firewall_set(vz_job_t *job, const vz_rules_t *rules,
    unsigned seconds);
vz_code_e vz_lxc_firewall_keep(vz_job_t *job);
vz_code_e vz_lxc_firewall_gate(vz_job_t *job, vz_gate_e gate, unsigned shut);
vz_code_e vz_lxc_firewall_stat(vz_job_t *job, vz_firewall_stat_t *stat);


#endif /* VZ_LXC_FIREWALL_H */
