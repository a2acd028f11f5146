/*
 * What a passkey signs.
 */

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>
#include "runtime/webauthn.h"


#define VZ_WEBAUTHN_RP        32    /* bytes: SHA-256 of the domain */
#define VZ_WEBAUTHN_HEAD      37    /* with flags and counter */
#define VZ_WEBAUTHN_AAGUID    16
#define VZ_WEBAUTHN_ENCODED   43    /* characters of a challenge */

#define VZ_WEBAUTHN_UP        0x01
#define VZ_WEBAUTHN_UV        0x04
#define VZ_WEBAUTHN_AT        0x40  /* it made a credential, which follows */

#define VZ_WEBAUTHN_RSA_LEAST 2048
#define VZ_WEBAUTHN_RSA_MOST  4096


static json_t *vz_webauthn_json(const vz_webauthn_bytes_t *json);
static vz_code_e vz_webauthn_decode(const char *text,
    unsigned char challenge[VZ_WEBAUTHN_CHALLENGE]);
static int vz_webauthn_digit(char c);
static vz_code_e vz_webauthn_made(const vz_webauthn_bytes_t *bytes,
    vz_webauthn_data_t *data);
static EVP_PKEY *vz_webauthn_open(const vz_webauthn_bytes_t *key,
    int algorithm);
static int vz_webauthn_fits(const EVP_PKEY *key, int algorithm);


static const char *const  vz_webauthn_types[] = {
    [VZ_WEBAUTHN_CREATE] = "webauthn.create",
    [VZ_WEBAUTHN_GET] = "webauthn.get"
};


/* an object whose members are all there once, and no text has a NUL inside */

static json_t *
vz_webauthn_json(const vz_webauthn_bytes_t *json)
{
    json_t        *object;
    json_error_t   error;

    if (json->len == 0 || json->len > VZ_WEBAUTHN_DATA) {
        return NULL;
    }

    object = json_loadb((const char *) json->data, json->len,
                        JSON_REJECT_DUPLICATES, &error);

    if (object != NULL && !json_is_object(object)) {
        json_decref(object);
        return NULL;
    }

    return object;
}


vz_code_e
vz_webauthn_challenge(const vz_webauthn_bytes_t *json,
    unsigned char challenge[VZ_WEBAUTHN_CHALLENGE])
{
    json_t     *object;
    vz_code_e   rc;

    object = vz_webauthn_json(json);

    if (object == NULL) {
        return VZ_SYNTAX;
    }

    rc = vz_webauthn_decode(json_string_value(json_object_get(object,
                                                              "challenge")),
                            challenge);
    json_decref(object);

    return rc;
}


/* base64url without padding (RFC 4648, 5) of exactly 32 bytes */

static vz_code_e
vz_webauthn_decode(const char *text,
    unsigned char challenge[VZ_WEBAUTHN_CHALLENGE])
{
    int       digit;
    size_t    i, n;
    unsigned  bits, have;

    if (text == NULL || strlen(text) != VZ_WEBAUTHN_ENCODED) {
        return VZ_SYNTAX;
    }

    bits = 0;
    have = 0;
    n = 0;

    for (i = 0; i < VZ_WEBAUTHN_ENCODED; i++) {
        digit = vz_webauthn_digit(text[i]);

        if (digit < 0) {
            return VZ_SYNTAX;
        }

        bits = (bits << 6 | (unsigned) digit) & 0xffff;
        have += 6;

        if (have >= 8) {
            have -= 8;
            challenge[n++] = (unsigned char) (bits >> have);
        }
    }

    return n == VZ_WEBAUTHN_CHALLENGE ? VZ_OK : VZ_SYNTAX;
}


static int
vz_webauthn_digit(char c)
{
    static const char  digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char        *found;

    found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int) (found - digits) : -1;
}


vz_code_e
vz_webauthn_client(const vz_webauthn_bytes_t *json, vz_webauthn_e what,
    const unsigned char challenge[VZ_WEBAUTHN_CHALLENGE],
    char origin[VZ_WEBAUTHN_ORIGIN])
{
    json_t         *object;
    vz_code_e       rc;
    const char     *type, *from;
    unsigned char   named[VZ_WEBAUTHN_CHALLENGE];

    object = vz_webauthn_json(json);

    if (object == NULL) {
        return VZ_SYNTAX;
    }

    type = json_string_value(json_object_get(object, "type"));
    from = json_string_value(json_object_get(object, "origin"));
    rc = vz_webauthn_decode(json_string_value(json_object_get(object,
                                                              "challenge")),
                            named);

    if (rc == VZ_OK && (type == NULL || from == NULL
                        || strlen(from) >= VZ_WEBAUTHN_ORIGIN))
    {
        rc = VZ_SYNTAX;
    }

    if (rc == VZ_OK
        && (strcmp(type, vz_webauthn_types[what]) != 0
            || CRYPTO_memcmp(named, challenge, sizeof(named)) != 0
            || json_is_true(json_object_get(object, "crossOrigin"))
            || json_object_get(object, "topOrigin") != NULL))
    {
        rc = VZ_DENIED;
    }

    if (rc == VZ_OK) {
        strcpy(origin, from);
    }

    json_decref(object);

    return rc;
}


