/*
 * Hostile bytes through the line reader, the verb parser, the answer parser,
 * the handshake and sealed lines, in pieces whose sizes come from the input.
 */

#include <stdlib.h>
#include <string.h>
#include "wire/frame.h"
#include "wire/seal.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;

    if (vz_field_init() != VZ_OK) {
        abort();
    }

    return 0;
}


static void
must(int truth)
{
    if (!truth) {
        abort();
    }
}


/* what the parser took, the printer prints, and it reads the same again */
static void
try_verb(const char *line, size_t len)
{
    char          buf[VZ_LINE_MAX], words[VZ_WORDS_MAX];
    size_t        n;
    vz_request_t  req, again;

    if (vz_verb_parse(line, len, &req, words) != VZ_OK) {
        must(strlen(words) > 0 && strlen(words) < VZ_WORDS_MAX);
        return;
    }

    must(req.argc <= VZ_ARGS_MAX);
    n = vz_verb_print(buf, &req.mark, req.verb, req.argc, req.argv, words);
    must(n > 0 && n <= VZ_LINE_MAX);
    must(vz_verb_parse(buf, n - 1, &again, words) == VZ_OK);
    must(again.verb == req.verb && again.ctid == req.ctid);
}


static void
try_answer(const char *line, size_t len)
{
    vz_reply_t  reply;
    vz_pairs_t  pairs;

    if (vz_reply_parse(line, len, &reply) != VZ_OK) {
        return;
    }

    must(reply.percent <= 100);
    must(reply.text >= line && reply.text + reply.len == line + len);
    must(reply.kind != VZ_REPLY_ERR || reply.code != VZ_OK);

    vz_pairs_init(&pairs, reply.text, reply.len);

    while (vz_pairs_next(&pairs)) {
        must(pairs.key_len > 0);
        must(pairs.value + pairs.value_len <= line + len);
    }
}


static const vz_key_t  key = { 16, "0123456789abcde" };


static void
try_handshake(const char *line, size_t len)
{
    unsigned     version;
    vz_nonces_t  nonces;

    memset(&nonces, 0, sizeof(nonces));

    if (vz_greeting_parse(line, len, nonces.server, &version) == VZ_OK) {
        must(strlen(nonces.server) == VZ_HEX_LEN);
    }

    must(vz_auth_check(line, len, &key, &nonces) != VZ_OK);
    must(vz_accept_check(line, len, &key, &nonces) != VZ_OK);
}


/* not sealed: never taken; sealed by who knows the key: whatever it holds */
static void
try_seal(const char *line, size_t len)
{
    char         buf[VZ_REPLY_MAX + VZ_SEAL_LEN + 2];
    char         secret[VZ_SECRET_MAX + 1];
    size_t       n;
    vz_seal_t    seal;
    vz_nonces_t  nonces;

    memset(&nonces, 'a', sizeof(nonces));
    nonces.server[VZ_HEX_LEN] = nonces.client[VZ_HEX_LEN] = '\0';
    must(vz_seal_init(&seal, &key, &nonces) == VZ_OK);

    n = len;
    memcpy(buf, line, len + 1);
    must(vz_seal_open_line(&seal, buf, &n) == VZ_DENIED);

    n = len;
    memcpy(buf, line, len + 1);

    if (vz_seal_open_answer(&seal, buf, &n) == VZ_OK) {
        must(n == len && strcmp(line, "ok") != 0
             && strncmp(line, "ok ", 3) != 0);
    }

    memcpy(buf, line, len);
    buf[len] = '\n';
    seal.lines = 0;
    n = len < VZ_LINE_MAX ? vz_seal_line(&seal, buf, len + 1) : 0;

    if (n) {
        buf[--n] = '\0';
        seal.lines = 0;

        if (vz_seal_open_secret(&seal, buf, n, secret, &n) == VZ_OK) {
            must(strlen(secret) == n);
        }
    }

    vz_seal_free(&seal);
}


static void
try_line(const char *line, size_t len)
{
    char    *copy;
    size_t   n;

    must(strlen(line) == len);
    try_verb(line, len);
    try_answer(line, len);
    try_handshake(line, len);
    try_seal(line, len);

    copy = strdup(line);
    must(copy != NULL);
    n = vz_reply_clean(copy);
    must(n == 0 || vz_frame_check(copy, n) == VZ_OK);
    free(copy);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char        *where, *line;
    size_t       room, n, len, step;
    vz_code_e    rc;
    vz_frame_t   frame;

    if (size < 1) {
        return 0;
    }

    vz_frame_init(&frame, data[0] & 1 ? VZ_LINE_MAX : VZ_REPLY_MAX);
    step = (size_t) (data[0] >> 1) * 32 + 1;
    data++;
    size--;

    while (size > 0) {
        room = vz_frame_room(&frame, &where);
        must(room >= 1);

        n = size < room ? size : room;
        n = n < step ? n : step;

        memcpy(where, data, n);
        vz_frame_fill(&frame, n);
        data += n;
        size -= n;

        while ((rc = vz_frame_next(&frame, &line, &len)) == VZ_OK) {
            try_line(line, len);
        }

        if (rc != VZ_AGAIN) {
            return 0;
        }
    }

    return 0;
}
