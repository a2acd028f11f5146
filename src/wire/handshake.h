/*
 * The handshake: each side draws a nonce, and proves the key by an HMAC-SHA256
 * over both, the daemon after the client has, the client before it says
 * anything else.
 *
 *   S: virtual-server 3 NONCE
 *   C: auth NONCE MAC              HMAC(key, "client NONCE NONCE")
 *   S: ok MAC | err denied ...     HMAC(key, "server NONCE NONCE")
 *
 * In both the daemon's nonce stands first; all are in hex.
 */

#ifndef VZ_HANDSHAKE_H
#define VZ_HANDSHAKE_H

#include <stddef.h>
#include "wire/code.h"


#define VZ_KEY_MAX    128           /* bytes of a key; 32 are made */
#define VZ_KEY_MIN    16
#define VZ_HEX_LEN    64            /* 32 bytes in hex */

typedef struct {
    size_t          len;
    unsigned char   data[VZ_KEY_MAX];
} vz_key_t;


/*
 * vz_handshake_key_read: the key file, bytes as they stand but for trailing
 * white space.  The file must be regular, not readable or writable by others,
 * and hold VZ_KEY_MIN to VZ_KEY_MAX bytes.  VZ_OK, VZ_NOENT, VZ_DENIED (mode
 * or open refused) or VZ_RANGE; errno tells more.
 */
vz_code_e vz_handshake_key_read(const char *path, vz_key_t *key);

/* Both nonces, in hex, terminated. */
typedef struct {
    char            server[VZ_HEX_LEN + 1];
    char            client[VZ_HEX_LEN + 1];
} vz_nonces_t;


/* vz_handshake_hex: len bytes as 2 * len characters, terminated. */
void vz_handshake_hex(char *hex, const unsigned char *p, size_t len);

/*
 * vz_handshake_nonce: 32 random bytes in hex, terminated.  VZ_OK or
 * VZ_INTERNAL.
 */
vz_code_e vz_handshake_nonce(char hex[VZ_HEX_LEN + 1]);

/* vz_handshake_mac: HMAC-SHA256 of a text, in hex, terminated. */
vz_code_e vz_handshake_mac(const vz_key_t *key, const char *text,
    char hex[VZ_HEX_LEN + 1]);

/*
 * vz_handshake_greeting_print / vz_handshake_greeting_parse: "virtual-server 3
 * NONCE", without LF.  Parsing copies the nonce; VZ_OK, VZ_SYNTAX, or
 * VZ_UNSUPPORTED for another version, which it tells.
 */
size_t vz_handshake_greeting_print(char *buf, size_t size, const char *nonce);
vz_code_e vz_handshake_greeting_parse(const char *line, size_t len,
    char nonce[VZ_HEX_LEN + 1], unsigned *version);

/*
 * vz_handshake_auth_print / vz_handshake_auth_check: "auth NONCE MAC", without
 * LF.  The check copies the client's nonce and compares in constant time;
 * VZ_OK, VZ_SYNTAX, VZ_DENIED, or VZ_UNSUPPORTED for what version 1 would say.
 */
size_t vz_handshake_auth_print(char *buf, size_t size, const vz_key_t *key,
    const vz_nonces_t *nonces);
vz_code_e vz_handshake_auth_check(const char *line, size_t len,
    const vz_key_t *key, vz_nonces_t *nonces);

/*
 * vz_handshake_accept_print: the MAC of "ok MAC".  vz_handshake_accept_check:
 * the len bytes behind "ok ", in constant time; VZ_OK or VZ_DENIED.
 */
vz_code_e vz_handshake_accept_print(char mac[VZ_HEX_LEN + 1],
    const vz_key_t *key, const vz_nonces_t *nonces);
vz_code_e vz_handshake_accept_check(const char *mac, size_t len,
    const vz_key_t *key, const vz_nonces_t *nonces);


#endif /* VZ_HANDSHAKE_H */
