#include <openssl/evp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "talk.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/log.h"


served_t  served;


static int
setup(void **state)
{
    (void) state;

    (void) strcpy(served.home, "/tmp/vz-talk-XXXXXX");

    if (mkdtemp(served.home) == NULL || vz_field_init() != VZ_OK) {
        return -1;
    }

    (void) snprintf(served.log, sizeof(served.log), "%s/log", served.home);
    (void) snprintf(served.conf.lxc_path, sizeof(served.conf.lxc_path), "%s",
                    served.home);
    (void) snprintf(served.conf.run_dir, sizeof(served.conf.run_dir),
                    "%s/run", served.home);
    (void) snprintf(served.conf.template_dir,
                    sizeof(served.conf.template_dir), "%s/none", served.home);
    served.conf.ctid_min = 101;
    served.conf.ctid_max = 5000;
    served.conf.silence = 5;
    served.handshake = 5;

    served.key.len = 32;
    (void) memset(served.key.data, 'k', served.key.len);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    vz_field_free();

    return vz_dirtree_remove(served.home);
}


int
talk_main(const vz_driver_t *driver, const struct CMUnitTest *tests, size_t n)
{
    served.driver = driver;
    (void) strcpy(served.conf.test_verbs, "yes");

    return _cmocka_run_group_tests("tests", tests, n, setup, teardown);
}


static void
serve_child(int fd)
{
    vz_dispatch_host_t  host;
    vz_connection_t     serve;

    host.conf = &served.conf;
    host.driver = served.driver;
    host.why = served.why;
    host.opened = 0;

    serve.host = &host;
    serve.key = served.no_key ? NULL : &served.key;
    serve.in = fd;
    serve.out = fd;
    serve.handshake = served.handshake;
    serve.peer = "test";

    if (vz_log_open(served.log, "info") == -1) {
        _exit(9);
    }

    vz_connection_serve(&serve);
    _exit(0);
}


client_t *
dial(void)
{
    int        fds[2];
    client_t  *c;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, fds),
                     0);

    c = calloc(1, sizeof(*c));
    assert_non_null(c);

    c->fd = fds[0];
    c->pid = fork();
    assert_true(c->pid != -1);

    if (c->pid == 0) {
        (void) close(fds[0]);
        serve_child(fds[1]);
    }

    (void) close(fds[1]);

    return c;
}


void
hang_up(client_t *c)
{
    int  status;

    (void) close(c->fd);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    vz_seal_free(&c->seal);
    free(c);
}


void
say(client_t *c, const char *bytes, size_t len)
{
    assert_int_equal(send(c->fd, bytes, len, MSG_NOSIGNAL), (ssize_t) len);
}


/* of a line of a body, where it can be one */
static size_t
seal_body(client_t *c, const char *line, size_t len, char *buf)
{
    int               n;
    size_t            at;
    unsigned char     bytes[VZ_REPLY_MAX];
    const vz_verb_t  *def;

    def = vz_verb_def(line[0] == 's' ? VZ_VERB_PASSWD : VZ_VERB_LINES);
    at = line[0] == 's' ? 7 : 5;

    if (len < at + 5
        || (strncmp(line, "secret ", 7) != 0 && strncmp(line, "body ", 5) != 0))
    {
        return 0;
    }

    n = EVP_DecodeBlock(bytes, (const unsigned char *) line + at,
                        (int) (len - at - 1));

    n -= (line[len - 2] == '=') + (line[len - 3] == '=');

    return n > 0 ? vz_seal_body(&c->seal, buf, def, bytes, (size_t) n) : 0;
}


size_t
seal(client_t *c, const char *lines, size_t len, char *buf)
{
    size_t       n, at, one;
    const char  *lf;

    for (at = 0; len > 0; lines += one, len -= one) {
        lf = memchr(lines, '\n', len);
        assert_non_null(lf);
        one = (size_t) (lf + 1 - lines);

        n = seal_body(c, lines, one, buf + at);

        if (n == 0) {
            (void) memcpy(buf + at, lines, one);
            n = vz_seal_line(&c->seal, buf + at, one);
        }

        assert_true(n > 0);
        at += n;
    }

    return at;
}


