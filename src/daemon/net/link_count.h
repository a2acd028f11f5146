/* What went through the links of containers, as the kernel counts it. */

#ifndef VZ_LINK_COUNT_H
#define VZ_LINK_COUNT_H

#include <stddef.h>
#include "daemon/base/config.h"


typedef struct {
    uint32_t    ctid;
    uint64_t    rx_bytes;           /* to the container, since its start */
    uint64_t    tx_bytes;
} vz_link_count_one_t;

typedef struct {
    vz_link_count_one_t   *all;     /* by ctid */
    size_t                 n;
} vz_link_count_t;


/*
 * vz_link_count_load: count all links in one read of the kernel's list; it is
 * empty where that can't be read or there is no memory.  vz_link_count_free
 * frees it.
 */
void vz_link_count_load(const vz_config_t *conf, vz_link_count_t *count);
void vz_link_count_free(vz_link_count_t *count);

/*
 * vz_link_count_find: the counts of a container, VZ_CT_STAT_UNKNOWN where it
 * has no link.
 */
void vz_link_count_find(const vz_link_count_t *count, uint32_t ctid,
    uint64_t *rx_bytes, uint64_t *tx_bytes);

/* vz_link_count_one: the same of one container, from its own files. */
void vz_link_count_one(const vz_config_t *conf, uint32_t ctid,
    uint64_t *rx_bytes, uint64_t *tx_bytes);


#endif /* VZ_LINK_COUNT_H */
