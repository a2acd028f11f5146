/*
 * virtual-server-unpack unpack|look NAME ARCHIVE MTIME SIZE FOLDER FLOOR:
 * virtual-server runs it for each archive that it unpacks or looks at, so that
 * no other program contains libarchive.
 */

#include <stdio.h>
#include "daemon/template/unpack.h"


int
main(int argc, char **argv)
{
    vz_unpack_order_t  order;

    if (vz_unpack_order(argc, argv, &order) == -1) {
        (void) fprintf(stderr, "usage: virtual-server-unpack unpack|look NAME "
                       "ARCHIVE MTIME SIZE FOLDER FLOOR\n"
                       "It is run by virtual-server and tells it through "
                       "descriptor %d.\n", VZ_UNPACK_NOTES);
        return 2;
    }

    return vz_unpack(&order);
}
