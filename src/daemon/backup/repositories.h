/*
 * The repositories of a node: a file of root's alone, with a section for each.
 *
 *   [main]
 *   url = rest:https://backup.example.org/%t/   %t: the container's tag
 *   key = /etc/vzpanel/backup.key               16 bytes or more
 *   mounted = /srv/backup                       must be a mount point
 *   upload = 20000                              KiB/s
 *   env = AWS_ACCESS_KEY_ID=...                 any number of them, up to 16
 *   option = s3.storage-class=STANDARD_IA       restic -o, the same
 *
 * Each container has a repository of its own, whose password is an HMAC of its
 * tag with the key: nobody stores it, and none of it crosses the wire.
 */

#ifndef VZ_REPOSITORIES_H
#define VZ_REPOSITORIES_H

#include <limits.h>
#include "daemon/base/config.h"
#include "wire/verb.h"


#define VZ_REPOSITORY_RESTIC    "/usr/bin/restic"
#define VZ_REPOSITORY_RSYNC     "/usr/bin/rsync"

#define VZ_REPOSITORY_MOST      16
#define VZ_REPOSITORY_EXTRA     16      /* env and option lines of one */
#define VZ_REPOSITORY_FILE      16384   /* bytes of the file */
#define VZ_REPOSITORY_NAME      32
#define VZ_REPOSITORY_URL       1024
#define VZ_REPOSITORY_PASSWORD  64
#define VZ_REPOSITORY_TEXT      (VZ_REPOSITORY_MOST * (VZ_REPOSITORY_NAME + 1))

typedef struct {
    char          name[VZ_REPOSITORY_NAME + 1];
    const char   *url;                      /* these point into the list */
    const char   *key;
    const char   *mounted;                  /* NULL: nothing must be */
    unsigned      upload;                   /* KiB/s; 0: unlimited */
    unsigned      nenv;
    const char   *env[VZ_REPOSITORY_EXTRA];
    unsigned      noption;
    const char   *option[VZ_REPOSITORY_EXTRA];
} vz_repository_t;

typedef struct {
    unsigned          n;
    vz_repository_t   list[VZ_REPOSITORY_MOST];
    char              text[VZ_REPOSITORY_FILE];     /* has secrets */
} vz_repositories_t;


/*
 * vz_repositories_load: read the file.  VZ_OK, also where there is none: n is 0
 * then; VZ_DENIED where others than root may read it, VZ_FAILED where it is
 * broken, with words (VZ_CONFIG_WORDS bytes) that name the line.
 */
vz_code_e vz_repositories_load(const vz_config_t *conf, vz_repositories_t *all,
    char *words);

/* vz_repositories_find: the repository of that name, or NULL. */
const vz_repository_t *vz_repositories_find(const vz_repositories_t *all,
    const char *name);

/*
 * vz_repositories_wipe: forget what the list holds; the repositories in it end
 * with it.
 */
void vz_repositories_wipe(vz_repositories_t *all);

/*
 * vz_repositories_names: their names with commas between them, "-" where there
 * are none that can be used; text has VZ_REPOSITORY_TEXT bytes.
 */
void vz_repositories_names(const vz_config_t *conf, char *text);

/*
 * vz_repositories_url: the address of a container's own repository, of
 * VZ_REPOSITORY_URL bytes at most.  0, or -1 where it is longer.
 */
int vz_repositories_url(const vz_repository_t *repository, const char *tag,
    char *url);

/*
 * vz_repositories_password: the password of it, for explicit_bzero().  VZ_OK;
 * VZ_DENIED where others than root may read the key, VZ_FAILED where it can't
 * be used, with words (VZ_WORDS_MAX bytes).
 */
vz_code_e vz_repositories_password(const vz_repository_t *repository,
    const char *tag, char password[VZ_REPOSITORY_PASSWORD + 1], char *words);

/*
 * vz_repositories_there: VZ_OK where what must be mounted is; else VZ_FAILED
 * with words (VZ_WORDS_MAX bytes).
 */
vz_code_e vz_repositories_there(const vz_repository_t *repository, char *words);

/* vz_repositories_check: lines for --check.  Returns the number of lacks. */
int vz_repositories_check(const vz_config_t *conf);


#endif /* VZ_REPOSITORIES_H */
