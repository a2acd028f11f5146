/*
 * The form of a body, made of what the API says its members may be: one line
 * for each number and text, a choice of words, lines of a list, a tick for what
 * is true or false.
 */

import { amend, post, remove } from '../lib/api.js';
import { BODIES } from '../lib/bodies.js';
import { h } from './dom.js';
import { editor, removal } from './editor.js';
import { choice, lines, tick } from './fields.js';
import { text } from './form.js';
import { has, t } from '../lib/i18n.js';
import { ruled } from '../lib/rules.js';

/** @typedef {import('../lib/bodies.js').Member} Member */
/** @typedef {import('./form.js').Field} Field */

/**
 * @typedef {{
 *     name: string, words: string, item: Record<string, any> | null,
 *     start?: Record<string, any>, named?: Record<string, string>,
 *     rows?: string[][], without?: string[],
 *     choices?: Record<string, {value: string, text: string}[]>,
 * }} BodyOptions
 *     name: of the body that creates one: `Plan`
 *     words: what the keys of its texts begin with: `plan`
 *     item: what is changed; null: it is new
 *     start: what a new one begins with, besides the API's defaults
 *     named: the keys of the texts of some members, if others than WORDS.MEMBER
 *     rows: which members stand beside each other; all others follow
 *     without: members that the form does not ask for
 *     choices: what some texts may be
 */


/**
 * A member that may be left empty: what it is then.
 *
 * @param {Member} member
 */
function unset(member) {
    return member.type === 'limit' ? 'unlimited'
        : member.default === 0 ? 0 : undefined;
}


/** A number: as many digits as the greatest has. @param {Member} member */
function digits({ min = 0, max = 0 }) {
    const most = Math.max(9, String(max).length);

    return { rule: new RegExp(`^${min < 0 ? '-?' : ''}\\d{1,${most}}$`),
        inputmode: 'numeric', maxlength: min < 0 ? most + 1 : most,
        wrong: t('rule.number') };
}


/**
 * @param {string} name
 * @param {Member} member
 * @param {string} key  of its texts: KEY, KEY.hint
 * @param {any} value
 * @param {{value: string, text: string}[]} [choices]
 * @returns {Field}
 */
function field(name, member, key, value, choices) {
    const hint = has(`${key}.hint`) ? t(`${key}.hint`) : undefined;
    const label = t(key);

    if (member.type === 'bool') {
        return tick({ name, label, value, hint });
    }

    if (member.type === 'list') {
        return lines({ name, label, hint, add: t(`${key}.add`),
            most: member.max ?? 1, values: value ?? [],
            line: (n) => t(`${key}.one`, { n }),
            rule: new RegExp(member.pattern ?? '', 'u') });
    }

    const words = choices ?? member.words?.map((word) => ({ value: word,
        text: t(`${name}.${word}`) }));

    if (words) {
        return choice({ name, label, value: value ?? '', choices: words });
    }

    const number = member.type !== 'text';

    return text({
        name, label, hint, autocomplete: 'off',
        type: name === 'email' ? 'email' : 'text',
        required: member.required || (number && unset(member) === undefined
            && member.default !== undefined),
        value: value === undefined || value === null || value === 'unlimited'
            ? '' : String(value),
        ...number ? digits(member)
            : { maxlength: member.strange ? 300 : 64, ...ruled(name, member) },
    });
}


/**
 * What a member becomes of the value of its field; undefined: it says nothing.
 *
 * @param {Member} member
 * @param {string} value
 */
function valueOf(member, value) {
    switch (member.type) {
    case 'bool':
        return value === 'true';
    case 'list':
        return value === '' ? [] : value.split(' ');
    case 'text':
        return value === '' ? undefined : value;
    default:
        return value === '' ? unset(member) : Number(value);
    }
}


/** What an item has, in the way of valueOf(). @param {any} value */
function known(value) {
    return value === null || value === '' ? undefined : value;
}


/**
 * Members in rows: those of the options, then texts, numbers in pairs, ticks.
 *
 * @param {[string, Member][]} members
 * @param {string[][]} rows
 */
function arrange(members, rows) {
    const rest = members.filter(([key]) => !rows.flat().includes(key));
    const keys = (/** @type {string[]} */ types) => rest
        .filter(([, { type }]) => types.includes(type)).map(([key]) => key);
    const numbers = keys(['int', 'limit']);

    return [...rows, ...keys(['text', 'list']).map((key) => [key]),
        ...numbers.flatMap((_, i) => i % 2 ? [] : [numbers.slice(i, i + 2)]),
        ...keys(['bool']).map((key) => [key])]
        .map((row) => row.filter((key) =>
            members.some(([name]) => name === key)))
        .filter((row) => row.length > 0);
}


/**
 * The fields of a body, how they are laid out, and the body that their values
 * make: of a new one all that is there, of a changed one what differs.
 *
 * @param {BodyOptions} options
 */
export function bodyForm({ name, words, item, start = {}, named = {},
    rows = [], without = [], choices = {} })
{
    const members = Object.entries(BODIES[name]).filter(([key]) =>
        !without.includes(key) && (!item || key in BODIES[`${name}Change`]));
    const before = item ?? start;

    return {
        fields: members.map(([key, member]) => field(key, member,
            named[key] ?? `${words}.${key}`,
            before[key] ?? (item ? undefined : member.default),
            choices[key])),

        /** @param {any} f */
        layout: (f) => arrange(members, rows).map((row) => row.length > 1
            ? h('div', { class: 'pair' }, ...row.map((key) => f[key]))
            : f[row[0]]),

        /** @param {Record<string, string>} values */
        body: (values) => Object.fromEntries(members
            .map(([key, member]) => /** @type {[string, any]} */ (
                [key, valueOf(member, values[key])]))
            .filter(([key, value]) => (item
                ? JSON.stringify(value) !== JSON.stringify(known(item[key]))
                : value !== undefined))
            .map(([key, value]) => [key, value ?? null])),
    };
}


/**
 * What stands beside a list: the form of one of its rows, facts, and the
 * button that takes it away.
 *
 * @param {BodyOptions & {
 *     path: string, desk: import('./listing.js').Desk, add: string,
 *     facts: [string, Children][], called: string, why?: string | false | null,
 *     before?: Child, after?: Child, with?: Record<string, any>,
 *     done?: string,
 * }} options
 *     path: of the API, `admin/plans`; add: the button of a new one
 *     called: by what it is asked whether it shall be taken away
 *     why: it can't be taken away, if anything
 *     before, after: what stands around that button
 *     with: what the body of a new one has besides; done: what is said then
 *
 * @typedef {import('./dom.js').Child} Child
 * @typedef {import('./dom.js').Children} Children
 */
export function bodyEditor(options) {
    const { item, path, desk } = options;
    const { fields, layout, body } = bodyForm(options);

    return editor({
        fields, layout, submit: item ? t('adm.save') : options.add,
        facts: options.facts,
        send: async (values) => {
            await (item ? amend(`${path}/${item.id}`, body(values))
                : post(path, { ...options.with, ...body(values) }));
            await desk.done(item ? t('adm.saved')
                : options.done ?? t('adm.saved'));
        },
        after: item ? [options.before, removal({ name: options.called,
            why: options.why || '', send: async () => {
                await remove(`${path}/${item.id}`);
                await desk.done(t('adm.removed'));
            } }), options.after] : null,
    });
}
