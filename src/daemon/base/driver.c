#include <stdio.h>
#include <string.h>
#include "daemon/base/driver.h"
#include "daemon/lxc/lxc_driver.h"
#include "daemon/vzctl/vzctl_driver.h"


/* in the order in which auto asks them: a node of OpenVZ is one for good */
static const vz_driver_t *const  vz_drivers[] = {
    &vz_vzctl_driver,
#ifndef VZ_WITHOUT_LXC
    &vz_lxc_driver,
#endif
    NULL
};


const vz_driver_t *
vz_driver_pick(const vz_config_t *conf, char *words)
{
    int                        named;
    const vz_driver_t *const  *p;

    named = strcmp(conf->driver, "auto") != 0;

    (void) snprintf(words, VZ_WORDS_MAX, "driver %s is not built in",
                    conf->driver);

    for (p = vz_drivers; *p; p++) {

        if (named && strcmp(conf->driver, (*p)->name) != 0) {
            continue;
        }

        /* words: why not, of the last one that was asked */
        if ((*p)->usable == NULL || (*p)->usable(conf, words)) {
            words[0] = '\0';
            return *p;
        }
    }

    return NULL;
}
