#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_list.h"
#include "daemon/base/job.h"
#include "wire/field.h"


#define VZ_RESTIC_LIST_LINE  (2 << 20)  /* it is one line */


static vz_code_e vz_restic_list_line(vz_job_t *job, char *line, size_t len,
    void *data);
static void vz_restic_list_one(const json_t *item, vz_restic_list_t *saved);
static int vz_restic_list_newer(const void *one, const void *two);


vz_code_e
vz_restic_list(vz_job_t *job, const vz_repository_t *repository,
    const char *tag, vz_restic_list_t *saved)
{
    vz_code_e           code;
    vz_restic_t         run;
    static const char  *args[] = { "--no-lock", "--json", "snapshots", NULL };

    saved->n = 0;
    saved->list = calloc(VZ_RESTIC_LIST_MOST, sizeof(vz_restic_saved_t));

    if (saved->list == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    (void) memset(&run, 0, sizeof(run));
    run.repository = repository;
    run.tag = tag;
    run.args = args;
    run.line = vz_restic_list_line;
    run.line_data = saved;
    run.line_max = VZ_RESTIC_LIST_LINE;

    code = vz_restic_run(job, &run);

    if (code != VZ_OK) {
        vz_restic_list_free(saved);
        return code;
    }

    qsort(saved->list, saved->n, sizeof(vz_restic_saved_t),
          vz_restic_list_newer);

    return VZ_OK;
}


void
vz_restic_list_free(vz_restic_list_t *saved)
{
    free(saved->list);
    saved->list = NULL;
    saved->n = 0;
}


static vz_code_e
vz_restic_list_line(vz_job_t *job, char *line, size_t len, void *data)
{
    size_t        i;
    json_t       *all;
    json_error_t  error;

    all = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);

    if (!json_is_array(all)) {
        json_decref(all);
        return vz_job_end(job, VZ_FAILED, "restic's list of backups can't be "
                          "read: %.100s", error.text);
    }

    for (i = 0; i < json_array_size(all); i++) {
        vz_restic_list_one(json_array_get(all, i), data);
    }

    json_decref(all);

    return VZ_OK;
}


/* one that is not as we wrote it is none of ours */
static void
vz_restic_list_one(const json_t *item, vz_restic_list_t *saved)
{
    const char         *id, *name, *when;
    vz_restic_saved_t  *one;

    id = json_string_value(json_object_get(item, "id"));
    when = json_string_value(json_object_get(item, "time"));
    name = json_string_value(json_array_get(json_object_get(item, "tags"), 0));

    if (id == NULL || when == NULL || strlen(id) != VZ_RESTIC_LIST_ID
        || vz_field_check(VZ_FIELD_BACKUP, id, VZ_RESTIC_LIST_ID) != VZ_OK
        || saved->n == VZ_RESTIC_LIST_MOST)
    {
        return;
    }

    if (name == NULL
        || vz_field_check(VZ_FIELD_SNAPSHOT, name, strlen(name)) != VZ_OK)
    {
        name = "-";
    }

    one = &saved->list[saved->n++];
    (void) strcpy(one->id, id);
    (void) strcpy(one->name, name);
    one->time = vz_restic_list_time(when);
}


static int
vz_restic_list_newer(const void *one, const void *two)
{
    const vz_restic_saved_t  *a = one, *b = two;

    return a->time != b->time ? (a->time < b->time) - (a->time > b->time)
                              : strcmp(a->id, b->id);
}


const vz_restic_saved_t *
vz_restic_list_find(const vz_restic_list_t *saved, const char *id)
{
    unsigned                   i;
    const vz_restic_saved_t   *found;

    found = NULL;

    for (i = 0; i < saved->n; i++) {
        if (strncmp(saved->list[i].id, id, strlen(id)) == 0) {

            if (found != NULL) {
                return NULL;
            }

            found = &saved->list[i];
        }
    }

    return found;
}


const vz_restic_saved_t *
vz_restic_list_name(const vz_restic_list_t *saved, const char *name)
{
    unsigned  i;

    for (i = 0; i < saved->n; i++) {
        if (strcmp(saved->list[i].name, name) == 0) {
            return &saved->list[i];
        }
    }

    return NULL;
}


int64_t
vz_restic_list_time(const char *text)
{
    char        sign;
    int64_t     at;
    unsigned    hours, minutes;
    struct tm   tm;
    const char *rest;

    (void) memset(&tm, 0, sizeof(tm));
    rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

    if (rest == NULL) {
        return VZ_RESTIC_LIST_NONE;
    }

    at = (int64_t) timegm(&tm);

    if (*rest == '.') {
        rest += 1 + strspn(rest + 1, "0123456789");
    }

    if (strcmp(rest, "Z") == 0) {
        return at;
    }

    if (sscanf(rest, "%c%2u:%2u", &sign, &hours, &minutes) != 3
        || (sign != '+' && sign != '-'))
    {
        return VZ_RESTIC_LIST_NONE;
    }

    return sign == '+' ? at - hours * 3600 - minutes * 60
                       : at + hours * 3600 + minutes * 60;
}


void
vz_restic_list_print(int64_t at, char text[VZ_RESTIC_LIST_TIME + 1])
{
    time_t     time;
    struct tm  tm;

    time = (time_t) at;

    if (at == VZ_RESTIC_LIST_NONE || gmtime_r(&time, &tm) == NULL
        || strftime(text, VZ_RESTIC_LIST_TIME + 1, "%Y-%m-%dT%H:%M:%SZ", &tm)
           == 0)
    {
        (void) strcpy(text, "-");
    }
}
