/*
 * Frames of a byte stream, and the account of what may be sent.
 */

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include "wire/stream.h"


#define VZ_STREAM_OURS     0
#define VZ_STREAM_THEIRS   1
#define VZ_STREAM_NONCE    12
#define VZ_STREAM_GRANT    (VZ_STREAM_WINDOW / 8)   /* at once, at least */
#define VZ_STREAM_SMALL    (VZ_STREAM_HEAD + VZ_STREAM_TAG + 32)

/* room in out that data leaves for the frames that must not wait for it */
#define VZ_STREAM_RESERVE  (8 * VZ_STREAM_SMALL)


static vz_code_e vz_stream_cipher(vz_stream_t *stream, unsigned whose);
static size_t vz_stream_wanted(const vz_stream_t *stream);
static vz_code_e vz_stream_fail(vz_stream_t *stream, vz_code_e code);
static vz_code_e vz_stream_open(vz_stream_t *stream, size_t len);
static vz_code_e vz_stream_take(vz_stream_t *stream, const unsigned char *p,
    size_t len);
static vz_code_e vz_stream_data(vz_stream_t *stream, const unsigned char *p,
    size_t len);
static vz_code_e vz_stream_credit(vz_stream_t *stream, const unsigned char *p,
    size_t len);
static void vz_stream_ended(vz_stream_t *stream, const unsigned char *p,
    size_t len);
static void vz_stream_grant(vz_stream_t *stream);
static int vz_stream_put(vz_stream_t *stream, vz_stream_e type,
    const void *from, size_t len);
static void vz_stream_nonce(uint64_t number, unsigned char *nonce);


vz_stream_t *
vz_stream_new(const vz_seal_t *seal, unsigned server)
{
    vz_stream_t  *stream;

    /* pages of the ring that are never written cost nothing */

    stream = calloc(1, sizeof(vz_stream_t));
    if (stream == NULL) {
        return NULL;
    }

    stream->credit = VZ_STREAM_WINDOW;
    stream->window = VZ_STREAM_WINDOW;

    if (vz_seal_stream(seal,
                       stream->keys[server ? VZ_STREAM_THEIRS
                                           : VZ_STREAM_OURS],
                       stream->keys[server ? VZ_STREAM_OURS
                                           : VZ_STREAM_THEIRS])
        != VZ_OK
        || vz_stream_cipher(stream, VZ_STREAM_OURS) != VZ_OK
        || vz_stream_cipher(stream, VZ_STREAM_THEIRS) != VZ_OK)
    {
        vz_stream_free(stream);
        return NULL;
    }

    return stream;
}


/* the key is set up once, each frame sets its nonce alone */

static vz_code_e
vz_stream_cipher(vz_stream_t *stream, unsigned whose)
{
    EVP_CIPHER_CTX  *ctx;

    ctx = EVP_CIPHER_CTX_new();
    stream->ciphers[whose] = ctx;

    return ctx != NULL
           && EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL,
                                stream->keys[whose], NULL,
                                whose == VZ_STREAM_OURS) == 1
           ? VZ_OK : VZ_INTERNAL;
}


void
vz_stream_free(vz_stream_t *stream)
{
    if (stream == NULL) {
        return;
    }

    EVP_CIPHER_CTX_free(stream->ciphers[VZ_STREAM_OURS]);
    EVP_CIPHER_CTX_free(stream->ciphers[VZ_STREAM_THEIRS]);

    /* pages of the ring that were never written are not there */

    OPENSSL_cleanse(stream->ring, stream->used);
    OPENSSL_cleanse(stream, offsetof(vz_stream_t, ring));
    free(stream);
}


size_t
vz_stream_room(vz_stream_t *stream, unsigned char **where)
{
    *where = stream->in + stream->have;

    return vz_stream_wanted(stream) - stream->have;
}


/* bytes of the frame that is being read: its head first */

static size_t
vz_stream_wanted(const vz_stream_t *stream)
{
    if (stream->have < VZ_STREAM_HEAD) {
        return VZ_STREAM_HEAD;
    }

    return VZ_STREAM_HEAD + VZ_STREAM_TAG
           + ((size_t) stream->in[1] << 16 | (size_t) stream->in[2] << 8
              | stream->in[3]);
}


vz_code_e
vz_stream_fill(vz_stream_t *stream, size_t n)
{
    size_t     wanted;
    vz_code_e  code;

    if (stream->over) {
        stream->have = 0;
        return stream->code;
    }

    stream->have += n;
    wanted = vz_stream_wanted(stream);

    /* a length is not trusted before it is known to fit */

    if (wanted > VZ_STREAM_FRAME) {
        return vz_stream_fail(stream, VZ_SYNTAX);
    }

    if (stream->have < VZ_STREAM_HEAD + VZ_STREAM_TAG
        || stream->have < wanted)
    {
        return VZ_OK;
    }

    code = vz_stream_open(stream, wanted - VZ_STREAM_HEAD - VZ_STREAM_TAG);
    stream->have = 0;

    return code == VZ_OK ? VZ_OK : vz_stream_fail(stream, code);
}


