/*
 * virtual-server --check: what this host has, and what is missing.
 */

#ifndef VZ_CHECK_H
#define VZ_CHECK_H

#include "daemon/base/config.h"


/*
 * vz_check: print the whole report on stdout.  Returns the number of lacks.
 */
int vz_check(const vz_config_t *conf);


#endif /* VZ_CHECK_H */
