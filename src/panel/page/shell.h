/*
 * The pages' index.html, with those parts of the pages that need no script: the
 * offer, how to reach the provider, title and description in the reader's
 * language.
 */

#ifndef VZ_SHELL_H
#define VZ_SHELL_H

#include "runtime/call.h"


/*
 * vz_shell_show: reply with the page at the call's path, or 404 where there is
 * no such page.  An index.html without marks ("<!--vz:main-->") is sent as it
 * is.
 */
void vz_shell_show(vz_call_t *call);

/* vz_shell_exit: worker stop. */
void vz_shell_exit(void);


#endif /* VZ_SHELL_H */
