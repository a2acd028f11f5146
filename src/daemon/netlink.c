#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include "netlink.h"


typedef struct {
    struct nlmsghdr     header;
    union {
        struct ifaddrmsg    address;
        struct rtmsg        route;
        struct ndmsg        neighbour;
        struct ifinfomsg    link;
    } body;
    unsigned char       room[128];
} vz_nl_request_t;


static void vz_nl_begin(vz_nl_request_t *request, vz_nl_e op, unsigned type,
    size_t size);
static void vz_nl_put(vz_nl_request_t *request, unsigned short type,
    const void *data, size_t len);
static int vz_nl_talk(vz_nl_t *nl, vz_nl_request_t *request, vz_nl_e op);


#define vz_nl_len(address)  ((address)->family == AF_INET ? 4U : 16U)


int
vz_nl_open(vz_nl_t *nl, const vz_process_t *init, const char *name)
{
    int                 home, there, saved;
    struct sockaddr_nl  local;

    home = -1;

    if (init != NULL) {
        home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
        there = vz_process_ns(init, "net");

        if (home == -1 || there == -1 || setns(there, CLONE_NEWNET) == -1) {
            saved = errno;
            close(home);
            close(there);
            errno = saved;
            return -1;
        }

        close(there);
    }

    nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    nl->index = if_nametoindex(name);
    saved = errno;

    if (home != -1) {

        /* nothing of this process may go on in a guest's namespace */

        if (setns(home, CLONE_NEWNET) == -1) {
            abort();
        }

        close(home);
    }

    if (nl->fd == -1) {
        errno = saved;
        return -1;
    }

    memset(&local, 0, sizeof(local));
    local.nl_family = AF_NETLINK;

    if (bind(nl->fd, (struct sockaddr *) &local, sizeof(local)) == -1) {
        vz_nl_close(nl);
        return -1;
    }

    return 0;
}


void
vz_nl_close(vz_nl_t *nl)
{
    close(nl->fd);
    nl->fd = -1;
}


int
vz_nl_address(vz_nl_t *nl, vz_nl_e op, const vz_address_t *address,
    unsigned prefix, unsigned host)
{
    vz_nl_request_t  request;

    vz_nl_begin(&request, op, op == VZ_NL_DELETE ? RTM_DELADDR : RTM_NEWADDR,
                sizeof(request.body.address));

    request.body.address.ifa_family = (unsigned char) address->family;
    request.body.address.ifa_prefixlen = (unsigned char) prefix;
    request.body.address.ifa_scope = host ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
    request.body.address.ifa_index = nl->index;

    if (address->family == AF_INET6) {

        /* nobody else has it on a link of two: usable at once */

        request.body.address.ifa_flags = IFA_F_NODAD;
        request.body.address.ifa_scope = RT_SCOPE_UNIVERSE;
    }

    vz_nl_put(&request, IFA_LOCAL, address->addr, vz_nl_len(address));
    vz_nl_put(&request, IFA_ADDRESS, address->addr, vz_nl_len(address));

    return vz_nl_talk(nl, &request, op);
}


int
vz_nl_route(vz_nl_t *nl, vz_nl_e op, const vz_address_t *address,
    unsigned whole, const vz_address_t *gateway)
{
    uint32_t         index;
    vz_nl_request_t  request;

    vz_nl_begin(&request, op, op == VZ_NL_DELETE ? RTM_DELROUTE : RTM_NEWROUTE,
                sizeof(request.body.route));

    request.body.route.rtm_family = (unsigned char) address->family;
    request.body.route.rtm_table = RT_TABLE_MAIN;
    request.body.route.rtm_protocol = RTPROT_STATIC;
    request.body.route.rtm_type = RTN_UNICAST;
    request.body.route.rtm_scope = gateway || op == VZ_NL_DELETE
                                   || address->family == AF_INET6
                                   ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;

    if (op == VZ_NL_DELETE) {
        request.body.route.rtm_protocol = RTPROT_UNSPEC;
        request.body.route.rtm_scope = RT_SCOPE_NOWHERE;
        request.body.route.rtm_type = RTN_UNSPEC;
    }

    if (whole) {
        request.body.route.rtm_dst_len = (unsigned char)
                                         (vz_nl_len(address) * 8);
        vz_nl_put(&request, RTA_DST, address->addr, vz_nl_len(address));
    }

    if (gateway) {
        request.body.route.rtm_flags = RTNH_F_ONLINK;
        vz_nl_put(&request, RTA_GATEWAY, gateway->addr, vz_nl_len(gateway));
    }

    index = nl->index;
    vz_nl_put(&request, RTA_OIF, &index, sizeof(index));

    return vz_nl_talk(nl, &request, op);
}


