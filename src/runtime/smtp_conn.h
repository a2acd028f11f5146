/*
 * One connection to a mail server, from its name to a dialogue that is let
 * in.  For smtp.c only; belongs on a fiber.
 */

#ifndef VZ_SMTP_CONN_H
#define VZ_SMTP_CONN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <curl/curl.h>
#include "runtime/fiber.h"
#include "wire/frame.h"
#include "wire/reply.h"


#define VZ_SMTP_REPLY  2048             /* a line of a reply, at most */

typedef struct {
    CURLM              *multi;
    CURL               *easy;
    ngx_connection_t   *wire;           /* the dialogue's, once connected */
    ngx_event_t         timer;          /* of the multi handle */
    vz_fiber_t         *fiber;          /* who waits */
    ngx_msec_t          deadline;       /* of whatever is waited for */
    CURLcode            result;
    ngx_uint_t          reply;          /* code of the last reply */
    size_t              have;           /* bytes in buf */
    unsigned            done:1;
    unsigned            aborted:1;
    char                words[VZ_WORDS_MAX];    /* its last line */
    char                error[CURL_ERROR_SIZE];
    char                buf[VZ_SMTP_REPLY];
} vz_smtp_conn_t;


/*
 * vz_smtp_conn_init: the handles, with everything set that makes them run on
 * nginx's events; conn is zeroed and has a deadline.  VZ_OK or VZ_INTERNAL.
 */
vz_code_e vz_smtp_conn_init(vz_smtp_conn_t *conn);

/*
 * vz_smtp_conn_connect: let libcurl connect.  VZ_OK, or VZ_DOWN with words:
 * whatever goes wrong before a mail was offered is between us and the server,
 * a wrong password too, and no mail is lost for it.
 */
vz_code_e vz_smtp_conn_connect(vz_smtp_conn_t *conn);

/*
 * vz_smtp_conn_write: all bytes; vz_smtp_conn_read: a whole reply, its code
 * and last line into conn.  VZ_OK, VZ_TIMEOUT, VZ_DOWN, VZ_SYNTAX.
 */
vz_code_e vz_smtp_conn_write(vz_smtp_conn_t *conn, const char *p, size_t len);
vz_code_e vz_smtp_conn_read(vz_smtp_conn_t *conn);

/* vz_smtp_conn_close: never waits, whatever state it is in. */
void vz_smtp_conn_close(vz_smtp_conn_t *conn);


#endif /* VZ_SMTP_CONN_H */
