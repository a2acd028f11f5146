/*
 * IPv4 and IPv6 addresses of containers.
 */

#ifndef VZ_ADDRESS_H
#define VZ_ADDRESS_H


#define VZ_ADDRESS_LEN   46                     /* without a prefix */
#define VZ_ADDRESS_TEXT  (VZ_ADDRESS_LEN + 4)   /* with it */

typedef struct {
    int             family;         /* AF_INET, AF_INET6 */
    unsigned        prefix;
    unsigned char   addr[16];       /* network order */
} vz_address_t;


/* vz_address_parse: "ADDRESS[/PREFIX]".  0, or -1. */
int vz_address_parse(const char *text, vz_address_t *address);

/*
 * vz_address_print: the canonical text; the prefix only with full, and where
 * it is not the whole address.
 */
void vz_address_print(const vz_address_t *address, unsigned full,
    char text[VZ_ADDRESS_TEXT]);

/* vz_address_same: the same address, whatever its prefix. */
int vz_address_same(const vz_address_t *a, const vz_address_t *b);

/* vz_address_inside: whether it lies in a network of network->prefix bits. */
int vz_address_inside(const vz_address_t *address,
    const vz_address_t *network);

/* vz_address_find: its index in a list of n, or -1. */
int vz_address_find(const vz_address_t *list, unsigned n,
    const vz_address_t *address);


#endif /* VZ_ADDRESS_H */
