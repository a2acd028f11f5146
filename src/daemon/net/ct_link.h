/*
 * The names and the hardware address of a container's link: a pair of
 * interfaces, one on the host, one inside.
 */

#ifndef VZ_CT_LINK_H
#define VZ_CT_LINK_H

#include "daemon/base/config.h"


#define VZ_CT_LINK_MAX     16       /* bytes of a name: IFNAMSIZ */
#define VZ_CT_LINK_INSIDE  "eth0"   /* the guest's end */

/* vz_ct_link_name: the name of the host's end, such as "vz101.0". */
void vz_ct_link_name(const vz_config_t *conf, uint32_t ctid,
    char name[VZ_CT_LINK_MAX]);

/* vz_ct_link_ours: 1 where an interface is the host's end of such a link. */
int vz_ct_link_ours(const vz_config_t *conf, const char *name);

/*
 * vz_ct_link_of: the number of the container whose link has that name; 0: none
 * has.
 */
uint32_t vz_ct_link_of(const vz_config_t *conf, const char *name);

/*
 * vz_ct_link_mac: the hardware address of the guest's end, the same at every
 * start.  vz_ct_link_mac_text: the same as text, "02:7a:00:00:00:65".
 */
void vz_ct_link_mac(uint32_t ctid, unsigned char hw[6]);
void vz_ct_link_mac_text(uint32_t ctid, char text[18]);


#endif /* VZ_CT_LINK_H */
