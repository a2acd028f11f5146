/*
 * The worker's settings: one pointer into its configuration.
 */

#include "runtime/settings.h"


static const vz_settings_t  vz_settings_default = {
    .signup = VZ_SIGNUP_OFF,
    .vm_limit = VZ_SETTINGS_VM_LIMIT,
    .session_timeout = 12 * 60 * 60,
    .session_idle = 2 * 60 * 60,
    .console_timeout = 15 * 60 * 1000,
    .backup_begin = 60,
    .backup_minutes = 240,
    .brand = ngx_string("vzpanel")
};

static const vz_settings_t  *vz_settings_current = &vz_settings_default;


const vz_settings_t *
vz_settings(void)
{
    return vz_settings_current;
}


void
vz_settings_set(const vz_settings_t *settings)
{
    vz_settings_current = settings;
}


ngx_uint_t
vz_settings_secure(void)
{
    const ngx_str_t  *url;

    url = &vz_settings()->public_url;

    return url->len > 8
           && ngx_strncasecmp(url->data, (u_char *) "https://", 8) == 0;
}
