/*
 * Hostile lines through the handshake and through what is sealed: none is ever
 * taken, and what one who knows the key has sealed does no harm, either.
 */

#include "fuzz.h"
#include "wire/frame.h"
#include "wire/seal.h"


static const vz_key_t  key = { 16, "0123456789abcde" };

static vz_nonces_t  nonces;


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;

    must(vz_field_init() == VZ_OK);

    memset(&nonces, 'a', sizeof(nonces));
    nonces.server[VZ_HEX_LEN] = '\0';
    nonces.client[VZ_HEX_LEN] = '\0';

    return 0;
}


static void
try_handshake(const char *line, size_t len)
{
    unsigned     version;
    vz_nonces_t  heard;

    heard = nonces;

    if (vz_handshake_greeting_parse(line, len, heard.server,
                                    &version) == VZ_OK) {
        must(strlen(heard.server) == VZ_HEX_LEN);
    }

    must(vz_handshake_auth_check(line, len, &key, &heard) != VZ_OK);
    must(vz_handshake_accept_check(line, len, &key, &nonces) != VZ_OK);
}


static void
try_answer(vz_seal_t *seal, const char *line, size_t len)
{
    char    buf[VZ_REPLY_MAX];
    size_t  n;

    n = len;
    memcpy(buf, line, len + 1);

    if (vz_seal_open_answer(seal, buf, &n) == VZ_OK) {
        must(n == len && strcmp(line, "ok") != 0
             && strncmp(line, "ok ", 3) != 0);
    }
}


static void
try_line(vz_seal_t *seal, const char *line, size_t len)
{
    char              buf[VZ_REPLY_MAX], bytes[VZ_BODY_BYTES + 1];
    size_t            n, got;
    unsigned          i;
    const vz_verb_t  *def;

    n = len;
    memcpy(buf, line, len + 1);
    must(vz_seal_open_line(seal, buf, &n) == VZ_DENIED);

    if (len >= VZ_LINE_MAX) {
        return;
    }

    memcpy(buf, line, len);
    buf[len] = '\n';
    seal->lines = 0;
    n = vz_seal_line(seal, buf, len + 1);

    if (n == 0) {
        must(len + 1 + VZ_SEAL_LEN > VZ_LINE_MAX);
        return;
    }

    buf[--n] = '\0';

    for (i = 0; i < 3; i++) {
        def = i == 0 ? NULL : vz_verb_def(i == 1 ? VZ_VERB_PASSWD
                                                 : VZ_VERB_LINES);
        seal->lines = 0;

        if (vz_seal_open_body(seal, def, buf, n, bytes, &got) == VZ_OK && def)
        {
            must(strlen(bytes) == got && got > 0 && got <= def->body_bytes);
        }

        /* the MAC was cut off */
        buf[n - VZ_SEAL_LEN] = ' ';
    }

    seal->lines = 0;
    memcpy(bytes, line, len < sizeof(bytes) ? len : sizeof(bytes));
    (void) vz_seal_body(seal, buf, vz_verb_def(VZ_VERB_PASSWD), bytes, len);
    (void) vz_seal_body(seal, buf, vz_verb_def(VZ_VERB_LINES), bytes, len);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char       line[VZ_REPLY_MAX];
    vz_seal_t  seal;

    if (size >= sizeof(line) || vz_frame_check((const char *) data, size)
                                != VZ_OK)
    {
        return 0;
    }

    memcpy(line, data, size);
    line[size] = '\0';

    must(vz_seal_init(&seal, &key, &nonces) == VZ_OK);

    try_handshake(line, size);
    try_answer(&seal, line, size);
    try_line(&seal, line, size);

    vz_seal_free(&seal);

    return 0;
}
