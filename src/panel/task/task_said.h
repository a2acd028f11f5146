/*
 * What a node or the panel says about a task, as JSON: the text itself, and
 * the code and values of a text that the pages can translate (wire/say.h).
 */

#ifndef VZ_TASK_SAID_H
#define VZ_TASK_SAID_H

#include "runtime/json.h"


/*
 * vz_task_said_json: write the member key with the text, or "" where it is not
 * shown, and the member "say" where the text has a code.
 */
void vz_task_said_json(vz_json_t *json, const char *key, ngx_str_t text,
    ngx_uint_t shown);


#endif /* VZ_TASK_SAID_H */
