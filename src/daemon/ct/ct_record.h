/*
 * The text of a container's record: "key=value" lines. One table lists the
 * keys and the kinds of their values.
 */

#ifndef VZ_CT_RECORD_H
#define VZ_CT_RECORD_H

#include "daemon/base/strbuf.h"
#include "daemon/ct/ct_store.h"


#define VZ_CT_RECORD_MAX  8192      /* bytes of a ct.conf */

/*
 * vz_ct_record_parse: parse a record into ct, whose dir stays as it is;
 * unknown keys are skipped. 0, or -1 with EINVAL: ct has what could be read.
 * vz_ct_record_print: print all of ct.
 */
int vz_ct_record_parse(const char *buf, vz_ct_t *ct);
void vz_ct_record_print(const vz_ct_t *ct, vz_strbuf_t *text);


#endif /* VZ_CT_RECORD_H */
