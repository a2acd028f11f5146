/*
 * The rules of a firewall in the body of a request.
 */

#include "panel/vm/vm_firewall_rule.h"


#define VZ_VM_FIREWALL_RULE_NOTED  "note"


static void vz_vm_firewall_rule_one(vz_call_t *call, size_t i, json_t *value,
    vz_json_t *out);
static ngx_uint_t vz_vm_firewall_rule_given(json_t *value);
static void vz_vm_firewall_rule_word(vz_call_t *call, size_t i,
    json_t *value, vz_rule_word_e word, vz_rule_t *rule);
static void vz_vm_firewall_rule_note(vz_call_t *call, size_t i,
    json_t *value, vz_json_t *out);
static void vz_vm_firewall_rule_known(vz_call_t *call, size_t i,
    json_t *value);
static void vz_vm_firewall_rule_wrong(vz_call_t *call, size_t i,
    const char *name, const char *code, const char *message);


vz_code_e
vz_vm_firewall_rule_read(vz_call_t *call, json_t *rules, ngx_str_t *text)
{
    size_t     i;
    json_t    *rule;
    vz_json_t  out;

    vz_json_init(&out, call->pool);
    vz_json_array(&out, NULL);

    json_array_foreach(rules, i, rule) {
        vz_vm_firewall_rule_one(call, i, rule, &out);
    }

    vz_json_close(&out);

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    if (vz_json_end(&out) != NGX_OK || vz_json_string(&out, text) != NGX_OK) {
        vz_call_fault(call, "memory", VZ_INTERNAL);
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


/* ports and the address may be left out: any */

static void
vz_vm_firewall_rule_one(vz_call_t *call, size_t i, json_t *value,
    vz_json_t *out)
{
    char            word[VZ_RULE_ADDRESS];
    vz_rule_t       rule;
    ngx_uint_t      errors;
    vz_rule_word_e  n;

    ngx_memzero(&rule, sizeof(vz_rule_t));
    errors = call->nerrors;

    for (n = VZ_RULE_WAY; n < VZ_RULE_WORDS; n++) {
        vz_vm_firewall_rule_word(call, i, value, n, &rule);
    }

    vz_vm_firewall_rule_known(call, i, value);

    if (call->nerrors == errors && vz_rule_fits(&rule) != VZ_OK) {
        vz_vm_firewall_rule_wrong(call, i, vz_rule_name(VZ_RULE_PORTS),
                                  "format", vz_rule_hint(VZ_RULE_PORTS));
    }

    vz_json_object(out, NULL);

    for (n = VZ_RULE_WAY; n < VZ_RULE_WORDS; n++) {
        (void) vz_rule_word(&rule, n, word);

        if (ngx_strcmp(word, "-") == 0) {
            vz_json_null(out, vz_rule_name(n));
        } else {
            vz_json_cstr(out, vz_rule_name(n), word);
        }
    }

    vz_vm_firewall_rule_note(call, i, value, out);
    vz_json_close(out);
}


static ngx_uint_t
vz_vm_firewall_rule_given(json_t *value)
{
    return value != NULL && !json_is_null(value)
           && !(json_is_string(value) && json_string_length(value) == 0);
}


static void
vz_vm_firewall_rule_word(vz_call_t *call, size_t i, json_t *value,
    vz_rule_word_e word, vz_rule_t *rule)
{
    json_t      *member;
    const char  *name;

    name = vz_rule_name(word);
    member = json_object_get(value, name);

    if (!vz_vm_firewall_rule_given(member)) {
        if (word < VZ_RULE_PORTS) {
            vz_vm_firewall_rule_wrong(call, i, name, "required",
                                      vz_rule_hint(word));
        }

        return;
    }

    if (!json_is_string(member)) {
        vz_vm_firewall_rule_wrong(call, i, name, "type", "must be text");

    } else if (vz_rule_set(rule, word, json_string_value(member),
                           json_string_length(member))
               != VZ_OK)
    {
        vz_vm_firewall_rule_wrong(call, i, name, "format",
                                  vz_rule_hint(word));
    }
}


static void
vz_vm_firewall_rule_note(vz_call_t *call, size_t i, json_t *value,
    vz_json_t *out)
{
    json_t     *note;
    ngx_str_t   text;

    note = json_object_get(value, VZ_VM_FIREWALL_RULE_NOTED);
    ngx_str_null(&text);

    if (vz_vm_firewall_rule_given(note)) {
        text.data = (u_char *) json_string_value(note);
        text.len = json_string_length(note);

        if (!json_is_string(note)) {
            vz_vm_firewall_rule_wrong(call, i, VZ_VM_FIREWALL_RULE_NOTED,
                                      "type", "must be text");
            ngx_str_null(&text);

        } else if (ngx_utf8_length(text.data, text.len)
                   > VZ_VM_FIREWALL_RULE_NOTE)
        {
            vz_vm_firewall_rule_wrong(call, i, VZ_VM_FIREWALL_RULE_NOTED,
                                      "range", "must have at most 60 "
                                               "characters");
        }
    }

    vz_json_opt(out, VZ_VM_FIREWALL_RULE_NOTED, text);
}


static void
vz_vm_firewall_rule_known(vz_call_t *call, size_t i, json_t *value)
{
    json_t          *member;
    const char      *name;
    vz_rule_word_e   n;

    json_object_foreach(value, name, member) {

        for (n = VZ_RULE_WAY; n < VZ_RULE_WORDS; n++) {
            if (ngx_strcmp(name, vz_rule_name(n)) == 0) {
                break;
            }
        }

        if (n == VZ_RULE_WORDS
            && ngx_strcmp(name, VZ_VM_FIREWALL_RULE_NOTED) != 0)
        {
            vz_call_invalid(call,
                            (char *) vz_call_printf(call, "rules[%uz]",
                                                    i).data,
                            "unknown", "has a member that there is not");
            return;
        }
    }
}


static void
vz_vm_firewall_rule_wrong(vz_call_t *call, size_t i, const char *name,
    const char *code, const char *message)
{
    ngx_str_t  field;

    field = vz_call_printf(call, "rules[%uz].%s", i, name);
    vz_call_invalid(call, (char *) field.data, code, "%s", message);
}
