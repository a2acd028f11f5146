/*
 * What restic's mount does not show of a backup: which names are of one file,
 * sockets, sticky bits, and targets of symbolic links that are no UTF-8.  They
 * are noted beside the files when those are saved, and made again when they are
 * restored.
 */

#ifndef VZ_BACKUP_LINKS_H
#define VZ_BACKUP_LINKS_H


#define VZ_BACKUP_LINKS_NAME  "links"       /* of the note, in the record */

/*
 * vz_backup_links_write: look through all files below root, and note those in
 * a new file.  Of a container that has more than some hundred thousand of them
 * the rest is left out.  0, or -1 with errno.
 */
int vz_backup_links_write(const char *root, const char *file);

/*
 * vz_backup_links_apply: make below root what the file notes, where the names
 * are there; no symbolic link is followed.  0, also where there is no note, or
 * -1 with errno.
 */
int vz_backup_links_apply(const char *root, const char *file);


#endif /* VZ_BACKUP_LINKS_H */
