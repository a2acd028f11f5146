/*
 * The process of one terminal: virtual-server --console, which a verb starts.
 * It is executed anew, so that the guest, whose process it makes, finds nothing
 * of ours in its memory; and it can be killed where the guest lets it hang.
 */

#ifndef VZ_CONSOLE_PROCESS_H
#define VZ_CONSOLE_PROCESS_H

#include "daemon/base/driver.h"


#define VZ_CONSOLE_PROCESS_ARG  64      /* bytes of an argument of --console */

/*
 * vz_console_process_arg: the argument of --console for a terminal.
 * vz_console_process_parse: the terminal of one.  0, or -1.
 */
void vz_console_process_arg(char arg[VZ_CONSOLE_PROCESS_ARG],
    const vz_terminal_t *terminal);
int vz_console_process_parse(const char *arg, vz_terminal_t *terminal);

/*
 * vz_console_process_run: open the terminal and serve it between stdin and
 * stdout until its program has ended, or stdin has.  First of all it writes a
 * line: "ok", or a code and words.  What follows are records (wire/console.h),
 * of a log its bytes.  Nothing of it runs on when this returns, the exit
 * status.
 */
int vz_console_process_run(const vz_config_t *conf,
    const vz_driver_t *driver, vz_terminal_t *terminal);


#endif /* VZ_CONSOLE_PROCESS_H */
