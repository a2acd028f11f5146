/*
 * Mail.  libcurl connects: names, TLS, EHLO, STARTTLS and AUTH.  The six lines
 * after that are our own: libcurl waits blocking for the answer to the end of
 * a message and to QUIT, which would stop the worker.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include "runtime/message.h"
#include "runtime/smtp.h"
#include "runtime/smtp_conn.h"


#define VZ_SMTP_TIMEOUT     30000
#define VZ_SMTP_QUIT        1000        /* ms for the answer to QUIT */
#define VZ_SMTP_PASSWORD    512
#define VZ_SMTP_END         ".\r\n"


static vz_code_e vz_smtp_message(ngx_pool_t *pool, const vz_mail_t *mail,
    ngx_str_t *message);
static vz_code_e vz_smtp_run(vz_smtp_conn_t *conn, const vz_mail_t *mail,
    const ngx_str_t *message);
static vz_code_e vz_smtp_setup(vz_smtp_conn_t *conn);
static CURLcode vz_smtp_options(CURL *easy, ngx_msec_t msec);
static CURLcode vz_smtp_auth(CURL *easy);
static ngx_int_t vz_smtp_password(char password[VZ_SMTP_PASSWORD + 1]);
static vz_code_e vz_smtp_dialogue(vz_smtp_conn_t *conn, const vz_mail_t *mail,
    const ngx_str_t *message);
static vz_code_e vz_smtp_command(vz_smtp_conn_t *conn, const char *line,
    size_t len, ngx_uint_t expect);
static void vz_smtp_quit(vz_smtp_conn_t *conn);


static vz_smtp_conf_t  *vz_smtp_conf;


ngx_int_t
vz_smtp_init(ngx_cycle_t *cycle, vz_smtp_conf_t *conf)
{
    if (conf == NULL || conf->url.len == 0) {
        return NGX_OK;
    }

    if (vz_field_init() != VZ_OK
        || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "vzpanel: libcurl does not start");
        return NGX_ERROR;
    }

    vz_smtp_conf = conf;

    return NGX_OK;
}


void
vz_smtp_exit(void)
{
    if (vz_smtp_conf) {
        vz_smtp_conf = NULL;
        curl_global_cleanup();
    }
}


vz_code_e
vz_smtp_check(ngx_pool_t *pool)
{
    vz_code_e        code;
    vz_smtp_conn_t  *conn;

    if (vz_smtp_conf == NULL) {
        return VZ_UNSUPPORTED;
    }

    conn = ngx_pcalloc(pool, sizeof(vz_smtp_conn_t));
    if (conn == NULL) {
        return VZ_INTERNAL;
    }

    code = vz_smtp_setup(conn);

    if (code == VZ_OK) {
        code = vz_smtp_conn_connect(conn);
    }

    if (code == VZ_OK) {
        vz_smtp_quit(conn);
    }

    vz_smtp_conn_close(conn);

    return code;
}


vz_code_e
vz_smtp_send(ngx_pool_t *pool, const vz_mail_t *mail, ngx_str_t *words)
{
    vz_code_e        code;
    ngx_str_t        message;
    ngx_uint_t       level;
    vz_smtp_conn_t  *conn;

    ngx_str_set(words, "");

    if (vz_smtp_conf == NULL) {
        ngx_str_set(words, "mail is not configured");
        return VZ_UNSUPPORTED;
    }

    conn = ngx_pcalloc(pool, sizeof(vz_smtp_conn_t));
    if (conn == NULL) {
        return VZ_INTERNAL;
    }

    code = vz_smtp_message(pool, mail, &message);

    if (code != VZ_OK) {
        ngx_str_set(words, "the mail's address or its id is not one");
        return code;
    }

    code = vz_smtp_run(conn, mail, &message);

    OPENSSL_cleanse(message.data, message.len);
    vz_smtp_conn_close(conn);

    words->data = (u_char *) conn->words;
    words->len = vz_reply_clean(conn->words);

    if (code != VZ_OK) {
        level = code == VZ_FAILED ? NGX_LOG_WARN : NGX_LOG_ERR;

        ngx_log_error(level, ngx_cycle->log, 0,
                      "vzpanel: mail \"%V\" was not sent: %V",
                      &mail->message_id, words);
    }

    return code;
}


