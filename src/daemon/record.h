/*
 * The text of a container's record: "key=value" lines, by one table of keys
 * with their kinds.
 */

#ifndef VZ_RECORD_H
#define VZ_RECORD_H

#include "store.h"
#include "text.h"


#define VZ_RECORD_MAX  8192         /* bytes of a ct.conf */

/*
 * vz_record_parse: text into ct, whose dir stays; unknown keys are passed
 * over.  0, or -1 with EINVAL, and ct has what could be read.
 * vz_record_print: all of it.
 */
int vz_record_parse(const char *buf, vz_ct_t *ct);
void vz_record_print(const vz_ct_t *ct, vz_text_t *text);


#endif /* VZ_RECORD_H */
