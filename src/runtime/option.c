/*
 * Parameters of directives.
 */

#include "runtime/option.h"


#define VZ_NUMBER_MAX       1024
#define VZ_TIMEOUT_MIN      100             /* ms */
#define VZ_TIMEOUT_MAX      (10 * 60 * 1000)


static const vz_option_t *vz_option_find(const vz_option_t *table,
    const ngx_str_t *arg);


char *
vz_option_parse(ngx_conf_t *cf, ngx_uint_t first, const vz_option_t *table,
    void *conf)
{
    uint32_t            seen;
    ngx_str_t          *args, value;
    ngx_uint_t          i;
    const char         *reason;
    const vz_option_t  *option;

    seen = 0;
    args = cf->args->elts;

    for (i = first; i < cf->args->nelts; i++) {

        option = vz_option_find(table, &args[i]);
        if (option == NULL) {
            return vz_option_refuse(cf, &args[i], "is not a parameter of it");
        }

        if (seen & ((uint32_t) 1 << (option - table))) {
            return vz_option_refuse(cf, &args[i], "is given twice");
        }

        seen |= (uint32_t) 1 << (option - table);

        value.data = args[i].data + option->name.len;
        value.len = args[i].len - option->name.len;

        reason = option->parse(cf, &value, (u_char *) conf + option->offset);
        if (reason != NULL) {
            return vz_option_refuse(cf, &args[i], reason);
        }
    }

    for (option = table; option->name.len != 0; option++) {
        if (option->required
            && !(seen & ((uint32_t) 1 << (option - table))))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\": the parameter \"%V\" is missing",
                               &args[0], &option->name);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static const vz_option_t *
vz_option_find(const vz_option_t *table, const ngx_str_t *arg)
{
    const vz_option_t  *option;

    for (option = table; option->name.len != 0; option++) {
        if (arg->len >= option->name.len
            && ngx_strncmp(arg->data, option->name.data, option->name.len)
               == 0)
        {
            return option;
        }
    }

    return NULL;
}


char *
vz_option_refuse(ngx_conf_t *cf, ngx_str_t *value, const char *reason)
{
    ngx_str_t  *args;

    args = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\": \"%V\" %s", &args[0],
                       value, reason);

    return NGX_CONF_ERROR;
}


const char *
vz_option_text(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    size_t      i;
    ngx_str_t  *text = field;

    if (value->len == 0) {
        return "is empty";
    }

    for (i = 0; i < value->len; i++) {
        if (value->data[i] < 0x20 || value->data[i] == 0x7f) {
            return "holds a control character";
        }
    }

    *text = *value;

    return NULL;
}


/* relative to nginx's own configuration, as nginx does for certificates */
const char *
vz_option_file(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    ngx_str_t        *path = field;
    ngx_file_info_t   info;

    if (value->len == 0) {
        return "is empty";
    }

    if (ngx_conf_full_name(cf->cycle, value, 1) != NGX_OK) {
        return "does not fit in memory";
    }

    if (ngx_file_info(value->data, &info) == NGX_FILE_ERROR) {
        return (ngx_errno == NGX_ENOENT) ? "names a file that does not exist"
                                         : "names a file that can't be read";
    }

    if (!ngx_is_file(&info)) {
        return "does not name a regular file";
    }

    *path = *value;

    return NULL;
}


const char *
vz_option_secret(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    ngx_str_t        *path = field;
    const char       *reason;
    ngx_file_info_t   info;

    reason = vz_option_file(cf, value, field);
    if (reason != NULL) {
        return reason;
    }

    if (ngx_file_info(path->data, &info) == NGX_FILE_ERROR
        || ngx_file_access(&info) & (S_IROTH|S_IWOTH))
    {
        return "names a file that others than its owner and group can read or "
               "change";
    }

    return NULL;
}


const char *
vz_option_number(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    ngx_int_t    n;
    ngx_uint_t  *number = field;

    n = ngx_atoi(value->data, value->len);

    if (n < 1 || n > VZ_NUMBER_MAX) {
        return "must be a number from 1 to 1024";
    }

    *number = n;

    return NULL;
}


const char *
vz_option_timeout(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    ngx_int_t    n;
    ngx_msec_t  *msec = field;

    n = ngx_parse_time(value, 0);

    if (n < VZ_TIMEOUT_MIN || n > VZ_TIMEOUT_MAX) {
        return "must be a time from 100ms to 10m";
    }

    *msec = n;

    return NULL;
}


const char *
vz_option_flag(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    ngx_flag_t  *flag = field;

    if (value->len == 2 && ngx_strncmp(value->data, "on", 2) == 0) {
        *flag = 1;
        return NULL;
    }

    if (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0) {
        *flag = 0;
        return NULL;
    }

    return "must be on or off";
}
