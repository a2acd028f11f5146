/*
 * The configuration: the directives in http.
 */

#ifndef VZ_CONF_H
#define VZ_CONF_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_thread_pool.h>
#include "runtime/db.h"
#include "runtime/relay.h"
#include "runtime/settings.h"
#include "runtime/smtp.h"


#define vz_conf_is(s, text)                                                   \
    ((s)->len == sizeof(text) - 1                                             \
     && ngx_strncmp((s)->data, text, sizeof(text) - 1) == 0)

#define vz_conf_starts(s, text)                                               \
    ((s)->len >= sizeof(text) - 1                                             \
     && ngx_strncmp((s)->data, text, sizeof(text) - 1) == 0)


typedef struct {
    ngx_flag_t          api;        /* some location serves the API */
    vz_db_conf_t        db;
    vz_db_conf_t        rdns;       /* PowerDNS's; no name: there is none */
    ngx_array_t         nodes;      /* of vz_node_t */
    vz_smtp_conf_t      smtp;
    vz_settings_t       settings;
    ngx_flag_t          signup;     /* vzpanel_signup was read */
    ngx_flag_t          addresses;  /* vzpanel_order_addresses was read */
    ngx_str_t           zone;       /* its name */
    ngx_str_t           pool_name;  /* of the thread pool; empty: our own */
    ngx_thread_pool_t  *pool;
} vz_conf_t;


/* vz_conf_create: with everything unset; NULL when there is no memory. */
vz_conf_t *vz_conf_create(ngx_conf_t *cf);

/*
 * vz_conf_finish: set the defaults, and check that the API has all that it
 * needs.  NGX_CONF_ERROR, and what is missing is logged with its line.
 */
char *vz_conf_finish(ngx_conf_t *cf, vz_conf_t *conf);

/* vz_conf_loopback: whether a host, without a port, is this machine. */
ngx_uint_t vz_conf_loopback(const ngx_str_t *host);

/*
 * Directives; conf is a vz_conf_t.  vz_conf_zone()'s command has the zone's
 * tables, as vz_zone_add() takes them, for its post.
 */
char *vz_conf_database(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_rdns(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_rdns_default(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_node(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_signup(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_addresses(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_session_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_thread_pool(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_public_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *vz_conf_brand(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* VZ_CONF_H */