static vz_code_e
vz_smtp_message(ngx_pool_t *pool, const vz_mail_t *mail, ngx_str_t *message)
{
    size_t        size;
    vz_message_t  m;

    if (mail->sender.len
        && vz_field_check(VZ_FIELD_EMAIL, (char *) mail->sender.data,
                          mail->sender.len) != VZ_OK)
    {
        return VZ_FAILED;
    }

    m.from.data = (char *) vz_smtp_conf->from.data;
    m.from.len = vz_smtp_conf->from.len;
    m.to.data = (char *) mail->to.data;
    m.to.len = mail->to.len;
    m.subject.data = (char *) mail->subject.data;
    m.subject.len = mail->subject.len;
    m.body.data = (char *) mail->body.data;
    m.body.len = mail->body.len;
    m.message_id.data = (char *) mail->message_id.data;
    m.message_id.len = mail->message_id.len;
    m.date = ngx_time();

    size = vz_message_size(&m);

    message->data = ngx_pnalloc(pool, size + sizeof(VZ_SMTP_END));
    if (message->data == NULL) {
        return VZ_INTERNAL;
    }

    message->len = vz_message_print(&m, (char *) message->data, size);

    if (message->len == 0) {
        return VZ_FAILED;
    }

    /* no line of the message begins with a point, so this one ends it */

    ngx_memcpy(message->data + message->len, VZ_SMTP_END,
               sizeof(VZ_SMTP_END) - 1);
    message->len += sizeof(VZ_SMTP_END) - 1;

    return VZ_OK;
}


static vz_code_e
vz_smtp_run(vz_smtp_conn_t *conn, const vz_mail_t *mail,
    const ngx_str_t *message)
{
    vz_code_e  code;

    code = vz_smtp_setup(conn);
    if (code != VZ_OK) {
        return code;
    }

    code = vz_smtp_conn_connect(conn);
    if (code != VZ_OK) {
        return code;
    }

    return vz_smtp_dialogue(conn, mail, message);
}


static vz_code_e
vz_smtp_setup(vz_smtp_conn_t *conn)
{
    ngx_msec_t  msec;

    msec = vz_smtp_conf->timeout ? vz_smtp_conf->timeout : VZ_SMTP_TIMEOUT;
    conn->deadline = ngx_current_msec + msec;

    if (vz_smtp_conn_init(conn) != VZ_OK
        || vz_smtp_options(conn->easy, msec) != CURLE_OK)
    {
        (void) snprintf(conn->words, VZ_WORDS_MAX, "libcurl refused: %.160s",
                        conn->error);
        return VZ_INTERNAL;
    }

    if (vz_smtp_auth(conn->easy) != CURLE_OK) {
        (void) snprintf(conn->words, VZ_WORDS_MAX,
                        "the mail server's password can't be read");
        return VZ_DOWN;
    }

    return VZ_OK;
}


static CURLcode
vz_smtp_options(CURL *easy, ngx_msec_t msec)
{
    CURLcode         rc;
    vz_smtp_conf_t  *conf;

    conf = vz_smtp_conf;

    if ((rc = curl_easy_setopt(easy, CURLOPT_URL, conf->url.data))
        || (rc = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps"))
        || (rc = curl_easy_setopt(easy, CURLOPT_PROXY, ""))
        || (rc = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                                  (long) msec)))
    {
        return rc;
    }

    if (conf->tls == 1
        && (rc = curl_easy_setopt(easy, CURLOPT_USE_SSL,
                                  (long) CURLUSESSL_ALL)))
    {
        return rc;
    }

    if (conf->ca_file.len) {
        return curl_easy_setopt(easy, CURLOPT_CAINFO, conf->ca_file.data);
    }

    return CURLE_OK;
}


