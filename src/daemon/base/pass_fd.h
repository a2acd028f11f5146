/*
 * A descriptor that goes from one process to another, over a socket of
 * SOCK_SEQPACKET between them.
 */

#ifndef VZ_PASS_FD_H
#define VZ_PASS_FD_H


/*
 * vz_pass_fd_send: send fd over the socket.  0, or -1 with errno.
 * vz_pass_fd_receive: wait for one for ms milliseconds at most; the caller
 * closes it, and may believe nothing of it.  -1 where none came.
 */
int vz_pass_fd_send(int pair, int fd);
int vz_pass_fd_receive(int pair, int ms);


#endif /* VZ_PASS_FD_H */
