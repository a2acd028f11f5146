/*
 * Public keys of OpenSSH, as one line of an authorized_keys file has them:
 * TYPE BASE64 [NAME].  The panel checks what people paste, and the daemon what
 * it is sent.
 */

#ifndef VZ_SSH_KEY_H
#define VZ_SSH_KEY_H

#include <stddef.h>
#include "wire/verb.h"


#define VZ_SSH_KEY_LINE   VZ_BODY_BYTES /* bytes of a line, at most */
#define VZ_SSH_KEY_MOST   20            /* keys of a user, and of a server */
#define VZ_SSH_KEY_PRINT  44            /* bytes of a fingerprint without its
                                           "SHA256:", with its NUL */
#define VZ_SSH_KEY_RULE                                                       \
    "a public key on one line, as in id_ed25519.pub: ssh-ed25519, "           \
    "ecdsa-sha2-nistp256, 384 or 521, or ssh-rsa of at least 2048 bits"

typedef struct {
    const char   *type;             /* into the line; none is terminated */
    size_t        type_len;
    const char   *blob;             /* base64 */
    size_t        blob_len;
    const char   *name;             /* what stands behind it; may be empty */
    size_t        name_len;
    char          print[VZ_SSH_KEY_PRINT];
} vz_ssh_key_t;


/*
 * vz_ssh_key_read: take a line of len bytes apart, with spaces around it and
 * between its parts as people paste them.  VZ_OK; or VZ_RANGE where it is no
 * such key: another type, options in front of it, a type that is not the one
 * inside the base64, too short, cut off, or a control character.
 */
vz_code_e vz_ssh_key_read(const char *line, size_t len, vz_ssh_key_t *key);


#endif /* VZ_SSH_KEY_H */
