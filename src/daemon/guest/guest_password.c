#include <crypt.h>
#include <stdio.h>
#include <string.h>
#include "daemon/guest/guest_password.h"


/* sha512crypt: templates of 2010 know nothing better */
int
vz_guest_password_hash(const char *secret, char hash[VZ_GUEST_PASSWORD])
{
    char               setting[CRYPT_GENSALT_OUTPUT_SIZE];
    const char        *text;
    struct crypt_data  data;

    (void) memset(&data, 0, sizeof(data));

    text = crypt_gensalt_rn("$6$", 0, NULL, 0, setting, sizeof(setting))
           ? crypt_r(secret, setting, &data) : NULL;

    if (text && text[0] != '*') {
        (void) snprintf(hash, VZ_GUEST_PASSWORD, "%s", text);

    } else {
        text = NULL;
    }

    explicit_bzero(&data, sizeof(data));

    return text ? 0 : -1;
}
