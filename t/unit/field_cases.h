/*
 * Texts that a grammar takes or refuses.
 */

#ifndef VZ_FIELD_CASES_H
#define VZ_FIELD_CASES_H

#include <string.h>
#include "unit.h"
#include "wire/field.h"


typedef struct {
    vz_field_e    kind;
    const char   *text;
    size_t        len;
} vz_case_t;


/* field_cases_check: a copy on the heap, so that ASan sees a byte read behind
   it. */

static inline vz_code_e
field_cases_check(const vz_case_t *c)
{
    char       *copy;
    vz_code_e   rc;

    copy = test_malloc(c->len ? c->len : 1);
    memcpy(copy, c->text, c->len);
    rc = vz_field_check(c->kind, copy, c->len);
    test_free(copy);

    return rc;
}


/* field_cases_taken, field_cases_refused: each of the n cases is. */

static inline void
field_cases_taken(const vz_case_t *cases, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (field_cases_check(&cases[i]) != VZ_OK) {
            fail_msg("%s refused: %s", vz_field_name(cases[i].kind),
                     cases[i].text);
        }
    }
}


static inline void
field_cases_refused(const vz_case_t *cases, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (field_cases_check(&cases[i]) != VZ_RANGE) {
            fail_msg("%s taken: %s (%zu)", vz_field_name(cases[i].kind),
                     cases[i].text, i);
        }
    }
}


#endif /* VZ_FIELD_CASES_H */
