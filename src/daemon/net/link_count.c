#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/base/ct_stat.h"
#include "daemon/base/file.h"
#include "daemon/net/ct_link.h"
#include "daemon/net/link_count.h"


#define VZ_LINK_COUNT_LINE  512     /* bytes of a line of the kernel's list */


static int vz_link_count_line(const vz_config_t *conf, char *line,
    vz_link_count_one_t *one);
static int vz_link_count_order(const void *a, const void *b);
static uint64_t vz_link_count_file(const char *link, const char *file);


void
vz_link_count_load(const vz_config_t *conf, vz_link_count_t *count)
{
    char                  line[VZ_LINK_COUNT_LINE];
    FILE                 *fp;
    size_t                room;
    vz_link_count_one_t   one, *more;

    memset(count, 0, sizeof(*count));
    room = 0;

    fp = fopen("/proc/net/dev", "re");
    if (fp == NULL) {
        return;
    }

    while (fgets(line, sizeof(line), fp) != NULL) {
        if (vz_link_count_line(conf, line, &one) == -1) {
            continue;
        }

        if (count->n == room) {
            room = room ? room * 2 : 256;
            more = realloc(count->all, room * sizeof(*more));

            if (more == NULL) {
                break;
            }

            count->all = more;
        }

        count->all[count->n++] = one;
    }

    (void) fclose(fp);

    if (count->n) {
        qsort(count->all, count->n, sizeof(one), vz_link_count_order);
    }
}


/* "vz101.0: BYTES and seven more received, BYTES and seven more sent" */

static int
vz_link_count_line(const vz_config_t *conf, char *line,
    vz_link_count_one_t *one)
{
    char  *name, *end;

    name = line + strspn(line, " ");
    end = strchr(name, ':');

    if (end == NULL) {
        return -1;
    }

    *end = '\0';

    if (!vz_ct_link_ours(conf, name)) {
        return -1;
    }

    one->ctid = (uint32_t) strtoul(name + strlen(conf->interface_prefix), NULL,
                                   10);

    /* what the host's end receives, the container has sent */

    return sscanf(end + 1, "%" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64,
                  &one->tx_bytes, &one->rx_bytes) == 2 ? 0 : -1;
}


static int
vz_link_count_order(const void *a, const void *b)
{
    const vz_link_count_one_t  *one = a, *two = b;

    return (one->ctid > two->ctid) - (one->ctid < two->ctid);
}


void
vz_link_count_free(vz_link_count_t *count)
{
    free(count->all);
    memset(count, 0, sizeof(*count));
}


void
vz_link_count_find(const vz_link_count_t *count, uint32_t ctid,
    uint64_t *rx_bytes, uint64_t *tx_bytes)
{
    vz_link_count_one_t         wanted;
    const vz_link_count_one_t  *one;

    wanted.ctid = ctid;
    one = count->n ? bsearch(&wanted, count->all, count->n, sizeof(wanted),
                             vz_link_count_order)
                   : NULL;

    *rx_bytes = one ? one->rx_bytes : VZ_CT_STAT_UNKNOWN;
    *tx_bytes = one ? one->tx_bytes : VZ_CT_STAT_UNKNOWN;
}


void
vz_link_count_one(const vz_config_t *conf, uint32_t ctid, uint64_t *rx_bytes,
    uint64_t *tx_bytes)
{
    char  name[VZ_CT_LINK_MAX];

    vz_ct_link_name(conf, ctid, name);
    *rx_bytes = vz_link_count_file(name, "tx_bytes");
    *tx_bytes = vz_link_count_file(name, "rx_bytes");
}


static uint64_t
vz_link_count_file(const char *link, const char *file)
{
    char  path[PATH_MAX], text[32];

    (void) snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s",
                    link, file);

    return vz_file_read(path, text, sizeof(text)) > 0
           ? strtoull(text, NULL, 10) : VZ_CT_STAT_UNKNOWN;
}
