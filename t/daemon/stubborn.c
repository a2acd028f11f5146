/*
 * An init that obeys nobody: no signal, not the death of its parent; and it
 * hides in groups of its own, 40 deep.  Static, for any root.
 */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>


#define STUBBORN_DEPTH  40


static void
hide(const char *type, const char *options)
{
    int    i;
    FILE  *fp;

    if (mkdir("/tmp/groups", 0700) == -1 && chdir("/tmp/groups") == -1) {
        return;
    }

    if (mount("groups", "/tmp/groups", type, 0, options) == -1
        || chdir("/tmp/groups") == -1)
    {
        return;
    }

    for (i = 0; i < STUBBORN_DEPTH; i++) {
        if (mkdir("g", 0700) == -1 || chdir("g") == -1) {
            break;
        }
    }

    fp = fopen("cgroup.procs", "w");

    if (fp != NULL) {
        fprintf(fp, "1\n");
        fclose(fp);
    }

    (void) chdir("/");
}


int
main(void)
{
    sigset_t  all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    prctl(PR_SET_PDEATHSIG, 0);

    hide("cgroup2", "");
    hide("cgroup", "pids");

    for ( ;; ) {
        pause();
    }
}
