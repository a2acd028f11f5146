/*
 * Hostile bytes through the line reader, the verb parser and the answer
 * parser, in pieces whose sizes come from the input.
 */

#include "fuzz.h"
#include "wire/frame.h"
#include "wire/pairs.h"
#include "wire/reply.h"


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;

    must(vz_field_init() == VZ_OK);

    return 0;
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
    n = vz_verb_print(buf, &req.mark, req.body, req.verb, req.argc, req.argv,
                      words);
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


static void
try_line(const char *line, size_t len)
{
    char    *copy;
    size_t   n;

    must(strlen(line) == len);
    try_verb(line, len);
    try_answer(line, len);

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