static vz_code_e
vz_stream_fail(vz_stream_t *stream, vz_code_e code)
{
    vz_stream_abort(stream, code);

    return code;
}


static vz_code_e
vz_stream_open(vz_stream_t *stream, size_t len)
{
    int              n;
    unsigned char    nonce[VZ_STREAM_NONCE], *payload;
    EVP_CIPHER_CTX  *ctx;

    ctx = stream->ciphers[VZ_STREAM_THEIRS];
    payload = stream->in + VZ_STREAM_HEAD;
    vz_stream_nonce(stream->counts[VZ_STREAM_THEIRS]++, nonce);

    if (EVP_DecryptInit_ex(ctx, NULL, NULL, NULL, nonce) != 1
        || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, VZ_STREAM_TAG,
                               payload + len) != 1
        || EVP_DecryptUpdate(ctx, NULL, &n, stream->in, VZ_STREAM_HEAD) != 1
        || EVP_DecryptUpdate(ctx, payload, &n, payload, (int) len) != 1
        || EVP_DecryptFinal_ex(ctx, payload + n, &n) != 1)
    {
        return VZ_DENIED;
    }

    return vz_stream_take(stream, payload, len);
}


static vz_code_e
vz_stream_take(vz_stream_t *stream, const unsigned char *p, size_t len)
{
    switch (stream->in[0]) {

    case VZ_STREAM_DATA:
        return vz_stream_data(stream, p, len);

    case VZ_STREAM_CREDIT:
        return vz_stream_credit(stream, p, len);

    case VZ_STREAM_END:
        if (len != 0 || stream->done) {
            return VZ_SYNTAX;
        }

        stream->done = 1;

        return VZ_OK;

    case VZ_STREAM_ABORT:
        vz_stream_ended(stream, p, len);
        return VZ_OK;

    case VZ_STREAM_ALIVE:
        return len == 0 ? VZ_OK : VZ_SYNTAX;

    default:
        return VZ_SYNTAX;
    }
}


static vz_code_e
vz_stream_data(vz_stream_t *stream, const unsigned char *p, size_t len)
{
    size_t  at, n;

    if (len == 0 || stream->done) {
        return VZ_SYNTAX;
    }

    if (len > stream->window) {
        return VZ_RANGE;
    }

    stream->window -= len;

    /* window, owed and held are never more than the ring together */

    at = (stream->start + stream->held) % VZ_STREAM_WINDOW;
    n = len < VZ_STREAM_WINDOW - at ? len : VZ_STREAM_WINDOW - at;

    memcpy(stream->ring + at, p, n);
    memcpy(stream->ring, p + n, len - n);
    stream->held += len;

    if (at + n > stream->used) {
        stream->used = at + n;
    }

    n = stream->held + stream->out_end - stream->out_start;

    if (n > stream->most) {
        stream->most = n;
    }

    return VZ_OK;
}


static vz_code_e
vz_stream_credit(vz_stream_t *stream, const unsigned char *p, size_t len)
{
    size_t  n;

    if (len != 4) {
        return VZ_SYNTAX;
    }

    n = (size_t) p[0] << 24 | (size_t) p[1] << 16 | (size_t) p[2] << 8 | p[3];

    if (n == 0 || n > VZ_STREAM_WINDOW - stream->credit) {
        return VZ_RANGE;
    }

    stream->credit += n;

    return VZ_OK;
}


static void
vz_stream_ended(vz_stream_t *stream, const unsigned char *p, size_t len)
{
    char  word[33];

    if (len >= sizeof(word)) {
        len = sizeof(word) - 1;
    }

    memcpy(word, p, len);
    word[len] = '\0';

    stream->over = 1;
    stream->code = vz_code_parse(word);
    stream->held = 0;
    stream->out_start = 0;
    stream->out_end = 0;
}


size_t
vz_stream_pending(vz_stream_t *stream, const unsigned char **from)
{
    *from = stream->out + stream->out_start;

    return stream->out_end - stream->out_start;
}


void
vz_stream_sent(vz_stream_t *stream, size_t n)
{
    stream->out_start += n;

    if (stream->out_start == stream->out_end) {
        stream->out_start = 0;
        stream->out_end = 0;
    }

    vz_stream_grant(stream);

    if (stream->ending) {
        vz_stream_end(stream);
    }
}


size_t
vz_stream_read(vz_stream_t *stream, void *to, size_t n)
{
    size_t  first;

    if (n > stream->held) {
        n = stream->held;
    }

    first = n < VZ_STREAM_WINDOW - stream->start
            ? n : VZ_STREAM_WINDOW - stream->start;

    memcpy(to, stream->ring + stream->start, first);
    memcpy((unsigned char *) to + first, stream->ring, n - first);

    stream->held -= n;
    stream->owed += n;

    /* an empty ring begins anew: what is read at once needs few pages of it */

    stream->start = stream->held ? (stream->start + n) % VZ_STREAM_WINDOW : 0;

    vz_stream_grant(stream);

    return n;
}


