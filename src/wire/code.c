/*
 * The protocol's words for codes.
 */

#include <string.h>
#include "wire/code.h"


/* from VZ_OK to VZ_INTERNAL, in their order */
static const char *const  vz_code_names[] = {
    "ok",
    "syntax",
    "denied",
    "unknown",
    "range",
    "noent",
    "exists",
    "state",
    "busy",
    "notemplate",
    "nospace",
    "unsupported",
    "timeout",
    "failed",
    "stale",
    "internal"
};


const char *
vz_code_name(vz_code_e code)
{
    if ((unsigned) code > VZ_INTERNAL) {
        return "internal";
    }

    return vz_code_names[code];
}


vz_code_e
vz_code_parse(const char *word)
{
    unsigned  i;

    /* not from VZ_OK: "err ok" is no success */

    for (i = VZ_SYNTAX; i < VZ_INTERNAL; i++) {
        if (strcmp(word, vz_code_names[i]) == 0) {
            return (vz_code_e) i;
        }
    }

    return VZ_INTERNAL;
}
