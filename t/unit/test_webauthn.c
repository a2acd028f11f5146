/*
 * What a passkey signs: keys of three kinds, and each way in which an answer
 * may be wrong.
 *
 * sources: src/runtime/webauthn.c
 * libs: -ljansson
 */

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>
#include "unit.h"
#include "runtime/webauthn.h"


#define RP      "panel.example.org"
#define ORIGIN  "https://panel.example.org"
#define NAMED   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


static unsigned char  challenge[VZ_WEBAUTHN_CHALLENGE];


static vz_webauthn_bytes_t
bytes(const void *data, size_t len)
{
    vz_webauthn_bytes_t  all = { data, len };

    return all;
}


static vz_code_e
client(const char *json, vz_webauthn_e what)
{
    size_t               i;
    char                 origin[VZ_WEBAUTHN_ORIGIN];
    vz_code_e            rc;
    vz_webauthn_bytes_t  text;

    for (i = 0; i < sizeof(challenge); i++) {
        challenge[i] = (unsigned char) i;
    }

    text = bytes(json, strlen(json));
    rc = vz_webauthn_client(&text, what, challenge, origin);

    if (rc == VZ_OK) {
        assert_string_equal(origin, ORIGIN);
    }

    return rc;
}


#define CLIENT(type, named, more)                                             \
    "{\"type\":\"" type "\",\"challenge\":\"" named "\",\"origin\":\""        \
    ORIGIN "\"" more "}"


static void
client_data_are_of_our_challenge_and_of_one_use(void **state)
{
    vz_webauthn_bytes_t  text;
    unsigned char        named[VZ_WEBAUTHN_CHALLENGE];

    (void) state;

    assert_int_equal(client(CLIENT("webauthn.get", NAMED, ""),
                            VZ_WEBAUTHN_GET), VZ_OK);
    assert_int_equal(client(CLIENT("webauthn.create", NAMED,
                                   ",\"crossOrigin\":false"),
                            VZ_WEBAUTHN_CREATE), VZ_OK);
    assert_int_equal(client(CLIENT("webauthn.create", NAMED, ""),
                            VZ_WEBAUTHN_GET), VZ_DENIED);
    assert_int_equal(client(CLIENT("webauthn.get", NAMED,
                                   ",\"crossOrigin\":true"),
                            VZ_WEBAUTHN_GET), VZ_DENIED);
    assert_int_equal(client(CLIENT("webauthn.get", NAMED,
                                   ",\"topOrigin\":\"https://x\""),
                            VZ_WEBAUTHN_GET), VZ_DENIED);
    assert_int_equal(client(CLIENT("webauthn.get", "B" NAMED, ""),
                            VZ_WEBAUTHN_GET), VZ_SYNTAX);
    assert_int_equal(client(CLIENT("webauthn.get", "*AECAwQFBgcICQoLDA0ODxAR"
                                   "EhMUFRYXGBkaGxwdHh8", ""),
                            VZ_WEBAUTHN_GET), VZ_SYNTAX);
    assert_int_equal(client(CLIENT("webauthn.get", "BAECAwQFBgcICQoLDA0ODxAR"
                                   "EhMUFRYXGBkaGxwdHh8", ""),
                            VZ_WEBAUTHN_GET), VZ_DENIED);
    assert_int_equal(client("[]", VZ_WEBAUTHN_GET), VZ_SYNTAX);
    assert_int_equal(client("{}", VZ_WEBAUTHN_GET), VZ_SYNTAX);
    assert_int_equal(client("", VZ_WEBAUTHN_GET), VZ_SYNTAX);
    assert_int_equal(client("{\"type\":1,\"challenge\":\"" NAMED
                            "\",\"origin\":\"x\"}", VZ_WEBAUTHN_GET),
                     VZ_SYNTAX);
    assert_int_equal(client("{\"type\":\"webauthn.get\",\"type\":\"x\","
                            "\"challenge\":\"" NAMED "\",\"origin\":\"x\"}",
                            VZ_WEBAUTHN_GET), VZ_SYNTAX);

    text = bytes(CLIENT("x", NAMED, ""), strlen(CLIENT("x", NAMED, "")));
    assert_int_equal(vz_webauthn_challenge(&text, named), VZ_OK);
    assert_memory_equal(named, challenge, sizeof(named));
}


static size_t
data_of(unsigned char *p, unsigned flags, unsigned counter, size_t id)
{
    memset(p, 0, 600);
    SHA256((const unsigned char *) RP, strlen(RP), p);
    p[32] = (unsigned char) flags;
    p[35] = (unsigned char) (counter >> 8);
    p[36] = (unsigned char) counter;
    p[53] = (unsigned char) (id >> 8);
    p[54] = (unsigned char) id;

    return 37;
}


