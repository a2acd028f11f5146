/*
 * One connection of the daemon over a socketpair: it serves in a child, the
 * test is its client.
 */

#ifndef VZ_TALK_H
#define VZ_TALK_H

#include <sys/types.h>
#include "unit.h"
#include "daemon/server/connection.h"


typedef struct {
    int         fd;
    pid_t       pid;
    unsigned    sealed;             /* it has entered */
    vz_seal_t   seal;
    size_t      have;
    char        buf[1 << 20];
} client_t;

/* what the next connection is served with */
typedef struct {
    char                 home[32];      /* a folder of the test's own */
    char                 log[64];
    vz_config_t          conf;
    vz_key_t             key;
    unsigned             no_key;
    unsigned             handshake;     /* seconds */
    const vz_driver_t   *driver;        /* NULL: why */
    const char          *why;
} served_t;

extern served_t  served;


/*
 * talk_main: main() of a test program, whose connections are served with that
 * driver and know the verbs for tests.
 */
int talk_main(const vz_driver_t *driver, const struct CMUnitTest *tests,
    size_t n);

/*
 * dial: a connection.  greet: the nonces of a handshake.  prove: its next line
 * by that key.  enter: a connection with the key proved on both sides.
 */
client_t *dial(void);
void greet(client_t *c, vz_nonces_t *nonces);
void prove(client_t *c, const vz_key_t *key, const vz_nonces_t *nonces);
client_t *enter(void);

/* hang_up: the server must end well. */
void hang_up(client_t *c);

/*
 * say: bytes as they are.  ask: whole lines, each with its LF, sealed; what a
 * line "secret BASE64" says is encrypted, too.
 */
void say(client_t *c, const char *bytes, size_t len);
void ask(client_t *c, const char *lines, size_t len);

/* seal: what ask() would say, into buf; its length. */
size_t seal(client_t *c, const char *lines, size_t len, char *buf);

/*
 * expect: the next line, without what it says by code where none is expected;
 * NULL for the end.  expect_start: how it starts.  Once
 * entered the last line of each answer must be sealed.
 */
void expect(client_t *c, const char *line);
void expect_start(client_t *c, const char *start);

int log_has(const char *text);


#endif /* VZ_TALK_H */
