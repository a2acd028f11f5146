/*
 * Tickets of consoles, in the zone: who may open one, once, within half a
 * minute, and who has one open.  So the limits hold over all workers of the
 * host, and the database is asked for nothing.
 */

#ifndef VZ_VM_CONSOLE_TICKET_H
#define VZ_VM_CONSOLE_TICKET_H

#include "runtime/call.h"
#include "runtime/zone.h"


#define VZ_VM_CONSOLE_TICKET_LIFE   30     /* seconds to open it in */
#define VZ_VM_CONSOLE_TICKET_USER   4      /* of a user, open or about to be */
#define VZ_VM_CONSOLE_TICKET_ADMIN  16     /* of an administrator */
#define VZ_VM_CONSOLE_TICKET_NODE   64     /* of a node: verb_console.c */

typedef enum {
    VZ_VM_CONSOLE_SHELL = 0,
    VZ_VM_CONSOLE_LOGIN
} vz_vm_console_e;

typedef struct {
    uint64_t          vm;
    uint64_t          node;
    vz_vm_console_e   mode;
    u_char            hash[32];     /* of the ticket: its name from now on */
} vz_vm_console_ticket_t;


/* vz_vm_console_ticket_table: the table of them in the zone. */
extern const vz_table_def_t  vz_vm_console_ticket_table;

/*
 * vz_vm_console_ticket_new: a ticket for the caller's session, as text of 64
 * hexadecimal digits.  VZ_OK; VZ_BUSY where the user has as many consoles as
 * one may, VZ_CONFLICT where the node has; VZ_OVERLOADED.
 */
vz_code_e vz_vm_console_ticket_new(vz_call_t *call,
    vz_vm_console_ticket_t *ticket, ngx_str_t *text);

/*
 * vz_vm_console_ticket_take: use it: the console is open from now on.  VZ_OK
 * with ticket; VZ_NOENT where there is none of that text, or it was used, is
 * too old, or is another session's.
 */
vz_code_e vz_vm_console_ticket_take(const vz_call_t *call,
    const ngx_str_t *text, vz_vm_console_ticket_t *ticket);

/*
 * vz_vm_console_ticket_keep: it is still open, for VZ_VM_CONSOLE_TICKET_LIFE
 * seconds more.  vz_vm_console_ticket_end: it is not.
 */
void vz_vm_console_ticket_keep(const u_char hash[32]);
void vz_vm_console_ticket_end(const u_char hash[32]);


#endif /* VZ_VM_CONSOLE_TICKET_H */
