/*
 * A rule of a container's firewall, as one line of a body:
 *
 *   in|out accept|drop tcp|udp|icmp|any PORT[-PORT]|- ADDRESS[/PREFIX]|-
 *
 * The port is the one that the packet is sent to; the address is that of the
 * other side.  "-" stands for any.  icmp is ICMP and ICMPv6.
 */

#ifndef VZ_RULE_H
#define VZ_RULE_H

#include <stddef.h>
#include <stdint.h>
#include "wire/code.h"


#define VZ_RULES_MAX      64        /* of one container */
#define VZ_RULE_LINE      96        /* bytes of a line, with its NUL */
#define VZ_RULE_ADDRESS   52        /* bytes of ADDRESS/PREFIX, with its NUL */


/* The words of a line, in their order. */
typedef enum {
    VZ_RULE_WAY = 0,
    VZ_RULE_ACTION,
    VZ_RULE_PROTOCOL,
    VZ_RULE_PORTS,
    VZ_RULE_PEER,
    VZ_RULE_WORDS
} vz_rule_word_e;

typedef enum {
    VZ_RULE_ANY = 0,
    VZ_RULE_TCP,
    VZ_RULE_UDP,
    VZ_RULE_ICMP
} vz_rule_protocol_e;

typedef struct {
    unsigned            out;        /* 1: of what the container sends */
    unsigned            drop;       /* 0: let through */
    vz_rule_protocol_e  protocol;
    uint16_t            first;      /* ports; 0: any */
    uint16_t            last;
    unsigned            six;        /* of the address */
    char                address[VZ_RULE_ADDRESS];   /* "": any */
} vz_rule_t;

/* All of one container's. */
typedef struct {
    unsigned            drop[2];    /* what no rule names: of in, of out */
    unsigned            n;
    vz_rule_t           rules[VZ_RULES_MAX];
} vz_rules_t;


/*
 * vz_rule_set: one word of a rule; addresses are kept in their canonical
 * text.  VZ_OK, or VZ_RANGE where the word is not of its grammar.
 */
vz_code_e vz_rule_set(vz_rule_t *rule, vz_rule_word_e word, const char *s,
    size_t len);

/*
 * vz_rule_fits: whether the words of a rule fit together: ports need tcp or
 * udp.  VZ_OK, or VZ_RANGE.
 */
vz_code_e vz_rule_fits(const vz_rule_t *rule);

/*
 * vz_rule_name: what a word is called, as "ports".  vz_rule_hint: what a
 * right one looks like, a part of an English sentence.  Static storage.
 */
const char *vz_rule_name(vz_rule_word_e word);
const char *vz_rule_hint(vz_rule_word_e word);

/*
 * vz_rule_parse: a terminated line.  VZ_OK, or VZ_RANGE with *wrong the first
 * word that is wrong.
 */
vz_code_e vz_rule_parse(const char *line, vz_rule_t *rule,
    vz_rule_word_e *wrong);

/*
 * vz_rule_word: one word of a rule into buf (VZ_RULE_ADDRESS bytes); returns
 * buf.  vz_rule_print: the whole line into buf (VZ_RULE_LINE bytes).
 */
const char *vz_rule_word(const vz_rule_t *rule, vz_rule_word_e word,
    char *buf);
void vz_rule_print(const vz_rule_t *rule, char *buf);


#endif /* VZ_RULE_H */