void
ask(client_t *c, const char *lines, size_t len)
{
    static char  buf[300 * VZ_LINE_MAX];

    say(c, buf, seal(c, lines, len, buf));
}


/* one line without its LF, or NULL at the end; 10 s of patience */
static char *
hear(client_t *c)
{
    char           *lf;
    size_t          len;
    ssize_t         n;
    static char     line[VZ_REPLY_MAX + 1];
    struct pollfd   pfd = { c->fd, POLLIN, 0 };

    for ( ;; ) {
        lf = memchr(c->buf, '\n', c->have);

        if (lf) {
            assert_true(lf - c->buf < VZ_REPLY_MAX);
            (void) memcpy(line, c->buf, lf - c->buf);
            line[lf - c->buf] = '\0';
            len = (size_t) (lf - c->buf);
            c->have -= lf + 1 - c->buf;
            (void) memmove(c->buf, lf + 1, c->have);

            if (c->sealed) {
                assert_int_equal(vz_seal_open_answer(&c->seal, line, &len),
                                 VZ_OK);
            }

            return line;
        }

        assert_int_equal(poll(&pfd, 1, 10000), 1);

        n = read(c->fd, c->buf + c->have, sizeof(c->buf) - c->have);
        if (n <= 0) {
            assert_int_equal(c->have, 0);
            return NULL;
        }

        c->have += n;
    }
}


void
expect(client_t *c, const char *line)
{
    char  *got, *say;

    got = hear(c);

    if (line == NULL) {
        assert_null(got);
        return;
    }

    assert_non_null(got);

    say = strstr(line, " say=") ? NULL : strstr(got, " say=");

    if (say != NULL) {
        *say = '\0';
    }

    assert_string_equal(got, line);
}


void
expect_start(client_t *c, const char *start)
{
    char  *got;

    got = hear(c);
    assert_non_null(got);

    if (strncmp(got, start, strlen(start)) != 0) {
        fail_msg("\"%s\" does not start with \"%s\"", got, start);
    }
}


void
greet(client_t *c, vz_nonces_t *nonces)
{
    char      *line;
    unsigned   version;

    line = hear(c);
    assert_non_null(line);
    assert_int_equal(vz_handshake_greeting_parse(line, strlen(line),
                                                 nonces->server,
                                                 &version), VZ_OK);
    assert_int_equal(vz_handshake_nonce(nonces->client), VZ_OK);
}


void
prove(client_t *c, const vz_key_t *key, const vz_nonces_t *nonces)
{
    char    buf[VZ_LINE_MAX];
    size_t  n;

    n = vz_handshake_auth_print(buf, sizeof(buf), key, nonces);
    assert_true(n > 0);
    buf[n++] = '\n';
    say(c, buf, n);
}


client_t *
enter(void)
{
    char         *line;
    client_t     *c;
    vz_nonces_t   nonces;

    c = dial();
    greet(c, &nonces);
    prove(c, &served.key, &nonces);

    line = hear(c);
    assert_non_null(line);
    assert_memory_equal(line, "ok ", 3);
    assert_int_equal(vz_handshake_accept_check(line + 3, strlen(line) - 3,
                                               &served.key,
                                               &nonces), VZ_OK);
    assert_int_equal(vz_seal_init(&c->seal, &served.key, &nonces), VZ_OK);
    c->sealed = 1;

    return c;
}


int
log_has(const char *text)
{
    FILE    *file;
    size_t   n;

    static char  buf[1 << 16];

    file = fopen(served.log, "r");
    assert_non_null(file);
    n = fread(buf, 1, sizeof(buf) - 1, file);
    buf[n] = '\0';
    (void) fclose(file);

    return strstr(buf, text) != NULL;
}
