/*
 * The pages' index.html, with what of them needs no script: the offer, how to
 * reach the provider, title and description in the reader's language.
 */

#ifndef VZ_SHELL_H
#define VZ_SHELL_H

#include "runtime/call.h"


/*
 * vz_shell_show: the page at the call's path, 404 where the pages have none.
 * Without marks in it ("<!--vz:main-->") index.html goes out as it is.
 */
void vz_shell_show(vz_call_t *call);

/* vz_shell_exit: worker stop. */
void vz_shell_exit(void);


#endif /* VZ_SHELL_H */
