/*
 * Records of a terminal in a byte stream: a type, the payload's length in two
 * bytes (the high one first), the payload.  Numbers in it have their high byte
 * first, too.
 *
 *   to the node    i bytes that were typed, w columns and rows (2 bytes each),
 *                  a how many bytes of output were shown (4 bytes)
 *   from it        o bytes of output, t how many bytes of what was typed were
 *                  taken by the program (4 bytes)
 *
 * Each side counts what the other has not told back: at most
 * VZ_CONSOLE_UNSHOWN bytes of output are on their way to a screen, so that a
 * key is felt at once, however much a program writes; and at most
 * VZ_CONSOLE_UNTAKEN bytes of input wait for a program that does not read.
 */

#ifndef VZ_CONSOLE_H
#define VZ_CONSOLE_H

#include <stddef.h>
#include <stdint.h>
#include "wire/code.h"


#define VZ_CONSOLE_HEAD     3
#define VZ_CONSOLE_NUMBER   (VZ_CONSOLE_HEAD + 4)
#define VZ_CONSOLE_UNSHOWN  65536
#define VZ_CONSOLE_UNTAKEN  131072
#define VZ_CONSOLE_TELL     8192        /* bytes after which they are told */

#define VZ_CONSOLE_INPUT    'i'
#define VZ_CONSOLE_SIZE     'w'
#define VZ_CONSOLE_SHOWN    'a'
#define VZ_CONSOLE_OUTPUT   'o'
#define VZ_CONSOLE_TAKEN    't'

#define VZ_CONSOLE_TO_NODE    "iwa"
#define VZ_CONSOLE_FROM_NODE  "ot"

/* A reader of records; all zeros is one that has read nothing. */
typedef struct {
    unsigned char         head[VZ_CONSOLE_NUMBER];
    unsigned              have;         /* bytes of head */
    unsigned              left;         /* bytes of payload still to come */
} vz_console_reader_t;

/* A record, or a part of one whose payload is bytes. */
typedef struct {
    unsigned char         type;
    const unsigned char  *bytes;        /* of i and o */
    size_t                len;          /* at least 1 */
    uint32_t              number;       /* of a and t; of w columns << 16 |
                                           rows */
} vz_console_part_t;


/*
 * vz_console_read: the next part of what lies between *p and end, which *p is
 * moved behind.  types are those that may come.  VZ_OK; VZ_AGAIN where more
 * bytes are needed; VZ_SYNTAX for another type or a length that is not its.
 */
vz_code_e vz_console_read(vz_console_reader_t *reader, const char *types,
    const unsigned char **p, const unsigned char *end,
    vz_console_part_t *part);

/*
 * vz_console_head: the first VZ_CONSOLE_HEAD bytes of a record with len bytes
 * of payload, 1 to 65535.  vz_console_number: a whole record of
 * VZ_CONSOLE_NUMBER bytes.
 */
void vz_console_head(unsigned char *to, unsigned char type, size_t len);
void vz_console_number(unsigned char *to, unsigned char type, uint32_t number);


#endif /* VZ_CONSOLE_H */