int
vz_nl_neighbour(vz_nl_t *nl, vz_nl_e op, const vz_address_t *address,
    const unsigned char *hw)
{
    vz_nl_request_t  request;

    vz_nl_begin(&request, op, op == VZ_NL_DELETE ? RTM_DELNEIGH : RTM_NEWNEIGH,
                sizeof(request.body.neighbour));

    request.body.neighbour.ndm_family = (unsigned char) address->family;
    request.body.neighbour.ndm_ifindex = (int) nl->index;
    request.body.neighbour.ndm_state = NUD_PERMANENT;
    request.body.neighbour.ndm_flags = hw ? 0 : NTF_PROXY;

    vz_nl_put(&request, NDA_DST, address->addr, vz_nl_len(address));

    if (hw) {
        vz_nl_put(&request, NDA_LLADDR, hw, 6);
    }

    return vz_nl_talk(nl, &request, op);
}


int
vz_nl_link_delete(vz_nl_t *nl)
{
    vz_nl_request_t  request;

    vz_nl_begin(&request, VZ_NL_DELETE, RTM_DELLINK,
                sizeof(request.body.link));

    request.body.link.ifi_index = (int) nl->index;

    return vz_nl_talk(nl, &request, VZ_NL_DELETE);
}


static void
vz_nl_begin(vz_nl_request_t *request, vz_nl_e op, unsigned type, size_t size)
{
    memset(request, 0, sizeof(*request));

    request->header.nlmsg_len = (uint32_t) NLMSG_LENGTH(size);
    request->header.nlmsg_type = (uint16_t) type;
    request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;

    if (op != VZ_NL_DELETE) {
        request->header.nlmsg_flags |= NLM_F_CREATE
                                       | (op == VZ_NL_ADD ? NLM_F_EXCL
                                                          : NLM_F_REPLACE);
    }
}


static void
vz_nl_put(vz_nl_request_t *request, unsigned short type, const void *data,
    size_t len)
{
    struct rtattr  *attr;

    attr = (struct rtattr *) (void *)
           ((char *) request + NLMSG_ALIGN(request->header.nlmsg_len));

    attr->rta_type = type;
    attr->rta_len = (unsigned short) RTA_LENGTH(len);
    memcpy(RTA_DATA(attr), data, len);

    request->header.nlmsg_len = (uint32_t)
                                (NLMSG_ALIGN(request->header.nlmsg_len)
                                 + RTA_ALIGN(attr->rta_len));
}


static int
vz_nl_talk(vz_nl_t *nl, vz_nl_request_t *request, vz_nl_e op)
{
    ssize_t           n;
    struct nlmsgerr  *answer;

    union {
        struct nlmsghdr   header;
        char              buf[1024];
    } reply;

    if (send(nl->fd, request, request->header.nlmsg_len, 0) == -1) {
        return -1;
    }

    do {
        n = recv(nl->fd, &reply, sizeof(reply), 0);
    } while (n == -1 && errno == EINTR);

    if (n < (ssize_t) NLMSG_LENGTH(sizeof(struct nlmsgerr))
        || reply.header.nlmsg_type != NLMSG_ERROR)
    {
        errno = EPROTO;
        return -1;
    }

    answer = NLMSG_DATA(&reply.header);

    if (answer->error == 0
        || (op == VZ_NL_ADD && answer->error == -EEXIST)
        || (op == VZ_NL_DELETE
            && (answer->error == -ESRCH || answer->error == -ENOENT
                || answer->error == -EADDRNOTAVAIL
                || answer->error == -ENODEV)))
    {
        return 0;
    }

    errno = -answer->error;

    return -1;
}
