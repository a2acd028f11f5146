/*
 * Names that a container can't have.
 */

#include <string.h>
#include <strings.h>
#include "wire/hostname.h"


static int vz_hostname_digits(const char *s, size_t len);
static int vz_hostname_below(const char *s, size_t len);


static const char *const  vz_hostnames[] = {
    "localhost", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback",
    "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters",
    "ip6-allhosts", NULL
};


int
vz_hostname_own(const char *s, size_t len)
{
    size_t              first;
    const char         *dot;
    const char *const  *name;

    if (vz_hostname_digits(s, len) || vz_hostname_below(s, len)) {
        return 1;
    }

    dot = memchr(s, '.', len);
    first = dot != NULL ? (size_t) (dot - s) : len;

    for (name = vz_hostnames; *name != NULL; name++) {
        if (strlen(*name) == first && strncasecmp(*name, s, first) == 0) {
            return 1;
        }
    }

    return 0;
}


static int
vz_hostname_digits(const char *s, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (s[i] != '.' && (s[i] < '0' || s[i] > '9')) {
            return 0;
        }
    }

    return 1;
}


static int
vz_hostname_below(const char *s, size_t len)
{
    static const char    end[] = ".localhost";
    static const size_t  n = sizeof(end) - 1;

    return len > n && strncasecmp(s + len - n, end, n) == 0;
}
