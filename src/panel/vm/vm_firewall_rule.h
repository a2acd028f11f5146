/*
 * The rules of a firewall in the body of a request.
 */

#ifndef VZ_VM_FIREWALL_RULE_H
#define VZ_VM_FIREWALL_RULE_H

#include "runtime/call.h"
#include "wire/rule.h"


#define VZ_VM_FIREWALL_RULE_NOTE  60    /* characters */

/*
 * vz_vm_firewall_rule_read: check an array of rules, NULL for none, and write
 * it as JSON into text, each rule with all of its members.  Errors name the
 * rule and its member, as "rules[2].ports".  VZ_OK; VZ_RANGE with the reply
 * set, also where errors were collected before; or VZ_INTERNAL, the same way.
 */
vz_code_e vz_vm_firewall_rule_read(vz_call_t *call, json_t *rules,
    ngx_str_t *text);


#endif /* VZ_VM_FIREWALL_RULE_H */
