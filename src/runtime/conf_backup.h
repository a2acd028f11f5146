/*
 * The directive vzpanel_backup_window.
 */

#ifndef VZ_CONF_BACKUP_H
#define VZ_CONF_BACKUP_H

#include "runtime/conf.h"


/* Directives; conf is a vz_conf_t. */
char *vz_conf_backup_window(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* VZ_CONF_BACKUP_H */
