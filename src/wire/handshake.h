/*
 * The handshake: the daemon sends a nonce, the client answers
 * HMAC-SHA256(key, nonce in hex) in hex, compared in constant time.
 *
 *   S: virtual-server 1 NONCE
 *   C: auth MAC
 *   S: ok | err denied ...
 */

#ifndef VZ_HANDSHAKE_H
#define VZ_HANDSHAKE_H

#include <stddef.h>
#include "code.h"


#define VZ_KEY_MAX    128           /* bytes of a key; 32 are made */
#define VZ_KEY_MIN    16
#define VZ_HEX_LEN    64            /* 32 bytes in hex */

typedef struct {
    size_t          len;
    unsigned char   data[VZ_KEY_MAX];
} vz_key_t;


/*
 * vz_key_read: the key file, bytes as they stand but for trailing white
 * space.  The file must be regular, not readable or writable by others, and
 * hold VZ_KEY_MIN to VZ_KEY_MAX bytes.  VZ_OK, VZ_NOENT, VZ_DENIED (mode or
 * open refused) or VZ_RANGE; errno tells more.
 */
vz_code_e vz_key_read(const char *path, vz_key_t *key);

/* vz_nonce: 32 random bytes in hex, terminated.  VZ_OK or VZ_INTERNAL. */
vz_code_e vz_nonce(char hex[VZ_HEX_LEN + 1]);

/* vz_mac: HMAC-SHA256 of the nonce's hex text, in hex, terminated. */
vz_code_e vz_mac(const vz_key_t *key, const char *nonce,
    char hex[VZ_HEX_LEN + 1]);

/*
 * vz_greeting_print / vz_greeting_parse: "virtual-server 1 NONCE", without
 * LF.  Parsing copies the nonce; VZ_OK, VZ_SYNTAX, or VZ_UNSUPPORTED for
 * another version.
 */
size_t vz_greeting_print(char *buf, size_t size, const char *nonce);
vz_code_e vz_greeting_parse(const char *line, size_t len,
    char nonce[VZ_HEX_LEN + 1]);

/*
 * vz_auth_print / vz_auth_check: "auth MAC", without LF.  The check is in
 * constant time; VZ_OK, VZ_SYNTAX or VZ_DENIED.
 */
size_t vz_auth_print(char *buf, size_t size, const vz_key_t *key,
    const char *nonce);
vz_code_e vz_auth_check(const char *line, size_t len, const vz_key_t *key,
    const char *nonce);


#endif /* VZ_HANDSHAKE_H */
