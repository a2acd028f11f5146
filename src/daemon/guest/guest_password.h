/*
 * Passwords as a guest's /etc/shadow keeps them.
 */

#ifndef VZ_GUEST_PASSWORD_H
#define VZ_GUEST_PASSWORD_H


#define VZ_GUEST_PASSWORD  384      /* bytes: CRYPT_OUTPUT_SIZE */

/*
 * vz_guest_password_hash: hash a secret with a new salt.  0, or -1 with errno.
 * The caller wipes the hash after use.
 */
int vz_guest_password_hash(const char *secret, char hash[VZ_GUEST_PASSWORD]);


/*
 * vz_guest_password_hashed: 1 where the text is such a hash, whole: it can't
 * end a line of /etc/shadow, nor a field of it.
 */
int vz_guest_password_hashed(const char *text);


#endif /* VZ_GUEST_PASSWORD_H */
