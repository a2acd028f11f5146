/*
 * POST /api/admin/nodes/{id}/adopt: a container that the node has and the panel
 * does not know becomes somebody's, or is a missing one that came back.  Row,
 * addresses and task are one transaction; the tag is given by the task, and
 * until it is done nobody who deletes the row destroys the container.
 */

#ifndef VZ_ADOPT_ADMIN_H
#define VZ_ADOPT_ADMIN_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_verb_body_t  vz_adopt_admin_form;
void vz_adopt_admin_request(vz_call_t *call);


#endif /* VZ_ADOPT_ADMIN_H */
