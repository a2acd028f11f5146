/*
 * vzpanel: a hosting panel inside nginx.
 *
 * Directives, locations, variables, worker start and stop.  What they mean
 * is in src/runtime and src/panel.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include "panel/api/fields.h"
#include "panel/panel.h"
#include "runtime/conf.h"
#include "runtime/conf_backup.h"
#include "runtime/conf_mail.h"
#include "runtime/crypt.h"
#include "runtime/db_link.h"
#include "runtime/db_pool.h"
#include "runtime/download.h"
#include "runtime/fiber.h"
#include "runtime/http_copy.h"
#include "runtime/http_refuse.h"
#include "runtime/option.h"
#include "runtime/page.h"
#include "runtime/resolve.h"
#include "runtime/schema.h"
#include "runtime/sse.h"
#include "runtime/websocket.h"
#include "wire/field.h"


#define NGX_HTTP_VZPANEL_BODY_BUFFER  32768


typedef struct {
    ngx_flag_t   panel;
    ngx_flag_t   api;
    ngx_str_t    prefix;        /* of the paths, without a last slash */
} ngx_http_vzpanel_loc_conf_t;

typedef struct {
    ngx_array_t  prefixes;      /* of the API's locations: ngx_str_t */
} ngx_http_vzpanel_srv_conf_t;


static ngx_int_t ngx_http_vzpanel_hide_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_vzpanel_api_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_vzpanel_panel_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_vzpanel_shell_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_vzpanel_user_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_vzpanel_role_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_vzpanel_task_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static void ngx_http_vzpanel_set_variable(ngx_http_variable_value_t *v,
    u_char *text);
static ngx_int_t ngx_http_vzpanel_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_vzpanel_postconfiguration(ngx_conf_t *cf);
static void *ngx_http_vzpanel_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_vzpanel_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_vzpanel_create_srv_conf(ngx_conf_t *cf);
static const ngx_str_t *ngx_http_vzpanel_prefix(ngx_http_request_t *r,
    const ngx_str_t *path);
