/*
 * Records of a terminal.
 */

#include <string.h>
#include "wire/console.h"


static unsigned vz_console_bytes(unsigned char type);
static vz_code_e vz_console_open(vz_console_reader_t *reader,
    const char *types);


vz_code_e
vz_console_read(vz_console_reader_t *reader, const char *types,
    const unsigned char **p, const unsigned char *end, vz_console_part_t *part)
{
    size_t     n;
    vz_code_e  code;

    while (reader->left == 0) {

        if (*p == end) {
            return VZ_AGAIN;
        }

        reader->head[reader->have++] = *(*p)++;

        if (reader->have == VZ_CONSOLE_HEAD) {
            code = vz_console_open(reader, types);
            if (code != VZ_OK) {
                return code;
            }
        }
    }

    part->type = reader->head[0];

    if (vz_console_bytes(part->type)) {
        n = (size_t) (end - *p);

        if (n == 0) {
            return VZ_AGAIN;
        }

        part->bytes = *p;
        part->len = n < reader->left ? n : reader->left;
        part->number = 0;
        *p += part->len;
        reader->left -= (unsigned) part->len;

    } else {
        while (reader->left) {
            if (*p == end) {
                return VZ_AGAIN;
            }

            reader->head[reader->have++] = *(*p)++;
            reader->left--;
        }

        part->bytes = NULL;
        part->len = 0;
        part->number = (uint32_t) reader->head[3] << 24
                       | (uint32_t) reader->head[4] << 16
                       | (uint32_t) reader->head[5] << 8 | reader->head[6];
    }

    if (reader->left == 0) {
        reader->have = 0;
    }

    return VZ_OK;
}


/* a head has come: whether it is one */
static vz_code_e
vz_console_open(vz_console_reader_t *reader, const char *types)
{
    unsigned char  type;

    type = reader->head[0];
    reader->left = (unsigned) reader->head[1] << 8 | reader->head[2];

    if (type == '\0' || strchr(types, type) == NULL || reader->left == 0
        || (!vz_console_bytes(type)
            && reader->left != VZ_CONSOLE_NUMBER - VZ_CONSOLE_HEAD))
    {
        reader->left = 0;
        reader->have = 0;
        return VZ_SYNTAX;
    }

    return VZ_OK;
}


static unsigned
vz_console_bytes(unsigned char type)
{
    return type == VZ_CONSOLE_INPUT || type == VZ_CONSOLE_OUTPUT;
}


void
vz_console_head(unsigned char *to, unsigned char type, size_t len)
{
    to[0] = type;
    to[1] = (unsigned char) (len >> 8);
    to[2] = (unsigned char) len;
}


void
vz_console_number(unsigned char *to, unsigned char type, uint32_t number)
{
    vz_console_head(to, type, VZ_CONSOLE_NUMBER - VZ_CONSOLE_HEAD);
    to[3] = (unsigned char) (number >> 24);
    to[4] = (unsigned char) (number >> 16);
    to[5] = (unsigned char) (number >> 8);
    to[6] = (unsigned char) number;
}
