/*
 * Free addresses, and the families that a new container gets.
 */

#include "panel/node/address_stock.h"
#include "runtime/settings.h"


typedef struct {
    const char         *name;
    vz_address_stock_e  four;
    vz_address_stock_e  six;      /* if the container got one of IPv4 */
    vz_address_stock_e  alone;    /* if it did not */
} vz_address_stock_policy_t;


static const vz_address_stock_policy_t  vz_address_stock_policies[] = {

    [VZ_ADDRESSES_IPV4] =
        { "ipv4", VZ_ADDRESS_STOCK_NEED, VZ_ADDRESS_STOCK_GIVE,
        VZ_ADDRESS_STOCK_NEED },

    [VZ_ADDRESSES_BOTH] =
        { "both", VZ_ADDRESS_STOCK_NEED, VZ_ADDRESS_STOCK_NEED,
        VZ_ADDRESS_STOCK_NEED },

    [VZ_ADDRESSES_ANY] =
        { "any", VZ_ADDRESS_STOCK_GIVE, VZ_ADDRESS_STOCK_NONE,
        VZ_ADDRESS_STOCK_NEED }
};


vz_address_stock_e
vz_address_stock_takes(ngx_uint_t six, ngx_uint_t has)
{
    const vz_address_stock_policy_t  *policy;

    policy = &vz_address_stock_policies[vz_settings()->addresses];

    if (!six) {
        return policy->four;
    }

    return has ? policy->six : policy->alone;
}


int64_t
vz_address_stock_left(int64_t four, int64_t six)
{
    switch (vz_settings()->addresses) {

    case VZ_ADDRESSES_BOTH:
        return ngx_min(four, six);

    case VZ_ADDRESSES_ANY:
        return four + six;

    default:
        return four;
    }
}


const char *
vz_address_stock_policy(void)
{
    return vz_address_stock_policies[vz_settings()->addresses].name;
}
