/*
 * A message: headers, encoded words, quoted-printable.
 */

#include <string.h>
#include "runtime/message.h"


#define VZ_MESSAGE_HEADERS  2048    /* all of them but the subject */
#define VZ_WORD_BYTES       45      /* of text in one encoded word, */
#define VZ_WORD_FIRST       39      /* and in that behind "Subject:", for lines
                                       of 76 (RFC 2047, 2) */
#define VZ_QP_LINE          76
#define VZ_LINE_BYTES       60      /* a subject that is not encoded */


typedef struct {
    char         *buf;
    size_t        size;
    size_t        len;              /* greater than size: it did not fit */
} vz_out_t;


static const char  vz_base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";

static const char  vz_hex_upper[] = "0123456789ABCDEF";


static void
vz_out_char(vz_out_t *out, char c)
{
    if (out->len < out->size) {
        out->buf[out->len] = c;
    }

    out->len++;
}


static void
vz_out_bytes(vz_out_t *out, const char *p, size_t len)
{
    while (len-- > 0) {
        vz_out_char(out, *p++);
    }
}


static void
vz_out_text(vz_out_t *out, const char *text)
{
    vz_out_bytes(out, text, strlen(text));
}


static void
vz_out_number(vz_out_t *out, int n, int digits)
{
    if (digits > 1) {
        vz_out_number(out, n / 10, digits - 1);
    }

    vz_out_char(out, (char) ('0' + n % 10));
}


static void
vz_message_date(vz_out_t *out, time_t date)
{
    struct tm  tm;

    static const char  days[] = "SunMonTueWedThuFriSat";
    static const char  months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    if (gmtime_r(&date, &tm) == NULL) {
        return;
    }

    vz_out_text(out, "Date: ");
    vz_out_bytes(out, days + tm.tm_wday * 3, 3);
    vz_out_text(out, ", ");
    vz_out_number(out, tm.tm_mday, 2);
    vz_out_char(out, ' ');
    vz_out_bytes(out, months + tm.tm_mon * 3, 3);
    vz_out_char(out, ' ');
    vz_out_number(out, tm.tm_year + 1900, 4);
    vz_out_char(out, ' ');
    vz_out_number(out, tm.tm_hour, 2);
    vz_out_char(out, ':');
    vz_out_number(out, tm.tm_min, 2);
    vz_out_char(out, ':');
    vz_out_number(out, tm.tm_sec, 2);
    vz_out_text(out, " +0000\r\n");
}


/* bytes of the UTF-8 character at p, as its first byte has it, within len */
static size_t
vz_utf8_step(const char *p, size_t len)
{
    size_t         n, i;
    unsigned char  c;

    c = (unsigned char) *p;
    n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    if (n > len) {
        return 1;
    }

    for (i = 1; i < n; i++) {
        if (((unsigned char) p[i] & 0xc0) != 0x80) {
            return 1;
        }
    }

    return n;
}


static void
vz_message_base64(vz_out_t *out, const unsigned char *p, size_t len)
{
    size_t    n;
    unsigned  bits;

    for (n = 0; n < len; n += 3) {
        bits = (unsigned) p[n] << 16;
        bits |= n + 1 < len ? (unsigned) p[n + 1] << 8 : 0;
        bits |= n + 2 < len ? p[n + 2] : 0;

        vz_out_char(out, vz_base64[bits >> 18]);
        vz_out_char(out, vz_base64[bits >> 12 & 63]);
        vz_out_char(out, n + 1 < len ? vz_base64[bits >> 6 & 63] : '=');
        vz_out_char(out, n + 2 < len ? vz_base64[bits & 63] : '=');
    }
}


/* whether a subject needs no encoding */
static int
vz_message_is_plain(const char *p, size_t len)
{
    size_t  i;

    if (len == 0 || len > VZ_LINE_BYTES || p[0] == ' ' || p[len - 1] == ' ') {
        return 0;
    }

    for (i = 0; i < len; i++) {
        if (p[i] < 0x20 || p[i] > 0x7e
            || (p[i] == '=' && i + 1 < len && p[i + 1] == '?'))
        {
            return 0;
        }
    }

    return 1;
}


/* control characters of a subject become spaces before it is encoded */
static size_t
vz_message_word(const char *p, size_t len, size_t most, unsigned char *word)
{
    size_t  n, step;

    n = 0;

    while (n < len) {
        step = vz_utf8_step(p + n, len - n);

        if (n + step > most) {
            break;
        }

        memcpy(word + n, p + n, step);

        if (step == 1 && (word[n] < 0x20 || word[n] == 0x7f)) {
            word[n] = ' ';

        } else if (step == 1 && word[n] > 0x7f) {
            word[n] = '?';
        }

        n += step;
    }

    return n;
}


