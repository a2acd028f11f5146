/* Some lines of text, as a script has them. */

import { h, uid } from './dom.js';
import { complaint } from './fields.js';
import { refusal } from './form.js';

/** @typedef {import('./form.js').Field} Field */


/**
 * @param {{name: string, label: string, hint?: string, most: number,
 *     rule?: RegExp, rows?: number}} options  most: bytes
 * @returns {Field & {input: HTMLTextAreaElement}}
 */
export function longText(options) {
    const id = uid();
    const input = h('textarea', {
        id, name: options.name, rows: options.rows ?? 8, spellcheck: 'false',
        autocomplete: 'off', autocapitalize: 'off', wrap: 'off',
        class: 'long-text',
        'aria-describedby': `${options.hint ? `${id}-hint ` : ''}${id}-error`,
    });
    const wrong = complaint(id, () => [input]);
    const value = () => (input.value.trim() === '' ? '' : input.value);

    const check = () => {
        const now = value();
        const bad = new TextEncoder().encode(now).length > options.most
            ? 'range'
            : now !== '' && options.rule && !options.rule.test(now)
                ? 'invalid' : '';

        wrong.refuse(bad ? refusal(options.name, bad) : '');

        return bad === '';
    };

    input.addEventListener('input', () => {
        if (input.hasAttribute('aria-invalid')) {
            check();
        }
    });

    return {
        name: options.name, input, value, check, refuse: wrong.refuse,
        focus: () => input.focus(),
        node: h('div', { class: 'field' },
            h('label', { for: id }, options.label), input,
            options.hint ? h('p', { class: 'field-hint', id: `${id}-hint` },
                options.hint) : null, wrong.node),
    };
}
