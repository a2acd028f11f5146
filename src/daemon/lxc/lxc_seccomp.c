#include <errno.h>
#include "daemon/base/strbuf.h"
#include "daemon/lxc/lxc_seccomp.h"


#define VZ_LXC_SECCOMP_MAX  4096


/*
 * liblxc's common.seccomp, and those calls of Docker's default list that no
 * system needs: keys use kernel memory that nobody is charged for, others
 * change the host or enlarge the attack surface. ENOSYS is returned where
 * programs then use another way. Names that a kernel does not know are
 * skipped.
 */

static const struct {
    const char   *name;
    int           error;
} vz_lxc_seccomp[] = {
    { "kexec_load", EPERM },
    { "kexec_file_load", EPERM },
    { "open_by_handle_at", EPERM },
    { "init_module", EPERM },
    { "finit_module", EPERM },
    { "delete_module", EPERM },

    { "add_key", ENOSYS },
    { "keyctl", ENOSYS },
    { "request_key", ENOSYS },

    { "io_uring_setup", ENOSYS },
    { "io_uring_enter", ENOSYS },
    { "io_uring_register", ENOSYS },

    { "acct", EPERM },
    { "bpf", EPERM },
    { "clock_settime", EPERM },
    { "create_module", EPERM },
    { "get_kernel_syms", EPERM },
    { "ioperm", EPERM },
    { "iopl", EPERM },
    { "lookup_dcookie", EPERM },
    { "move_pages", EPERM },
    { "nfsservctl", EPERM },
    { "perf_event_open", EPERM },
    { "query_module", EPERM },
    { "quotactl", EPERM },
    { "quotactl_fd", EPERM },
    { "settimeofday", EPERM },
    { "stime", EPERM },
    { "swapoff", EPERM },
    { "swapon", EPERM },
    { "sysfs", EPERM },
    { "_sysctl", EPERM },
    { "userfaultfd", EPERM },
    { "uselib", EPERM },
    { "ustat", EPERM },
    { "vm86", EPERM },
    { "vm86old", EPERM }
};


int
vz_lxc_seccomp_write(const vz_ct_t *ct)
{
    char         buf[VZ_LXC_SECCOMP_MAX];
    size_t       i;
    vz_strbuf_t  text;

    vz_strbuf_init(&text, buf, sizeof(buf));
    vz_strbuf_put(&text, "2\ndenylist\nreject_force_umount\n[all]\n");

    for (i = 0; i < sizeof(vz_lxc_seccomp) / sizeof(vz_lxc_seccomp[0]); i++) {
        vz_strbuf_put(&text, "%s errno %d\n", vz_lxc_seccomp[i].name,
                      vz_lxc_seccomp[i].error);
    }

    if (text.full) {
        errno = E2BIG;
        return -1;
    }

    return vz_ct_store_file(ct, "seccomp", text.buf, text.len);
}
