/*
 * What the driver of a node can do beyond what every driver must: one table,
 * told by the verb "node" and looked at before a verb that needs it.
 */

#ifndef VZ_FEATURE_H
#define VZ_FEATURE_H

#include "daemon/base/driver.h"


#define VZ_FEATURE_TEXT  256        /* bytes of all names, with commas */

typedef enum {
    VZ_FEATURE_NONE = 0,            /* of a verb that every driver has */
    VZ_FEATURE_GATEWAY,             /* setgateway */
    VZ_FEATURE_CONSOLE,             /* console */
    VZ_FEATURE_BOOTLOG,             /* bootlog */
    VZ_FEATURE_HISTORY,             /* history, why */
    VZ_FEATURE_REINSTALL,           /* reinstall */
    VZ_FEATURE_REVERT,              /* revert */
    VZ_FEATURE_RESCUE,              /* rescue, unrescue */
    VZ_FEATURE_FIREWALL,            /* setfirewall and what goes with it */
    VZ_FEATURE_RATE,                /* setrate */
    VZ_FEATURE_TRAFFIC,             /* traffic */
    VZ_FEATURE_USER_DATA,           /* userdata, getuserdata */
    VZ_FEATURE_SNAPSHOT,            /* snapshot, rollback, dropsnapshot,
                                       snapshots */
    VZ_FEATURE_CLONE,               /* clone */
    VZ_FEATURE_BACKUP,              /* backup, restore, and what goes with
                                       them */
    VZ_FEATURE_INHERIT,             /* inherit */
    VZ_FEATURE_TRIAL,               /* trial */

    VZ_FEATURE_COUNT
} vz_feature_e;


/*
 * vz_feature_has: 1 where the driver has the function that the feature needs;
 * every driver has VZ_FEATURE_NONE.
 */
int vz_feature_has(const vz_driver_t *driver, vz_feature_e feature);

/*
 * vz_feature_lacks: why this node lacks a feature that its driver has; NULL
 * where it has it.
 */
const char *vz_feature_lacks(const vz_config_t *conf,
    const vz_driver_t *driver, vz_feature_e feature);

/*
 * vz_feature_print: the names of the node's features into text
 * (VZ_FEATURE_TEXT bytes), with commas between them; "-" where it has none.
 */
void vz_feature_print(const vz_config_t *conf, const vz_driver_t *driver,
    char *text);


#endif /* VZ_FEATURE_H */
