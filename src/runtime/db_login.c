/*
 * How a database is connected to, of its directive.
 */

#include "runtime/db_login.h"


static ngx_int_t vz_db_login_string(ngx_pool_t *pool, const ngx_str_t *s,
    const char **out);


ngx_int_t
vz_db_login_make(ngx_pool_t *pool, const vz_db_conf_t *conf,
    vz_db_login_t *login)
{
    u_char      *p;
    ngx_str_t    text;
    ngx_uint_t   lock;

    login->timeout = conf->timeout;
    login->port = conf->port;
    login->tls = (conf->tls == 1);

    if (vz_db_login_string(pool, &conf->socket, &login->socket) != NGX_OK
        || vz_db_login_string(pool, &conf->host, &login->host) != NGX_OK
        || vz_db_login_string(pool, &conf->user, &login->user) != NGX_OK
        || vz_db_login_string(pool, &conf->name, &login->name) != NGX_OK
        || vz_db_login_string(pool, &conf->ca_file, &login->ca_file) != NGX_OK
        || vz_db_login_string(pool, &conf->password_file,
                              &login->password_file)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (login->socket) {
        login->host = NULL;
    }

    /*
     * The server's own limits come first: they spare the connection.  All
     * addresses of a container have to fit into a GROUP_CONCAT, of which
     * MySQL keeps 1,024 bytes where nobody says more.
     */

    lock = ngx_max(ngx_min(conf->timeout / 2000, 5), 1);

    text.len = 512;
    text.data = ngx_pnalloc(pool, text.len);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_snprintf(text.data, text.len - 1,
                     "SET NAMES utf8mb4, time_zone = '+00:00', "
                     "autocommit = 1, lc_messages = 'en_US', "
                     "group_concat_max_len = 1048576, "
                     "innodb_lock_wait_timeout = %ui, sql_mode = "
                     "'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,"
                     "NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION' "
                     "/*M!100108 , max_statement_time = %.3f */",
                     lock, (double) conf->timeout * 0.9 / 1000);
    *p = '\0';

    login->setup[0] = (const char *) text.data;
    login->setup[1] = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

    return NGX_OK;
}


static ngx_int_t
vz_db_login_string(ngx_pool_t *pool, const ngx_str_t *s, const char **out)
{
    u_char  *p;

    *out = NULL;

    if (s->len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(pool, s->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(p, s->data, s->len) = '\0';
    *out = (const char *) p;

    return NGX_OK;
}
