#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "talk.h"
#include "daemon/log.h"
#include "daemon/tree.h"


served_t  served;


int
talk_setup(void **state)
{
    (void) state;

    (void) strcpy(served.home, "/tmp/vz-talk-XXXXXX");

    if (mkdtemp(served.home) == NULL || vz_field_init() != VZ_OK) {
        return -1;
    }

    (void) snprintf(served.log, sizeof(served.log), "%s/log", served.home);
    (void) snprintf(served.conf.lxc_path, sizeof(served.conf.lxc_path), "%s",
                    served.home);
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


int
talk_teardown(void **state)
{
    (void) state;

    vz_field_free();

    return vz_tree_remove(served.home);
}


static void
serve_child(int fd)
{
    vz_host_t   host;
    vz_serve_t  serve;

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

    vz_serve(&serve);
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
    free(c);
}


void
say(client_t *c, const char *bytes, size_t len)
{
    assert_int_equal(send(c->fd, bytes, len, MSG_NOSIGNAL), (ssize_t) len);
}


/* one line without its LF, or NULL at the end; 10 s of patience */
static char *
hear(client_t *c)
{
    char           *lf;
    ssize_t         n;
    static char     line[VZ_REPLY_MAX + 1];
    struct pollfd   pfd = { c->fd, POLLIN, 0 };

    for ( ;; ) {
        lf = memchr(c->buf, '\n', c->have);

        if (lf) {
            assert_true(lf - c->buf < VZ_REPLY_MAX);
            (void) memcpy(line, c->buf, lf - c->buf);
            line[lf - c->buf] = '\0';
            c->have -= lf + 1 - c->buf;
            (void) memmove(c->buf, lf + 1, c->have);
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
    char  *got;

    got = hear(c);

    if (line == NULL) {
        assert_null(got);
        return;
    }

    assert_non_null(got);
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
greet(client_t *c, char nonce[VZ_HEX_LEN + 1])
{
    char  *line;

    line = hear(c);
    assert_non_null(line);
    assert_int_equal(vz_greeting_parse(line, strlen(line), nonce), VZ_OK);
}


client_t *
enter(void)
{
    char      nonce[VZ_HEX_LEN + 1], buf[VZ_LINE_MAX];
    size_t    n;
    client_t *c;

    c = dial();
    greet(c, nonce);

    n = vz_auth_print(buf, sizeof(buf), &served.key, nonce);
    assert_true(n > 0);
    buf[n++] = '\n';

    say(c, buf, n);
    expect(c, "ok");

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
