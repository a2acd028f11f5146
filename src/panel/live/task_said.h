/*
 * What a node or the panel said about a task, as JSON: the words themselves,
 * and where they have a code that one with its values, for people to read in
 * their language.
 */

#ifndef VZ_TASK_SAID_H
#define VZ_TASK_SAID_H

#include "runtime/json.h"


/*
 * vz_task_said_json: the member key with the words, "" where they are not
 * shown, and the member "say" where they say something that has a code.
 */
void vz_task_said_json(vz_json_t *json, const char *key, ngx_str_t text,
    ngx_uint_t shown);


#endif /* VZ_TASK_SAID_H */
