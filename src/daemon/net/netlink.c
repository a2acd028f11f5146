#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/neighbour.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include "daemon/net/netlink.h"


typedef struct {
    struct nlmsghdr     header;
    union {
        struct ifaddrmsg    address;
        struct rtmsg        route;
        struct ndmsg        neighbour;
        struct ifinfomsg    link;
        struct tcmsg        tc;
    } body;
    unsigned char       room[128];
} vz_netlink_request_t;

typedef union {
    vz_netlink_request_t  request;
    unsigned char         room[sizeof(vz_netlink_request_t)
                               + VZ_INGRESS_FILTER_MAX
                                 * sizeof(struct sock_filter)];
} vz_netlink_large_t;

typedef union {
    struct nlmsghdr     header;
    char                buf[16384];
} vz_netlink_reply_t;


static void vz_netlink_begin(vz_netlink_request_t *request, vz_netlink_e op,
    unsigned type, size_t size);
static void vz_netlink_put(vz_netlink_request_t *request, unsigned short type,
    const void *data, size_t len);
static struct rtattr *vz_netlink_nest(vz_netlink_request_t *request,
    unsigned short type);
static void vz_netlink_nested(vz_netlink_request_t *request,
    struct rtattr *nest);
static int vz_netlink_talk(vz_netlink_t *nl, vz_netlink_request_t *request,
    vz_netlink_e op);
static int vz_netlink_ask(vz_netlink_t *nl, vz_netlink_request_t *request,
    size_t size, vz_netlink_reply_t *reply);
static int vz_netlink_own(const vz_netlink_t *nl,
    const struct nlmsghdr *header, vz_ip_t *address);
static const void *vz_netlink_find(const vz_netlink_reply_t *reply,
    size_t size, unsigned short type, size_t len);


#define vz_netlink_len(address)  ((address)->family == AF_INET ? 4U : 16U)


int
vz_netlink_open(vz_netlink_t *nl, const vz_process_t *init, const char *name)
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

        /* this process must not go on in a guest's namespace */

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
        vz_netlink_close(nl);
        return -1;
    }

    return 0;
}


void
vz_netlink_close(vz_netlink_t *nl)
{
    close(nl->fd);
    nl->fd = -1;
}


int
vz_netlink_address(vz_netlink_t *nl, vz_netlink_e op, const vz_ip_t *address,
    unsigned prefix, unsigned host)
{
    vz_netlink_request_t  request;

    vz_netlink_begin(&request, op,
                     op == VZ_NETLINK_DELETE ? RTM_DELADDR : RTM_NEWADDR,
                     sizeof(request.body.address));

    request.body.address.ifa_family = (unsigned char) address->family;
    request.body.address.ifa_prefixlen = (unsigned char) prefix;
    request.body.address.ifa_scope = host ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
    request.body.address.ifa_index = nl->index;

    if (address->family == AF_INET6) {

        /* on a link of two nobody else has it: it is usable at once */

        request.body.address.ifa_flags = IFA_F_NODAD;
        request.body.address.ifa_scope = RT_SCOPE_UNIVERSE;
    }

    vz_netlink_put(&request, IFA_LOCAL, address->addr,
                   vz_netlink_len(address));
    vz_netlink_put(&request, IFA_ADDRESS, address->addr,
                   vz_netlink_len(address));

    return vz_netlink_talk(nl, &request, op);
}


int
vz_netlink_route(vz_netlink_t *nl, vz_netlink_e op, const vz_ip_t *address,
    unsigned whole, const vz_ip_t *gateway)
{
    uint32_t              index;
    vz_netlink_request_t  request;

    vz_netlink_begin(&request, op,
                     op == VZ_NETLINK_DELETE ? RTM_DELROUTE : RTM_NEWROUTE,
                     sizeof(request.body.route));

    request.body.route.rtm_family = (unsigned char) address->family;
    request.body.route.rtm_table = RT_TABLE_MAIN;
    request.body.route.rtm_protocol = RTPROT_STATIC;
    request.body.route.rtm_type = RTN_UNICAST;
    request.body.route.rtm_scope = gateway || op == VZ_NETLINK_DELETE
                                   || address->family == AF_INET6
                                   ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;

    if (op == VZ_NETLINK_DELETE) {
        request.body.route.rtm_protocol = RTPROT_UNSPEC;
        request.body.route.rtm_scope = RT_SCOPE_NOWHERE;
        request.body.route.rtm_type = RTN_UNSPEC;
    }

    if (whole) {
        request.body.route.rtm_dst_len = (unsigned char)
                                         (vz_netlink_len(address) * 8);
        vz_netlink_put(&request, RTA_DST, address->addr,
                       vz_netlink_len(address));
    }

    if (gateway) {
        request.body.route.rtm_flags = RTNH_F_ONLINK;
        vz_netlink_put(&request, RTA_GATEWAY, gateway->addr,
                       vz_netlink_len(gateway));
    }

    index = nl->index;
    vz_netlink_put(&request, RTA_OIF, &index, sizeof(index));

    if (vz_netlink_talk(nl, &request, op) == -1) {
        return -1;
    }

    if (op == VZ_NETLINK_ADD && nl->there) {
        errno = EEXIST;
        return -1;
    }

    return 0;
}


