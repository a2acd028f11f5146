#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/base/pass_fd.h"


typedef union {
    struct cmsghdr  head;
    char            buf[CMSG_SPACE(sizeof(int))];
} vz_pass_fd_t;


int
vz_pass_fd_send(int pair, int fd)
{
    struct iovec   iov;
    struct msghdr  msg;
    vz_pass_fd_t   control;

    iov.iov_base = "";
    iov.iov_len = 1;

    memset(&msg, 0, sizeof(msg));
    memset(&control, 0, sizeof(control));
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_control = control.buf;
    msg.msg_controllen = sizeof(control.buf);

    control.head.cmsg_level = SOL_SOCKET;
    control.head.cmsg_type = SCM_RIGHTS;
    control.head.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));

    return sendmsg(pair, &msg, MSG_NOSIGNAL) == 1 ? 0 : -1;
}


int
vz_pass_fd_receive(int pair, int ms)
{
    int            fd;
    char           byte;
    struct iovec   iov;
    struct msghdr  msg;
    struct pollfd  pfd;
    vz_pass_fd_t   control;

    iov.iov_base = &byte;
    iov.iov_len = 1;

    memset(&msg, 0, sizeof(msg));
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_control = control.buf;
    msg.msg_controllen = sizeof(control.buf);

    pfd.fd = pair;
    pfd.events = POLLIN;

    if (poll(&pfd, 1, ms) != 1
        || recvmsg(pair, &msg, MSG_CMSG_CLOEXEC) <= 0
        || CMSG_FIRSTHDR(&msg) == NULL)
    {
        return -1;
    }

    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));

    return fd;
}
