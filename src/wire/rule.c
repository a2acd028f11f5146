/*
 * A rule of a container's firewall.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "wire/field_value.h"
#include "wire/rule.h"


#define VZ_RULE_PORT_MAX  65535


static vz_code_e vz_rule_choice(const char *const *words, unsigned n,
    const char *s, size_t len, unsigned *choice);
static vz_code_e vz_rule_ports(vz_rule_t *rule, const char *s, size_t len);
static vz_code_e vz_rule_peer(vz_rule_t *rule, const char *s, size_t len);


static const char *const  vz_rule_ways[] = { "in", "out" };
static const char *const  vz_rule_actions[] = { "accept", "drop" };

static const char *const  vz_rule_protocols[] = {
    [VZ_RULE_ANY] = "any",
    [VZ_RULE_TCP] = "tcp",
    [VZ_RULE_UDP] = "udp",
    [VZ_RULE_ICMP] = "icmp"
};

static const struct {
    const char  *name;
    const char  *hint;
} vz_rule_words[VZ_RULE_WORDS] = {
    [VZ_RULE_WAY] = { "direction", "in or out" },
    [VZ_RULE_ACTION] = { "action", "accept or drop" },
    [VZ_RULE_PROTOCOL] = { "protocol", "tcp, udp, icmp or any" },
    [VZ_RULE_PORTS] = { "ports", "a port from 1 to 65535, or a range such as "
                        "8000-8080, and only with tcp or udp" },
    [VZ_RULE_PEER] = { "address", "an IPv4 or IPv6 address, or a network such "
                       "as 192.0.2.0/24 without bits behind its prefix" }
};


vz_code_e
vz_rule_set(vz_rule_t *rule, vz_rule_word_e word, const char *s, size_t len)
{
    unsigned   choice;
    vz_code_e  rc;

    switch (word) {

    case VZ_RULE_WAY:
        return vz_rule_choice(vz_rule_ways, 2, s, len, &rule->out);

    case VZ_RULE_ACTION:
        return vz_rule_choice(vz_rule_actions, 2, s, len, &rule->drop);

    case VZ_RULE_PROTOCOL:
        rc = vz_rule_choice(vz_rule_protocols, 4, s, len, &choice);

        if (rc == VZ_OK) {
            rule->protocol = (vz_rule_protocol_e) choice;
        }

        return rc;

    case VZ_RULE_PORTS:
        return vz_rule_ports(rule, s, len);

    case VZ_RULE_PEER:
        return vz_rule_peer(rule, s, len);

    default:
        return VZ_RANGE;
    }
}


static vz_code_e
vz_rule_choice(const char *const *words, unsigned n, const char *s,
    size_t len, unsigned *choice)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        if (strlen(words[i]) == len && memcmp(words[i], s, len) == 0) {
            *choice = i;
            return VZ_OK;
        }
    }

    return VZ_RANGE;
}


static vz_code_e
vz_rule_ports(vz_rule_t *rule, const char *s, size_t len)
{
    size_t       n;
    uint64_t     first, last;
    const char  *dash;

    rule->first = 0;
    rule->last = 0;

    if (len == 1 && *s == '-') {
        return VZ_OK;
    }

    dash = len ? memchr(s, '-', len) : NULL;
    n = dash ? (size_t) (dash - s) : len;

    if (vz_field_value_number(s, n, VZ_RULE_PORT_MAX, &first) != VZ_OK
        || first == 0)
    {
        return VZ_RANGE;
    }

    last = first;

    if (dash != NULL
        && (vz_field_value_number(dash + 1, len - n - 1, VZ_RULE_PORT_MAX,
                                  &last)
            != VZ_OK
            || last < first))
    {
        return VZ_RANGE;
    }

    rule->first = (uint16_t) first;
    rule->last = (uint16_t) last;

    return VZ_OK;
}


static vz_code_e
vz_rule_peer(vz_rule_t *rule, const char *s, size_t len)
{
    int            family;
    char           text[INET6_ADDRSTRLEN];
    unsigned       i, bits, prefix;
    unsigned char  addr[16];

    rule->address[0] = '\0';
    rule->six = 0;

    if (len == 1 && *s == '-') {
        return VZ_OK;
    }

    if (vz_field_value_cidr(s, len, &family, addr, &prefix) != VZ_OK) {
        return VZ_RANGE;
    }

    bits = family == AF_INET ? 32 : 128;

    for (i = prefix; i < bits; i++) {
        if (addr[i / 8] & (0x80 >> (i % 8))) {
            return VZ_RANGE;
        }
    }

    if (inet_ntop(family, addr, text, sizeof(text)) == NULL) {
        return VZ_RANGE;
    }

    rule->six = family == AF_INET6;

    if (prefix == bits) {
        (void) snprintf(rule->address, sizeof(rule->address), "%s", text);
    } else {
        (void) snprintf(rule->address, sizeof(rule->address), "%s/%u", text,
                        prefix);
    }

    return VZ_OK;
}


vz_code_e
vz_rule_fits(const vz_rule_t *rule)
{
    return rule->first == 0 || rule->protocol == VZ_RULE_TCP
           || rule->protocol == VZ_RULE_UDP
           ? VZ_OK : VZ_RANGE;
}


const char *
vz_rule_name(vz_rule_word_e word)
{
    return (unsigned) word < VZ_RULE_WORDS ? vz_rule_words[word].name : "rule";
}


const char *
vz_rule_hint(vz_rule_word_e word)
{
    return (unsigned) word < VZ_RULE_WORDS
           ? vz_rule_words[word].hint
           : "in|out accept|drop tcp|udp|icmp|any PORT[-PORT]|- "
             "ADDRESS[/PREFIX]|-";
}


vz_code_e
vz_rule_parse(const char *line, vz_rule_t *rule, vz_rule_word_e *wrong)
{
    size_t    len;
    unsigned  i;

    memset(rule, 0, sizeof(*rule));

    for (i = 0; i < VZ_RULE_WORDS; i++) {
        *wrong = (vz_rule_word_e) i;
        len = strcspn(line, " ");

        if (vz_rule_set(rule, *wrong, line, len) != VZ_OK) {
            return VZ_RANGE;
        }

        line += len;

        if (i < VZ_RULE_WORDS - 1 && *line == ' ') {
            line++;
        }
    }

    if (*line != '\0') {
        *wrong = VZ_RULE_WORDS;
        return VZ_RANGE;
    }

    *wrong = VZ_RULE_PORTS;

    return vz_rule_fits(rule);
}


const char *
vz_rule_word(const vz_rule_t *rule, vz_rule_word_e word, char *buf)
{
    int  n;

    switch (word) {

    case VZ_RULE_WAY:
        return strcpy(buf, vz_rule_ways[rule->out != 0]);

    case VZ_RULE_ACTION:
        return strcpy(buf, vz_rule_actions[rule->drop != 0]);

    case VZ_RULE_PROTOCOL:
        return strcpy(buf, vz_rule_protocols[rule->protocol]);

    case VZ_RULE_PORTS:
        if (rule->first == 0) {
            return strcpy(buf, "-");
        }

        n = sprintf(buf, "%u", rule->first);

        if (rule->last != rule->first) {
            (void) sprintf(buf + n, "-%u", rule->last);
        }

        return buf;

    default:
        return strcpy(buf, rule->address[0] ? rule->address : "-");
    }
}


void
vz_rule_print(const vz_rule_t *rule, char *buf)
{
    char      word[VZ_RULE_ADDRESS];
    size_t    len;
    unsigned  i;

    len = 0;

    for (i = 0; i < VZ_RULE_WORDS; i++) {
        len += (size_t) sprintf(buf + len, "%s%s", i ? " " : "",
                                vz_rule_word(rule, (vz_rule_word_e) i, word));
    }
}
