/*
 * One connection of the daemon over a socketpair: it serves in a child, the
 * test is its client.
 */

#ifndef VZ_TALK_H
#define VZ_TALK_H

#include <sys/types.h>
#include "unit.h"
#include "daemon/serve.h"


typedef struct {
    int         fd;
    pid_t       pid;
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


/* talk_setup, talk_teardown: before all tests, with driver set, and after. */
int talk_setup(void **state);
int talk_teardown(void **state);

/* dial: a connection.  greet: its nonce.  enter: one with the key proved. */
client_t *dial(void);
void greet(client_t *c, char nonce[VZ_HEX_LEN + 1]);
client_t *enter(void);

/* hang_up: the server must end well. */
void hang_up(client_t *c);

void say(client_t *c, const char *bytes, size_t len);

/* expect: the next line; NULL for the end.  expect_start: how it starts. */
void expect(client_t *c, const char *line);
void expect_start(client_t *c, const char *start);

int log_has(const char *text);


#endif /* VZ_TALK_H */
