/*
 * What the API refuses anyway, said sooner: rules that several forms share.
 */

import { grammar, strangeIn } from './people.js';
import { has, t } from './i18n.js';

/* Not what every server calls itself, nor digits alone. */
export const HOSTNAME = new RegExp('^(?=.{1,64}$)(?![0-9.]+$)'
    + '(?!(localhost[46]?|ip6-(localhost|loopback|localnet|mcastprefix'
    + '|all(nodes|routers|hosts)))(\\.|$))(?!.*\\.localhost$)'
    + '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$',
'i');


/**
 * What a field of a person checks, and what it says.
 *
 * @param {string} name
 * @param {import('./bodies.js').Member} [member]  if it is not of an order
 */
export function person(name, member) {
    return {
        rule: grammar(name, member).rule,
        wrong: (/** @type {string} */ value) => {
            const strange = strangeIn(name, value, member);

            if (strange === '') {
                return t(`rule.${name}`);
            }

            return /[\p{C}\p{Z}]/u.test(strange)
                ? t('field.unseen', { code: (strange.codePointAt(0) ?? 0)
                    .toString(16).toUpperCase().padStart(4, '0') })
                : t('field.strange', { char: strange });
        },
    };
}


/**
 * What the text of a member checks, where a rule says it in words.
 *
 * @param {string} name
 * @param {import('./bodies.js').Member} member
 */
export function ruled(name, member) {
    return !has(`rule.${name}`) ? {}
        : member.strange ? person(name, member)
            : { rule: grammar(name, member).rule };
}
