#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "daemon/net/nfnetlink.h"


#define VZ_NFNETLINK_TRIES  8       /* tries, while others change their
                                       tables */
#define VZ_NFNETLINK_WAIT   2       /* seconds to wait for an answer */


typedef struct {
    struct nlmsghdr     header;
    struct nfgenmsg     body;
    unsigned char       room[128];
} vz_nfnetlink_request_t;

/* What one message of an answer adds to the count. */
typedef int (*vz_nfnetlink_pt)(vz_nfnetlink_t *nfn, const struct nlattr *attr,
    size_t left);


static int vz_nfnetlink_once(vz_nfnetlink_t *nfn,
    vz_nfnetlink_request_t *request, vz_nfnetlink_pt count);
static void vz_nfnetlink_begin(vz_nfnetlink_request_t *request,
    const vz_nfnetlink_t *nfn, unsigned type, unsigned flags);
static void vz_nfnetlink_put(vz_nfnetlink_request_t *request,
    unsigned short type, const char *text);
static int vz_nfnetlink_ask(vz_nfnetlink_t *nfn,
    vz_nfnetlink_request_t *request, vz_nfnetlink_pt count);
static int vz_nfnetlink_use(vz_nfnetlink_t *nfn, const struct nlattr *attr,
    size_t left);
static int vz_nfnetlink_use_one(vz_nfnetlink_t *nfn,
    const struct nlattr *attr, size_t left);
static int vz_nfnetlink_rule(vz_nfnetlink_t *nfn, const struct nlattr *attr,
    size_t left);
static int vz_nfnetlink_tell(vz_nfnetlink_t *nfn, const struct nlattr *attr,
    size_t left);
static void vz_nfnetlink_element(const vz_nfnetlink_t *nfn,
    const struct nlattr *element);
static int vz_nfnetlink_number(vz_nfnetlink_t *nfn, const struct nlattr *attr,
    size_t left);
static void vz_nfnetlink_counter(const struct nlattr *data,
    vz_nfnetlink_counter_t *counter);
static const struct nlattr *vz_nfnetlink_find(const struct nlattr *attr,
    size_t left, int type);
static const char *vz_nfnetlink_text(const struct nlattr *attr);
static const struct nlattr *vz_nfnetlink_next(const struct nlattr *attr,
    size_t *left);


#define VZ_NFNETLINK_PAST(header)  ((const void *)                            \
    ((const char *) (header) + NLMSG_SPACE(sizeof(struct nfgenmsg))))


int
vz_nfnetlink_open(vz_nfnetlink_t *nfn, int bridge, const char *table)
{
    int             saved;
    struct timeval  wait;

    nfn->family = bridge ? NFPROTO_BRIDGE : NFPROTO_INET;
    nfn->table = table;

    nfn->fd = socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (nfn->fd == -1) {
        return -1;
    }

    wait.tv_sec = VZ_NFNETLINK_WAIT;
    wait.tv_usec = 0;

    if (setsockopt(nfn->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait))
        == -1)
    {
        saved = errno;
        vz_nfnetlink_close(nfn);
        errno = saved;
        return -1;
    }

    return 0;
}


void
vz_nfnetlink_close(vz_nfnetlink_t *nfn)
{
    (void) close(nfn->fd);
    nfn->fd = -1;
}


int
vz_nfnetlink_uses(vz_nfnetlink_t *nfn, const char *chain)
{
    vz_nfnetlink_request_t  request;

    vz_nfnetlink_begin(&request, nfn, NFT_MSG_GETCHAIN, NLM_F_ACK);
    vz_nfnetlink_put(&request, NFTA_CHAIN_TABLE, nfn->table);
    vz_nfnetlink_put(&request, NFTA_CHAIN_NAME, chain);

    return vz_nfnetlink_once(nfn, &request, vz_nfnetlink_use);
}


/* The kernel tells all chains of the family. */

int
vz_nfnetlink_all_uses(vz_nfnetlink_t *nfn, const char *begin)
{
    vz_nfnetlink_request_t  request;

    vz_nfnetlink_begin(&request, nfn, NFT_MSG_GETCHAIN, NLM_F_DUMP);
    nfn->begin = begin;

    return vz_nfnetlink_ask(nfn, &request, vz_nfnetlink_use_one);
}


