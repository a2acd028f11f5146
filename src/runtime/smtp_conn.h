/*
 * One connection to a mail server, from looking up its name to the end of the
 * authentication.  For smtp.c alone; all of it belongs on a fiber.
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
    vz_fiber_t         *fiber;          /* the one that waits */
    ngx_msec_t          deadline;       /* of its wait */
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
 * vz_smtp_conn_init: create the handles, and set them up for nginx's events;
 * conn is zeroed but for its deadline.  VZ_OK or VZ_INTERNAL.
 */
vz_code_e vz_smtp_conn_init(vz_smtp_conn_t *conn);

/*
 * vz_smtp_conn_connect: let libcurl connect.  VZ_OK, or VZ_DOWN with the error
 * in words.  An error before a mail was offered, such as a wrong password, is
 * never a reason to give the mail up.
 */
vz_code_e vz_smtp_conn_connect(vz_smtp_conn_t *conn);

/* vz_smtp_conn_write: write all bytes.  VZ_OK, VZ_TIMEOUT or VZ_DOWN. */
vz_code_e vz_smtp_conn_write(vz_smtp_conn_t *conn, const char *p, size_t len);

/*
 * vz_smtp_conn_read: read a whole reply; its code and last line are in conn.
 * VZ_OK, VZ_TIMEOUT, VZ_DOWN or VZ_SYNTAX.
 */
vz_code_e vz_smtp_conn_read(vz_smtp_conn_t *conn);

/* vz_smtp_conn_close: close it in any state; never waits. */
void vz_smtp_conn_close(vz_smtp_conn_t *conn);


#endif /* VZ_SMTP_CONN_H */
