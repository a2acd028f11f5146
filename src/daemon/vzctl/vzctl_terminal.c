/*
 * Terminals by vzctl, which has a terminal of its own in the container and
 * copies between that one and ours.
 */

#include <errno.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/spawn.h"
#include "daemon/vzctl/vzctl_terminal.h"


#define VZ_VZCTL_TERMINAL_TIME  5000    /* ms for vzctl status */


static vz_code_e vz_vzctl_terminal_runs(const vz_config_t *conf,
    const char *id, char *words);


vz_code_e
vz_vzctl_terminal_open(const vz_config_t *conf, vz_terminal_t *terminal,
    char *words)
{
    char            id[16];
    vz_code_e       code;
    struct winsize  size;

    static char  *env[] = {
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm-256color",
        "LC_ALL=C", NULL
    };

    (void) snprintf(id, sizeof(id), "%u", terminal->ctid);

    code = vz_vzctl_terminal_runs(conf, id, words);
    if (code != VZ_OK) {
        return code;
    }

    (void) memset(&size, 0, sizeof(size));
    size.ws_col = (unsigned short) terminal->cols;
    size.ws_row = (unsigned short) terminal->rows;

    terminal->child = forkpty(&terminal->fd, NULL, NULL, &size);

    if (terminal->child == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "forkpty: %s", strerror(errno));
        return VZ_INTERNAL;
    }

    if (terminal->child == 0) {
        closefrom(STDERR_FILENO + 1);
        environ = env;
        (void) execl(conf->vzctl, "vzctl", terminal->what == VZ_TERMINAL_LOGIN
                     ? "console" : "enter", id, (char *) NULL);
        _exit(126);
    }

    return VZ_OK;
}


/*
 * "CTID 101 exist mounted running" or "CTID 101 deleted unmounted down": once
 * the terminal is there, vzctl's own refusal would be read as its output.
 */
static vz_code_e
vz_vzctl_terminal_runs(const vz_config_t *conf, const char *id, char *words)
{
    char         output[256];
    size_t       len;
    vz_code_e    code;
    vz_spawn_t   run;
    const char  *argv[] = { conf->vzctl, "status", id, NULL };

    (void) memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.output = output;
    run.output_size = sizeof(output);
    run.timeout = VZ_VZCTL_TERMINAL_TIME;

    code = vz_spawn(&run);

    if (code != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "vzctl status did not tell "
                        "whether it runs: exit %d", run.status);
        return code == VZ_TIMEOUT ? code : VZ_FAILED;
    }

    len = strcspn(output, "\n");
    output[len] = '\0';

    if (strstr(output, " deleted ") != NULL) {
        (void) snprintf(words, VZ_WORDS_MAX, "container %s does not exist",
                        id);
        return VZ_NOENT;
    }

    if (len < 8 || strcmp(output + len - 8, " running") != 0) {
        (void) snprintf(words, VZ_WORDS_MAX, "it does not run");
        return VZ_STATE;
    }

    return VZ_OK;
}
