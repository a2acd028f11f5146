/*
 * Hostile frames: bytes as they are, which nobody has sealed; and frames that
 * who knows the key has sealed, of whatever kind, length and order.
 */

#include <openssl/evp.h>
#include "fuzz.h"
#include "wire/stream.h"


static vz_seal_t  seal;


static void
enter(void)
{
    static vz_key_t     key = { 16, "0123456789abcde" };
    static vz_nonces_t  nonces;

    if (seal.answer != NULL) {
        return;
    }

    memset(&nonces, 'a', sizeof(nonces));
    nonces.server[VZ_HEX_LEN] = '\0';
    nonces.client[VZ_HEX_LEN] = '\0';

    must(vz_seal_init(&seal, &key, &nonces) == VZ_OK);
}


static void
give(vz_stream_t *stream, const unsigned char *p, size_t len)
{
    size_t          n;
    unsigned char  *where;

    while (len > 0 && !stream->over) {
        n = vz_stream_room(stream, &where);
        must(n > 0 && where >= stream->in
             && where + n <= stream->in + sizeof(stream->in));
        n = n < len ? n : len;
        memcpy(where, p, n);
        (void) vz_stream_fill(stream, n);
        p += n;
        len -= n;
    }
}


/* one frame as the client would seal it */
static size_t
forge(uint64_t number, unsigned char type, const uint8_t *p, size_t len,
    unsigned char *out)
{
    int              n;
    unsigned         i;
    unsigned char    keys[2][VZ_SEAL_KEY], nonce[12] = { 0 };
    EVP_CIPHER_CTX  *ctx;

    must(vz_seal_stream(&seal, keys[0], keys[1]) == VZ_OK);

    for (i = 12; number; number >>= 8) {
        nonce[--i] = (unsigned char) number;
    }

    out[0] = type;
    out[1] = (unsigned char) (len >> 16);
    out[2] = (unsigned char) (len >> 8);
    out[3] = (unsigned char) len;

    ctx = EVP_CIPHER_CTX_new();
    must(ctx != NULL
         && EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, keys[0], nonce)
            == 1
         && EVP_EncryptUpdate(ctx, NULL, &n, out, 4) == 1
         && EVP_EncryptUpdate(ctx, out + 4, &n, p, (int) len) == 1
         && EVP_EncryptFinal_ex(ctx, out + 4 + n, &n) == 1
         && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, out + 4 + len)
            == 1);
    EVP_CIPHER_CTX_free(ctx);

    return 4 + len + 16;
}


/* nothing is held without an account of it */
static void
check(const vz_stream_t *stream)
{
    must(stream->held <= VZ_STREAM_WINDOW);
    must(stream->credit <= VZ_STREAM_WINDOW);
    must(stream->most <= VZ_STREAM_HELD);
    must(stream->out_end <= VZ_STREAM_OUT);
    must(stream->over || stream->window + stream->held + stream->owed
                         == VZ_STREAM_WINDOW);
}


/* each byte of the input is a frame, or what the owner does meanwhile */
static void
try_sealed(const uint8_t *data, size_t size)
{
    size_t           len, pending;
    uint64_t         number;
    vz_stream_t     *stream;
    unsigned char    frame[VZ_STREAM_FRAME], buf[5000];

    const unsigned char  *from;

    stream = vz_stream_new(&seal, 1);
    must(stream != NULL);
    number = 0;

    while (size > 2 && !stream->over) {
        len = (size_t) data[1] * 64;
        len = len < size - 2 ? len : size - 2;

        if (data[0] & 0x80) {
            (void) vz_stream_read(stream, buf, sizeof(buf));

        } else if (data[0] & 0x40) {
            (void) vz_stream_write(stream, data, len);

        } else if (data[0] & 0x20) {
            pending = vz_stream_pending(stream, &from);
            vz_stream_sent(stream, pending);

        } else {
            give(stream, frame, forge(number++, data[0] & 7, data + 2, len,
                                      frame));
            data += len;
            size -= len;
        }

        check(stream);
        data += 2;
        size -= 2;
    }

    vz_stream_free(stream);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    vz_stream_t  *stream;

    enter();

    stream = vz_stream_new(&seal, 1);
    must(stream != NULL);
    give(stream, data, size);
    must(stream->held == 0 && !stream->done);
    must(size < VZ_STREAM_HEAD + VZ_STREAM_TAG || stream->over
         || stream->have > 0);
    vz_stream_free(stream);

    try_sealed(data, size);

    return 0;
}