static void
authenticator_data_are_read_to_their_end(void **state)
{
    size_t               len;
    unsigned char        p[600];
    vz_webauthn_data_t   data;
    vz_webauthn_bytes_t  all;

    (void) state;

    len = data_of(p, 0x05, 513, 0);
    all = bytes(p, len);
    assert_int_equal(vz_webauthn_data(&all, RP, strlen(RP), &data), VZ_OK);
    assert_true(data.present && data.verified);
    assert_int_equal(data.counter, 513);
    assert_int_equal(data.id.len, 0);

    assert_int_equal(vz_webauthn_data(&all, "example.org", 11, &data),
                     VZ_DENIED);

    all.len = 36;
    assert_int_equal(vz_webauthn_data(&all, RP, strlen(RP), &data),
                     VZ_SYNTAX);

    (void) data_of(p, 0x41, 0, 20);
    all = bytes(p, 75);
    assert_int_equal(vz_webauthn_data(&all, RP, strlen(RP), &data), VZ_OK);
    assert_false(data.verified);
    assert_int_equal(data.id.len, 20);
    assert_ptr_equal(data.id.data, p + 55);

    for (all.len = 37; all.len < 75; all.len++) {
        assert_int_equal(vz_webauthn_data(&all, RP, strlen(RP), &data),
                         VZ_SYNTAX);
    }

    (void) data_of(p, 0x41, 0, 0);
    all = bytes(p, 75);
    assert_int_equal(vz_webauthn_data(&all, RP, strlen(RP), &data),
                     VZ_SYNTAX);
    (void) data_of(p, 0x41, 0, 1024);
    all = bytes(p, sizeof(p));
    assert_int_equal(vz_webauthn_data(&all, RP, strlen(RP), &data),
                     VZ_SYNTAX);
}


static void
signs_and_verifies(const char *kind, const char *of, int algorithm)
{
    size_t                len;
    EVP_PKEY             *key;
    EVP_MD_CTX           *context;
    const char           *json = "{\"a\":1}";
    unsigned char         p[600], text[100], made[600], *der;
    vz_webauthn_bytes_t   spki, data, client_data, signature;

    key = of ? EVP_PKEY_Q_keygen(NULL, NULL, kind, of)
        : strcmp(kind, "RSA") == 0
          ? EVP_PKEY_Q_keygen(NULL, NULL, kind, (size_t) 2048)
          : EVP_PKEY_Q_keygen(NULL, NULL, kind);
    assert_non_null(key);

    der = NULL;
    len = (size_t) i2d_PUBKEY(key, &der);
    spki = bytes(der, len);
    data = bytes(p, data_of(p, 0x05, 1, 0));
    client_data = bytes(json, strlen(json));

    memcpy(text, p, data.len);
    SHA256((const unsigned char *) json, strlen(json), text + data.len);

    context = EVP_MD_CTX_new();
    len = sizeof(made);
    assert_int_equal(EVP_DigestSignInit(context, NULL,
                                        strcmp(kind, "ED25519") == 0
                                        ? NULL : EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(context, made, &len, text,
                                    data.len + 32), 1);
    signature = bytes(made, len);

    assert_int_equal(vz_webauthn_key(&spki, algorithm), VZ_OK);
    assert_int_equal(vz_webauthn_key(&spki, algorithm - 1), VZ_SYNTAX);
    assert_int_equal(vz_webauthn_verify(&spki, algorithm, &data, &client_data,
                                        &signature), VZ_OK);

    p[36] ^= 1;
    assert_int_equal(vz_webauthn_verify(&spki, algorithm, &data, &client_data,
                                        &signature), VZ_DENIED);
    p[36] ^= 1;
    signature.len--;
    assert_int_equal(vz_webauthn_verify(&spki, algorithm, &data, &client_data,
                                        &signature), VZ_DENIED);
    signature.len = 0;
    assert_int_equal(vz_webauthn_verify(&spki, algorithm, &data, &client_data,
                                        &signature), VZ_DENIED);
    spki.len--;
    assert_int_equal(vz_webauthn_key(&spki, algorithm), VZ_SYNTAX);

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    OPENSSL_free(der);
}


static void
keys_of_three_kinds_verify(void **state)
{
    (void) state;

    signs_and_verifies("EC", "P-256", VZ_WEBAUTHN_ES256);
    signs_and_verifies("RSA", NULL, VZ_WEBAUTHN_RS256);
    signs_and_verifies("ED25519", NULL, VZ_WEBAUTHN_EDDSA);
}


static void
other_keys_are_refused(void **state)
{
    EVP_PKEY             *key;
    unsigned char        *der, more[700];
    vz_webauthn_bytes_t   spki;

    (void) state;

    key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
    der = NULL;
    spki = bytes(NULL, 0);
    spki.len = (size_t) i2d_PUBKEY(key, &der);
    spki.data = der;
    assert_int_equal(vz_webauthn_key(&spki, VZ_WEBAUTHN_ES256), VZ_SYNTAX);
    EVP_PKEY_free(key);
    OPENSSL_free(der);

    key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t) 1024);
    der = NULL;
    spki.len = (size_t) i2d_PUBKEY(key, &der);
    spki.data = der;
    assert_int_equal(vz_webauthn_key(&spki, VZ_WEBAUTHN_RS256), VZ_SYNTAX);
    EVP_PKEY_free(key);
    OPENSSL_free(der);

    key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    der = NULL;
    spki.len = (size_t) i2d_PUBKEY(key, &der);
    memcpy(more, der, spki.len);
    more[spki.len++] = 0;
    spki.data = more;
    assert_int_equal(vz_webauthn_key(&spki, VZ_WEBAUTHN_EDDSA), VZ_SYNTAX);
    EVP_PKEY_free(key);
    OPENSSL_free(der);

    spki = bytes("", 0);
    assert_int_equal(vz_webauthn_key(&spki, VZ_WEBAUTHN_ES256), VZ_SYNTAX);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(client_data_are_of_our_challenge_and_of_one_use),
        cmocka_unit_test(authenticator_data_are_read_to_their_end),
        cmocka_unit_test(keys_of_three_kinds_verify),
        cmocka_unit_test(other_keys_are_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
