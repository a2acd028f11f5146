/*
 * The directive vzpanel_mail.
 */

#ifndef VZ_CONF_MAIL_H
#define VZ_CONF_MAIL_H

#include "runtime/conf.h"


/* Directives; conf is a vz_conf_t. */
char *vz_conf_mail(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* VZ_CONF_MAIL_H */
