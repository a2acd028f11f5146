/*
 * The values behind the text of fields.
 */

#ifndef VZ_FIELD_VALUE_H
#define VZ_FIELD_VALUE_H

#include "wire/field.h"


vz_code_e vz_field_value_number(const char *s, size_t len, uint64_t max,
    uint64_t *value);                       /* decimal, no sign, no zeros */
vz_code_e vz_field_value_ctid(const char *s, size_t len, uint32_t *ctid);
vz_code_e vz_field_value_size(const char *s, size_t len, uint64_t *bytes);
vz_code_e vz_field_value_limit(const char *s, size_t len, uint64_t *bytes);

/*
 * vz_field_value_cidr: family is AF_INET or AF_INET6, addr 4 or 16 bytes in
 * network order (16 must fit), prefix the given one or 32/128.
 */
vz_code_e vz_field_value_cidr(const char *s, size_t len, int *family,
    unsigned char addr[16], unsigned *prefix);


#endif /* VZ_FIELD_VALUE_H */
