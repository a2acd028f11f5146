/*
 * How many free addresses of each family there are, and which families a new
 * container gets (vzpanel_order_addresses).
 */

#ifndef VZ_ADDRESS_STOCK_H
#define VZ_ADDRESS_STOCK_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * How many addresses of a family an order can have, VZ_ADDRESS_STOCK_FOUR and
 * VZ_ADDRESS_STOCK_SIX, and whether there is one, VZ_ADDRESS_STOCK_HAS_FOUR and
 * VZ_ADDRESS_STOCK_HAS_SIX, each for SELECT.  The free ones are looked up pool
 * by pool, so that one family's time does not depend on the other's addresses.
 */

#define VZ_ADDRESS_STOCK_OF(is)                                               \
    " FROM address_pool ap STRAIGHT_JOIN address a ON a.pool_id = ap.id"      \
    " AND a.reserved = 0 AND a.vm_id IS NULL"                                 \
    " WHERE ap.enabled AND ap.cidr " is "LIKE '%:%'"

/* those of containers in the trash, which give way to an order */

#define VZ_ADDRESS_STOCK_TRASHED(is)                                          \
    " FROM vm tv JOIN address ta ON ta.vm_id = tv.id AND ta.reserved = 0"     \
    " JOIN address_pool tp ON tp.id = ta.pool_id AND tp.enabled"              \
    " WHERE tv.trashed_until IS NOT NULL AND tv.lifecycle = 'trashed'"        \
    " AND tp.cidr " is "LIKE '%:%'"

#define VZ_ADDRESS_STOCK_COUNT(is)                                            \
    "((SELECT COUNT(*)" VZ_ADDRESS_STOCK_OF(is) ")"                           \
    " + (SELECT COUNT(*)" VZ_ADDRESS_STOCK_TRASHED(is) "))"

#define VZ_ADDRESS_STOCK_ANY(is)                                              \
    "(EXISTS (SELECT 1" VZ_ADDRESS_STOCK_OF(is) ")"                           \
    " OR EXISTS (SELECT 1" VZ_ADDRESS_STOCK_TRASHED(is) "))"

#define VZ_ADDRESS_STOCK_FOUR  VZ_ADDRESS_STOCK_COUNT("NOT ")
#define VZ_ADDRESS_STOCK_SIX   VZ_ADDRESS_STOCK_COUNT("")

#define VZ_ADDRESS_STOCK_HAS_FOUR  VZ_ADDRESS_STOCK_ANY("NOT ")
#define VZ_ADDRESS_STOCK_HAS_SIX   VZ_ADDRESS_STOCK_ANY("")


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
