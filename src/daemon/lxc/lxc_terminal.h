/*
 * Terminals in a container: a pty of the guest's own devpts, opened by a
 * process that was attached to it.  liblxc's own console is never used: while
 * it is, a reboot from inside ends the container for good (liblxc 5.0).
 */

#ifndef VZ_LXC_TERMINAL_H
#define VZ_LXC_TERMINAL_H

#include "daemon/base/driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_terminal_open(const vz_config_t *conf,
    vz_terminal_t *terminal, char *words);
vz_code_e vz_lxc_terminal_log(const vz_config_t *conf,
    vz_terminal_t *terminal, char *words);

/*
 * vz_lxc_terminal_container: the container as liblxc has it, where it runs, for
 * a process of its own, which ends with it.  VZ_OK; VZ_NOENT, VZ_STATE or
 * VZ_INTERNAL with words.
 */
struct lxc_container;

vz_code_e vz_lxc_terminal_container(const vz_config_t *conf, uint32_t ctid,
    struct lxc_container **c, char *words);


#endif /* VZ_LXC_TERMINAL_H */