int
vz_netlink_where(vz_netlink_t *nl, const vz_ip_t *address,
                 vz_netlink_way_t *way)
{
    vz_netlink_reply_t    reply;
    const uint32_t       *oif;
    vz_netlink_request_t  request;
    const struct rtmsg   *route;

    memset(way, 0, sizeof(*way));

    memset(&request, 0, sizeof(request));
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.body.route));
    request.header.nlmsg_type = RTM_GETROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST;

    request.body.route.rtm_family = (unsigned char) address->family;
    request.body.route.rtm_dst_len
        = (unsigned char) (vz_netlink_len(address) * 8);
    request.body.route.rtm_flags = RTM_F_FIB_MATCH;

    vz_netlink_put(&request, RTA_DST, address->addr, vz_netlink_len(address));

    /* an error is a route that ends here: unreachable, or a black hole */

    if (vz_netlink_ask(nl, &request, sizeof(request.body.route),
                       &reply) == -1) {
        return errno == EPROTO ? -1 : 0;
    }

    route = NLMSG_DATA(&reply.header);
    oif = vz_netlink_find(&reply, sizeof(*route), RTA_OIF, sizeof(*oif));

    way->type = route->rtm_type;
    way->bits = route->rtm_dst_len;
    way->index = oif != NULL && route->rtm_type == RTN_UNICAST ? *oif : 0;

    return 0;
}


int
vz_netlink_addresses(vz_netlink_t *nl, vz_ip_t *list, unsigned max)
{
    unsigned                 n;
    ssize_t                  len;
    vz_netlink_reply_t       reply;
    vz_netlink_request_t     request;
    const struct nlmsghdr   *header;

    memset(&request, 0, sizeof(request));
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.body.address));
    request.header.nlmsg_type = RTM_GETADDR;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;

    if (send(nl->fd, &request, request.header.nlmsg_len, 0) == -1) {
        return -1;
    }

    n = 0;

    for ( ;; ) {
        len = recv(nl->fd, &reply, sizeof(reply), 0);

        if (len == -1) {
            if (errno == EINTR) {
                continue;
            }

            return -1;
        }

        for (header = &reply.header; NLMSG_OK(header, len);
             header = NLMSG_NEXT(header, len))
        {
            if (header->nlmsg_type == NLMSG_DONE
                || header->nlmsg_type == NLMSG_ERROR)
            {
                errno = EPROTO;
                return header->nlmsg_type == NLMSG_DONE ? (int) n : -1;
            }

            if (n < max && header->nlmsg_type == RTM_NEWADDR
                && vz_netlink_own(nl, header, &list[n]))
            {
                n++;
            }
        }
    }
}


/* Read an address of the interface; on a link of two, its own is IFA_LOCAL. */

static int
vz_netlink_own(const vz_netlink_t *nl, const struct nlmsghdr *header,
    vz_ip_t *address)
{
    int                       left;
    const struct rtattr      *attr;
    const struct ifaddrmsg   *body;

    body = NLMSG_DATA(header);

    if (body->ifa_index != nl->index
        || (body->ifa_family == AF_INET6
            && body->ifa_scope == RT_SCOPE_LINK)
        || (body->ifa_family != AF_INET && body->ifa_family != AF_INET6))
    {
        return 0;
    }

    memset(address, 0, sizeof(*address));
    address->family = body->ifa_family;
    address->prefix = body->ifa_prefixlen;

    attr = (const void *) ((const char *) body + NLMSG_ALIGN(sizeof(*body)));
    left = (int) (header->nlmsg_len - NLMSG_SPACE(sizeof(*body)));

    for ( /* void */ ; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
        if ((attr->rta_type == IFA_LOCAL || attr->rta_type == IFA_ADDRESS)
            && RTA_PAYLOAD(attr) >= vz_netlink_len(address))
        {
            memcpy(address->addr, RTA_DATA(attr), vz_netlink_len(address));

            if (attr->rta_type == IFA_LOCAL) {
                break;
            }
        }
    }

    return 1;
}


