#include <string.h>
#include "daemon/base/file.h"
#include "daemon/base/log.h"
#include "daemon/base/run_folder.h"
#include "daemon/template/template_cache.h"
#include "daemon/template/template_verdict.h"
#include "daemon/template/unpacker.h"


#define VZ_TEMPLATE_VERDICT_FOLDER  "verdict"
#define VZ_TEMPLATE_VERDICT_GOOD    "good"


static void vz_template_verdict_keep(const vz_config_t *conf, const char *name,
    const char *what);


vz_code_e
vz_template_verdict(vz_job_t *job, const vz_template_t *entry, int look,
                    char *words)
{
    char       path[PATH_MAX], version[NAME_MAX + 1];
    vz_code_e  code;

    words[0] = '\0';

    if (vz_template_cache_version(entry, version) == -1
        || vz_run_folder_path(job->conf, VZ_TEMPLATE_VERDICT_FOLDER, version,
                              path) == -1)
    {
        return VZ_AGAIN;
    }

    if (vz_file_read(path, words, VZ_WORDS_MAX) > 0) {
        return strcmp(words,
                      VZ_TEMPLATE_VERDICT_GOOD) == 0 ? VZ_OK : VZ_FAILED;
    }

    if (!look) {
        return VZ_AGAIN;
    }

    code = vz_unpacker_look(job, entry);

    (void) strcpy(words, job->words);
    job->words[0] = '\0';

    switch (code) {

    case VZ_OK:
        vz_template_verdict_keep(job->conf, version, VZ_TEMPLATE_VERDICT_GOOD);
        return VZ_OK;

    case VZ_FAILED:
        vz_log(LOG_WARNING, "template %s", words);
        vz_template_verdict_keep(job->conf, version, words);
        return VZ_FAILED;

    default:
        vz_log(LOG_WARNING, "looking at template %s: %s", entry->name, words);
        return VZ_AGAIN;
    }
}


int
vz_template_verdict_new(const vz_config_t *conf, const char *file,
                        const char *why)
{
    char  path[PATH_MAX], words[VZ_WORDS_MAX];

    if (vz_run_folder_path(conf, VZ_TEMPLATE_VERDICT_FOLDER, file, path) == 0
        && vz_file_read(path, words, sizeof(words)) >= 0
        && strncmp(words, why, sizeof(words) - 1) == 0)
    {
        return 0;
    }

    vz_template_verdict_keep(conf, file, why);

    return 1;
}


static void
vz_template_verdict_keep(const vz_config_t *conf, const char *name,
                         const char *what)
{
    char  path[PATH_MAX];

    if (vz_run_folder_make(conf, VZ_TEMPLATE_VERDICT_FOLDER, name,
                           path) == 0) {
        (void) vz_file_replace(path, what, strlen(what));
    }
}
