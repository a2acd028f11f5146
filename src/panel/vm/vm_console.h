/*
 * Consoles of a container: POST /api/vms/{id}/console gives a ticket, with
 * which GET /api/console becomes a websocket.
 */

#ifndef VZ_VM_CONSOLE_H
#define VZ_VM_CONSOLE_H

#include "panel/api/body.h"
#include "panel/api/query.h"


#define VZ_VM_CONSOLE_PROTOCOL  "vzpanel.console"

extern const vz_body_t  vz_vm_console_form;
extern const vz_query_args_t  vz_vm_console_args;

void vz_vm_console_ask(vz_call_t *call);
void vz_vm_console_open(vz_call_t *call);


#endif /* VZ_VM_CONSOLE_H */