int
vz_netlink_link(vz_netlink_t *nl, unsigned char hw[6], unsigned *peer)
{
    const void           *found;
    vz_netlink_reply_t    reply;
    vz_netlink_request_t  request;

    memset(&request, 0, sizeof(request));
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.body.link));
    request.header.nlmsg_type = RTM_GETLINK;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.body.link.ifi_index = (int) nl->index;

    if (vz_netlink_ask(nl, &request, sizeof(request.body.link),
                       &reply) == -1) {
        return -1;
    }

    found = vz_netlink_find(&reply, sizeof(struct ifinfomsg), IFLA_ADDRESS, 6);

    if (found == NULL) {
        errno = EPROTO;
        return -1;
    }

    memcpy(hw, found, 6);

    found = vz_netlink_find(&reply, sizeof(struct ifinfomsg), IFLA_LINK,
                            sizeof(*peer));
    *peer = 0;

    if (found != NULL) {
        memcpy(peer, found, sizeof(*peer));
    }

    return 0;
}


int
vz_netlink_filter(vz_netlink_t *nl, const vz_ingress_filter_t *filter)
{
    uint16_t               n;
    uint32_t               flags;
    vz_netlink_large_t     large;
    struct rtattr         *nest;
    vz_netlink_request_t  *request;

    request = &large.request;

    vz_netlink_begin(request, VZ_NETLINK_ADD, RTM_NEWQDISC,
                     sizeof(request->body.tc));
    request->body.tc.tcm_ifindex = (int) nl->index;
    request->body.tc.tcm_parent = TC_H_CLSACT;
    request->body.tc.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
    vz_netlink_put(request, TCA_KIND, "clsact", sizeof("clsact"));

    if (vz_netlink_talk(nl, request, VZ_NETLINK_ADD) == -1) {
        return -1;
    }

    vz_netlink_begin(request, VZ_NETLINK_REPLACE, RTM_NEWTFILTER,
                     sizeof(request->body.tc));
    request->body.tc.tcm_ifindex = (int) nl->index;
    request->body.tc.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
    request->body.tc.tcm_handle = 1;
    request->body.tc.tcm_info = TC_H_MAKE(1U << 16, htons(ETH_P_ALL));

    n = (uint16_t) filter->n;
    flags = TCA_BPF_FLAG_ACT_DIRECT;

    vz_netlink_put(request, TCA_KIND, "bpf", sizeof("bpf"));
    nest = vz_netlink_nest(request, TCA_OPTIONS);
    vz_netlink_put(request, TCA_BPF_OPS_LEN, &n, sizeof(n));
    vz_netlink_put(request, TCA_BPF_OPS, filter->code,
                   n * sizeof(struct sock_filter));
    vz_netlink_put(request, TCA_BPF_FLAGS, &flags, sizeof(flags));
    vz_netlink_nested(request, nest);

    return vz_netlink_talk(nl, request, VZ_NETLINK_REPLACE);
}


int
vz_netlink_neighbour(vz_netlink_t *nl, vz_netlink_e op, const vz_ip_t *address,
    const unsigned char *hw)
{
    vz_netlink_request_t  request;

    vz_netlink_begin(&request, op,
                     op == VZ_NETLINK_DELETE ? RTM_DELNEIGH : RTM_NEWNEIGH,
                     sizeof(request.body.neighbour));

    request.body.neighbour.ndm_family = (unsigned char) address->family;
    request.body.neighbour.ndm_ifindex = (int) nl->index;
    request.body.neighbour.ndm_state = NUD_PERMANENT;
    request.body.neighbour.ndm_flags = hw ? 0 : NTF_PROXY;

    vz_netlink_put(&request, NDA_DST, address->addr, vz_netlink_len(address));

    if (hw) {
        vz_netlink_put(&request, NDA_LLADDR, hw, 6);
    }

    return vz_netlink_talk(nl, &request, op);
}