static CURLcode
vz_smtp_auth(CURL *easy)
{
    char      password[VZ_SMTP_PASSWORD + 1];
    CURLcode  rc;

    if (vz_smtp_conf->user.len == 0) {
        return CURLE_OK;
    }

    if (vz_smtp_password(password) != NGX_OK) {
        return CURLE_READ_ERROR;
    }

    rc = curl_easy_setopt(easy, CURLOPT_USERNAME, vz_smtp_conf->user.data);

    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_PASSWORD, password);
    }

    OPENSSL_cleanse(password, sizeof(password));

    return rc;
}


/* read for each mail, so that it may be changed under a running worker */

static ngx_int_t
vz_smtp_password(char password[VZ_SMTP_PASSWORD + 1])
{
    ssize_t   n;
    ngx_fd_t  fd;

    fd = ngx_open_file(vz_smtp_conf->password_file.data,
                       NGX_FILE_RDONLY|NGX_FILE_NONBLOCK, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                      ngx_open_file_n " \"%V\" failed",
                      &vz_smtp_conf->password_file);
        return NGX_ERROR;
    }

    n = ngx_read_fd(fd, password, VZ_SMTP_PASSWORD);

    (void) ngx_close_file(fd);

    while (n > 0 && (password[n - 1] == '\n' || password[n - 1] == '\r')) {
        n--;
    }

    if (n <= 0) {
        return NGX_ERROR;
    }

    password[n] = '\0';

    return NGX_OK;
}


static vz_code_e
vz_smtp_dialogue(vz_smtp_conn_t *conn, const vz_mail_t *mail,
    const ngx_str_t *message)
{
    int               n;
    char              line[320];
    vz_code_e         code;
    const ngx_str_t  *sender;

    sender = mail->sender.len ? &mail->sender : &vz_smtp_conf->from;

    n = snprintf(line, sizeof(line), "MAIL FROM:<%.*s>\r\n",
                 (int) sender->len, sender->data);

    code = vz_smtp_command(conn, line, n, 2);

    if (code == VZ_OK) {
        n = snprintf(line, sizeof(line), "RCPT TO:<%.*s>\r\n",
                     (int) mail->to.len, mail->to.data);

        code = vz_smtp_command(conn, line, n, 2);
    }

    if (code == VZ_OK) {
        code = vz_smtp_command(conn, "DATA\r\n", 6, 3);
    }

    if (code == VZ_OK) {
        code = vz_smtp_command(conn, (char *) message->data, message->len, 2);
    }

    if (code == VZ_OK || conn->reply >= 400) {
        vz_smtp_quit(conn);
    }

    return code;
}


/* 530, 535 and 538 refuse us, not the mail */

static vz_code_e
vz_smtp_command(vz_smtp_conn_t *conn, const char *line, size_t len,
    ngx_uint_t expect)
{
    vz_code_e  code;

    code = vz_smtp_conn_write(conn, line, len);

    if (code == VZ_OK) {
        code = vz_smtp_conn_read(conn);
    }

    if (code != VZ_OK) {
        conn->reply = 0;
        (void) snprintf(conn->words, VZ_WORDS_MAX, code == VZ_TIMEOUT
                        ? "the mail server did not answer in time"
                        : "the mail server hung up or spoke garbage");
        return VZ_DOWN;
    }

    if (conn->reply / 100 == expect) {
        return VZ_OK;
    }

    if (conn->reply / 100 != 5 || conn->reply == 530 || conn->reply == 535
        || conn->reply == 538)
    {
        return VZ_DOWN;
    }

    return VZ_FAILED;
}


/* the result is known: do not wait for a server that does not answer */

static void
vz_smtp_quit(vz_smtp_conn_t *conn)
{
    char  words[VZ_WORDS_MAX];

    ngx_memcpy(words, conn->words, VZ_WORDS_MAX);

    conn->deadline = ngx_current_msec + VZ_SMTP_QUIT;

    if (vz_smtp_conn_write(conn, "QUIT\r\n", 6) == VZ_OK) {
        (void) vz_smtp_conn_read(conn);
    }

    ngx_memcpy(conn->words, words, VZ_WORDS_MAX);
}
