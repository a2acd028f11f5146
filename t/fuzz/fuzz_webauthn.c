/*
 * Hostile bytes as each part of what a passkey says: the authenticator's data,
 * the client's data, a key, a signature.
 *
 * sources: src/runtime/webauthn.c
 * libs: -ljansson
 */

#include "fuzz.h"
#include "runtime/webauthn.h"


#define RP  "panel.example.org"


static void
data_are_within(const vz_webauthn_bytes_t *bytes)
{
    vz_code_e            rc;
    vz_webauthn_data_t   data;

    rc = vz_webauthn_data(bytes, RP, sizeof(RP) - 1, &data);

    must(rc == VZ_OK || rc == VZ_SYNTAX || rc == VZ_DENIED);

    if (rc == VZ_OK && data.id.len) {
        must(data.id.len <= VZ_WEBAUTHN_ID);
        must(data.id.data > bytes->data);
        must(data.id.data + data.id.len <= bytes->data + bytes->len);
    }
}


/* what names a challenge is taken with that one, or refused for the rest */

static void
client_is_terminated(const vz_webauthn_bytes_t *bytes)
{
    char           origin[VZ_WEBAUTHN_ORIGIN];
    vz_code_e      rc;
    unsigned char  challenge[VZ_WEBAUTHN_CHALLENGE];

    if (vz_webauthn_challenge(bytes, challenge) != VZ_OK) {
        return;
    }

    rc = vz_webauthn_client(bytes, VZ_WEBAUTHN_GET, challenge, origin);

    if (rc == VZ_OK) {
        must(memchr(origin, '\0', sizeof(origin)) != NULL);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned             i;
    vz_webauthn_bytes_t  bytes;

    static const int  algorithms[] = {
        VZ_WEBAUTHN_ES256, VZ_WEBAUTHN_EDDSA, VZ_WEBAUTHN_RS256
    };

    bytes.data = data;
    bytes.len = size;

    data_are_within(&bytes);
    client_is_terminated(&bytes);

    for (i = 0; i < 3; i++) {
        if (vz_webauthn_key(&bytes, algorithms[i]) == VZ_OK) {
            must(vz_webauthn_verify(&bytes, algorithms[i], &bytes, &bytes,
                                    &bytes)
                 != VZ_OK);
        }
    }

    return 0;
}
