/*
 * Mail by libcurl's multi interface on nginx's events.  Belongs on a fiber.
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
 * vz_smtp_send: VZ_OK when the server took it; VZ_DOWN when it can't be
 * reached, does not let us in (TLS, a wrong password) or asked to come later
 * (4xx): try again; VZ_FAILED when it refused the mail for good (5xx);
 * VZ_UNSUPPORTED when mail is not configured.  words (from pool) is what the
 * server said, cleaned.  Takes conf->timeout at most, and a second for QUIT.
 */
vz_code_e vz_smtp_send(ngx_pool_t *pool, const vz_mail_t *mail,
    ngx_str_t *words);

/*
 * vz_smtp_check: whether the server lets us in, as far as a mail would be
 * offered: VZ_OK, VZ_DOWN, VZ_UNSUPPORTED when mail is not configured.
 */
vz_code_e vz_smtp_check(ngx_pool_t *pool);

ngx_int_t vz_smtp_init(ngx_cycle_t *cycle, vz_smtp_conf_t *conf);
void vz_smtp_exit(void);


#endif /* VZ_SMTP_H */
