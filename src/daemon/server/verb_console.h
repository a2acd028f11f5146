/* Verbs that show a terminal: console, bootlog. */

#ifndef VZ_VERB_CONSOLE_H
#define VZ_VERB_CONSOLE_H

#include "daemon/base/driver.h"


/*
 * console ID MODE COLS ROWS: a stream of records (wire/console.h).  VZ_BUSY
 * where the node has as many terminals as it may.
 */
vz_code_e vz_verb_console_open(vz_job_t *job);

/* bootlog ID: a stream of what the container's last boot printed. */
vz_code_e vz_verb_console_log(vz_job_t *job);


#endif /* VZ_VERB_CONSOLE_H */
