/*
 * What the tests of a program share that need the grammars of the fields.
 */

#ifndef VZ_GRAMMARS_H
#define VZ_GRAMMARS_H

#include "unit.h"
#include "wire/field.h"


/* grammars_begin, grammars_end: before all tests, and after. */

static inline int
grammars_begin(void **state)
{
    (void) state;

    return vz_field_init() == VZ_OK ? 0 : -1;
}


static inline int
grammars_end(void **state)
{
    (void) state;

    vz_field_free();

    return 0;
}


#endif /* VZ_GRAMMARS_H */
