/*
 * The directive vzpanel_backup_window.
 */

#include "runtime/conf_backup.h"
#include "runtime/option.h"


#define VZ_BACKUP_DAY  1440         /* minutes */


static ngx_int_t vz_conf_backup_time(const u_char *p);


/* "HH:MM-HH:MM", which may go over midnight; the same twice is all day */
char *
vz_conf_backup_window(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    vz_conf_t  *main = conf;
    ngx_int_t   begin, end;
    ngx_str_t  *args;

    if (main->settings.backup_minutes != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    args = cf->args->elts;
    begin = NGX_ERROR;
    end = NGX_ERROR;

    if (args[1].len == sizeof("HH:MM-HH:MM") - 1 && args[1].data[5] == '-') {
        begin = vz_conf_backup_time(args[1].data);
        end = vz_conf_backup_time(args[1].data + 6);
    }

    if (begin == NGX_ERROR || end == NGX_ERROR) {
        return vz_option_refuse(cf, &args[1], "must be two times of UTC, as "
                                "01:00-05:00");
    }

    main->settings.backup_begin = begin;
    main->settings.backup_minutes = (end - begin + VZ_BACKUP_DAY - 1)
                                    % VZ_BACKUP_DAY + 1;

    return NGX_CONF_OK;
}


/* minutes since midnight, or NGX_ERROR */
static ngx_int_t
vz_conf_backup_time(const u_char *p)
{
    ngx_int_t  hours, minutes;

    hours = ngx_atoi((u_char *) p, 2);
    minutes = ngx_atoi((u_char *) p + 3, 2);

    return (p[2] == ':' && hours >= 0 && hours < 24 && minutes >= 0
            && minutes < 60)
           ? hours * 60 + minutes : NGX_ERROR;
}
