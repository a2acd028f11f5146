/*
 * Names of files as they cross the wire: any bytes, each that is not of
 * A-Z a-z 0-9 . _ - as %XX.
 */

#ifndef VZ_BACKUP_PATH_H
#define VZ_BACKUP_PATH_H

#include <limits.h>
#include <stddef.h>
#include "wire/code.h"


#define VZ_BACKUP_PATH_ROOT  "/root"    /* of a container, in its backups */
#define VZ_BACKUP_PATH_NAME  (3 * NAME_MAX + 1)     /* a name that is printed */

/*
 * vz_backup_path_parse: the path in a backup (PATH_MAX bytes) of one that a
 * client names: below VZ_BACKUP_PATH_ROOT, with neither "." nor ".." in it, so
 * that nothing beside that is reached.  VZ_OK or VZ_RANGE.
 */
vz_code_e vz_backup_path_parse(const char *text, char *path);

/*
 * vz_backup_path_print: a name of len bytes into text (VZ_BACKUP_PATH_NAME
 * bytes).  VZ_OK, or VZ_RANGE where it is longer than a name can be.
 */
vz_code_e vz_backup_path_print(const char *name, size_t len, char *text);


#endif /* VZ_BACKUP_PATH_H */