/* what was read is granted when it is worth a frame, or nothing is left */

static void
vz_stream_grant(vz_stream_t *stream)
{
    size_t          n;
    unsigned char   bytes[4];

    n = stream->owed;

    if (n == 0 || stream->over || stream->done
        || (n < VZ_STREAM_GRANT && stream->window > VZ_STREAM_WINDOW / 2))
    {
        return;
    }

    bytes[0] = (unsigned char) (n >> 24);
    bytes[1] = (unsigned char) (n >> 16);
    bytes[2] = (unsigned char) (n >> 8);
    bytes[3] = (unsigned char) n;

    /* where out is full it is granted once some of it was sent */

    if (vz_stream_put(stream, VZ_STREAM_CREDIT, bytes, 4)) {
        stream->owed = 0;
        stream->window += n;
    }
}


size_t
vz_stream_writable(const vz_stream_t *stream)
{
    size_t  pending, n;

    if (stream->ending || stream->ended || stream->over) {
        return 0;
    }

    pending = stream->out_end - stream->out_start;
    n = stream->credit < VZ_STREAM_CHUNK ? stream->credit : VZ_STREAM_CHUNK;

    return pending + n + VZ_STREAM_HEAD + VZ_STREAM_TAG + VZ_STREAM_RESERVE
           <= VZ_STREAM_OUT ? n : 0;
}


size_t
vz_stream_write(vz_stream_t *stream, const void *from, size_t n)
{
    size_t  most;

    most = vz_stream_writable(stream);

    if (n > most) {
        n = most;
    }

    if (n == 0 || !vz_stream_put(stream, VZ_STREAM_DATA, from, n)) {
        return 0;
    }

    stream->credit -= n;

    return n;
}


void
vz_stream_end(vz_stream_t *stream)
{
    if (stream->ended || stream->over) {
        return;
    }

    /* where out is full it is sent once some of it was */

    stream->ended = vz_stream_put(stream, VZ_STREAM_END, "", 0) ? 1 : 0;
    stream->ending = !stream->ended;
}


void
vz_stream_abort(vz_stream_t *stream, vz_code_e code)
{
    const char  *word;

    if (stream->over) {
        return;
    }

    word = vz_code_name(code);
    (void) vz_stream_put(stream, VZ_STREAM_ABORT, word, strlen(word));

    stream->over = 1;
    stream->code = code;
    stream->held = 0;
}


void
vz_stream_alive(vz_stream_t *stream)
{
    if (!stream->over && stream->out_end == stream->out_start) {
        (void) vz_stream_put(stream, VZ_STREAM_ALIVE, "", 0);
    }
}


unsigned
vz_stream_whole(const vz_stream_t *stream)
{
    return stream->ended && stream->done && !stream->over
           && stream->held == 0 && stream->out_end == stream->out_start;
}


/* one frame into out; 0 where it does not fit */

static int
vz_stream_put(vz_stream_t *stream, vz_stream_e type, const void *from,
    size_t len)
{
    int              n;
    unsigned char    nonce[VZ_STREAM_NONCE], *p;
    EVP_CIPHER_CTX  *ctx;

    if (stream->out_start > 0) {
        memmove(stream->out, stream->out + stream->out_start,
                stream->out_end - stream->out_start);
        stream->out_end -= stream->out_start;
        stream->out_start = 0;
    }

    if (VZ_STREAM_OUT - stream->out_end
        < VZ_STREAM_HEAD + len + VZ_STREAM_TAG)
    {
        return 0;
    }

    p = stream->out + stream->out_end;
    p[0] = (unsigned char) type;
    p[1] = (unsigned char) (len >> 16);
    p[2] = (unsigned char) (len >> 8);
    p[3] = (unsigned char) len;

    ctx = stream->ciphers[VZ_STREAM_OURS];
    vz_stream_nonce(stream->counts[VZ_STREAM_OURS]++, nonce);

    /* what can't be sealed is not sent: the other side finds a gap */

    if (EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, nonce) != 1
        || EVP_EncryptUpdate(ctx, NULL, &n, p, VZ_STREAM_HEAD) != 1
        || EVP_EncryptUpdate(ctx, p + VZ_STREAM_HEAD, &n, from, (int) len)
           != 1
        || EVP_EncryptFinal_ex(ctx, p + VZ_STREAM_HEAD + n, &n) != 1
        || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, VZ_STREAM_TAG,
                               p + VZ_STREAM_HEAD + len) != 1)
    {
        return 0;
    }

    stream->out_end += VZ_STREAM_HEAD + len + VZ_STREAM_TAG;

    return 1;
}


static void
vz_stream_nonce(uint64_t number, unsigned char *nonce)
{
    unsigned  i;

    memset(nonce, 0, VZ_STREAM_NONCE);

    for (i = VZ_STREAM_NONCE; number; number >>= 8) {
        nonce[--i] = (unsigned char) number;
    }
}
