#include <unistd.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include "daemon/base/caps.h"


int
vz_caps_raise(void)
{
    struct __user_cap_data_struct    data[2];
    struct __user_cap_header_struct  header;

    header.version = _LINUX_CAPABILITY_VERSION_3;
    header.pid = 0;

    if (syscall(SYS_capget, &header, data) == -1) {
        return -1;
    }

    data[0].effective = data[0].permitted;
    data[1].effective = data[1].permitted;

    return (int) syscall(SYS_capset, &header, data);
}
