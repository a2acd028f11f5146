/*
 * What there is to give to new containers, by family of addresses, and what of
 * it one takes: vzpanel_order_addresses.
 */

#ifndef VZ_ADDRESS_STOCK_H
#define VZ_ADDRESS_STOCK_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * The addresses of a family that can be given out, for a statement to select
 * COUNT(*) of, or to ask whether there are some: VZ_ADDRESS_STOCK_FOUR,
 * VZ_ADDRESS_STOCK_SIX. Pool by pool, so that one family does not pay for what
 * the other has.
 */

#define VZ_ADDRESS_STOCK_OF(is)                                               \
    " FROM address_pool ap STRAIGHT_JOIN address a ON a.pool_id = ap.id"      \
    " AND a.reserved = 0 AND a.vm_id IS NULL"                                 \
    " WHERE ap.enabled AND ap.cidr " is "LIKE '%:%'"

#define VZ_ADDRESS_STOCK_FOUR  VZ_ADDRESS_STOCK_OF("NOT ")
#define VZ_ADDRESS_STOCK_SIX   VZ_ADDRESS_STOCK_OF("")


typedef enum {
    VZ_ADDRESS_STOCK_NONE = 0,  /* it gets none of this family */
    VZ_ADDRESS_STOCK_GIVE,  /* one, if there is */
    VZ_ADDRESS_STOCK_NEED   /* one, or it is not made */
} vz_address_stock_e;

/*
 * vz_address_stock_takes: whether a new container takes an address of IPv6
 * (six), or of IPv4, which is asked first; has: it has one of the other
 * already.
 */
vz_address_stock_e vz_address_stock_takes(ngx_uint_t six, ngx_uint_t has);

/* vz_address_stock_left: for how many containers these are enough. */
int64_t vz_address_stock_left(int64_t four, int64_t six);

/* vz_address_stock_policy: as the directive calls it. */
const char *vz_address_stock_policy(void);


#endif /* VZ_ADDRESS_STOCK_H */
