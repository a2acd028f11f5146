/*
 * The form of a body, made of what the API says its members may be: one line
 * for each number and text, a tick for what is true or false.
 */

import { BODIES } from './bodies.js';
import { h } from './dom.js';
import { tick } from './fields.js';
import { text } from './form.js';
import { t } from '../i18n.js';

/** @typedef {import('./bodies.js').Member} Member */
/** @typedef {import('./form.js').Field} Field */


/**
 * A member that may be left empty: what it is then.
 *
 * @param {Member} member
 */
function unset(member) {
    return member.type === 'limit' ? 'unlimited'
        : member.default === 0 ? 0 : undefined;
}


/**
 * @param {string} name
 * @param {Member} member
 * @param {string} words  the key of its texts: WORDS and WORDS.hint
 * @param {any} value
 * @returns {Field}
 */
function field(name, member, words, value) {
    if (member.type === 'bool') {
        return tick({ name, label: t(words), value,
            hint: t(`${words}.hint`) });
    }

    const number = member.type !== 'text';
    const empty = unset(member);

    return text({
        name, label: t(words), autocomplete: 'off',
        required: member.required || (number && empty === undefined),
        value: value === undefined || value === 'unlimited' ? ''
            : String(value),
        ...(number ? { rule: (member.min ?? 0) < 0 ? /^-?\d{1,9}$/
            : /^\d{1,9}$/, inputmode: 'numeric', maxlength: 9,
        hint: t(`${words}.hint`), wrong: t('rule.number') }
            : { maxlength: 64 }),
    });
}


/**
 * The fields of a body, how they are laid out (numbers in pairs), and the body
 * that their values make.
 *
 * @param {string} name  of the body: `Plan`
 * @param {string} words  what the keys of its texts begin with: `plan`
 * @param {Record<string, any> | null} item  what is changed; null: it is new
 */
export function bodyForm(name, words, item) {
    const members = Object.entries(BODIES[name]);
    const keys = (/** @type {(member: Member) => boolean} */ fits) =>
        members.filter(([, member]) => fits(member)).map(([key]) => key);
    const numbers = keys(({ type }) => type === 'int' || type === 'limit');

    return {
        fields: members.map(([key, member]) => field(key, member,
            `${words}.${key}`, item ? item[key] : member.default)),

        /** @param {any} f */
        layout: (f) => [
            ...keys(({ type }) => type === 'text').map((key) => f[key]),
            ...numbers.flatMap((key, i) => i % 2 ? []
                : [numbers[i + 1] ? h('div', { class: 'pair' }, f[key],
                    f[numbers[i + 1]]) : f[key]]),
            ...keys(({ type }) => type === 'bool').map((key) => f[key]),
        ],

        /** @param {Record<string, string>} values */
        body: (values) => Object.fromEntries(members.map(([key, member]) => [
            key, member.type === 'text' ? values[key]
                : member.type === 'bool' ? values[key] === 'true'
                    : values[key] === '' ? unset(member)
                        : Number(values[key])])),
    };
}
