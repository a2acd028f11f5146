/*
 * Archives of templates that a test makes, and a cache of its own that unpacks
 * them.
 */

#ifndef VZ_TAR_H
#define VZ_TAR_H

#include <archive.h>
#include <archive_entry.h>
#include <limits.h>
#include <sys/stat.h>
#include "unit.h"
#include "daemon/base/config.h"
#include "daemon/base/job.h"


typedef struct archive  tar_t;

extern char         home[];             /* the folder of the tests */
extern char         outside[];          /* what no archive may write to */
extern vz_config_t  conf;
extern vz_job_t     job;                /* of the last unpack() */
extern char         path[PATH_MAX];     /* of the last unpacked template */
extern int          null;               /* a descriptor that takes all */


/*
 * tar_new: a new archive of that name in template_dir.  tar_add: an entry;
 * type 0 is a hard link, body is what it holds or points at.  tar_end: close
 * it.  tar_system: add what every template must have, and close it.
 */
tar_t *tar_new(const char *file);
void tar_add(tar_t *tar, const char *name, unsigned type, unsigned mode,
    const char *body);
void tar_end(tar_t *tar);
void tar_system(tar_t *tar);

/* unpack: unpack a template into the cache, within 60 s. */
vz_code_e unpack(const char *name);

/* there: 1 where the unpacked template has that file; st is filled. */
int there(const char *name, struct stat *st);

/* count: how many names in a folder of the store begin with start. */
unsigned count(const char *folder, const char *start);

/*
 * tar_main: main() of a test program: it is the unpacker, too, when it is
 * called as one.  Skips all tests where it does not run as root.
 */
int tar_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n);


#endif /* VZ_TAR_H */
