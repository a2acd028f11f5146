/*
 * Proof of the key, both sides.
 */

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "wire/field_value.h"
#include "wire/handshake.h"
#include "wire/random.h"
#include "wire/verb.h"


#define VZ_GREETING     "virtual-server "
#define VZ_AUTH         "auth "
#define VZ_NONCE_BYTES  (VZ_HEX_LEN / 2)

/* a key and the white space an editor leaves behind it */
#define VZ_KEY_FILE_MAX (VZ_KEY_MAX + 16)


static vz_code_e vz_proof(const vz_key_t *key, const char *who,
    const vz_nonces_t *nonces, char mac[VZ_HEX_LEN + 1]);


void
vz_handshake_hex(char *hex, const unsigned char *p, size_t len)
{
    size_t  i;

    static const char  digits[] = "0123456789abcdef";

    for (i = 0; i < len; i++) {
        *hex++ = digits[p[i] >> 4];
        *hex++ = digits[p[i] & 0xf];
    }

    *hex = '\0';
}


static int
vz_is_hex(const char *p, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if ((p[i] < '0' || p[i] > '9') && (p[i] < 'a' || p[i] > 'f')) {
            return 0;
        }
    }

    return 1;
}


static int
vz_is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


/* until the end of the file or of the buffer; -1 with errno */
static ssize_t
vz_key_load(int fd, unsigned char *buf, size_t size)
{
    size_t   len;
    ssize_t  n;

    for (len = 0; len < size; len += (size_t) n) {
        n = read(fd, buf + len, size - len);

        if (n == 0) {
            break;
        }

        if (n == -1 && errno == EINTR) {
            n = 0;
            continue;
        }

        if (n == -1) {
            return -1;
        }
    }

    return (ssize_t) len;
}


static vz_code_e
vz_key_check(int fd)
{
    struct stat  st;

    if (fstat(fd, &st) == -1) {
        return VZ_DENIED;
    }

    if (!S_ISREG(st.st_mode)) {
        errno = EINVAL;
        return VZ_DENIED;
    }

    if (st.st_mode & (S_IROTH|S_IWOTH)) {
        errno = EPERM;
        return VZ_DENIED;
    }

    return VZ_OK;
}


vz_code_e
vz_handshake_key_read(const char *path, vz_key_t *key)
{
    int             fd, err;
    ssize_t         n;
    vz_code_e       rc;
    unsigned char   buf[VZ_KEY_FILE_MAX + 1];

    key->len = 0;

    /* O_NONBLOCK: a fifo in its place must not stop us */

    fd = open(path, O_RDONLY|O_CLOEXEC|O_NOCTTY|O_NONBLOCK);
    if (fd == -1) {
        return errno == ENOENT || errno == ENOTDIR ? VZ_NOENT : VZ_DENIED;
    }

    rc = vz_key_check(fd);
    if (rc != VZ_OK) {
        goto done;
    }

    n = vz_key_load(fd, buf, sizeof(buf));
    if (n == -1) {
        rc = VZ_DENIED;
        goto done;
    }

    rc = VZ_RANGE;
    errno = EMSGSIZE;

    if (n > VZ_KEY_FILE_MAX) {
        goto done;
    }

    while (n > 0 && vz_is_blank(buf[n - 1])) {
        n--;
    }

    if (n < VZ_KEY_MIN || n > VZ_KEY_MAX) {
        goto done;
    }

    memcpy(key->data, buf, (size_t) n);
    key->len = (size_t) n;
    rc = VZ_OK;

done:

    err = errno;
    OPENSSL_cleanse(buf, sizeof(buf));
    (void) close(fd);
    errno = err;

    return rc;
}


vz_code_e
vz_handshake_nonce(char hex[VZ_HEX_LEN + 1])
{
    unsigned char  bytes[VZ_NONCE_BYTES];

    hex[0] = '\0';

    /* the kernel's own: libcrypto's takes longer to set up than all the rest */
    if (vz_random(bytes, sizeof(bytes)) == -1) {
        return VZ_INTERNAL;
    }

    vz_handshake_hex(hex, bytes, sizeof(bytes));

    return VZ_OK;
}


vz_code_e
vz_handshake_mac(const vz_key_t *key, const char *text,
                 char hex[VZ_HEX_LEN + 1])
{
    unsigned        len;
    unsigned char   mac[EVP_MAX_MD_SIZE];

    hex[0] = '\0';

    if (key->len < VZ_KEY_MIN || key->len > VZ_KEY_MAX
        || HMAC(EVP_sha256(), key->data, (int) key->len,
                (const unsigned char *) text, strlen(text), mac, &len)
           == NULL
        || len != VZ_HEX_LEN / 2)
    {
        return VZ_INTERNAL;
    }

    vz_handshake_hex(hex, mac, len);
    OPENSSL_cleanse(mac, sizeof(mac));

    return VZ_OK;
}


