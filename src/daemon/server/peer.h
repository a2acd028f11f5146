/*
 * The user at the other end of a connection, found before a byte is read. TCP
 * has no SO_PEERCRED; but where the other end is a socket of this host,
 * sock_diag(7) tells its owner.
 */

#ifndef VZ_PEER_H
#define VZ_PEER_H

#include <netinet/in.h>
#include "daemon/base/config.h"


#define VZ_PEER_MAX  (INET6_ADDRSTRLEN + 8)


/*
 * vz_peer_name: print the peer's address for the log: "127.0.0.1:4711", or
 * "local".
 */
void vz_peer_name(int fd, char name[VZ_PEER_MAX]);

/*
 * vz_peer_uid: the user that owns the socket at the other end. 0, or -1 with
 * errno: ENOENT where no process of this host has it, or the kernel lacks
 * tcp_diag.
 */
int vz_peer_uid(int fd, uid_t *uid);

/*
 * vz_peer_allowed: 1 where conf->peers allows the peer; 0 with words
 * (VZ_WORDS_MAX bytes).
 */
int vz_peer_allowed(const vz_config_t *conf, int fd, char *words);

/*
 * vz_peer_each: call each for the users in conf->peers; known is 0 where there
 * is no such user.
 */
typedef void (*vz_peer_pt)(const char *name, int known, uid_t uid,
    void *data);

void vz_peer_each(const vz_config_t *conf, vz_peer_pt each, void *data);


#endif /* VZ_PEER_H */
