/*
 * old COMMAND...: as on the kernel 2.6.32 of OpenVZ's nodes: uname says it,
 * and no system call that came later is there.
 */

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>


#define OLD_LAST  SYS_perf_event_open       /* 298: 2.6.31 */


int
main(int argc, char **argv)
{
    struct sock_filter  code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, OLD_LAST, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    };
    struct sock_fprog   filter = { sizeof(code) / sizeof(code[0]), code };

    if (argc < 2 || personality(PER_LINUX | UNAME26) == -1
        || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == -1)
    {
        perror("old");
        return 1;
    }

    (void) execv(argv[1], argv + 1);
    perror(argv[1]);

    return 127;
}