int
vz_nfnetlink_elements(vz_nfnetlink_t *nfn, const char *set)
{
    return vz_nfnetlink_each(nfn, set, NULL, NULL);
}


int
vz_nfnetlink_counters(vz_nfnetlink_t *nfn, const char *chain,
    vz_nfnetlink_counter_t *list, unsigned n)
{
    vz_nfnetlink_request_t  request;

    vz_nfnetlink_begin(&request, nfn, NFT_MSG_GETRULE, NLM_F_DUMP);
    vz_nfnetlink_put(&request, NFTA_RULE_TABLE, nfn->table);
    vz_nfnetlink_put(&request, NFTA_RULE_CHAIN, chain);

    nfn->counters = list;
    nfn->size = n;

    return vz_nfnetlink_ask(nfn, &request, vz_nfnetlink_rule);
}


int
vz_nfnetlink_each(vz_nfnetlink_t *nfn, const char *set,
    vz_nfnetlink_each_pt each, void *data)
{
    vz_nfnetlink_request_t  request;

    vz_nfnetlink_begin(&request, nfn, NFT_MSG_GETSETELEM, NLM_F_DUMP);
    vz_nfnetlink_put(&request, NFTA_SET_ELEM_LIST_TABLE, nfn->table);
    vz_nfnetlink_put(&request, NFTA_SET_ELEM_LIST_SET, set);

    nfn->each = each;
    nfn->data = data;

    return vz_nfnetlink_ask(nfn, &request, vz_nfnetlink_tell);
}


int
vz_nfnetlink_handle(vz_nfnetlink_t *nfn, uint64_t *handle)
{
    vz_nfnetlink_request_t  request;

    vz_nfnetlink_begin(&request, nfn, NFT_MSG_GETTABLE, NLM_F_ACK);
    vz_nfnetlink_put(&request, NFTA_TABLE_NAME, nfn->table);

    nfn->handle = 0;

    if (vz_nfnetlink_once(nfn, &request, vz_nfnetlink_number) == -1) {
        return -1;
    }

    *handle = nfn->handle;

    return 0;
}


/* The question is repeated where the table changed during the answer. */

static int
vz_nfnetlink_ask(vz_nfnetlink_t *nfn, vz_nfnetlink_request_t *request,
    vz_nfnetlink_pt count)
{
    int  n, tries;

    tries = VZ_NFNETLINK_TRIES;

    do {
        nfn->n = 0;
        n = vz_nfnetlink_once(nfn, request, count);
    } while (n == -1 && errno == EINTR && --tries > 0);

    return n;
}


static int
vz_nfnetlink_once(vz_nfnetlink_t *nfn, vz_nfnetlink_request_t *request,
                  vz_nfnetlink_pt count)
{
    int                    n, changed;
    size_t                 left;
    ssize_t                len;
    const struct nlmsghdr  *header;

    union {
        struct nlmsghdr  header;
        char             buf[32768];
    } reply;

    if (send(nfn->fd, request, request->header.nlmsg_len, 0) == -1) {
        return -1;
    }

    n = 0;
    changed = 0;

    for ( ;; ) {
        len = recv(nfn->fd, &reply, sizeof(reply), 0);

        if (len == -1) {
            if (errno == EINTR) {
                continue;
            }

            return -1;
        }

        left = (size_t) len;

        for (header = &reply.header; NLMSG_OK(header, left);
             header = NLMSG_NEXT(header, left))
        {
            changed |= header->nlmsg_flags & NLM_F_DUMP_INTR;

            if (header->nlmsg_type == NLMSG_ERROR
                || header->nlmsg_type == NLMSG_DONE)
            {
                /*
                 * both messages begin with the error, 0 or a negative number
                 */

                errno = header->nlmsg_len >= NLMSG_LENGTH(sizeof(int))
                        ? -*(const int *) NLMSG_DATA(header) : EPROTO;
                errno = errno == 0 && changed ? EINTR : errno;

                return errno ? -1 : n;
            }

            if (header->nlmsg_len > NLMSG_SPACE(sizeof(struct nfgenmsg))) {
                n += count(nfn, VZ_NFNETLINK_PAST(header), header->nlmsg_len
                           - NLMSG_SPACE(sizeof(struct nfgenmsg)));
            }
        }
    }
}


