/*
 * What nftables contains, asked of the kernel directly: no program is run and
 * nothing is changed, so it may be asked every two seconds.
 */

#ifndef VZ_NFNETLINK_H
#define VZ_NFNETLINK_H

#include <stdint.h>


typedef struct {
    int             fd;
    unsigned char   family;
    const char     *table;          /* the caller's text */
} vz_nfnetlink_t;


/*
 * vz_nfnetlink_open: ask about a table, of family bridge or inet. 0, or -1
 * with errno.
 */
int vz_nfnetlink_open(vz_nfnetlink_t *nfn, int bridge, const char *table);

/* vz_nfnetlink_close: close the socket. */
void vz_nfnetlink_close(vz_nfnetlink_t *nfn);

/*
 * The number of rules of a chain, and of elements of a set. -1 with errno:
 * ENOENT where the table has none of that name.
 */
int vz_nfnetlink_rules(vz_nfnetlink_t *nfn, const char *chain);
int vz_nfnetlink_elements(vz_nfnetlink_t *nfn, const char *set);


#endif /* VZ_NFNETLINK_H */
