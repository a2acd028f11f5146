/* Fields of the administrator's forms: choices, ticks, lists of lines. */

import { refusal } from './form.js';
import { button } from './button.js';
import { h, put, uid } from './dom.js';
import { icon } from './icon.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('./form.js').Field} Field */

/**
 * What is wrong with a field, under it.
 *
 * @param {string} id
 * @param {() => Iterable<Element>} inputs
 */
export function complaint(id, inputs) {
    const node = h('p', { class: 'field-error', id: `${id}-error` });

    return {
        node,

        /** @param {string} text */
        refuse(text) {
            for (const input of inputs()) {
                if (text) {
                    input.setAttribute('aria-invalid', 'true');
                } else {
                    input.removeAttribute('aria-invalid');
                }
            }

            put(node, ...(text ? [icon('warn'), text] : []));
        },
    };
}


/**
 * One of several, in a list that opens.
 *
 * @param {{
 *     name: string, label: string, value?: string, required?: boolean,
 *     choices: {value: string, text: string}[],
 *     changed?: (value: string) => void,
 * }} options
 * @returns {Field & {input: HTMLSelectElement}}
 */
export function choice(options) {
    const id = uid();
    const input = h('select', { id, name: options.name,
        'aria-describedby': `${id}-error`,
        on: { change: () => options.changed?.(input.value) } },
    options.choices.map((one) => h('option', { value: one.value,
        selected: one.value === options.value }, one.text)));
    const wrong = complaint(id, () => [input]);

    return {
        name: options.name, input, refuse: wrong.refuse,
        value: () => input.value,
        check: () => true,
        focus: () => input.focus(),
        node: h('div', { class: 'field' },
            h('label', { for: id, 'data-required': options.required },
                options.label), input, wrong.node),
    };
}


/**
 * Yes or no; its value is 'true' or ''.
 *
 * @param {{name: string, label: string, value?: boolean, hint?: string,
 *     changed?: (on: boolean) => void}} options
 * @returns {Field & {input: HTMLInputElement}}
 */
export function tick(options) {
    const id = uid();
    const input = h('input', { id, type: 'checkbox', name: options.name,
        checked: options.value, 'aria-describedby': `${id}-error`,
        on: { change: () => options.changed?.(input.checked) } });
    const wrong = complaint(id, () => [input]);

    return {
        name: options.name, input, refuse: wrong.refuse,
        value: () => (input.checked ? 'true' : ''),
        check: () => true,
        focus: () => input.focus(),
        node: h('div', { class: 'field' },
            h('label', { class: 'tick', for: id }, input,
                h('span', null, options.label)),
            options.hint ? h('p', { class: 'field-hint' }, options.hint)
                : null, wrong.node),
    };
}


/**
 * Any of several, at least one; its value is the chosen ones, one blank
 * between.
 *
 * @param {{
 *     name: string, label: string, chosen?: string[],
 *     choices: {value: string, text: string}[],
 * }} options
 * @returns {Field}
 */
export function ticks(options) {
    const id = uid();
    const wrong = complaint(id, () => inputs);
    const inputs = options.choices.map((one) => h('input', {
        type: 'checkbox', name: options.name, value: one.value,
        checked: options.chosen?.includes(one.value),
        'aria-describedby': `${id}-error`,
        on: { change: () => wrong.refuse('') } }));
    const value = () => inputs.filter((input) => input.checked)
        .map((input) => input.value).join(' ');

    return {
        name: options.name, refuse: wrong.refuse, value,
        check() {
            wrong.refuse(value() ? '' : refusal(options.name, 'required'));

            return value() !== '';
        },
        focus: () => inputs[0]?.focus(),
        node: h('fieldset', { class: 'field' },
            h('legend', null, options.label),
            options.choices.map((one, i) => h('label', { class: 'tick small' },
                inputs[i], h('span', null, one.text))),
            wrong.node),
    };
}


/**
 * Some lines of one kind, with a button for another and one to take each
 * away; its value is the lines, one blank between.
 *
 * @param {{
 *     name: string, label: string, add: string, most: number,
 *     least?: number, line: (n: number) => string, hint?: string,
 *     rule?: RegExp, values?: string[], changed?: () => void,
 *     fresh?: () => Promise<string>,
 * }} options  line: the name of the n-th, fresh: what a new one holds
 */
export function lines(options) {
    const id = uid();
    const list = h('ul', { class: 'lines' });
    const wrong = complaint(id, () => list.querySelectorAll('input'));
    const least = options.least ?? 0;

    const inputs = () => [...list.querySelectorAll('input')];
    const get = () => inputs().map((input) => input.value.trim())
        .filter((value) => value !== '');

    const changed = () => {
        wrong.refuse('');
        draw();
        options.changed?.();
    };

    const line = (/** @type {string} */ value) => {
        const input = h('input', {
            type: 'text', value, autocomplete: 'off', spellcheck: 'false',
            autocapitalize: 'off', maxlength: 64, name: options.name,
            'aria-describedby': `${id}-error`,
            on: { input: () => {
                wrong.refuse('');
                options.changed?.();
            } },
        });
        const node = h('li', null, input, button({
            text: '', icon: 'cross', kind: 'quiet', small: true,
            label: t('lines.remove', { what: options.line(0) }),
            press: () => {
                node.remove();
                changed();
                (inputs().at(-1) ?? add).focus();
            },
        }));

        return node;
    };

    const add = button({ text: options.add, icon: 'plus', small: true,
        kind: 'quiet', press: async () => {
            const value = await options.fresh?.() ?? '';

            list.append(line(value));
            changed();

            const last = inputs().at(-1);

            last?.focus();
            last?.select();
        } });

    const draw = () => {
        const all = inputs();

        all.forEach((input, i) => {
            const name = options.line(i + 1);

            input.setAttribute('aria-label', name);
            input.nextElementSibling?.setAttribute('aria-label',
                t('lines.remove', { what: name }));
            /** @type {HTMLElement} */ (input.nextElementSibling)
                .hidden = all.length <= least;
        });
        add.hidden = all.length >= options.most;
    };

    const set = (/** @type {string[]} */ values) => {
        put(list, ...values.map(line));

        while (inputs().length < least) {
            list.append(line(''));
        }

        wrong.refuse('');
        draw();
    };

    set(options.values ?? []);

    return {
        name: options.name, get, set, refuse: wrong.refuse,
        value: () => get().join(' '),
        focus: () => (inputs().find((input) =>
            input.getAttribute('aria-invalid')) ?? inputs()[0] ?? add).focus(),
        check() {
            const rule = options.rule;
            const bad = rule && get().some((value) => !rule.test(value))
                ? 'format' : get().length < least ? 'required' : '';

            wrong.refuse(bad ? refusal(options.name, bad) : '');

            return bad === '';
        },
        node: h('fieldset', { class: 'field' },
            h('legend', null, options.label), list, add,
            options.hint ? h('p', { class: 'field-hint' }, options.hint)
                : null, wrong.node),
    };
}


/**
 * A number of one line, as it goes into a body; NaN where it is none.
 *
 * @param {string} text
 */
export function whole(text) {
    return /^\d{1,15}$/.test(text.trim()) ? Number(text) : NaN;
}
