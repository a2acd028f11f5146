/*
 * Sending mail, by libcurl's multi interface on nginx's events.
 */

#ifndef VZ_SMTP_H
#define VZ_SMTP_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "wire/code.h"


typedef struct {
    ngx_str_t     url;              /* smtp://127.0.0.1:25, smtps://host:465 */
    ngx_str_t     from;             /* addr-spec */
    ngx_str_t     bounce;           /* base of envelope senders, or empty */
    ngx_str_t     user;             /* SMTP AUTH, or empty */
    ngx_str_t     password_file;
    ngx_str_t     ca_file;          /* or empty: the system's */
    ngx_flag_t    tls;              /* STARTTLS required */
    ngx_msec_t    timeout;
} vz_smtp_conf_t;

typedef struct {
    ngx_str_t     sender;           /* of the envelope; empty: from */
    ngx_str_t     to;               /* addr-spec, checked again here */
    ngx_str_t     subject;          /* UTF-8, encoded here (RFC 2047) */
    ngx_str_t     body;             /* UTF-8 text, LF lines */
    ngx_str_t     message_id;       /* local part; a retry keeps it, so a
                                       mail server can tell a copy: letters,
                                       digits and inner . _ - , <= 64 */
} vz_mail_t;


/*
 * vz_smtp_send: on a fiber, send a mail.  VZ_OK when the server accepted it;
 * VZ_DOWN when it can't be reached, does not let us in (TLS, a wrong password)
 * or answered with a temporary error (4xx): retry later; VZ_FAILED when it
 * rejected the mail (5xx); VZ_UNSUPPORTED when mail is not configured.  words
 * (from pool) is the server's last line, cleaned.  It takes conf->timeout at
 * most, and a second for QUIT.
 */
vz_code_e vz_smtp_send(ngx_pool_t *pool, const vz_mail_t *mail,
    ngx_str_t *words);

/*
 * vz_smtp_check: on a fiber, whether the server lets us in, up to the point
 * where a mail would be offered.  VZ_OK, VZ_DOWN, or VZ_UNSUPPORTED when mail
 * is not configured.
 */
vz_code_e vz_smtp_check(ngx_pool_t *pool);

/* vz_smtp_init, vz_smtp_exit: worker start and stop. */
ngx_int_t vz_smtp_init(ngx_cycle_t *cycle, vz_smtp_conf_t *conf);
void vz_smtp_exit(void);


#endif /* VZ_SMTP_H */
