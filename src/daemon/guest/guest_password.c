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


int
vz_guest_password_hashed(const char *text)
{
    size_t              n;
    static const char  *letters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz";

    if (strncmp(text, "$6$", 3) != 0) {
        return 0;
    }

    text += 3;

    if (strncmp(text, "rounds=", 7) == 0) {
        text += 7;
        n = strspn(text, "0123456789");

        if (n < 4 || n > 9 || text[n] != '$') {
            return 0;
        }

        text += n + 1;
    }

    n = strspn(text, letters);

    return n >= 1 && n <= 16 && text[n] == '$'
           && strlen(text + n + 1) == 86
           && strspn(text + n + 1, letters) == 86;
}
