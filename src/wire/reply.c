/*
 * One line of an answer.
 */

#include <string.h>
#include "wire/field_value.h"
#include "wire/frame.h"
#include "wire/reply.h"


/* the first word of [p, end): its length; *next is behind its space */
static size_t
vz_reply_word(const char *p, const char *end, const char **next)
{
    const char  *space;

    space = p < end ? memchr(p, ' ', (size_t) (end - p)) : NULL;

    if (space == NULL) {
        *next = end;
        return (size_t) (end - p);
    }

    *next = space + 1;

    return (size_t) (space - p);
}


static vz_code_e
vz_reply_progress(const char *p, const char *end, vz_reply_t *reply)
{
    size_t    n;
    uint64_t  percent;

    n = vz_reply_word(p, end, &reply->text);

    if (vz_field_value_number(p, n, 100, &percent) != VZ_OK) {
        return VZ_SYNTAX;
    }

    reply->percent = (unsigned) percent;

    return VZ_OK;
}


static vz_code_e
vz_reply_data(const char *p, const char *end, vz_reply_t *reply)
{
    reply->text = p;

    return p < end ? VZ_OK : VZ_SYNTAX;
}


static vz_code_e
vz_reply_ok(const char *p, const char *end, vz_reply_t *reply)
{
    (void) end;
    reply->text = p;

    return VZ_OK;
}


static vz_code_e
vz_reply_err(const char *p, const char *end, vz_reply_t *reply)
{
    char    code[32];
    size_t  n;

    n = vz_reply_word(p, end, &reply->text);

    if (n == 0) {
        return VZ_SYNTAX;
    }

    if (n >= sizeof(code)) {
        n = sizeof(code) - 1;
    }

    memcpy(code, p, n);
    code[n] = '\0';
    reply->code = vz_code_parse(code);

    return VZ_OK;
}


typedef struct {
    const char    *word;
    vz_reply_e     kind;
    vz_code_e    (*parse)(const char *p, const char *end, vz_reply_t *reply);
} vz_reply_def_t;

static const vz_reply_def_t  vz_replies[] = {
    { "+", VZ_REPLY_PROGRESS, vz_reply_progress },
    { "=", VZ_REPLY_DATA, vz_reply_data },
    { "ok", VZ_REPLY_OK, vz_reply_ok },
    { "err", VZ_REPLY_ERR, vz_reply_err }
};


vz_code_e
vz_reply_parse(const char *line, size_t len, vz_reply_t *reply)
{
    size_t       i, n;
    const char  *rest, *end;

    if (vz_frame_check(line, len) != VZ_OK) {
        return VZ_SYNTAX;
    }

    end = line + len;
    n = vz_reply_word(line, end, &rest);

    for (i = 0; i < sizeof(vz_replies) / sizeof(vz_replies[0]); i++) {
        if (strlen(vz_replies[i].word) != n
            || memcmp(vz_replies[i].word, line, n) != 0)
        {
            continue;
        }

        reply->kind = vz_replies[i].kind;
        reply->percent = 0;
        reply->code = VZ_OK;

        if (vz_replies[i].parse(rest, end, reply) != VZ_OK) {
            return VZ_SYNTAX;
        }

        reply->len = (size_t) (end - reply->text);

        return VZ_OK;
    }

    return VZ_SYNTAX;
}


size_t
vz_reply_clean(char *words)
{
    char        *to;
    const char  *from;

    to = words;

    for (from = words; *from != '\0' && to < words + VZ_WORDS_MAX - 1; from++)
    {
        if (*from > 0x20 && *from < 0x7f) {
            *to++ = *from;

        } else if (to > words && to[-1] != ' ') {
            *to++ = ' ';
        }
    }

    if (to > words && to[-1] == ' ') {
        to--;
    }

    *to = '\0';

    return (size_t) (to - words);
}
