/*
 * Delivery status notifications.
 */

#include <string.h>
#include <strings.h>
#include "runtime/report.h"
#include "wire/reply.h"


#define VZ_REPORT_VALUE     512     /* of a header, unfolded; more is cut */
#define VZ_REPORT_BOUNDARY  70      /* RFC 2046, 5.1.1 */


/* what is left to read */
typedef struct {
    const char   *p;
    const char   *end;
} vz_report_in_t;

/* headers that are wanted, by name; of one that came twice the first counts */
typedef struct {
    const char   *name;
    char          value[VZ_REPORT_VALUE];
} vz_report_header_t;

#define VZ_REPORT_HEADERS(h)  (h), sizeof(h) / sizeof((h)[0])


static const struct {
    const char   *action;
    vz_report_e   kind;
} vz_report_actions[] = {
    { "failed", VZ_REPORT_FAILED },
    { "delayed", VZ_REPORT_DELAYED },
    { "delivered", VZ_REPORT_DONE },
    { "relayed", VZ_REPORT_DONE },
    { "expanded", VZ_REPORT_DONE },
    { NULL, VZ_REPORT_ANSWER }
};


/* the next line without its end; 0 when there is none */
static int
vz_report_line(vz_report_in_t *in, const char **line, size_t *len)
{
    size_t       n;
    const char  *lf;

    if (in->p == in->end) {
        return 0;
    }

    lf = memchr(in->p, '\n', (size_t) (in->end - in->p));
    n = (size_t) ((lf ? lf : in->end) - in->p);

    *line = in->p;
    *len = n > 0 && in->p[n - 1] == '\r' ? n - 1 : n;

    in->p += lf ? n + 1 : n;

    return 1;
}


static void
vz_report_append(char *value, const char *p, size_t len)
{
    size_t  have;

    have = strlen(value);

    if (len > VZ_REPORT_VALUE - 1 - have) {
        len = VZ_REPORT_VALUE - 1 - have;
    }

    for ( /* void */ ; len > 0; p++, len--) {
        value[have++] = *p == '\0' || *p == '\t' ? ' ' : *p;
    }

    value[have] = '\0';
}


/* the value of a line that begins a wanted header, not seen before */
static char *
vz_report_wanted(const char *line, size_t len, vz_report_header_t *h,
    size_t n)
{
    size_t       i, name;
    const char  *colon;

    colon = memchr(line, ':', len);
    if (colon == NULL) {
        return NULL;
    }

    name = (size_t) (colon - line);

    while (name > 0 && (line[name - 1] == ' ' || line[name - 1] == '\t')) {
        name--;
    }

    for (i = 0; i < n; i++) {
        if (strlen(h[i].name) == name
            && strncasecmp(h[i].name, line, name) == 0)
        {
            return h[i].value[0] == '\0' ? h[i].value : NULL;
        }
    }

    return NULL;
}


/*
 * Headers up to an empty line or the end: the values of those wanted, unfolded
 * (RFC 5322, 2.2.3).  The number of lines that were read.
 */
static size_t
vz_report_headers(vz_report_in_t *in, vz_report_header_t *h, size_t n)
{
    char        *value;
    size_t       i, len, lines;
    const char  *line, *colon;

    for (i = 0; i < n; i++) {
        h[i].value[0] = '\0';
    }

    value = NULL;

    for (lines = 0; vz_report_line(in, &line, &len) && len > 0; lines++) {

        if (line[0] == ' ' || line[0] == '\t') {
            if (value != NULL) {
                vz_report_append(value, line, len);
            }

            continue;
        }

        value = vz_report_wanted(line, len, h, n);

        if (value != NULL) {
            colon = memchr(line, ':', len);
            vz_report_append(value, colon + 1,
                             (size_t) (line + len - colon - 1));
        }
    }

    return lines;
}


static const char *
vz_report_skip(const char *p)
{
    return p + strspn(p, " \r");
}


/* whether the first word of a value is that one */
static int
vz_report_is(const char *value, const char *word)
{
    size_t  n;

    value = vz_report_skip(value);
    n = strlen(word);

    return strncasecmp(value, word, n) == 0
           && (value[n] == '\0' || strchr(" \r;(", value[n]) != NULL);
}


/* "smtp; 550 no": what stands behind the type */
static const char *
vz_report_typed(const char *value)
{
    const char  *semicolon;

    semicolon = strchr(value, ';');

    return vz_report_skip(semicolon ? semicolon + 1 : value);
}


