/*
 * The version of the database's schema.  A module that needs a newer one than
 * the database has reads, and changes nothing, so that it can't do harm.
 */

#ifndef VZ_SCHEMA_H
#define VZ_SCHEMA_H

#include "runtime/db.h"


typedef struct {
    ngx_uint_t    have;             /* the newest migration applied */
    ngx_uint_t    need;             /* the newest that the module was built
                                       with */
    ngx_uint_t    breaks;           /* modules that need less than this can't
                                       use the schema; 0: all can */
} vz_schema_t;


/*
 * vz_schema_check: on a fiber, whether the schema fits, by an answer not older
 * than age milliseconds.  VZ_OK; VZ_BEHIND where it does not; or the
 * database's.
 */
vz_code_e vz_schema_check(ngx_msec_t age);

/* vz_schema_behind: whether the last answer was VZ_BEHIND. */
ngx_uint_t vz_schema_behind(void);

/* vz_schema: the last answer. */
const vz_schema_t *vz_schema(void);

/*
 * vz_schema_init, vz_schema_exit: worker start and stop; the database is asked
 * at once and then every 10 s.
 */
void vz_schema_init(ngx_cycle_t *cycle);
void vz_schema_exit(void);


#endif /* VZ_SCHEMA_H */
