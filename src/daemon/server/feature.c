#include <stddef.h>
#include <string.h>
#include "daemon/base/strbuf.h"
#include "daemon/server/feature.h"


/* A feature: its name on the wire, and the function that a driver needs. */
typedef struct {
    const char   *name;
    size_t        function;         /* offset in vz_driver_t */
} vz_feature_row_t;


#define vz_feature(name, function)  { name, offsetof(vz_driver_t, function) }

static const vz_feature_row_t  vz_features[VZ_FEATURE_COUNT] = {
    [VZ_FEATURE_GATEWAY] = vz_feature("gateway", set_gateway),
    [VZ_FEATURE_CONSOLE] = vz_feature("console", terminal),
    [VZ_FEATURE_BOOTLOG] = vz_feature("bootlog", boot_log),
    [VZ_FEATURE_HISTORY] = vz_feature("history", sample_path),
    [VZ_FEATURE_REINSTALL] = vz_feature("reinstall", reinstall),
    [VZ_FEATURE_REVERT] = vz_feature("revert", revert),
    [VZ_FEATURE_FIREWALL] = vz_feature("firewall", set_firewall),
    [VZ_FEATURE_RATE] = vz_feature("rate", set_rate),
    [VZ_FEATURE_TRAFFIC] = vz_feature("traffic", counted),
    [VZ_FEATURE_USER_DATA] = vz_feature("user_data", set_user_data),
    [VZ_FEATURE_BACKUP] = vz_feature("backup", restore),
    [VZ_FEATURE_INHERIT] = vz_feature("inherit", inherit),
    [VZ_FEATURE_TRIAL] = vz_feature("trial", trial),
    [VZ_FEATURE_RESCUE] = vz_feature("rescue", rescue),
    [VZ_FEATURE_SNAPSHOT] = vz_feature("snapshot", snapshot),
    [VZ_FEATURE_CLONE] = vz_feature("clone", clone)
};


int
vz_feature_has(const vz_driver_t *driver, vz_feature_e feature)
{
    void  (*function)(void);

    if (feature == VZ_FEATURE_NONE) {
        return 1;
    }

    memcpy(&function, (const char *) driver + vz_features[feature].function,
           sizeof(function));

    return function != NULL;
}


const char *
vz_feature_lacks(const vz_config_t *conf, const vz_driver_t *driver,
    vz_feature_e feature)
{
    return feature == VZ_FEATURE_NONE || driver->lacks == NULL
           ? NULL : driver->lacks(conf, vz_features[feature].name);
}


void
vz_feature_print(const vz_config_t *conf, const vz_driver_t *driver,
    char *text)
{
    vz_strbuf_t   out;
    vz_feature_e  i;

    vz_strbuf_init(&out, text, VZ_FEATURE_TEXT);

    for (i = VZ_FEATURE_NONE + 1; i < VZ_FEATURE_COUNT; i++) {
        if (vz_feature_has(driver, i)
            && vz_feature_lacks(conf, driver, i) == NULL)
        {
            vz_strbuf_put(&out, "%s%s", out.len ? "," : "",
                          vz_features[i].name);
        }
    }

    if (out.len == 0) {
        vz_strbuf_put(&out, "-");
    }
}
