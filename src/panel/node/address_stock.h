/*
 * How many free addresses of each family there are, and which families a new
 * container gets (vzpanel_order_addresses).
 */

#ifndef VZ_ADDRESS_STOCK_H
#define VZ_ADDRESS_STOCK_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * The free addresses of a family, for SELECT COUNT(*) or EXISTS:
 * VZ_ADDRESS_STOCK_FOUR, VZ_ADDRESS_STOCK_SIX.  The statement goes pool by
 * pool, so that one family's time does not depend on the other's addresses.
 */

#define VZ_ADDRESS_STOCK_OF(is)                                               \
    " FROM address_pool ap STRAIGHT_JOIN address a ON a.pool_id = ap.id"      \
    " AND a.reserved = 0 AND a.vm_id IS NULL"                                 \
    " WHERE ap.enabled AND ap.cidr " is "LIKE '%:%'"

#define VZ_ADDRESS_STOCK_FOUR  VZ_ADDRESS_STOCK_OF("NOT ")
#define VZ_ADDRESS_STOCK_SIX   VZ_ADDRESS_STOCK_OF("")


typedef enum {
    VZ_ADDRESS_STOCK_NONE = 0,  /* it gets none of this family */
    VZ_ADDRESS_STOCK_GIVE,      /* it gets one if there is one */
    VZ_ADDRESS_STOCK_NEED       /* without one it is not created */
} vz_address_stock_e;

/*
 * vz_address_stock_takes: whether a new container gets an address of IPv6 (six)
 * or of IPv4.  Ask for IPv4 first; has is whether the container got one of the
 * other family.
 */
vz_address_stock_e vz_address_stock_takes(ngx_uint_t six, ngx_uint_t has);

/* vz_address_stock_left: how many containers these addresses are enough for. */
int64_t vz_address_stock_left(int64_t four, int64_t six);

/* vz_address_stock_policy: the policy's name in the directive. */
const char *vz_address_stock_policy(void);


#endif /* VZ_ADDRESS_STOCK_H */
