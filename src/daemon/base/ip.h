/*
 * IPv4 and IPv6 addresses of containers.
 */

#ifndef VZ_IP_H
#define VZ_IP_H


#define VZ_IP_LEN   46                          /* without a prefix */
#define VZ_IP_TEXT  (VZ_IP_LEN + 4)             /* with it */

typedef struct {
    int             family;         /* AF_INET, AF_INET6 */
    unsigned        prefix;
    unsigned char   addr[16];       /* network order */
} vz_ip_t;


/* vz_ip_parse: parse "ADDRESS[/PREFIX]". 0, or -1. */
int vz_ip_parse(const char *text, vz_ip_t *address);

/*
 * vz_ip_print: print the canonical text. With full set the prefix follows,
 * where it is shorter than the address.
 */
void vz_ip_print(const vz_ip_t *address, unsigned full,
    char text[VZ_IP_TEXT]);

/* vz_ip_same: 1 where both are the same address, whatever their prefixes. */
int vz_ip_same(const vz_ip_t *a, const vz_ip_t *b);

/* vz_ip_inside: 1 where the address lies in the network. */
int vz_ip_inside(const vz_ip_t *address,
    const vz_ip_t *network);

/* vz_ip_find: the index of an address in a list of n, or -1. */
int vz_ip_find(const vz_ip_t *list, unsigned n,
    const vz_ip_t *address);


#endif /* VZ_IP_H */
