/*
 * Passwords that somebody who guesses tries first.
 */

#ifndef VZ_PASSWORD_RULE_H
#define VZ_PASSWORD_RULE_H

#include <stddef.h>


#define VZ_PASSWORD_RULE_LEFT  8    /* characters beside what is guessed */


typedef enum {
    VZ_PASSWORD_RULE_OK = 0,
    VZ_PASSWORD_RULE_SIMPLE,        /* of four different characters or fewer */
    VZ_PASSWORD_RULE_COMMON,        /* one of the list, alone or twice, or with
                                       a few digits and marks around it */
    VZ_PASSWORD_RULE_OWN            /* little beside a word of its owner */
} vz_password_rule_e;

/* A text of the owner or of the site, "Ana María"; its words count alone. */
typedef struct {
    const char       *data;
    size_t            len;
} vz_password_rule_word_t;

/* The common ones: folded, sorted by their bytes, each with a line feed. */
typedef struct {
    const char       *text;
    size_t            size;
} vz_password_rule_list_t;


/*
 * vz_password_rule: check a password, valid UTF-8 of up to 511 bytes, against
 * the list and n texts.  Case and the accents of Latin letters do not count.
 * After OWN *which is the place of the text that it is made of.
 */
vz_password_rule_e vz_password_rule(const char *password, size_t len,
    const vz_password_rule_list_t *list, const vz_password_rule_word_t *own,
    size_t n, size_t *which);


#endif /* VZ_PASSWORD_RULE_H */
