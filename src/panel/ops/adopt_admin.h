/*
 * POST /api/admin/nodes/{id}/adopt: assign a stranger to a user, or recognise a
 * missing container that came back.  Row, addresses and task are one
 * transaction; the task sets the tag, and until then deleting the row does not
 * delete the container.
 */

#ifndef VZ_ADOPT_ADMIN_H
#define VZ_ADOPT_ADMIN_H

#include "panel/api/body.h"
#include "runtime/call.h"


/* The body of the request. */
extern const vz_body_t  vz_adopt_admin_form;

/* vz_adopt_admin_request: answers 202 with the container and its task. */
void vz_adopt_admin_request(vz_call_t *call);


#endif /* VZ_ADOPT_ADMIN_H */
