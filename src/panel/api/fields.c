/*
 * The grammars of people and of the shop.  Like those of wire/field.c they are
 * written in the part of the syntax that PCRE and ECMAScript share ("u" flag),
 * because the pages and the API's description show them.
 */

#include "panel/api/fields.h"
#include "panel/api/people.h"
#include "wire/field_value.h"


#define VZ_INK            "[^\\p{Z}\\p{C}]"     /* neither space nor control */

#define vz_fields_at(kind)  ((kind) - VZ_FIELD_COUNT)


static vz_code_e vz_fields_check_network(const char *s, size_t len);


static const vz_field_def_t  vz_fields_defs[] = {

    [vz_fields_at(VZ_FIELD_PERSON)] = {
        "name", 256, 1, NULL, vz_people_re("64", VZ_NAME_IN),
        "1 to 64 letters, digits and marks of names, at least one letter",
        vz_people_strange(VZ_NAME_IN) },

    /*
     * A document of any country.  Check letters are not verified: the same
     * form means other things elsewhere.
     */
    [vz_fields_at(VZ_FIELD_DNI)] = {
        "dni", VZ_DNI_TYPED, 1, NULL, VZ_DNI_RE,
        "5 to 20 letters and digits, at least one digit, with points, hyphens, "
        "spaces, slashes or brackets if wanted",
        "[^" VZ_DNI_IN "]" },

    [vz_fields_at(VZ_FIELD_PHONE)] = {
        "phone", 128, 1, NULL, VZ_PHONE_RE,
        "6 to 15 digits, with + in front, spaces, points, hyphens or brackets "
        "between them and an extension behind them if wanted",
        "[^" VZ_PHONE_IN "]" },

    [vz_fields_at(VZ_FIELD_STREET)] = {
        "address", 512, 1, NULL, VZ_STREET_RE,
        "one line of 2 to 128 characters",
        VZ_STREET_STRANGE },

    [vz_fields_at(VZ_FIELD_PROVINCE)] = {
        "province", 256, 1, NULL, vz_people_re("64", VZ_PLACE_IN),
        "1 to 64 letters, digits and marks of names, at least one letter",
        vz_people_strange(VZ_PLACE_IN) },

    [vz_fields_at(VZ_FIELD_PLAN)] = {
        "plan", 256, 1, NULL,
        "^(?=.{1,64}$)[\\p{L}\\p{N}][^\\p{Z}\\p{C}]*(?: " VZ_INK "+)*$",
        "1 to 64 characters, starting with a letter or digit, "
        "with single spaces",
        NULL },

    [vz_fields_at(VZ_FIELD_LABEL)] = {
        "label", 256, 1, NULL,
        "^(?=.{1,64}$)" VZ_INK "+(?: " VZ_INK "+)*$",
        "one line of 1 to 64 characters, with single spaces",
        NULL },

    [vz_fields_at(VZ_FIELD_ACCOUNT)] = {
        "account", 32, 0, NULL,
        "^[a-z][a-z0-9._\\-]{2,31}$",
        "3 to 32 lower-case letters, digits and . _ -, "
        "starting with a letter",
        NULL },

    [vz_fields_at(VZ_FIELD_PASSWORD)] = {
        "password", 511, 1, NULL,
        "^[^\\p{Cc}\\p{Zl}\\p{Zp}]{10,128}$",
        "10 to 128 characters on one line",
        NULL },

    [vz_fields_at(VZ_FIELD_LANGUAGE)] = {
        "language", 2, 0, NULL,
        "^(?:es|en)$",
        "es or en",
        NULL },

    [vz_fields_at(VZ_FIELD_ROLE)] = {
        "role", 8, 0, NULL,
        "^(?:admin|customer)$",
        "admin or customer",
        NULL },

    [vz_fields_at(VZ_FIELD_SCOPE)] = {
        "scope", 5, 0, NULL,
        "^(?:read|write)$",
        "read or write",
        NULL },

    [vz_fields_at(VZ_FIELD_OVERUSE)] = {
        "action", 8, 0, NULL,
        "^(?:nothing|throttle|suspend)$",
        "nothing, throttle or suspend",
        NULL },

    [vz_fields_at(VZ_FIELD_RESTORE)] = {
        "mode", 8, 0, NULL,
        "^(?:in_place|new)$",
        "in_place or new",
        NULL },

    [vz_fields_at(VZ_FIELD_RIGHT)] = {
        "right", 16, 0, NULL,
        "^(?:" VZ_FIELDS_RIGHTS ")$",
        "one of the rights that the documentation lists",
        NULL },

    [vz_fields_at(VZ_FIELD_NETWORK)] = {
        "network", 49, 0, vz_fields_check_network,
        "^[0-9A-Fa-f:.]{2,45}(?:\\/[1-9][0-9]{0,2})?$",
        "an address or a network, such as 203.0.113.0/24 or 2001:db8::/32",
        NULL },

    [vz_fields_at(VZ_FIELD_ENCODED)] = {
        "encoded", 2731, 0, NULL,
        "^[A-Za-z0-9_\\-]{2,2731}$",
        "base64url without padding, at most 2048 bytes of it",
        NULL },

    [vz_fields_at(VZ_FIELD_SECRET)] = {
        "secret", 64, 0, NULL,
        "^[0-9a-f]{64}$",
        "64 lower-case hexadecimal digits",
        NULL },

    [vz_fields_at(VZ_FIELD_FINGERPRINT)] = {
        "fingerprint", 50, 0, NULL,
        "^SHA256:[A-Za-z0-9+\\/]{43}$",
        "SHA256: and 43 characters of base64, as ssh-keygen -l shows it",
        NULL },

    [vz_fields_at(VZ_FIELD_SEARCH)] = {
        "search", 256, 1, NULL,
        "^[^\\p{C}\\p{Zl}\\p{Zp}]{0,64}$",
        "one line of at most 64 characters",
        NULL }
};


static vz_code_e
vz_fields_check_network(const char *s, size_t len)
{
    int            family;
    unsigned       prefix;
    unsigned char  addr[16];

    return vz_field_value_cidr(s, len, &family, addr, &prefix);
}


vz_code_e
vz_fields_add(void)
{
    return vz_field_add(vz_fields_defs,
                        sizeof(vz_fields_defs) / sizeof(vz_fields_defs[0]));
}
