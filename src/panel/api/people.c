/*
 * Text of people: one character after the other.
 */

#include <string.h>
#include "panel/api/people.h"


static size_t vz_people_char(const char *s, size_t len, uint32_t *code);
static int vz_people_space(uint32_t code);
static int vz_people_digit(uint32_t code);
static int vz_people_mark(uint32_t code);


/* the zeros of decimal digits that keyboards have */
static const uint32_t  vz_people_zeros[] = {
    '0', 0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0be6, 0x0c66,
    0x0ce6, 0x0d66, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x17e0, 0x1810, 0xff10
};

/* what stands between letters and digits; all of U+2000 ... U+206F, too */
static const uint32_t  vz_people_marks[] = {
    0xa0, 0xb0, 0xb7, 0x058a, 0x05be, 0x1400, 0x1680, 0x1806, 0x2116, 0x2212,
    0x2e17, 0x2e1a, 0x2e3a, 0x2e3b, 0x2e40, 0x2e5d, 0x3000, 0x301c, 0x3030,
    0x30a0, 0xfe31, 0xfe32, 0xfe58, 0xfe63, 0xff0b, 0xff0d, 0x10ead
};


size_t
vz_people_fold(const char *s, size_t len, char *out)
{
    size_t    i, n, size;
    uint32_t  code;

    n = 0;

    for (i = 0; i < len; i += size) {
        size = vz_people_char(s + i, len - i, &code);

        if (!vz_people_space(code)) {
            memmove(out + n, s + i, size);
            n += size;

        } else if (n && out[n - 1] != ' ') {
            out[n++] = ' ';
        }
    }

    return n && out[n - 1] == ' ' ? n - 1 : n;
}


size_t
vz_people_key(const char *s, size_t len, char *out)
{
    int       digit;
    size_t    i, n, size;
    uint32_t  code;

    n = 0;

    for (i = 0; i < len; i += size) {
        size = vz_people_char(s + i, len - i, &code);
        digit = vz_people_digit(code);

        if (digit > 0 || (digit == 0 && n)) {
            out[n++] = (char) ('0' + digit);

        } else if (code >= 'a' && code <= 'z') {
            out[n++] = (char) (code - 0x20);

        } else if (digit < 0 && !vz_people_mark(code)) {
            memmove(out + n, s + i, size);
            n += size;
        }
    }

    out[n] = '\0';

    return n;
}


int
vz_people_seen(uint32_t code)
{
    return code > ' ' && !(code >= 0x7f && code <= 0xa0) && code != 0xad
           && code != 0x061c && code != 0x180e && code != 0xfeff
           && !(code >= 0x200b && code <= 0x200f)
           && !(code >= 0x2028 && code <= 0x202e)
           && !(code >= 0x2060 && code <= 0x206f)
           && !(code >= 0xe000 && code <= 0xf8ff)
           && !(code >= 0xfff0 && code <= 0xfffb)
           && !(code >= 0xe0000 && code <= 0xe0fff)
           && !vz_people_space(code);
}


vz_code_e
vz_people_dni(const char *s, size_t len, char out[VZ_DNI_MAX + 1])
{
    char    key[VZ_DNI_TYPED + 1];
    size_t  n;

    if (vz_field_check(VZ_FIELD_DNI, s, len) != VZ_OK) {
        return VZ_RANGE;
    }

    n = vz_people_key(s, len, key);

    if (n == 0 || n > VZ_DNI_MAX) {
        return VZ_RANGE;
    }

    memcpy(out, key, n + 1);

    return VZ_OK;
}


/* the bytes of the first character; a broken one has no code, and one byte */
static size_t
vz_people_char(const char *s, size_t len, uint32_t *code)
{
    size_t               i, n;
    const unsigned char *p;

    p = (const unsigned char *) s;
    n = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

    if (n > len || (*p >= 0x80 && n == 1)) {
        *code = UINT32_MAX;
        return 1;
    }

    *code = n == 1 ? *p : *p & (0xffu >> (n + 1));

    for (i = 1; i < n; i++) {
        *code = (*code << 6) | (p[i] & 0x3f);
    }

    return n;
}


/* Zs of Unicode */
static int
vz_people_space(uint32_t code)
{
    return code == ' ' || code == 0xa0 || code == 0x1680
           || (code >= 0x2000 && code <= 0x200a) || code == 0x202f
           || code == 0x205f || code == 0x3000;
}


static int
vz_people_digit(uint32_t code)
{
    size_t  i;

    for (i = 0; i < sizeof(vz_people_zeros) / sizeof(uint32_t); i++) {
        if (code - vz_people_zeros[i] < 10) {
            return (int) (code - vz_people_zeros[i]);
        }
    }

    return -1;
}


static int
vz_people_mark(uint32_t code)
{
    size_t  i;

    if (code < 0x80) {
        return !(code >= 'A' && code <= 'Z');
    }

    for (i = 0; i < sizeof(vz_people_marks) / sizeof(uint32_t); i++) {
        if (code == vz_people_marks[i]) {
            return 1;
        }
    }

    return code >= 0x2000 && code <= 0x206f;
}
