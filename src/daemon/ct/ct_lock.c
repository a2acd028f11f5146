#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "daemon/ct/ct_lock.h"
#include "wire/frame.h"


static vz_code_e vz_ct_lock_lock(const vz_config_t *conf, const char *name,
    const char *what, int timeout, vz_lock_t *lock, char *words);


vz_code_e
vz_ct_lock_take(const vz_config_t *conf, uint32_t ctid, const char *what,
    int timeout, vz_lock_t *lock, char *words)
{
    char  name[24];

    snprintf(name, sizeof(name), "%u.live", ctid);

    return vz_ct_lock_lock(conf, name, what, timeout, lock, words);
}


vz_code_e
vz_ct_lock_addresses(const vz_config_t *conf, const char *what, int timeout,
    vz_lock_t *lock, char *words)
{
    return vz_ct_lock_lock(conf, "addresses", what, timeout, lock, words);
}


static vz_code_e
vz_ct_lock_lock(const vz_config_t *conf, const char *name, const char *what,
    int timeout, vz_lock_t *lock, char *words)
{
    char       holder[VZ_LOCK_HOLDER];
    vz_code_e  code;

    code = vz_lock_take(conf, name, what, timeout, lock, holder);

    if (code == VZ_BUSY) {
        snprintf(words, VZ_WORDS_MAX, "%s: held by %.150s, try again", name,
                 holder[0] ? holder : "another process");

    } else if (code != VZ_OK) {
        snprintf(words, VZ_WORDS_MAX, "lock %s: %s", name, strerror(errno));
    }

    return code;
}
