#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>
#include "wire/ssh_key.h"


#define VZ_SSH_KEY_RSA  2048            /* bits, at least */
#define VZ_SSH_KEY_PARTS  3             /* of a key, at most, with its type */


/* What is inside a key of a type: its parts, after the type itself. */
typedef struct {
    const char   *type;
    const char   *curve;                /* the first part; NULL: no curve */
    size_t        point;                /* bytes of the last part; 0: rsa */
} vz_ssh_key_type_t;

typedef struct {
    const unsigned char  *at;
    size_t                len;
} vz_ssh_key_part_t;


static vz_code_e vz_ssh_key_inside(vz_ssh_key_t *key,
    const vz_ssh_key_type_t *type);
static unsigned vz_ssh_key_parts(const unsigned char *blob, size_t len,
    vz_ssh_key_part_t parts[VZ_SSH_KEY_PARTS]);
static int vz_ssh_key_is(const vz_ssh_key_part_t *part, const char *word);
static size_t vz_ssh_key_bits(const vz_ssh_key_part_t *number);
static void vz_ssh_key_print(vz_ssh_key_t *key, const unsigned char *blob,
    size_t len);


static const vz_ssh_key_type_t  vz_ssh_key_types[] = {
    { "ssh-ed25519", NULL, 32 },
    { "ecdsa-sha2-nistp256", "nistp256", 65 },
    { "ecdsa-sha2-nistp384", "nistp384", 97 },
    { "ecdsa-sha2-nistp521", "nistp521", 133 },
    { "ssh-rsa", NULL, 0 }
};

#define VZ_SSH_KEY_TYPES                                                      \
    (sizeof(vz_ssh_key_types) / sizeof(vz_ssh_key_types[0]))


vz_code_e
vz_ssh_key_read(const char *line, size_t len, vz_ssh_key_t *key)
{
    size_t       i;
    const char  *end;

    for (i = 0; i < len; i++) {
        if ((unsigned char) line[i] < 0x20 || line[i] == 0x7f) {
            return VZ_RANGE;
        }
    }

    if (len > VZ_SSH_KEY_LINE) {
        return VZ_RANGE;
    }

    for (end = line + len; end > line && end[-1] == ' '; end--) { /* void */ }
    for (key->type = line; key->type < end && *key->type == ' '; key->type++) {
        /* void */
    }

    key->blob = memchr(key->type, ' ', (size_t) (end - key->type));
    if (key->blob == NULL) {
        return VZ_RANGE;
    }

    key->type_len = (size_t) (key->blob - key->type);

    while (*key->blob == ' ') {
        key->blob++;
    }

    key->name = memchr(key->blob, ' ', (size_t) (end - key->blob));
    key->name = key->name ? key->name : end;
    key->blob_len = (size_t) (key->name - key->blob);

    while (key->name < end && *key->name == ' ') {
        key->name++;
    }

    key->name_len = (size_t) (end - key->name);

    for (i = 0; i < VZ_SSH_KEY_TYPES; i++) {
        if (strlen(vz_ssh_key_types[i].type) == key->type_len
            && memcmp(key->type, vz_ssh_key_types[i].type, key->type_len) == 0)
        {
            return vz_ssh_key_inside(key, &vz_ssh_key_types[i]);
        }
    }

    return VZ_RANGE;
}


/* the base64 must be whole, and what it holds a key of that very type */
static vz_code_e
vz_ssh_key_inside(vz_ssh_key_t *key, const vz_ssh_key_type_t *type)
{
    int                  n;
    size_t               len;
    unsigned             parts;
    unsigned char        blob[VZ_SSH_KEY_LINE];
    vz_ssh_key_part_t    part[VZ_SSH_KEY_PARTS];

    if (key->blob_len % 4 != 0 || key->blob_len == 0
        || memchr(key->blob, '=', key->blob_len - 2) != NULL)
    {
        return VZ_RANGE;
    }

    n = EVP_DecodeBlock(blob, (const unsigned char *) key->blob,
                        (int) key->blob_len);

    if (n <= 0) {
        return VZ_RANGE;
    }

    len = (size_t) n - (key->blob[key->blob_len - 1] == '=')
          - (key->blob[key->blob_len - 2] == '=');
    parts = vz_ssh_key_parts(blob, len, part);

    if (parts == 0 || !vz_ssh_key_is(&part[0], type->type)
        || parts != (type->curve || type->point == 0 ? 3U : 2U)
        || (type->curve && !vz_ssh_key_is(&part[1], type->curve))
        || (type->point && part[parts - 1].len != type->point)
        || (type->point == 0
            && (part[1].len == 0
                || vz_ssh_key_bits(&part[2]) < VZ_SSH_KEY_RSA)))
    {
        return VZ_RANGE;
    }

    vz_ssh_key_print(key, blob, len);

    return VZ_OK;
}


/* how many parts the blob is made of; 0 where it is not made of them alone */
static unsigned
vz_ssh_key_parts(const unsigned char *blob, size_t len,
    vz_ssh_key_part_t parts[VZ_SSH_KEY_PARTS])
{
    unsigned  n;
    uint32_t  size;

    for (n = 0; len != 0; n++) {
        if (n == VZ_SSH_KEY_PARTS || len < 4) {
            return 0;
        }

        size = (uint32_t) blob[0] << 24 | (uint32_t) blob[1] << 16
               | (uint32_t) blob[2] << 8 | blob[3];

        if (size > len - 4) {
            return 0;
        }

        parts[n].at = blob + 4;
        parts[n].len = size;
        blob += 4 + size;
        len -= 4 + size;
    }

    return n;
}


static int
vz_ssh_key_is(const vz_ssh_key_part_t *part, const char *word)
{
    return part->len == strlen(word)
           && memcmp(part->at, word, part->len) == 0;
}


/* of a number with its high byte first, and perhaps zeros in front */
static size_t
vz_ssh_key_bits(const vz_ssh_key_part_t *number)
{
    size_t         i, bits;
    unsigned char  high;

    for (i = 0; i < number->len && number->at[i] == 0; i++) { /* void */ }

    if (i == number->len) {
        return 0;
    }

    bits = (number->len - i - 1) * 8;

    for (high = number->at[i]; high != 0; high >>= 1) {
        bits++;
    }

    return bits;
}


static void
vz_ssh_key_print(vz_ssh_key_t *key, const unsigned char *blob, size_t len)
{
    unsigned       n;
    unsigned char  hash[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];

    key->print[0] = '\0';

    if (EVP_Digest(blob, len, hash, &n, EVP_sha256(), NULL) != 1) {
        return;
    }

    /* 32 bytes become 43 characters, and one "=" that ssh does not show */

    (void) EVP_EncodeBlock(text, hash, (int) n);
    memcpy(key->print, text, VZ_SSH_KEY_PRINT - 1);
    key->print[VZ_SSH_KEY_PRINT - 1] = '\0';
}
