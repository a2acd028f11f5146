/*
 * view CONFIGURATION CTID NAME FOLDER: attach a snapshot's view, tell "ok" or
 * the code and its words, and keep it until the input ends.  What comes in is
 * commands of a shell that sees the view.
 */

#include <stdio.h>
#include <stdlib.h>
#include "daemon/base/config.h"
#include "daemon/rootfs/snapshot.h"
#include "wire/field.h"
#include "wire/frame.h"


int
main(int argc, char **argv)
{
    char         line[4096], words[VZ_CONFIG_WORDS];
    vz_code_e    code;

    static vz_ct_t      ct;
    static vz_config_t  conf;

    if (argc != 5 || vz_field_init() != VZ_OK
        || vz_config_read(argv[1], &conf, words) == -1
        || vz_ct_store_read(&conf, (uint32_t) atoi(argv[2]), &ct) != VZ_OK)
    {
        return 2;
    }

    code = vz_snapshot_view(&conf, &ct, argv[3], argv[4], words);

    if (code != VZ_OK) {
        printf("%s %s\n", vz_code_name(code), words);
        return 1;
    }

    printf("ok\n");
    fflush(stdout);

    while (fgets(line, sizeof(line), stdin)) {
        if (system(line) == -1) {
            return 1;
        }

        printf(".\n");
        fflush(stdout);
    }

    return 0;
}
