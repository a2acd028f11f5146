/*
 * What people are called and how they write it: the grammars of names,
 * documents, phones and places, for the table of fields.c, and what is left of
 * such a text when it is compared.
 *
 * People write as they were taught to: with two spaces, the hyphen of a word
 * processor, the digits of their own script.  A name that somebody somewhere
 * has is accepted, and shown as it was typed but for its spaces.
 */

#ifndef VZ_PEOPLE_H
#define VZ_PEOPLE_H

#include <stddef.h>
#include <stdint.h>
#include "panel/api/fields.h"


#define VZ_DNI_MAX    80        /* bytes of a document's key */
#define VZ_DNI_TYPED  160       /* bytes of a document as it is typed */

/* between letters where a script joins them otherwise: ZWNJ and ZWJ */
#define VZ_JOINER     "[\\u200C\\u200D](?=[\\p{L}\\p{M}])"

/*
 * Gal·la, O‘Brien, Anne–Marie, レオナルド・ディカプリオ, J. R. R., Smith, Jr.,
 * José (Pepe), A/L, 3rd
 */
#define VZ_NAME_IN                                                            \
    "\\p{L}\\p{M}\\p{N}\\p{Zs}\\p{Pd}.,'’‘‛´`′ʹ!()\\/·•‧・･＝=−“”„«»׳״،་"

#define VZ_PLACE_IN   VZ_NAME_IN "&#"

/* 12.345.678-K, 8-123-456, A123456(7), 121212+1212, N° 12 345 678 */
#define VZ_DNI_INK    "\\p{L}\\p{Nd}"
#define VZ_DNI_IN     VZ_DNI_INK "\\p{Zs}\\p{Pd}.,\\/·−()+#:°№"

/* (+34) 600 000 000, 600–000–000, 4321-5678 int. 3 */
#define VZ_PHONE_GAP  "\\p{Zs}\\p{Pd}.·()\\/−"
#define VZ_PHONE_IN   VZ_PHONE_GAP "\\p{Nd}\\p{L}\\p{M}+＋,;:#"

#define vz_people_re(max, in)                                                 \
    "^(?=.{1," max "}$)(?=.*[^\\P{L}\\u0640])"                                \
    "(?:[" in "]|" VZ_JOINER ")+$"

#define vz_people_strange(in)  "(?!" VZ_JOINER ")[^" in "]"

#define VZ_DNI_RE                                                             \
    "^(?=.{5,40}$)(?=.*\\p{Nd})"                                              \
    "(?=(?:[^" VZ_DNI_INK "]*[" VZ_DNI_INK "]){5,20}[^" VZ_DNI_INK "]*$)"     \
    "[" VZ_DNI_IN "]+$"

#define VZ_PHONE_RE                                                           \
    "^(?=.{6,32}$)[(\\p{Zs}]*[+＋]?(?:[" VZ_PHONE_GAP "]*\\p{Nd}){6,15}"      \
    "[" VZ_PHONE_GAP "]*(?:(?:[,;]\\p{Zs}*)?(?:\\p{L}[\\p{L}\\p{M}]{0,11}\\.?"\
    "|#)[\\p{Zs}:]*\\p{Nd}{1,6}[)\\p{Zs}]*)?$"

/* one line of anything that is printed */
#define VZ_LINE_IN    "[^\\p{C}\\p{Zl}\\p{Zp}]"
#define VZ_STREET_RE                                                          \
    "^(?=.{2,128}$)(?=.*[^\\p{Z}\\p{C}])(?:" VZ_LINE_IN "|" VZ_JOINER ")+$"
#define VZ_STREET_STRANGE                                                     \
    "(?!" VZ_JOINER ")[\\p{C}\\p{Zl}\\p{Zp}]"


/*
 * vz_people_fold: copy len bytes of valid UTF-8 with every run of spaces, of
 * whichever kind, as one, and none at the ends.  out takes len bytes and may be
 * s.  Returns how many bytes there are then.
 */
size_t vz_people_fold(const char *s, size_t len, char *out);

/*
 * vz_people_key: the key that documents and phones are compared by: their
 * letters and digits, those of ASCII in upper case, decimal digits of other
 * scripts as ASCII's, without zeros in front.  out takes len + 1 bytes and is
 * terminated.  Returns its length.
 */
size_t vz_people_key(const char *s, size_t len, char *out);

/*
 * vz_people_seen: whether a character can be seen on a screen by itself: it is
 * neither a space nor a control, nor one that changes the characters beside it.
 */
int vz_people_seen(uint32_t code);

/*
 * vz_people_dni: the key of a document, of one letter or digit at least;
 * terminated.  VZ_OK, or VZ_RANGE for what is no document.
 */
vz_code_e vz_people_dni(const char *s, size_t len, char out[VZ_DNI_MAX + 1]);


#endif /* VZ_PEOPLE_H */
