#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "guest_root.h"
#include "daemon/base/dirtree.h"


char  base[64];


void
put(const char *path, const char *text)
{
    FILE  *fp;
    char   name[PATH_MAX], *slash;

    (void) snprintf(name, sizeof(name), "%s/%s", base, path);
    slash = strrchr(name, '/');
    *slash = '\0';
    assert_int_equal(vz_dirtree_make(name, 0755), 0);
    *slash = '/';

    fp = fopen(name, "w");
    assert_non_null(fp);
    assert_true(fputs(text, fp) >= 0);
    assert_int_equal(fclose(fp), 0);
}


const char *
get(const char *path)
{
    FILE         *fp;
    char          name[PATH_MAX];
    size_t        n;
    static char   text[8192];

    (void) snprintf(name, sizeof(name), "%s/%s", base, path);

    fp = fopen(name, "r");
    if (fp == NULL) {
        return "";
    }

    n = fread(text, 1, sizeof(text) - 1, fp);
    text[n] = '\0';
    (void) fclose(fp);

    return text;
}