/* the value of a parameter that p stands at; p moves behind it */
static void
vz_report_value(const char **p, char *to, size_t size)
{
    int     quoted;
    size_t  n;

    n = 0;
    quoted = **p == '"';
    *p += quoted;

    while (**p != '\0'
           && strchr(quoted ? "\"" : " \r;(", **p) == NULL)
    {
        if (quoted && **p == '\\' && (*p)[1] != '\0') {
            (*p)++;
        }

        if (n < size - 1) {
            to[n++] = **p;
        }

        (*p)++;
    }

    to[n] = '\0';
    *p += quoted && **p == '"';
}


/*
 * A parameter of a Content-Type (RFC 2045, 5.1), "" where there is none, or
 * where the syntax ends before it.
 */
static void
vz_report_parameter(const char *type, const char *name, char *to, size_t size)
{
    size_t       n;
    const char  *p, *key;

    p = type + strcspn(type, ";");

    while (*p == ';') {
        key = vz_report_skip(p + 1);
        n = strcspn(key, "= \r;");
        p = vz_report_skip(key + n);

        if (*p != '=') {
            break;
        }

        p = vz_report_skip(p + 1);
        vz_report_value(&p, to, size);

        if (n == strlen(name) && strncasecmp(key, name, n) == 0) {
            return;
        }

        p += strcspn(p, ";");
    }

    to[0] = '\0';
}


/*
 * The text of a part: up to the line that begins the next one, or the end.
 * Whether there is a next one.
 */
static int
vz_report_part(vz_report_in_t *in, const char *boundary, vz_report_in_t *part)
{
    size_t       n, len;
    const char  *line;

    n = strlen(boundary) + 2;
    part->p = in->p;

    while (vz_report_line(in, &line, &len)) {

        if (len < n || line[0] != '-' || line[1] != '-'
            || memcmp(line + 2, boundary, n - 2) != 0)
        {
            continue;
        }

        part->end = line;

        while (len > n && (line[len - 1] == ' ' || line[len - 1] == '\t')) {
            len--;
        }

        if (len == n) {
            return 1;
        }

        if (len == n + 2 && line[n] == '-' && line[n + 1] == '-') {
            return 0;
        }
    }

    part->end = in->end;

    return 0;
}


static void
vz_report_words(vz_report_t *report, const char *words)
{
    size_t  n;

    n = strnlen(words, VZ_WORDS_MAX - 1);
    memcpy(report->words, words, n);
    report->words[n] = '\0';

    (void) vz_reply_clean(report->words);
}


/* what one recipient's fields say, where it is graver than what is known */
static void
vz_report_recipient(const vz_report_header_t *h, vz_report_t *report)
{
    size_t       i, n;
    const char  *p;

    for (i = 0; vz_report_actions[i].action != NULL; i++) {
        if (vz_report_is(h[0].value, vz_report_actions[i].action)) {
            break;
        }
    }

    if (vz_report_actions[i].kind <= report->kind) {
        return;
    }

    report->kind = vz_report_actions[i].kind;

    p = vz_report_skip(h[1].value);
    n = strspn(p, "0123456789.");
    n = n < sizeof(report->status) ? n : 0;
    memcpy(report->status, p, n);
    report->status[n] = '\0';

    vz_report_words(report, vz_report_typed(h[2].value));

    p = vz_report_typed(h[3].value);
    n = strcspn(p, " \r;(");
    n = n < sizeof(report->recipient) ? n : 0;
    memcpy(report->recipient, p, n);
    report->recipient[n] = '\0';

    (void) vz_reply_clean(report->recipient);
}


/* groups of fields, the first about the message, each other of a recipient */
static void
vz_report_status(vz_report_in_t *part, vz_report_t *report)
{
    vz_report_header_t  h[] = {
        { "Action", "" }, { "Status", "" }, { "Diagnostic-Code", "" },
        { "Final-Recipient", "" }
    };

    while (part->p < part->end) {
        if (vz_report_headers(part, VZ_REPORT_HEADERS(h)) > 0) {
            vz_report_recipient(h, report);
        }
    }
}


static void
vz_report_parts(vz_report_in_t *in, const char *type, vz_report_t *report)
{
    int                 more;
    char                boundary[VZ_REPORT_BOUNDARY + 2];
    vz_report_in_t      part;
    vz_report_header_t  h[] = { { "Content-Type", "" } };

    vz_report_parameter(type, "boundary", boundary, sizeof(boundary));

    if (boundary[0] == '\0' || strlen(boundary) > VZ_REPORT_BOUNDARY) {
        return;
    }

    more = vz_report_part(in, boundary, &part);     /* what stands before */

    while (more) {
        more = vz_report_part(in, boundary, &part);
        (void) vz_report_headers(&part, VZ_REPORT_HEADERS(h));

        if (vz_report_is(h[0].value, "message/delivery-status")
            || vz_report_is(h[0].value, "message/global-delivery-status"))
        {
            vz_report_status(&part, report);
            return;
        }
    }
}


