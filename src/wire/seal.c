/*
 * Lines that can't be forged.
 */

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include "wire/seal.h"


#define VZ_SEAL_WORD    " mac="
#define VZ_SEAL_BODY    "body "
#define VZ_SEAL_SECRET  "secret "
#define VZ_SEAL_STREAM  "stream"    /* no line's number begins so */
#define VZ_SEAL_NUMBER  24          /* of a running number, and a space */
#define VZ_SEAL_NONCE   12
#define VZ_SEAL_TAG     16          /* of GCM */
#define VZ_SEAL_HASH    32


static vz_code_e vz_seal_key(const vz_key_t *key, const char *label,
    const vz_nonces_t *nonces, unsigned char out[VZ_SEAL_KEY]);
static vz_code_e vz_seal_begin(vz_seal_t *seal);
static vz_code_e vz_seal_mac(const unsigned char *key, uint64_t number,
    const char *text, size_t len, char hex[VZ_SEAL_MAC + 1]);
static size_t vz_seal_within(vz_seal_t *seal, char *buf, size_t len,
    size_t max);
static const char *vz_seal_split(char *line, size_t *len);
static int vz_seal_is_last(const char *line, size_t len);
static void vz_seal_nonce(uint64_t number, unsigned char *nonce);
static size_t vz_seal_decode(const char *text, size_t len,
    unsigned char *out);
static int vz_seal_cipher(const vz_seal_t *seal, int encrypt, uint64_t number,
    const void *in, size_t len, unsigned char *out);


