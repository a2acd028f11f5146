/*
 * The directive vzpanel_mail.
 */

#include "runtime/conf.h"
#include "runtime/conf_mail.h"
#include "runtime/option.h"
#include "runtime/verp.h"
#include "wire/field.h"


static const char *vz_conf_mail_url(const ngx_str_t *url);
static const char *vz_conf_mail_tls(ngx_conf_t *cf, vz_smtp_conf_t *smtp);
static ngx_str_t vz_conf_mail_host(const ngx_str_t *url);
static const char *vz_conf_bounce(ngx_conf_t *cf, ngx_str_t *value,
    void *field);


static const vz_option_t  vz_conf_mail_options[] = {
    { ngx_string("from="), offsetof(vz_smtp_conf_t, from),
      vz_option_text, 1 },
    { ngx_string("bounce="), offsetof(vz_smtp_conf_t, bounce),
      vz_conf_bounce, 0 },
    { ngx_string("user="), offsetof(vz_smtp_conf_t, user),
      vz_option_text, 0 },
    { ngx_string("password_file="), offsetof(vz_smtp_conf_t, password_file),
      vz_option_secret, 0 },
    { ngx_string("ca_file="), offsetof(vz_smtp_conf_t, ca_file),
      vz_option_file, 0 },
    { ngx_string("tls="), offsetof(vz_smtp_conf_t, tls), vz_option_flag, 0 },
    { ngx_string("timeout="), offsetof(vz_smtp_conf_t, timeout),
      vz_option_timeout, 0 },
    { ngx_null_string, 0, NULL, 0 }
};


char *
vz_conf_mail(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char            *rv;
    ngx_str_t       *args;
    const char      *reason;
    vz_smtp_conf_t  *smtp = &((vz_conf_t *) conf)->smtp;

    if (smtp->url.len != 0) {
        return "is duplicate";
    }

    args = cf->args->elts;

    reason = vz_conf_mail_url(&args[1]);
    if (reason != NULL) {
        return vz_option_refuse(cf, &args[1], reason);
    }

    smtp->url = args[1];
    smtp->timeout = 30000;
    smtp->tls = NGX_CONF_UNSET;

    rv = vz_option_parse(cf, 2, vz_conf_mail_options, smtp);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (vz_field_check(VZ_FIELD_EMAIL, (char *) smtp->from.data,
                       smtp->from.len) != VZ_OK)
    {
        return vz_option_refuse(cf, &smtp->from, "is not a mail address");
    }

    if ((smtp->user.len != 0) != (smtp->password_file.len != 0)) {
        return vz_option_refuse(cf, &args[1],
                                "needs user= and password_file= together");
    }

    reason = vz_conf_mail_tls(cf, smtp);

    return reason == NULL ? NGX_CONF_OK
                          : vz_option_refuse(cf, &args[1], reason);
}


/*
 * A password is never sent in clear to another machine unless tls=off says so.
 * The text of mails may be, as between mail servers; but a warning is logged.
 */
static const char *
vz_conf_mail_tls(ngx_conf_t *cf, vz_smtp_conf_t *smtp)
{
    ngx_str_t  host;

    host = vz_conf_mail_host(&smtp->url);

    if (smtp->tls != NGX_CONF_UNSET || vz_conf_starts(&smtp->url, "smtps://")
        || vz_conf_loopback(&host))
    {
        return NULL;
    }

    if (smtp->user.len) {
        return "would be told user= and password_file= in clear: say tls=on, "
               "or tls=off if that is meant";
    }

    ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                       "\"vzpanel_mail\": mails to \"%V\" hold passwords of "
                       "customers and may go in clear: say tls=on, or tls=off "
                       "if that is meant", &smtp->url);

    return NULL;
}


/* "smtp://host:25", "smtp://[::1]:25" */
static ngx_str_t
vz_conf_mail_host(const ngx_str_t *url)
{
    u_char     *p, *end;
    ngx_str_t   host;

    end = url->data + url->len;
    p = ngx_strlchr(url->data, end, '/') + 2;

    host.data = p;
    host.len = end - p;

    if (*p == '[') {
        host.data++;
        end = ngx_strlchr(p, end, ']');
        host.len = end == NULL ? 0 : end - host.data;
        return host;
    }

    p = ngx_strlchr(p, end, ':');

    if (p != NULL) {
        host.len = p - host.data;
    }

    return host;
}


static const char *
vz_conf_mail_url(const ngx_str_t *url)
{
    u_char  c;
    size_t  i, start;

    if (vz_conf_starts(url, "smtps://")) {
        start = sizeof("smtps://") - 1;

    } else if (vz_conf_starts(url, "smtp://")) {
        start = sizeof("smtp://") - 1;

    } else {
        return "must begin with smtp:// or smtps://";
    }

    if (url->len == start) {
        return "names no host";
    }

    for (i = start; i < url->len; i++) {
        c = url->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9') || strchr(".-:[]", c) != NULL))
        {
            return "must be only a host and a port behind the scheme";
        }
    }

    return NULL;
}


static const char *
vz_conf_bounce(ngx_conf_t *cf, ngx_str_t *value, void *field)
{
    *(ngx_str_t *) field = *value;

    return vz_verp_check((char *) value->data, value->len);
}