int
vz_netlink_link_delete(vz_netlink_t *nl)
{
    vz_netlink_request_t  request;

    vz_netlink_begin(&request, VZ_NETLINK_DELETE, RTM_DELLINK,
                     sizeof(request.body.link));

    request.body.link.ifi_index = (int) nl->index;

    return vz_netlink_talk(nl, &request, VZ_NETLINK_DELETE);
}


static void
vz_netlink_begin(vz_netlink_request_t *request, vz_netlink_e op,
                 unsigned type, size_t size)
{
    memset(request, 0, sizeof(*request));

    request->header.nlmsg_len = (uint32_t) NLMSG_LENGTH(size);
    request->header.nlmsg_type = (uint16_t) type;
    request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;

    if (op != VZ_NETLINK_DELETE) {
        request->header.nlmsg_flags |= NLM_F_CREATE
                                       | (op == VZ_NETLINK_ADD ? NLM_F_EXCL
                                                          : NLM_F_REPLACE);
    }
}


static void
vz_netlink_put(vz_netlink_request_t *request, unsigned short type,
               const void *data,
    size_t len)
{
    struct rtattr  *attr;

    attr = (struct rtattr *) (void *)
           ((char *) request + NLMSG_ALIGN(request->header.nlmsg_len));

    attr->rta_type = type;
    attr->rta_len = (unsigned short) RTA_LENGTH(len);

    if (len) {
        memcpy(RTA_DATA(attr), data, len);
    }

    request->header.nlmsg_len = (uint32_t)
                                (NLMSG_ALIGN(request->header.nlmsg_len)
                                 + RTA_ALIGN(attr->rta_len));
}


static struct rtattr *
vz_netlink_nest(vz_netlink_request_t *request, unsigned short type)
{
    struct rtattr  *attr;

    attr = (struct rtattr *) (void *)
           ((char *) request + NLMSG_ALIGN(request->header.nlmsg_len));

    vz_netlink_put(request, type, NULL, 0);

    return attr;
}


static void
vz_netlink_nested(vz_netlink_request_t *request, struct rtattr *nest)
{
    nest->rta_len = (unsigned short) ((char *) request
                                      + request->header.nlmsg_len
                                      - (char *) nest);
}


/* Send one request and read one message, of size bytes and attributes. */

static int
vz_netlink_ask(vz_netlink_t *nl, vz_netlink_request_t *request, size_t size,
    vz_netlink_reply_t *reply)
{
    ssize_t           n;
    struct nlmsgerr  *answer;

    if (send(nl->fd, request, request->header.nlmsg_len, 0) == -1) {
        errno = EPROTO;
        return -1;
    }

    do {
        n = recv(nl->fd, reply, sizeof(*reply), 0);
    } while (n == -1 && errno == EINTR);

    if (n >= (ssize_t) NLMSG_LENGTH(sizeof(struct nlmsgerr))
        && reply->header.nlmsg_type == NLMSG_ERROR)
    {
        answer = NLMSG_DATA(&reply->header);
        errno = -answer->error;
        return -1;
    }

    if (n < (ssize_t) NLMSG_LENGTH(size)
        || (ssize_t) reply->header.nlmsg_len > n)
    {
        errno = EPROTO;
        return -1;
    }

    return 0;
}


static const void *
vz_netlink_find(const vz_netlink_reply_t *reply, size_t size,
                unsigned short type,
    size_t len)
{
    int                   left;
    const struct rtattr  *attr;

    attr = (const void *) (reply->buf + NLMSG_SPACE(size));
    left = (int) (reply->header.nlmsg_len - NLMSG_SPACE(size));

    for ( /* void */ ; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
        if (attr->rta_type == type && RTA_PAYLOAD(attr) >= len) {
            return RTA_DATA(attr);
        }
    }

    return NULL;
}


static int
vz_netlink_talk(vz_netlink_t *nl, vz_netlink_request_t *request,
                vz_netlink_e op)
{
    ssize_t           n;
    struct nlmsgerr  *answer;

    union {
        struct nlmsghdr   header;
        char              buf[1024];
    } reply;

    nl->there = 0;

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
    nl->there = answer->error == -EEXIST;

    if (answer->error == 0
        || (op == VZ_NETLINK_ADD && answer->error == -EEXIST)
        || (op == VZ_NETLINK_DELETE
            && (answer->error == -ESRCH || answer->error == -ENOENT
                || answer->error == -EADDRNOTAVAIL
                || answer->error == -ENODEV)))
    {
        return 0;
    }

    errno = -answer->error;

    return -1;
}
