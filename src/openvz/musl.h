/*
 * What the daemon asks of glibc 2.34 and musl 1.2.3 has not; scripts/openvz
 * includes it before each file.
 */

#ifndef VZ_MUSL_H
#define VZ_MUSL_H

#include <spawn.h>


/* closefrom(3), posix_spawn_file_actions_addclosefrom_np(3) */
void closefrom(int first);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *acts,
    int first);


#endif /* VZ_MUSL_H */
