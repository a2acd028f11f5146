/*
 * A message of a node or of the panel about a task, as JSON: the English text,
 * and where the message has a code also that with its values, from which pages
 * make the text in the reader's language.
 */

#ifndef VZ_TASK_SAID_H
#define VZ_TASK_SAID_H

#include "runtime/json.h"


/*
 * vz_task_said_json: write the member key with the text, "" unless it is shown,
 * and the member "say" where the message has a code.
 */
void vz_task_said_json(vz_json_t *json, const char *key, ngx_str_t text,
    ngx_uint_t shown);


#endif /* VZ_TASK_SAID_H */
