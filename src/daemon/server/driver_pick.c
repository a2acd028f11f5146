#include <stdio.h>
#include <string.h>
#include "daemon/lxc/lxc_driver.h"
#include "daemon/server/driver_pick.h"
#include "daemon/vzctl/vzctl_driver.h"


/* in the order in which "auto" tries them: OpenVZ first */
static const vz_driver_t *const  vz_driver_pick_all[] = {
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

    for (p = vz_driver_pick_all; *p; p++) {

        if (named && strcmp(conf->driver, (*p)->name) != 0) {
            continue;
        }

        /* words keep why the last one of them is not usable */
        if ((*p)->usable == NULL || (*p)->usable(conf, words)) {
            words[0] = '\0';
            return *p;
        }
    }

    return NULL;
}
