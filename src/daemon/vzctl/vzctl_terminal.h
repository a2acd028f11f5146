/*
 * Terminals in a container of OpenVZ: vzctl enter, and vzctl console, whose
 * terminal is one of ours.
 */

#ifndef VZ_VZCTL_TERMINAL_H
#define VZ_VZCTL_TERMINAL_H

#include "daemon/base/driver.h"


/* vz_vzctl_terminal_open: primitive of base/driver.h. */
vz_code_e vz_vzctl_terminal_open(const vz_config_t *conf,
    vz_terminal_t *terminal, char *words);


#endif /* VZ_VZCTL_TERMINAL_H */
