/*
 * Passwords that somebody who guesses tries first.
 */

#include <ctype.h>
#include <string.h>
#include "panel/account/password_rule.h"


#define VZ_PASSWORD_RULE_MAX    512
#define VZ_PASSWORD_RULE_KINDS  5       /* different characters */
#define VZ_PASSWORD_RULE_WORD   4       /* bytes of a word that counts */


typedef struct {
    char       data[VZ_PASSWORD_RULE_MAX];
    size_t     len;
} vz_password_rule_text_t;


static void vz_password_rule_fold(const char *s, size_t len,
    vz_password_rule_text_t *out);
static int vz_password_rule_simple(const vz_password_rule_text_t *text);
static int vz_password_rule_common(const vz_password_rule_list_t *list,
    const vz_password_rule_text_t *text);
static int vz_password_rule_listed(const vz_password_rule_list_t *list,
    const char *word, size_t len);
static int vz_password_rule_inside(const vz_password_rule_list_t *list,
    const vz_password_rule_text_t *text, int (*counts)(int c));
static int vz_password_rule_twice(const vz_password_rule_list_t *list,
    const vz_password_rule_text_t *text);
static int vz_password_rule_own(const vz_password_rule_text_t *text,
    const vz_password_rule_word_t *own);
static int vz_password_rule_part(const vz_password_rule_text_t *text,
    const char *word, size_t len);


/* the letters U+00C0 to U+00FF without their accents */
static const char  vz_password_rule_latin[] =
    "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty";


vz_password_rule_e
vz_password_rule(const char *password, size_t len,
    const vz_password_rule_list_t *list, const vz_password_rule_word_t *own,
    size_t n, size_t *which)
{
    size_t                   i;
    vz_password_rule_e       rule;
    vz_password_rule_text_t  text;

    vz_password_rule_fold(password, len, &text);

    rule = vz_password_rule_simple(&text) ? VZ_PASSWORD_RULE_SIMPLE
           : vz_password_rule_common(list, &text) ? VZ_PASSWORD_RULE_COMMON
           : VZ_PASSWORD_RULE_OK;

    for (i = 0; i < n && rule == VZ_PASSWORD_RULE_OK; i++) {

        if (vz_password_rule_own(&text, &own[i])) {
            *which = i;
            rule = VZ_PASSWORD_RULE_OWN;
        }
    }

    explicit_bzero(&text, sizeof(vz_password_rule_text_t));

    return rule;
}


/* lower case; what is too long is cut, and never a password */

static void
vz_password_rule_fold(const char *s, size_t len, vz_password_rule_text_t *out)
{
    size_t         i;
    unsigned char  c;

    out->len = 0;

    for (i = 0; i < len && out->len < VZ_PASSWORD_RULE_MAX; i++) {
        c = (unsigned char) s[i];

        if (c == 0xc3 && i + 1 < len) {
            c = (unsigned char) s[++i];
            out->data[out->len++] = vz_password_rule_latin[c & 0x3f];

        } else {
            out->data[out->len++] = (char) (c < 0x80 ? tolower(c) : c);
        }
    }
}


static int
vz_password_rule_simple(const vz_password_rule_text_t *text)
{
    size_t  i, kinds;
    char    seen[256] = { 0 };

    kinds = 0;

    for (i = 0; i < text->len; i++) {
        kinds += !seen[(unsigned char) text->data[i]];
        seen[(unsigned char) text->data[i]] = 1;
    }

    return kinds < VZ_PASSWORD_RULE_KINDS;
}


static int
vz_password_rule_common(const vz_password_rule_list_t *list,
    const vz_password_rule_text_t *text)
{
    return vz_password_rule_listed(list, text->data, text->len)
           || vz_password_rule_inside(list, text, isalnum)
           || vz_password_rule_inside(list, text, isalpha)
           || vz_password_rule_twice(list, text);
}


/* by halves of the text, each begun at a line */

static int
vz_password_rule_listed(const vz_password_rule_list_t *list, const char *word,
    size_t len)
{
    int          order;
    size_t       size;
    const char  *low, *high, *line, *end;

    low = list->text;
    high = list->text + list->size;

    while (low < high) {
        line = low + (high - low) / 2;

        while (line > low && line[-1] != '\n') {
            line--;
        }

        end = memchr(line, '\n', high - line);

        if (end == NULL) {
            return 0;
        }

        size = end - line;
        order = memcmp(word, line, len < size ? len : size);

        if (order == 0 && len == size) {
            return 1;
        }

        if (order < 0 || (order == 0 && len < size)) {
            high = line;

        } else {
            low = end + 1;
        }
    }

    return 0;
}


/* without what does not count at both ends, where that is little */

static int
vz_password_rule_inside(const vz_password_rule_list_t *list,
    const vz_password_rule_text_t *text, int (*counts)(int c))
{
    size_t  first, last;

    first = 0;
    last = text->len;

    while (first < last && !counts((unsigned char) text->data[first])) {
        first++;
    }

    while (last > first && !counts((unsigned char) text->data[last - 1])) {
        last--;
    }

    return text->len - (last - first) < VZ_PASSWORD_RULE_LEFT
           && vz_password_rule_listed(list, text->data + first, last - first);
}


/* "dragondragon", "monkey.monkey." */

static int
vz_password_rule_twice(const vz_password_rule_list_t *list,
    const vz_password_rule_text_t *text)
{
    size_t                   half;
    vz_password_rule_text_t  one;

    half = text->len / 2;

    if (text->len % 2 || memcmp(text->data, text->data + half, half) != 0) {
        return 0;
    }

    one = *text;
    one.len = half;

    return vz_password_rule_common(list, &one);
}


/* the words of a text, each of letters and digits alone */

static int
vz_password_rule_own(const vz_password_rule_text_t *text,
    const vz_password_rule_word_t *own)
{
    size_t                   i, start;
    vz_password_rule_text_t  words;

    vz_password_rule_fold(own->data, own->len, &words);
    start = 0;

    for (i = 0; i <= words.len; i++) {

        if (i < words.len
            && ((unsigned char) words.data[i] >= 0x80
                || isalnum((unsigned char) words.data[i])))
        {
            continue;
        }

        if (i - start >= VZ_PASSWORD_RULE_WORD
            && vz_password_rule_part(text, words.data + start, i - start))
        {
            return 1;
        }

        start = i + 1;
    }

    return 0;
}


/* whether the word is in the text, and little beside it */

static int
vz_password_rule_part(const vz_password_rule_text_t *text, const char *word,
    size_t len)
{
    size_t  i, left, times;

    left = 0;
    times = 0;
    i = 0;

    while (i < text->len) {

        if (text->len - i >= len && memcmp(text->data + i, word, len) == 0) {
            i += len;
            times++;
            continue;
        }

        left += ((unsigned char) text->data[i] & 0xc0) != 0x80;
        i++;
    }

    return times && left < VZ_PASSWORD_RULE_LEFT;
}