static void
vz_nfnetlink_begin(vz_nfnetlink_request_t *request, const vz_nfnetlink_t *nfn,
                   unsigned type,
    unsigned flags)
{
    memset(request, 0, sizeof(*request));

    request->header.nlmsg_len = NLMSG_LENGTH(sizeof(request->body));
    request->header.nlmsg_type = (uint16_t) (NFNL_SUBSYS_NFTABLES << 8 | type);
    request->header.nlmsg_flags = (uint16_t) (NLM_F_REQUEST | flags);
    request->body.nfgen_family = nfn->family;
    request->body.version = NFNETLINK_V0;
}


static void
vz_nfnetlink_put(vz_nfnetlink_request_t *request, unsigned short type,
                 const char *text)
{
    size_t           len;
    struct nlattr   *attr;

    len = strlen(text) + 1;
    attr = (void *) ((char *) request
                     + NLMSG_ALIGN(request->header.nlmsg_len));

    attr->nla_type = type;
    attr->nla_len = (uint16_t) (NLA_HDRLEN + len);
    memcpy((char *) attr + NLA_HDRLEN, text, len);

    request->header.nlmsg_len = (uint32_t)
                                (NLMSG_ALIGN(request->header.nlmsg_len)
                                 + NLA_ALIGN(attr->nla_len));
}


static const struct nlattr *
vz_nfnetlink_next(const struct nlattr *attr, size_t *left)
{
    size_t  len;

    len = NLA_ALIGN(attr->nla_len);
    *left -= len < *left ? len : *left;

    return (const void *) ((const char *) attr + len);
}


#define vz_nfnetlink_ok(attr, left)                                           \
    ((left) >= NLA_HDRLEN && (attr)->nla_len >= NLA_HDRLEN                    \
     && (attr)->nla_len <= (left))


/* The attribute of a type, or NULL. */

static const struct nlattr *
vz_nfnetlink_find(const struct nlattr *attr, size_t left, int type)
{
    while (vz_nfnetlink_ok(attr, left)) {
        if ((attr->nla_type & NLA_TYPE_MASK) == type) {
            return attr;
        }

        attr = vz_nfnetlink_next(attr, &left);
    }

    return NULL;
}


#define VZ_NFNETLINK_IN(attr)    ((const void *) ((const char *) (attr)       \
                                                  + NLA_HDRLEN))
#define VZ_NFNETLINK_LEN(attr)   ((size_t) (attr)->nla_len - NLA_HDRLEN)


/* Its text, which is terminated; "" for NULL. */

static const char *
vz_nfnetlink_text(const struct nlattr *attr)
{
    const char  *text;

    text = attr ? VZ_NFNETLINK_IN(attr) : NULL;

    return text && memchr(text, '\0', VZ_NFNETLINK_LEN(attr)) ? text : "";
}


static int
vz_nfnetlink_use(vz_nfnetlink_t *nfn, const struct nlattr *attr, size_t left)
{
    uint32_t              n;
    const struct nlattr  *use;

    (void) nfn;

    use = vz_nfnetlink_find(attr, left, NFTA_CHAIN_USE);

    if (use == NULL || VZ_NFNETLINK_LEN(use) != sizeof(n)) {
        return 0;
    }

    memcpy(&n, VZ_NFNETLINK_IN(use), sizeof(n));

    return (int) ntohl(n);
}


static int
vz_nfnetlink_use_one(vz_nfnetlink_t *nfn, const struct nlattr *attr,
    size_t left)
{
    const char  *table, *chain;

    table = vz_nfnetlink_text(vz_nfnetlink_find(attr, left,
                                                NFTA_CHAIN_TABLE));
    chain = vz_nfnetlink_text(vz_nfnetlink_find(attr, left, NFTA_CHAIN_NAME));

    return strcmp(table, nfn->table) == 0
           && strncmp(chain, nfn->begin, strlen(nfn->begin)) == 0
           ? vz_nfnetlink_use(nfn, attr, left) : 0;
}


/* A rule is a list of expressions, each with a name and data of its own. */