static void
vz_message_subject(vz_out_t *out, const char *p, size_t len)
{
    size_t         n, most;
    unsigned char  word[VZ_WORD_BYTES];

    for (n = 0; n < len; n += vz_utf8_step(p + n, len - n)) {
        if (n + 4 > VZ_SUBJECT_MAX) {
            len = n;
            break;
        }
    }

    vz_out_text(out, "Subject:");

    if (vz_message_is_plain(p, len)) {
        vz_out_char(out, ' ');
        vz_out_bytes(out, p, len);
        len = 0;
    }

    most = VZ_WORD_FIRST;

    while (len > 0) {
        n = vz_message_word(p, len, most, word);
        most = VZ_WORD_BYTES;

        vz_out_text(out, " =?UTF-8?B?");
        vz_message_base64(out, word, n);
        vz_out_text(out, "?=");

        p += n;
        len -= n;

        if (len > 0) {
            vz_out_text(out, "\r\n");
        }
    }

    vz_out_text(out, "\r\n");
}


/* one line of the body, without its end */
static void
vz_message_line(vz_out_t *out, const char *p, size_t len)
{
    size_t         i, column, width;
    unsigned char  c;

    column = 0;

    for (i = 0; i < len; i++) {
        c = (unsigned char) p[i];

        /* a space or tab at the end would be lost, a point in front doubled */

        width = (c > 0x20 && c < 0x7f && c != '=' && (c != '.' || column > 0))
                || ((c == ' ' || c == '\t') && i + 1 < len)
                ? 1 : 3;

        if (column + width > VZ_QP_LINE - 1) {
            vz_out_text(out, "=\r\n");
            column = 0;
            width = c == '.' ? 3 : width;
        }

        if (width == 1) {
            vz_out_char(out, (char) c);

        } else {
            vz_out_char(out, '=');
            vz_out_char(out, vz_hex_upper[c >> 4]);
            vz_out_char(out, vz_hex_upper[c & 15]);
        }

        column += width;
    }

    vz_out_text(out, "\r\n");
}


static void
vz_message_body(vz_out_t *out, const char *p, size_t len)
{
    size_t       n;
    const char  *lf;

    while (len > 0) {
        lf = memchr(p, '\n', len);
        n = lf ? (size_t) (lf - p) : len;

        vz_message_line(out, p, n > 0 && p[n - 1] == '\r' ? n - 1 : n);

        n += lf != NULL;
        p += n;
        len -= n;
    }
}


static int
vz_message_is_id(const vz_part_t *id)
{
    size_t  i;
    char    c;

    if (id->len == 0 || id->len > VZ_MESSAGE_ID_MAX) {
        return 0;
    }

    for (i = 0; i < id->len; i++) {
        c = id->data[i];

        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
            && (c < '0' || c > '9') && c != '_' && c != '-'
            && (c != '.' || i == 0 || i + 1 == id->len
                || id->data[i - 1] == '.'))
        {
            return 0;
        }
    }

    return 1;
}


size_t
vz_message_size(const vz_message_t *message)
{
    /*
     * A body byte takes three, a soft end three more for each 73 columns, a
     * line end two; a subject's byte less than three with all around it.
     */

    return VZ_MESSAGE_HEADERS + VZ_SUBJECT_MAX * 3 + message->body.len * 5;
}


size_t
vz_message_print(const vz_message_t *message, char *buf, size_t size)
{
    vz_out_t     out = { buf, size, 0 };
    const char  *at;

    if (vz_field_check(VZ_FIELD_EMAIL, message->from.data, message->from.len)
        != VZ_OK
        || vz_field_check(VZ_FIELD_EMAIL, message->to.data, message->to.len)
           != VZ_OK
        || !vz_message_is_id(&message->message_id))
    {
        return 0;
    }

    vz_message_date(&out, message->date);

    vz_out_text(&out, "From: ");
    vz_out_bytes(&out, message->from.data, message->from.len);
    vz_out_text(&out, "\r\nTo: ");
    vz_out_bytes(&out, message->to.data, message->to.len);
    vz_out_text(&out, "\r\n");

    vz_message_subject(&out, message->subject.data, message->subject.len);

    at = memchr(message->from.data, '@', message->from.len);

    vz_out_text(&out, "Message-ID: <");
    vz_out_bytes(&out, message->message_id.data, message->message_id.len);
    vz_out_bytes(&out, at,
                 message->from.len - (size_t) (at - message->from.data));
    vz_out_text(&out, ">\r\n"
                "Auto-Submitted: auto-generated\r\n"
                "MIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n"
                "\r\n");

    vz_message_body(&out, message->body.data, message->body.len);

    return out.len <= size ? out.len : 0;
}
