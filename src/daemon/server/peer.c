#include <arpa/inet.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include "daemon/server/peer.h"
#include "wire/field.h"
#include "wire/field_value.h"
#include "wire/frame.h"


typedef struct {
    struct nlmsghdr            head;
    struct inet_diag_req_v2    body;
} vz_peer_ask_t;

typedef union {
    struct nlmsghdr    head;
    char               buf[4096];
} vz_peer_told_t;

typedef struct {
    uid_t    uid;
    int      found;
} vz_peer_find_t;


static int vz_peer_id(int fd, struct inet_diag_req_v2 *ask);
static uint16_t vz_peer_half(const struct sockaddr_storage *ss, __be32 *addr);
static int vz_peer_told(const vz_peer_told_t *told, size_t len,
    const struct inet_diag_sockid *id, uid_t *uid);
static void vz_peer_find(const char *name, int known, uid_t uid, void *data);


void
vz_peer_name(int fd, char name[VZ_PEER_MAX])
{
    char                     host[INET6_ADDRSTRLEN];
    __be32                   addr[4];
    uint16_t                 port;
    socklen_t                len;
    struct sockaddr_storage  ss;

    len = sizeof(ss);
    (void) snprintf(name, VZ_PEER_MAX, "local");

    if (getpeername(fd, (struct sockaddr *) &ss, &len) == -1
        || (ss.ss_family != AF_INET && ss.ss_family != AF_INET6))
    {
        return;
    }

    port = ntohs(vz_peer_half(&ss, addr));

    if (inet_ntop(ss.ss_family, addr, host, sizeof(host))) {
        (void) snprintf(name, VZ_PEER_MAX,
                        ss.ss_family == AF_INET ? "%s:%u" : "[%s]:%u", host,
                        port);
    }
}


int
vz_peer_uid(int fd, uid_t *uid)
{
    int             sock, saved;
    ssize_t         n;
    socklen_t       len;
    struct ucred    cred;
    vz_peer_ask_t   ask;
    vz_peer_told_t  told;

    (void) memset(&ask, 0, sizeof(ask));

    if (vz_peer_id(fd, &ask.body) == -1) {

        /* this socket's family tells the peer itself */
        len = sizeof(cred);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1) {
            return -1;
        }

        *uid = cred.uid;
        return 0;
    }

    ask.head.nlmsg_len = sizeof(ask);
    ask.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    ask.head.nlmsg_flags = NLM_F_REQUEST;

    sock = socket(AF_NETLINK, SOCK_DGRAM|SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (sock == -1) {
        return -1;
    }

    /* the kernel answers within send(), so there is nothing to wait for */
    n = send(sock, &ask, sizeof(ask), 0) == (ssize_t) sizeof(ask)
        ? recv(sock, &told, sizeof(told), MSG_DONTWAIT) : -1;

    saved = errno;
    (void) close(sock);
    errno = saved;

    return n == -1 ? -1 : vz_peer_told(&told, (size_t) n, &ask.body.id, uid);
}


/* Fill in the addresses as the other end sees them: its own comes first. */
static int
vz_peer_id(int fd, struct inet_diag_req_v2 *ask)
{
    socklen_t                len;
    struct sockaddr_storage  ours, its;

    len = sizeof(ours);

    if (getsockname(fd, (struct sockaddr *) &ours, &len) == -1) {
        return -1;
    }

    len = sizeof(its);

    if (getpeername(fd, (struct sockaddr *) &its, &len) == -1
        || its.ss_family != ours.ss_family
        || (its.ss_family != AF_INET && its.ss_family != AF_INET6))
    {
        return -1;
    }

    ask->sdiag_family = (uint8_t) its.ss_family;
    ask->sdiag_protocol = IPPROTO_TCP;
    ask->idiag_states = UINT32_MAX;
    ask->id.idiag_sport = vz_peer_half(&its, ask->id.idiag_src);
    ask->id.idiag_dport = vz_peer_half(&ours, ask->id.idiag_dst);
    ask->id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    ask->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;

    return 0;
}


/* The port, in network order. */
static uint16_t
vz_peer_half(const struct sockaddr_storage *ss, __be32 *addr)
{
    const struct sockaddr_in   *sin;
    const struct sockaddr_in6  *sin6;

    if (ss->ss_family == AF_INET) {
        sin = (const struct sockaddr_in *) ss;
        (void) memcpy(addr, &sin->sin_addr, sizeof(sin->sin_addr));
        return sin->sin_port;
    }

    sin6 = (const struct sockaddr_in6 *) ss;
    (void) memcpy(addr, &sin6->sin6_addr, sizeof(sin6->sin6_addr));

    return sin6->sin6_port;
}


static int
vz_peer_told(const vz_peer_told_t *told, size_t len,
    const struct inet_diag_sockid *id, uid_t *uid)
{
    const struct nlmsgerr       *err;
    const struct inet_diag_msg  *msg;

    if (!NLMSG_OK(&told->head, len)) {
        errno = EPROTO;
        return -1;
    }

    if (told->head.nlmsg_type == NLMSG_ERROR
        && told->head.nlmsg_len >= NLMSG_LENGTH(sizeof(*err)))
    {
        err = NLMSG_DATA(&told->head);
        errno = err->error ? -err->error : EPROTO;
        return -1;
    }

    msg = NLMSG_DATA(&told->head);

    if (told->head.nlmsg_type != SOCK_DIAG_BY_FAMILY
        || told->head.nlmsg_len < NLMSG_LENGTH(sizeof(*msg)))
    {
        errno = EPROTO;
        return -1;
    }

    /*
     * The kernel reports a closed socket as root's, and where there is none it
     * reports the listener at that port.
     */
    if (msg->idiag_inode == 0 || msg->id.idiag_sport != id->idiag_sport
        || msg->id.idiag_dport != id->idiag_dport)
    {
        errno = ENOENT;
        return -1;
    }

    *uid = msg->idiag_uid;

    return 0;
}


int
vz_peer_allowed(const vz_config_t *conf, int fd, char *words)
{
    uid_t           uid;
    vz_peer_find_t  find;

    if (conf->peers[0] == '\0') {
        return 1;
    }

    if (vz_peer_uid(fd, &uid) == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "the user of this connection "
                        "can't be found out: %s", strerror(errno));
        return 0;
    }

    find.uid = uid;
    find.found = 0;
    vz_peer_each(conf, vz_peer_find, &find);

    if (!find.found) {
        (void) snprintf(words, VZ_WORDS_MAX, "user %u is not among the peers "
                        "of this host", (unsigned) uid);
    }

    return find.found;
}


static void
vz_peer_find(const char *name, int known, uid_t uid, void *data)
{
    vz_peer_find_t  *find;

    (void) name;

    find = data;
    find->found |= known && uid == find->uid;
}


void
vz_peer_each(const vz_config_t *conf, vz_peer_pt each, void *data)
{
    int             known;
    char            names[sizeof(conf->peers)], *name, *save;
    uint64_t        n;
    struct passwd  *user;

    (void) strcpy(names, conf->peers);

    for (name = strtok_r(names, " ", &save); name;
         name = strtok_r(NULL, " ", &save))
    {
        known = vz_field_value_number(name, strlen(name), UINT32_MAX - 1, &n)
                == VZ_OK;

        if (!known) {
            user = getpwnam(name);
            known = user != NULL;
            n = user ? user->pw_uid : 0;
        }

        each(name, known, (uid_t) n, data);
    }
}
