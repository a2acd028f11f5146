/*
 * What a node can do, as it reports in its answer to "node".
 */

#ifndef VZ_NODE_LIMIT_H
#define VZ_NODE_LIMIT_H

#include "panel/node/node.h"


typedef struct {
    time_t           asked;         /* when it last answered, 0: never */
    uint64_t         disk_min;      /* bytes; 0: not known */
    ngx_uint_t       shrink_live;   /* it can shrink a running one's disk */
    ngx_str_t        driver;
    ngx_str_t        kept;          /* limits that it stores without enforcing
                                       them: "a,b", "-" for none */
    ngx_str_t        features;      /* what its driver can do beyond what every
                                       driver must, the same way; also "" from
                                       an older node */
    ngx_str_t        repositories;  /* of backups, the same way */
    u_char           driver_text[16];
    u_char           kept_text[256];
    u_char           features_text[256];
    u_char           repositories_text[256];
} vz_node_limit_t;


/*
 * vz_node_limit: on a fiber, the limits of a node.  They are cached for 60 s
 * and asked again after that, by one fiber for all callers, who wait 2 s for it
 * at most; the last known ones if the node does not answer; NULL if it never
 * did.
 */
const vz_node_limit_t *vz_node_limit(vz_node_row_t *node);

/*
 * vz_node_limit_known: the same, but who finds some that are known waits for
 * nothing: they are asked again meanwhile.  For what many read.
 */
const vz_node_limit_t *vz_node_limit_known(vz_node_row_t *node);

/*
 * vz_node_limit_has: whether the node told a feature of that name; not where
 * limit is NULL.
 */
ngx_uint_t vz_node_limit_has(const vz_node_limit_t *limit, const char *name);

/*
 * vz_node_limit_disk_min: the smallest disk in MiB, rounded up; 0 where it is
 * not known, or limit is NULL.
 */
uint64_t vz_node_limit_disk_min(const vz_node_limit_t *limit);


#endif /* VZ_NODE_LIMIT_H */
