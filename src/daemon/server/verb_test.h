/*
 * Verbs for tests, where virtual-server.conf says test_verbs = yes: one with a
 * body, one that ends in a stream, one that is long.  They change nothing and
 * are the same on every driver, but for the container, which must be there.
 */

#ifndef VZ_VERB_TEST_H
#define VZ_VERB_TEST_H

#include "daemon/base/driver.h"


/* vz_verb_test_echo: a stream that says what it hears. */
vz_code_e vz_verb_test_echo(vz_job_t *job);

/* vz_verb_test_lines: "lines= bytes= sha256=" of its body. */
vz_code_e vz_verb_test_lines(vz_job_t *job);

/*
 * vz_verb_test_doze: take as many milliseconds as its second argument says,
 * with progress; then, where it has a third, as many without a sign of life.
 */
vz_code_e vz_verb_test_doze(vz_job_t *job);


#endif /* VZ_VERB_TEST_H */
