/*
 * The schema: what the database has, and what this module needs.  A module
 * that finds less works on what it may break no further: it reads, and changes
 * nothing.
 */

#ifndef VZ_SCHEMA_H
#define VZ_SCHEMA_H

#include "runtime/db.h"


/*
 * have: the newest migration that was applied; need: the newest that the module
 * was built with; breaks: one who needs less than this can't work with what the
 * database has, 0 where anybody can.
 */
typedef struct {
    ngx_uint_t    have;
    ngx_uint_t    need;
    ngx_uint_t    breaks;
} vz_schema_t;


/*
 * vz_schema_check: on a fiber, whether the schema fits, by an answer not older
 * than that many milliseconds.  VZ_OK; VZ_BEHIND; another code where the
 * database does not say.
 */
vz_code_e vz_schema_check(ngx_msec_t age);

/* vz_schema_behind: whether the last answer was VZ_BEHIND. */
ngx_uint_t vz_schema_behind(void);

/* vz_schema: what was found last. */
const vz_schema_t *vz_schema(void);

/* Worker start and stop: it is asked at once, and every now and then. */
void vz_schema_init(ngx_cycle_t *cycle);
void vz_schema_exit(void);


#endif /* VZ_SCHEMA_H */