static size_t
vz_report_indent(const char *line, size_t len)
{
    size_t  n;

    for (n = 0; n < len && line[n] == ' '; n++) { /* void */ }

    return n;
}


/*
 * The lines under one that names an address: up to an empty one or, where that
 * one is indented, up to what is not further so.  In parentheses Exim says
 * what else the address was called.
 */
static void
vz_report_under(vz_report_in_t *in, size_t indent, vz_report_t *report)
{
    char         value[VZ_REPORT_VALUE];
    size_t       n, len;
    const char  *line;

    value[0] = '\0';

    while (vz_report_line(in, &line, &len)) {
        n = vz_report_indent(line, len);

        if (n == len || (indent > 0 && n <= indent)) {
            break;
        }

        if (line[n] != '(') {
            vz_report_append(value, " ", 1);
            vz_report_append(value, line + n, len - n);
        }
    }

    vz_report_words(report, vz_report_skip(value));
}


/*
 * Exim names its own reasons in the text for people only; there the address
 * stands on a line of its own, as in X-Failed-Recipients.
 */
static void
vz_report_exim(vz_report_in_t *in, const char *failed, vz_report_t *report)
{
    size_t       n, len, indent;
    const char  *line;

    failed = vz_report_skip(failed);
    n = strcspn(failed, ", ");

    while (vz_report_line(in, &line, &len)) {
        indent = vz_report_indent(line, len);

        if (indent > 0 && len - indent == n
            && strncasecmp(line + indent, failed, n) == 0)
        {
            vz_report_under(in, indent, report);
            return;
        }
    }
}


/*
 * qmail's own form (QSBMF): by its first words it is known, and a paragraph
 * that begins with "<ADDRESS>:" is of a recipient.
 */
static void
vz_report_qmail(vz_report_in_t *in, vz_report_t *report)
{
    size_t       n, len;
    const char  *line;

    static const char  first[] = "Hi. This is the ";

    len = 0;
    while (len == 0 && vz_report_line(in, &line, &len)) { /* void */ }

    if (len < sizeof(first) - 1
        || memcmp(line, first, sizeof(first) - 1) != 0)
    {
        return;
    }

    report->kind = VZ_REPORT_FAILED;

    while (vz_report_line(in, &line, &len)) {

        if (len < 4 || line[0] != '<' || line[len - 2] != '>'
            || line[len - 1] != ':')
        {
            continue;
        }

        n = len - 3 < sizeof(report->recipient) ? len - 3 : 0;
        memcpy(report->recipient, line + 1, n);
        report->recipient[n] = '\0';
        (void) vz_reply_clean(report->recipient);

        vz_report_under(in, 0, report);
        return;
    }
}


/* Auto-Submitted (RFC 3834), and what was there before it */
static int
vz_report_automatic(const char *submitted, const char *precedence)
{
    return (submitted[0] != '\0' && !vz_report_is(submitted, "no"))
           || vz_report_is(precedence, "auto_reply")
           || vz_report_is(precedence, "bulk")
           || vz_report_is(precedence, "junk")
           || vz_report_is(precedence, "list");
}


/*
 * Reports say that they are automatic, too (RFC 3834, 2), so whether it is a
 * report is asked first.
 */
void
vz_report_read(const char *text, size_t len, vz_report_t *report)
{
    char                kind[sizeof("delivery-status") + 1];
    vz_report_in_t      body, in = { text, text + len };
    vz_report_header_t  h[] = {
        { "Content-Type", "" }, { "Subject", "" }, { "Auto-Submitted", "" },
        { "Precedence", "" }, { "X-Failed-Recipients", "" }
    };

    memset(report, 0, sizeof(vz_report_t));

    (void) vz_report_headers(&in, VZ_REPORT_HEADERS(h));
    body = in;

    if (vz_report_is(h[0].value, "multipart/report")) {
        vz_report_parameter(h[0].value, "report-type", kind, sizeof(kind));

        if (kind[0] != '\0' && strcasecmp(kind, "delivery-status") != 0) {
            report->kind = VZ_REPORT_AUTO;
            return;
        }

        vz_report_parts(&in, h[0].value, report);

    } else if (h[4].value[0] != '\0') {
        report->kind = VZ_REPORT_FAILED;        /* of Exim before 4.86 */

    } else if (vz_report_automatic(h[2].value, h[3].value)) {
        report->kind = VZ_REPORT_AUTO;
        return;

    } else {
        vz_report_qmail(&in, report);
    }

    if (report->kind == VZ_REPORT_FAILED && report->words[0] == '\0'
        && h[4].value[0] != '\0')
    {
        vz_report_exim(&body, h[4].value, report);
    }

    if (report->words[0] == '\0' && report->status[0] == '\0') {
        vz_report_words(report, h[1].value);
    }
}