static int
vz_nfnetlink_rule(vz_nfnetlink_t *nfn, const struct nlattr *attr, size_t left)
{
    size_t                inner;
    const struct nlattr  *list, *one, *data;

    list = vz_nfnetlink_find(attr, left, NFTA_RULE_EXPRESSIONS);

    if (list == NULL) {
        return 0;
    }

    inner = VZ_NFNETLINK_LEN(list);

    for (one = VZ_NFNETLINK_IN(list); vz_nfnetlink_ok(one, inner);
         one = vz_nfnetlink_next(one, &inner))
    {
        if (strcmp(vz_nfnetlink_text(vz_nfnetlink_find(VZ_NFNETLINK_IN(one),
                                                       VZ_NFNETLINK_LEN(one),
                                                       NFTA_EXPR_NAME)),
                   "counter")
            != 0)
        {
            continue;
        }

        data = vz_nfnetlink_find(VZ_NFNETLINK_IN(one), VZ_NFNETLINK_LEN(one),
                                 NFTA_EXPR_DATA);

        if (data != NULL && nfn->n < nfn->size) {
            vz_nfnetlink_counter(data, &nfn->counters[nfn->n]);
        }

        nfn->n++;
        return 1;
    }

    return 0;
}


static void
vz_nfnetlink_counter(const struct nlattr *data,
    vz_nfnetlink_counter_t *counter)
{
    size_t                i;
    uint64_t              n;
    const struct nlattr  *attr;

    const struct {
        int        type;
        uint64_t  *value;
    } parts[] = {
        { NFTA_COUNTER_PACKETS, &counter->packets },
        { NFTA_COUNTER_BYTES, &counter->bytes }
    };

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        *parts[i].value = 0;
        attr = vz_nfnetlink_find(VZ_NFNETLINK_IN(data), VZ_NFNETLINK_LEN(data),
                                 parts[i].type);

        if (attr != NULL && VZ_NFNETLINK_LEN(attr) == sizeof(n)) {
            memcpy(&n, VZ_NFNETLINK_IN(attr), sizeof(n));
            *parts[i].value = be64toh(n);
        }
    }
}


static int
vz_nfnetlink_tell(vz_nfnetlink_t *nfn, const struct nlattr *attr, size_t left)
{
    int                   n;
    size_t                inner;
    const struct nlattr  *list, *element;

    n = 0;
    list = vz_nfnetlink_find(attr, left, NFTA_SET_ELEM_LIST_ELEMENTS);

    if (list == NULL) {
        return 0;
    }

    inner = VZ_NFNETLINK_LEN(list);

    for (element = VZ_NFNETLINK_IN(list); vz_nfnetlink_ok(element, inner);
         element = vz_nfnetlink_next(element, &inner))
    {
        n++;

        if (nfn->each != NULL) {
            vz_nfnetlink_element(nfn, element);
        }
    }

    return n;
}


/* Its key is the name of an interface, and its expression a counter. */

static void
vz_nfnetlink_element(const vz_nfnetlink_t *nfn, const struct nlattr *element)
{
    const struct nlattr     *key, *expr, *data;
    vz_nfnetlink_counter_t   counter;

    key = vz_nfnetlink_find(VZ_NFNETLINK_IN(element),
                            VZ_NFNETLINK_LEN(element), NFTA_SET_ELEM_KEY);
    expr = vz_nfnetlink_find(VZ_NFNETLINK_IN(element),
                             VZ_NFNETLINK_LEN(element), NFTA_SET_ELEM_EXPR);

    if (key == NULL || expr == NULL) {
        return;
    }

    key = vz_nfnetlink_find(VZ_NFNETLINK_IN(key), VZ_NFNETLINK_LEN(key),
                            NFTA_DATA_VALUE);
    data = vz_nfnetlink_find(VZ_NFNETLINK_IN(expr), VZ_NFNETLINK_LEN(expr),
                             NFTA_EXPR_DATA);

    if (key != NULL && data != NULL) {
        vz_nfnetlink_counter(data, &counter);
        nfn->each(vz_nfnetlink_text(key), &counter, nfn->data);
    }
}


static int
vz_nfnetlink_number(vz_nfnetlink_t *nfn, const struct nlattr *attr,
    size_t left)
{
    uint64_t              n;
    const struct nlattr  *handle;

    handle = vz_nfnetlink_find(attr, left, NFTA_TABLE_HANDLE);

    if (handle == NULL || VZ_NFNETLINK_LEN(handle) != sizeof(n)) {
        return 0;
    }

    memcpy(&n, VZ_NFNETLINK_IN(handle), sizeof(n));
    nfn->handle = be64toh(n);

    return 1;
}
