/*
 * What a passkey signs (W3C Web Authentication, level 2): the data of the
 * authenticator, the client's data that the browser made of our challenge, and
 * the signature over both.  Pure; OpenSSL verifies, jansson reads the JSON.
 * The browser tells a new key as SubjectPublicKeyInfo, so nothing here is CBOR.
 */

#ifndef VZ_WEBAUTHN_H
#define VZ_WEBAUTHN_H

#include <stddef.h>
#include <stdint.h>
#include "wire/code.h"


#define VZ_WEBAUTHN_CHALLENGE  32   /* bytes */
#define VZ_WEBAUTHN_ID         1023 /* bytes of a credential's id, at most */
#define VZ_WEBAUTHN_KEY        1024 /* of a key; RSA of 4096 bits has 550 */
#define VZ_WEBAUTHN_DATA       2048 /* of either data */
#define VZ_WEBAUTHN_SIGNATURE  1024
#define VZ_WEBAUTHN_ORIGIN     320  /* of a buffer for an origin */

/* COSE algorithms */
#define VZ_WEBAUTHN_ES256  (-7)     /* ECDSA on P-256, with SHA-256 */
#define VZ_WEBAUTHN_EDDSA  (-8)     /* Ed25519 */
#define VZ_WEBAUTHN_RS256  (-257)   /* PKCS#1 v1.5, 2048 to 4096 bits */

typedef enum {
    VZ_WEBAUTHN_CREATE = 0,         /* a passkey is made */
    VZ_WEBAUTHN_GET                 /* one is used */
} vz_webauthn_e;

typedef struct {
    const unsigned char  *data;
    size_t                len;
} vz_webauthn_bytes_t;

/* What an authenticator says. */
typedef struct {
    unsigned             present;   /* somebody touched it */
    unsigned             verified;  /* by a PIN, a finger, a face */
    uint32_t             counter;   /* 0: it has none */
    vz_webauthn_bytes_t  id;        /* of the credential it made, into the
                                       data; empty where it made none */
} vz_webauthn_data_t;


/*
 * vz_webauthn_client: read the client's data: type has to be that of what, the
 * challenge ours, and no other site's frame may be around.  VZ_OK, and origin
 * is the page's, terminated; VZ_SYNTAX where it is no such JSON; VZ_DENIED
 * where it is of another type, challenge or frame.
 */
vz_code_e vz_webauthn_client(const vz_webauthn_bytes_t *json,
    vz_webauthn_e what, const unsigned char challenge[VZ_WEBAUTHN_CHALLENGE],
    char origin[VZ_WEBAUTHN_ORIGIN]);

/*
 * vz_webauthn_challenge: the challenge that the client's data name, by which
 * the caller looks it up.  VZ_OK or VZ_SYNTAX.
 */
vz_code_e vz_webauthn_challenge(const vz_webauthn_bytes_t *json,
    unsigned char challenge[VZ_WEBAUTHN_CHALLENGE]);

/*
 * vz_webauthn_data: read the authenticator's data; rp is the domain that it has
 * to be for.  VZ_OK; VZ_SYNTAX where it is cut off; VZ_DENIED where it is for
 * another domain.
 */
vz_code_e vz_webauthn_data(const vz_webauthn_bytes_t *bytes, const char *rp,
    size_t rp_len, vz_webauthn_data_t *data);

/*
 * vz_webauthn_key: whether a key, SubjectPublicKeyInfo in DER, is one of that
 * algorithm, long enough, with nothing behind it.  VZ_OK or VZ_SYNTAX.
 */
vz_code_e vz_webauthn_key(const vz_webauthn_bytes_t *key, int algorithm);

/*
 * vz_webauthn_verify: whether the signature is the key's, over the
 * authenticator's data and the hash of the client's.  VZ_OK, VZ_DENIED, or
 * VZ_INTERNAL.
 */
vz_code_e vz_webauthn_verify(const vz_webauthn_bytes_t *key, int algorithm,
    const vz_webauthn_bytes_t *data, const vz_webauthn_bytes_t *json,
    const vz_webauthn_bytes_t *signature);


#endif /* VZ_WEBAUTHN_H */
