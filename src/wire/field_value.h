/*
 * The values of fields.
 */

#ifndef VZ_FIELD_VALUE_H
#define VZ_FIELD_VALUE_H

#include "wire/field.h"


/*
 * vz_field_value_number: a decimal number up to max, without sign or leading
 * zeros.  VZ_OK or VZ_RANGE, as all of these.
 */
vz_code_e vz_field_value_number(const char *s, size_t len, uint64_t max,
    uint64_t *value);

/* vz_field_value_ctid: the number of a container, as VZ_FIELD_CTID. */
vz_code_e vz_field_value_ctid(const char *s, size_t len, uint32_t *ctid);

/* vz_field_value_size: a VZ_FIELD_SIZE in bytes. */
vz_code_e vz_field_value_size(const char *s, size_t len, uint64_t *bytes);

/* vz_field_value_limit: a VZ_FIELD_LIMIT in bytes, or VZ_UNLIMITED. */
vz_code_e vz_field_value_limit(const char *s, size_t len, uint64_t *bytes);

/*
 * vz_field_value_cidr: an address with or without a prefix.  family is AF_INET
 * or AF_INET6, addr 4 or 16 bytes in network order, prefix the given one or
 * 32/128.
 */
vz_code_e vz_field_value_cidr(const char *s, size_t len, int *family,
    unsigned char addr[16], unsigned *prefix);


#endif /* VZ_FIELD_VALUE_H */