vz_code_e
vz_webauthn_data(const vz_webauthn_bytes_t *bytes, const char *rp,
    size_t rp_len, vz_webauthn_data_t *data)
{
    unsigned char         hash[VZ_WEBAUTHN_RP];
    const unsigned char  *p;

    memset(data, 0, sizeof(vz_webauthn_data_t));
    p = bytes->data;

    if (bytes->len < VZ_WEBAUTHN_HEAD || bytes->len > VZ_WEBAUTHN_DATA) {
        return VZ_SYNTAX;
    }

    SHA256((const unsigned char *) rp, rp_len, hash);

    if (memcmp(p, hash, sizeof(hash)) != 0) {
        return VZ_DENIED;
    }

    data->present = (p[32] & VZ_WEBAUTHN_UP) != 0;
    data->verified = (p[32] & VZ_WEBAUTHN_UV) != 0;
    data->counter = (uint32_t) p[33] << 24 | (uint32_t) p[34] << 16
                    | (uint32_t) p[35] << 8 | p[36];

    return (p[32] & VZ_WEBAUTHN_AT) ? vz_webauthn_made(bytes, data) : VZ_OK;
}


/* the key behind the id is not read: the browser tells it in another form */

static vz_code_e
vz_webauthn_made(const vz_webauthn_bytes_t *bytes, vz_webauthn_data_t *data)
{
    size_t                len, left;
    const unsigned char  *p;

    p = bytes->data + VZ_WEBAUTHN_HEAD;
    left = bytes->len - VZ_WEBAUTHN_HEAD;

    if (left < VZ_WEBAUTHN_AAGUID + 2) {
        return VZ_SYNTAX;
    }

    p += VZ_WEBAUTHN_AAGUID;
    left -= VZ_WEBAUTHN_AAGUID + 2;
    len = (size_t) p[0] << 8 | p[1];

    if (len == 0 || len > VZ_WEBAUTHN_ID || len > left) {
        return VZ_SYNTAX;
    }

    data->id.data = p + 2;
    data->id.len = len;

    return VZ_OK;
}


vz_code_e
vz_webauthn_key(const vz_webauthn_bytes_t *key, int algorithm)
{
    EVP_PKEY  *opened;

    opened = vz_webauthn_open(key, algorithm);
    EVP_PKEY_free(opened);

    return opened != NULL ? VZ_OK : VZ_SYNTAX;
}


static EVP_PKEY *
vz_webauthn_open(const vz_webauthn_bytes_t *key, int algorithm)
{
    EVP_PKEY             *opened;
    const unsigned char  *p;

    if (key->len == 0 || key->len > VZ_WEBAUTHN_KEY) {
        return NULL;
    }

    p = key->data;
    opened = d2i_PUBKEY(NULL, &p, (long) key->len);

    if (opened != NULL && p == key->data + key->len
        && vz_webauthn_fits(opened, algorithm))
    {
        return opened;
    }

    EVP_PKEY_free(opened);

    /* nginx would take what is left there for its own */
    ERR_clear_error();

    return NULL;
}


static int
vz_webauthn_fits(const EVP_PKEY *key, int algorithm)
{
    char    curve[32];
    size_t  len;

    switch (algorithm) {

    case VZ_WEBAUTHN_ES256:
        return EVP_PKEY_base_id(key) == EVP_PKEY_EC
               && EVP_PKEY_get_group_name(key, curve, sizeof(curve), &len) == 1
               && OBJ_txt2nid(curve) == NID_X9_62_prime256v1;

    case VZ_WEBAUTHN_EDDSA:
        return EVP_PKEY_base_id(key) == EVP_PKEY_ED25519;

    case VZ_WEBAUTHN_RS256:
        return EVP_PKEY_base_id(key) == EVP_PKEY_RSA
               && EVP_PKEY_bits(key) >= VZ_WEBAUTHN_RSA_LEAST
               && EVP_PKEY_bits(key) <= VZ_WEBAUTHN_RSA_MOST;

    default:
        return 0;
    }
}


vz_code_e
vz_webauthn_verify(const vz_webauthn_bytes_t *key, int algorithm,
    const vz_webauthn_bytes_t *data, const vz_webauthn_bytes_t *json,
    const vz_webauthn_bytes_t *signature)
{
    EVP_PKEY       *opened;
    vz_code_e       rc;
    EVP_MD_CTX     *context;
    unsigned char   text[VZ_WEBAUTHN_DATA + SHA256_DIGEST_LENGTH];

    if (data->len > VZ_WEBAUTHN_DATA
        || signature->len == 0 || signature->len > VZ_WEBAUTHN_SIGNATURE)
    {
        return VZ_DENIED;
    }

    opened = vz_webauthn_open(key, algorithm);
    context = EVP_MD_CTX_new();
    rc = VZ_INTERNAL;

    memcpy(text, data->data, data->len);
    SHA256(json->data, json->len, text + data->len);

    if (opened != NULL && context != NULL
        && EVP_DigestVerifyInit(context, NULL, algorithm == VZ_WEBAUTHN_EDDSA
                                               ? NULL : EVP_sha256(),
                                NULL, opened)
           == 1)
    {
        rc = EVP_DigestVerify(context, signature->data, signature->len, text,
                              data->len + SHA256_DIGEST_LENGTH)
             == 1 ? VZ_OK : VZ_DENIED;
    }

    EVP_MD_CTX_free(context);
    EVP_PKEY_free(opened);
    ERR_clear_error();

    return rc;
}