vz_code_e
vz_seal_init(vz_seal_t *seal, const vz_key_t *key, const vz_nonces_t *nonces)
{
    memset(seal, 0, sizeof(vz_seal_t));

    seal->answer = EVP_MD_CTX_new();

    if (seal->answer == NULL
        || vz_seal_key(key, "client key", nonces, seal->client) != VZ_OK
        || vz_seal_key(key, "server key", nonces, seal->server) != VZ_OK
        || vz_seal_key(key, "secret key", nonces, seal->secret) != VZ_OK
        || vz_seal_begin(seal) != VZ_OK)
    {
        vz_seal_free(seal);
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


void
vz_seal_free(vz_seal_t *seal)
{
    EVP_MD_CTX_free(seal->answer);
    OPENSSL_cleanse(seal, sizeof(vz_seal_t));
}


static vz_code_e
vz_seal_key(const vz_key_t *key, const char *label,
    const vz_nonces_t *nonces, unsigned char out[VZ_SEAL_KEY])
{
    int       n;
    char      text[2 * VZ_HEX_LEN + 32];
    unsigned  len;

    n = snprintf(text, sizeof(text), "%s %s %s", label, nonces->server,
                 nonces->client);

    return HMAC(EVP_sha256(), key->data, (int) key->len,
                (const unsigned char *) text, (size_t) n, out, &len) != NULL
           ? VZ_OK : VZ_INTERNAL;
}


static vz_code_e
vz_seal_begin(vz_seal_t *seal)
{
    return EVP_DigestInit_ex(seal->answer, EVP_sha256(), NULL) == 1
           ? VZ_OK : VZ_INTERNAL;
}


static vz_code_e
vz_seal_mac(const unsigned char *key, uint64_t number, const char *text,
    size_t len, char hex[VZ_SEAL_MAC + 1])
{
    int              n;
    char             buf[VZ_SEAL_NUMBER + VZ_REPLY_MAX];
    unsigned         size;
    unsigned char    mac[EVP_MAX_MD_SIZE];

    hex[0] = '\0';

    if (len > VZ_REPLY_MAX) {
        return VZ_INTERNAL;
    }

    n = sprintf(buf, "%llu ", (unsigned long long) number);
    memcpy(buf + n, text, len);

    if (HMAC(EVP_sha256(), key, VZ_SEAL_KEY, (unsigned char *) buf,
             (size_t) n + len, mac, &size)
        == NULL)
    {
        return VZ_INTERNAL;
    }

    vz_handshake_hex(hex, mac, VZ_SEAL_MAC / 2);

    return VZ_OK;
}


/* the MAC at its end, which is cut off; NULL where there is none */
static const char *
vz_seal_split(char *line, size_t *len)
{
    char    *at;
    size_t   n;

    n = sizeof(VZ_SEAL_WORD) - 1;

    if (*len <= VZ_SEAL_LEN) {
        return NULL;
    }

    at = line + *len - VZ_SEAL_LEN;

    if (memcmp(at, VZ_SEAL_WORD, n) != 0) {
        return NULL;
    }

    *at = '\0';
    *len -= VZ_SEAL_LEN;

    return at + n;
}


size_t
vz_seal_line(vz_seal_t *seal, char *buf, size_t len)
{
    return vz_seal_within(seal, buf, len, VZ_LINE_MAX);
}


static size_t
vz_seal_within(vz_seal_t *seal, char *buf, size_t len, size_t max)
{
    char    mac[VZ_SEAL_MAC + 1];
    size_t  n;

    if (len == 0 || len + VZ_SEAL_LEN > max
        || vz_seal_mac(seal->client, seal->lines++, buf, len - 1, mac)
           != VZ_OK)
    {
        return 0;
    }

    n = sizeof(VZ_SEAL_WORD) - 1;

    memcpy(buf + len - 1, VZ_SEAL_WORD, n);
    memcpy(buf + len - 1 + n, mac, VZ_SEAL_MAC);
    len += VZ_SEAL_LEN;
    buf[len - 1] = '\n';

    return len;
}


vz_code_e
vz_seal_open_line(vz_seal_t *seal, char *line, size_t *len)
{
    char         mac[VZ_SEAL_MAC + 1];
    const char  *said;

    said = vz_seal_split(line, len);

    return said != NULL
           && vz_seal_mac(seal->client, seal->lines++, line, *len, mac)
              == VZ_OK
           && CRYPTO_memcmp(mac, said, VZ_SEAL_MAC) == 0
           ? VZ_OK : VZ_DENIED;
}


void
vz_seal_add(vz_seal_t *seal, const char *lines, size_t len)
{
    (void) EVP_DigestUpdate(seal->answer, lines, len);
}


vz_code_e
vz_seal_end(vz_seal_t *seal, const char *line, size_t len,
    char mac[VZ_SEAL_MAC + 1])
{
    char            text[2 * VZ_SEAL_HASH + 1];
    unsigned        n;
    unsigned char   hash[EVP_MAX_MD_SIZE];

    vz_seal_add(seal, line, len);

    if (EVP_DigestFinal_ex(seal->answer, hash, &n) != 1
        || n != VZ_SEAL_HASH
        || vz_seal_begin(seal) != VZ_OK)
    {
        mac[0] = '\0';
        return VZ_INTERNAL;
    }

    vz_handshake_hex(text, hash, n);

    return vz_seal_mac(seal->server, seal->answers++, text, 2 * n, mac);
}


vz_code_e
vz_seal_open_answer(vz_seal_t *seal, char *line, size_t *len)
{
    char         mac[VZ_SEAL_MAC + 1];
    const char  *said;

    if (!vz_seal_is_last(line, *len)) {
        vz_seal_add(seal, line, *len);
        vz_seal_add(seal, "\n", 1);
        return VZ_OK;
    }

    said = vz_seal_split(line, len);
    if (said == NULL) {
        return VZ_DENIED;
    }

    vz_seal_add(seal, line, *len);

    return vz_seal_end(seal, "\n", 1, mac) == VZ_OK
           && CRYPTO_memcmp(mac, said, VZ_SEAL_MAC) == 0
           ? VZ_OK : VZ_DENIED;
}


static int
vz_seal_is_last(const char *line, size_t len)
{
    size_t  n;

    n = strcspn(line, " ");

    return len >= n && ((n == 2 && memcmp(line, "ok", n) == 0)
                        || (n == 3 && memcmp(line, "err", n) == 0));
}


size_t
vz_seal_body(vz_seal_t *seal, char *buf, const vz_verb_t *def,
    const void *bytes, size_t len)
{
    size_t                at;
    const char           *word;
    unsigned char         sealed[VZ_BODY_BYTES + VZ_SEAL_TAG];
    const unsigned char  *from;

    if (len == 0 || len > def->body_bytes || len > VZ_BODY_BYTES) {
        return 0;
    }

    word = def->secret ? VZ_SEAL_SECRET : VZ_SEAL_BODY;
    at = strlen(word);
    memcpy(buf, word, at);
    from = bytes;

    if (def->secret) {
        if (!vz_seal_cipher(seal, 1, seal->lines, bytes, len, sealed)) {
            return 0;
        }

        from = sealed;
        len += VZ_SEAL_TAG;
    }

    at += (size_t) EVP_EncodeBlock((unsigned char *) buf + at, from,
                                   (int) len);
    buf[at++] = '\n';

    return vz_seal_within(seal, buf, at, VZ_REPLY_MAX);
}


vz_code_e
vz_seal_open_body(vz_seal_t *seal, const vz_verb_t *def, char *line,
    size_t len, char bytes[VZ_BODY_BYTES + 1], size_t *n)
{
    size_t          at, got, more;
    unsigned char   raw[VZ_REPLY_MAX];

    *n = 0;

    if (vz_seal_open_line(seal, line, &len) != VZ_OK) {
        return VZ_DENIED;
    }

    at = strcspn(line, " ") + 1;

    if (at >= len
        || (strncmp(line, VZ_SEAL_BODY, at) != 0
            && strncmp(line, VZ_SEAL_SECRET, at) != 0))
    {
        return VZ_SYNTAX;
    }

    if (def == NULL) {
        return VZ_OK;
    }

    if ((line[0] == VZ_SEAL_SECRET[0]) != def->secret) {
        return VZ_SYNTAX;
    }

    more = def->secret ? VZ_SEAL_TAG : 0;
    got = vz_seal_decode(line + at, len - at, raw);

    if (got <= more || got - more > def->body_bytes
        || got - more > VZ_BODY_BYTES)
    {
        return VZ_RANGE;
    }

    got -= more;

    if (!def->secret) {
        memcpy(bytes, raw, got);

    } else if (!vz_seal_cipher(seal, 0, seal->lines - 1, raw, got,
                               (unsigned char *) bytes))
    {
        return VZ_DENIED;
    }

    *n = got;
    bytes[got] = '\0';

    return vz_verb_body_check(def, bytes, got);
}


/* base64, whole and nothing else: how many bytes it stands for, or 0 */
static size_t
vz_seal_decode(const char *text, size_t len, unsigned char *out)
{
    int     got;
    size_t  i, end;

    end = len;

    while (end > 0 && len - end < 2 && text[end - 1] == '=') {
        end--;
    }

    for (i = 0; i < end; i++) {
        if (!isalnum((unsigned char) text[i]) && text[i] != '+'
            && text[i] != '/')
        {
            return 0;
        }
    }

    if (len == 0 || len % 4 != 0 || end == 0) {
        return 0;
    }

    got = EVP_DecodeBlock(out, (const unsigned char *) text, (int) len);

    return got > (int) (len - end) ? (size_t) got - (len - end) : 0;
}


vz_code_e
vz_seal_stream(const vz_seal_t *seal, unsigned char client[VZ_SEAL_KEY],
    unsigned char server[VZ_SEAL_KEY])
{
    unsigned  n;

    return HMAC(EVP_sha256(), seal->client, VZ_SEAL_KEY,
                (const unsigned char *) VZ_SEAL_STREAM,
                sizeof(VZ_SEAL_STREAM) - 1, client, &n) != NULL
           && HMAC(EVP_sha256(), seal->server, VZ_SEAL_KEY,
                   (const unsigned char *) VZ_SEAL_STREAM,
                   sizeof(VZ_SEAL_STREAM) - 1, server, &n) != NULL
           ? VZ_OK : VZ_INTERNAL;
}


static void
vz_seal_nonce(uint64_t number, unsigned char *nonce)
{
    unsigned  i;

    memset(nonce, 0, VZ_SEAL_NONCE);

    for (i = VZ_SEAL_NONCE; number; number >>= 8) {
        nonce[--i] = (unsigned char) number;
    }
}


/*
 * Encrypt len bytes into them and VZ_SEAL_TAG bytes, or decrypt these; number
 * is that of the line.  1, or 0 where the tag is another.
 */
static int
vz_seal_cipher(const vz_seal_t *seal, int encrypt, uint64_t number,
    const void *in, size_t len, unsigned char *out)
{
    int              rc, n;
    EVP_CIPHER_CTX  *ctx;
    unsigned char    nonce[VZ_SEAL_NONCE], tag[VZ_SEAL_TAG];

    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return 0;
    }

    vz_seal_nonce(number, nonce);

    if (!encrypt) {
        memcpy(tag, (const unsigned char *) in + len, VZ_SEAL_TAG);
    }

    rc = EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, seal->secret, nonce,
                           encrypt) == 1
         && (encrypt || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG,
                                            VZ_SEAL_TAG, tag) == 1)
         && EVP_CipherUpdate(ctx, out, &n, in, (int) len) == 1
         && EVP_CipherFinal_ex(ctx, out + n, &n) == 1
         && (!encrypt || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG,
                                             VZ_SEAL_TAG, out + len) == 1);

    EVP_CIPHER_CTX_free(ctx);

    return rc;
}