size_t
vz_handshake_greeting_print(char *buf, size_t size, const char *nonce)
{
    int  n;

    n = snprintf(buf, size, VZ_GREETING "%d %s", VZ_PROTOCOL, nonce);

    return n > 0 && (size_t) n < size ? (size_t) n : 0;
}


vz_code_e
vz_handshake_greeting_parse(const char *line, size_t len,
                            char nonce[VZ_HEX_LEN + 1],
    unsigned *version)
{
    size_t       n;
    uint64_t     number;
    const char  *p, *end, *space;

    n = sizeof(VZ_GREETING) - 1;

    if (len < n || memcmp(line, VZ_GREETING, n) != 0) {
        return VZ_SYNTAX;
    }

    p = line + n;
    end = line + len;
    space = p < end ? memchr(p, ' ', (size_t) (end - p)) : NULL;
    n = (size_t) ((space ? space : end) - p);

    if (vz_field_value_number(p, n, UINT32_MAX, &number) != VZ_OK) {
        return VZ_SYNTAX;
    }

    *version = (unsigned) number;

    if (number != VZ_PROTOCOL) {
        return VZ_UNSUPPORTED;
    }

    if (space == NULL || end - space - 1 != VZ_HEX_LEN
        || !vz_is_hex(space + 1, VZ_HEX_LEN))
    {
        return VZ_SYNTAX;
    }

    memcpy(nonce, space + 1, VZ_HEX_LEN);
    nonce[VZ_HEX_LEN] = '\0';

    return VZ_OK;
}


static vz_code_e
vz_proof(const vz_key_t *key, const char *who, const vz_nonces_t *nonces,
    char mac[VZ_HEX_LEN + 1])
{
    char  text[2 * VZ_HEX_LEN + 16];

    (void) snprintf(text, sizeof(text), "%s %s %s", who, nonces->server,
                    nonces->client);

    return vz_handshake_mac(key, text, mac);
}


size_t
vz_handshake_auth_print(char *buf, size_t size, const vz_key_t *key,
    const vz_nonces_t *nonces)
{
    int   n;
    char  mac[VZ_HEX_LEN + 1];

    if (vz_proof(key, "client", nonces, mac) != VZ_OK) {
        return 0;
    }

    n = snprintf(buf, size, VZ_AUTH "%s %s", nonces->client, mac);

    return n > 0 && (size_t) n < size ? (size_t) n : 0;
}


vz_code_e
vz_handshake_auth_check(const char *line, size_t len, const vz_key_t *key,
    vz_nonces_t *nonces)
{
    char         mac[VZ_HEX_LEN + 1];
    size_t       n;
    const char  *nonce, *said;

    n = sizeof(VZ_AUTH) - 1;

    if (len < n + VZ_HEX_LEN || memcmp(line, VZ_AUTH, n) != 0
        || !vz_is_hex(line + n, VZ_HEX_LEN))
    {
        return VZ_SYNTAX;
    }

    if (len == n + VZ_HEX_LEN) {
        return VZ_UNSUPPORTED;
    }

    nonce = line + n;
    said = nonce + VZ_HEX_LEN + 1;

    if (len != n + 2 * VZ_HEX_LEN + 1 || said[-1] != ' '
        || !vz_is_hex(said, VZ_HEX_LEN))
    {
        return VZ_SYNTAX;
    }

    memcpy(nonces->client, nonce, VZ_HEX_LEN);
    nonces->client[VZ_HEX_LEN] = '\0';

    if (vz_proof(key, "client", nonces, mac) != VZ_OK) {
        return VZ_DENIED;
    }

    return CRYPTO_memcmp(mac, said, VZ_HEX_LEN) == 0 ? VZ_OK : VZ_DENIED;
}


vz_code_e
vz_handshake_accept_print(char mac[VZ_HEX_LEN + 1], const vz_key_t *key,
    const vz_nonces_t *nonces)
{
    return vz_proof(key, "server", nonces, mac);
}


vz_code_e
vz_handshake_accept_check(const char *mac, size_t len, const vz_key_t *key,
    const vz_nonces_t *nonces)
{
    char  right[VZ_HEX_LEN + 1];

    return len == VZ_HEX_LEN
           && vz_proof(key, "server", nonces, right) == VZ_OK
           && CRYPTO_memcmp(right, mac, VZ_HEX_LEN) == 0
           ? VZ_OK : VZ_DENIED;
}