static void *ngx_http_vzpanel_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_vzpanel_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_http_vzpanel_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_vzpanel_panel(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_http_vzpanel_init_process(ngx_cycle_t *cycle);
static void ngx_http_vzpanel_exit_process(ngx_cycle_t *cycle);
static vz_conf_t *ngx_http_vzpanel_serving(ngx_cycle_t *cycle);


static ngx_conf_num_bounds_t  ngx_http_vzpanel_vm_limit = {
    ngx_conf_check_num_bounds, 0, VZ_SETTINGS_VM_LIMIT_MOST
};


static ngx_command_t  ngx_http_vzpanel_commands[] = {

    { ngx_string("vzpanel_database"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      vz_conf_database,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_node"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      vz_conf_node,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      (void *) vz_panel_tables },

    { ngx_string("vzpanel_mail"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      vz_conf_mail,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_signup"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_signup,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_order_addresses"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_addresses,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_rdns"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      vz_conf_rdns,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_rdns_default"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_rdns_default,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_failed_mail"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(vz_conf_t, settings.mail_failed),
      NULL },

    { ngx_string("vzpanel_vm_limit"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(vz_conf_t, settings.vm_limit),
      &ngx_http_vzpanel_vm_limit },

    { ngx_string("vzpanel_session_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_session_time,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(vz_conf_t, settings.session_timeout),
      NULL },

    { ngx_string("vzpanel_session_idle"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_session_time,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(vz_conf_t, settings.session_idle),
      NULL },

    { ngx_string("vzpanel_admin_second_factor"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(vz_conf_t, settings.second_factor),
      NULL },

    { ngx_string("vzpanel_console_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(vz_conf_t, settings.console_timeout),
      NULL },

    { ngx_string("vzpanel_backup_window"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_backup_window,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_thread_pool"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_thread_pool,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_public_url"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_public_url,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_brand"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      vz_conf_brand,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_panel"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_vzpanel_panel,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("vzpanel_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_vzpanel_api,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_vzpanel_module_ctx = {
    ngx_http_vzpanel_preconfiguration,     /* preconfiguration */
    ngx_http_vzpanel_postconfiguration,    /* postconfiguration */

    ngx_http_vzpanel_create_main_conf,     /* create main configuration */
    ngx_http_vzpanel_init_main_conf,       /* init main configuration */

    ngx_http_vzpanel_create_srv_conf,      /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_vzpanel_create_loc_conf,      /* create location configuration */
    ngx_http_vzpanel_merge_loc_conf        /* merge location configuration */
};


ngx_module_t  ngx_http_vzpanel_module = {
    NGX_MODULE_V1,
    &ngx_http_vzpanel_module_ctx,          /* module context */
    ngx_http_vzpanel_commands,             /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_vzpanel_init_process,         /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_vzpanel_exit_process,         /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_http_variable_t  ngx_http_vzpanel_variables[] = {

    { ngx_string("vzpanel_user"), NULL, ngx_http_vzpanel_user_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("vzpanel_role"), NULL, ngx_http_vzpanel_role_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("vzpanel_task"), NULL, ngx_http_vzpanel_task_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


static ngx_int_t
ngx_http_vzpanel_hide_handler(ngx_http_request_t *r)
{
    vz_http_copy_redact_line(r);

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_vzpanel_api_handler(ngx_http_request_t *r)
{
    ngx_http_vzpanel_loc_conf_t  *vlcf;

    vlcf = ngx_http_get_module_loc_conf(r, ngx_http_vzpanel_module);

    return vz_http_handler(r, &vlcf->prefix, vz_panel_serve);
}


static ngx_int_t
ngx_http_vzpanel_panel_handler(ngx_http_request_t *r)
{
    vz_conf_t                    *vmcf;
    ngx_http_vzpanel_loc_conf_t  *vlcf;

    vlcf = ngx_http_get_module_loc_conf(r, ngx_http_vzpanel_module);

    if (!vlcf->panel) {
        return NGX_DECLINED;
    }

    /* where there is no API there is nothing to write into a page */

    vmcf = ngx_http_get_module_main_conf(r, ngx_http_vzpanel_module);

    return vz_page_handler(r, vmcf->api ? ngx_http_vzpanel_shell_handler
                                        : NULL);
}


static ngx_int_t
ngx_http_vzpanel_shell_handler(ngx_http_request_t *r)
{
    ngx_http_vzpanel_loc_conf_t  *vlcf;

    vlcf = ngx_http_get_module_loc_conf(r, ngx_http_vzpanel_module);

    return vz_http_handler(r, &vlcf->prefix, vz_panel_show);
}


static ngx_int_t
ngx_http_vzpanel_user_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    vz_call_t  *call;

    call = vz_http_call(r);

    ngx_http_vzpanel_set_variable(v, call == NULL || call->who.user == 0
                                     ? NULL : call->who.account);

    return NGX_OK;
}


static ngx_int_t
ngx_http_vzpanel_role_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    vz_call_t  *call;

    call = vz_http_call(r);

    ngx_http_vzpanel_set_variable(v, call == NULL || call->who.user == 0
                                     ? NULL
                                     : (u_char *) (call->who.admin
                                                   ? "admin" : "customer"));

    return NGX_OK;
}


static ngx_int_t
ngx_http_vzpanel_task_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char     *text;
    vz_call_t  *call;

    text = NULL;
    call = vz_http_call(r);

    if (call != NULL && call->task != 0) {
        text = ngx_pnalloc(r->pool, NGX_INT64_LEN + 1);
        if (text == NULL) {
            return NGX_ERROR;
        }

        *ngx_sprintf(text, "%uL", call->task) = '\0';
    }

    ngx_http_vzpanel_set_variable(v, text);

    return NGX_OK;
}


/* the text lives as long as the request; NULL: there is none */

static void
ngx_http_vzpanel_set_variable(ngx_http_variable_value_t *v, u_char *text)
{
    if (text == NULL) {
        v->not_found = 1;
        return;
    }

    v->data = text;
    v->len = ngx_strlen(text);
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;
}


static ngx_int_t
ngx_http_vzpanel_preconfiguration(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    if (vz_fields_add() != VZ_OK || vz_field_init() != VZ_OK) {
        return NGX_ERROR;
    }

    for (v = ngx_http_vzpanel_variables; v->name.len != 0; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_vzpanel_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_POST_READ_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_vzpanel_hide_handler;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_vzpanel_panel_handler;

    vz_http_refuse_init(ngx_http_vzpanel_prefix);

    return NGX_OK;
}


/* also of a request that got no location, which has that of its server */

static const ngx_str_t *
ngx_http_vzpanel_prefix(ngx_http_request_t *r, const ngx_str_t *path)
{
    ngx_str_t                    *prefix;
    ngx_uint_t                    i;
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_vzpanel_loc_conf_t  *vlcf;
    ngx_http_vzpanel_srv_conf_t  *vscf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    vlcf = ngx_http_get_module_loc_conf(r, ngx_http_vzpanel_module);
    vscf = ngx_http_get_module_srv_conf(r, ngx_http_vzpanel_module);

    if (vlcf->api) {
        return &vlcf->prefix;
    }

    prefix = vscf->prefixes.elts;

    for (i = 0; clcf->name.len == 0 && i < vscf->prefixes.nelts; i++) {
        if (path->len > prefix[i].len && path->data[prefix[i].len] == '/'
            && ngx_strncmp(path->data, prefix[i].data, prefix[i].len) == 0)
        {
            return &prefix[i];
        }
    }

    return NULL;
}


static void *
ngx_http_vzpanel_create_main_conf(ngx_conf_t *cf)
{
    return vz_conf_create(cf);
}


static char *
ngx_http_vzpanel_init_main_conf(ngx_conf_t *cf, void *conf)
{
    return vz_conf_finish(cf, conf);
}


static void *
ngx_http_vzpanel_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_vzpanel_srv_conf_t  *vscf;

    vscf = ngx_pcalloc(cf->pool, sizeof(ngx_http_vzpanel_srv_conf_t));

    if (vscf == NULL
        || ngx_array_init(&vscf->prefixes, cf->pool, 1, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NULL;
    }

    return vscf;
}


static void *
ngx_http_vzpanel_create_loc_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_vzpanel_loc_conf_t));
}


/* nginx itself refuses what is too large, and the API answers it in JSON */
static char *
ngx_http_vzpanel_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_vzpanel_loc_conf_t  *conf = child;

    if (!conf->api) {
        return NGX_CONF_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    clcf->client_max_body_size = VZ_BODY_MESSAGE;
    clcf->client_body_buffer_size = ngx_max(clcf->client_body_buffer_size,
                                            NGX_HTTP_VZPANEL_BODY_BUFFER);

    /* none of the server's, which are pages */

    clcf->error_pages = ngx_array_create(cf->pool, 1,
                                         sizeof(ngx_http_err_page_t));

    return clcf->error_pages != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_http_vzpanel_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                    *args, *prefix;
    vz_conf_t                    *vmcf;
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_vzpanel_loc_conf_t  *vlcf = conf;
    ngx_http_vzpanel_srv_conf_t  *vscf;

    if (vlcf->api) {
        return "is duplicate";
    }

    args = cf->args->elts;
    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    vmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_vzpanel_module);

    vlcf->prefix = (cf->args->nelts > 1) ? args[1] : clcf->name;

#if (NGX_PCRE)
    if (clcf->regex != NULL && cf->args->nelts == 1) {
        ngx_str_null(&vlcf->prefix);
    }
#endif

    if (vlcf->prefix.len == 0 || vlcf->prefix.data[0] != '/') {
        return "needs the prefix of its paths here, like \"/api\"";
    }

    while (vlcf->prefix.len > 0
           && vlcf->prefix.data[vlcf->prefix.len - 1] == '/')
    {
        vlcf->prefix.len--;
    }

    vscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_vzpanel_module);
    prefix = ngx_array_push(&vscf->prefixes);
    if (prefix == NULL) {
        return NGX_CONF_ERROR;
    }

    *prefix = vlcf->prefix;

    clcf->handler = ngx_http_vzpanel_api_handler;
    vlcf->api = 1;
    vmcf->api = 1;

    return NGX_CONF_OK;
}


static char *
ngx_http_vzpanel_panel(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                    *args;
    vz_conf_t                    *vmcf;
    const char                   *reason;
    ngx_http_core_loc_conf_t     *clcf;
    ngx_http_vzpanel_loc_conf_t  *vlcf = conf;

    if (vlcf->panel) {
        return "is duplicate";
    }

    args = cf->args->elts;

    reason = vz_page_conf(cf, &args[1]);
    if (reason != NULL) {
        return vz_option_refuse(cf, &args[1], reason);
    }

    vmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_vzpanel_module);
    vmcf->settings.html = args[1];
    vlcf->panel = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    vlcf->prefix.data = clcf->name.data;
    vlcf->prefix.len = clcf->alias;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_vzpanel_init_process(ngx_cycle_t *cycle)
{
    vz_conf_t        *conf;
    ngx_core_conf_t  *ccf;

    conf = ngx_http_vzpanel_serving(cycle);
    if (conf == NULL) {
        return NGX_OK;
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    vz_settings_set(&conf->settings);
    vz_zone_init(cycle);
    vz_crypt_init(conf->pool, conf->pool_name.len == 0,
                  (ngx_uint_t) ccf->worker_processes);
    vz_sse_init(cycle);
    vz_websocket_init(cycle);
    vz_download_init();
    vz_resolve_init(cycle);

    if (vz_db_pool_init(cycle, &conf->db) != NGX_OK
        || vz_db_link_init(cycle, &conf->rdns) != NGX_OK
        || vz_relay_init(cycle, &conf->nodes) != NGX_OK
        || vz_smtp_init(cycle, &conf->smtp) != NGX_OK)
    {
        return NGX_ERROR;
    }

    vz_schema_init(cycle);

    return vz_panel_init(cycle);
}


static void
ngx_http_vzpanel_exit_process(ngx_cycle_t *cycle)
{
    if (ngx_http_vzpanel_serving(cycle) == NULL) {
        return;
    }

    vz_panel_exit();
    vz_schema_exit();
    vz_smtp_exit();
    vz_relay_exit();
    vz_db_pool_exit();
    vz_fiber_exit();
    vz_field_free();
}


/* not in the cache manager, nor where no location serves the API */
static vz_conf_t *
ngx_http_vzpanel_serving(ngx_cycle_t *cycle)
{
    vz_conf_t  *conf;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NULL;
    }

    conf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_vzpanel_module);

    return (conf != NULL && conf->api) ? conf : NULL;
}
