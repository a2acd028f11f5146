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


#endif /* VZ_LXC_TERMINAL_H */
