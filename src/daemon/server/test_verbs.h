/*
 * Verbs for tests, where virtual-server.conf says test_verbs = yes: one with a
 * body, one that ends in a stream, one that is long.  They change nothing and
 * are the same on every driver, but for the container, which must be there.
 */

#ifndef VZ_TEST_VERBS_H
#define VZ_TEST_VERBS_H

#include "daemon/base/driver.h"


/* vz_test_verbs_echo: a stream that says what it hears. */
vz_code_e vz_test_verbs_echo(vz_job_t *job);

/* vz_test_verbs_lines: "lines= bytes= sha256=" of its body. */
vz_code_e vz_test_verbs_lines(vz_job_t *job);

/*
 * vz_test_verbs_doze: take as many milliseconds as its second argument says,
 * with progress; then, where it has a third, as many without a sign of life.
 */
vz_code_e vz_test_verbs_doze(vz_job_t *job);


#endif /* VZ_TEST_VERBS_H */
