#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/net/ct_link.h"


void
vz_ct_link_name(const vz_config_t *conf, uint32_t ctid,
    char name[VZ_CT_LINK_MAX])
{
    snprintf(name, VZ_CT_LINK_MAX, "%.3s%u.0", conf->interface_prefix,
             ctid);
}


int
vz_ct_link_ours(const vz_config_t *conf, const char *name)
{
    size_t  len;

    len = strlen(conf->interface_prefix);

    return strncmp(name, conf->interface_prefix, len) == 0
           && name[len] >= '1' && name[len] <= '9'
           && strcmp(name + len + strspn(name + len, "0123456789"), ".0")
              == 0;
}


uint32_t
vz_ct_link_of(const vz_config_t *conf, const char *name)
{
    unsigned long  ctid;

    if (!vz_ct_link_ours(conf, name)) {
        return 0;
    }

    ctid = strtoul(name + strlen(conf->interface_prefix), NULL, 10);

    return ctid <= UINT32_MAX ? (uint32_t) ctid : 0;
}


void
vz_ct_link_mac(uint32_t ctid, unsigned char hw[6])
{
    /* the second bit of the first byte: locally administered */

    hw[0] = 0x02;
    hw[1] = 0x7a;
    hw[2] = (unsigned char) (ctid >> 24);
    hw[3] = (unsigned char) (ctid >> 16);
    hw[4] = (unsigned char) (ctid >> 8);
    hw[5] = (unsigned char) ctid;
}


void
vz_ct_link_mac_text(uint32_t ctid, char text[18])
{
    unsigned char  hw[6];

    vz_ct_link_mac(ctid, hw);

    snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", hw[0], hw[1], hw[2],
             hw[3], hw[4], hw[5]);
}
