/*
 * Forms: labels above, what is wrong under its field at blur and at send,
 * focus to the first.  Checks here only spare a round trip; the API decides.
 */

import { busy, button } from './button.js';
import { h, put, say, uid } from './dom.js';
import { icon } from './icon.js';
import { has, t, word } from '../lib/i18n.js';
import { attempt, words } from './fault.js';

/** @typedef {import('../lib/api.js').Problem} Problem */

/**
 * @typedef {{
 *     name: string, node: HTMLElement,
 *     value(): string, focus(): void,
 *     check(): boolean, refuse(text: string): void,
 * }} Field
 */

/**
 * @typedef {{
 *     name: string, label: string, required?: boolean, type?: string,
 *     rule?: { test(value: string): boolean }, hint?: string, autocomplete?: string, value?: string,
 *     inputmode?: string, maxlength?: number, changed?: (v: string) => void,
 *     wrong?: string | ((v: string) => string),
 * }} FieldOptions  rule: wrong or rule.NAME says it in words
 */

/* A field, or a group of them, that is not as it should be. */
const WRONG = '[aria-invalid="true"]';

/* A password as the API asks it: 10 to 128 characters, no control ones. */
export const STRONG = /^[^\p{Cc}]{10,128}$/u;


/* Codes that say no more than that a rule was not kept. */
const RULED = new Set(['invalid', 'format', 'range']);


/**
 * The words for an error of a field: by field and code, by the rule of the
 * field or the code, whichever says more, or the server's own.
 *
 * @param {string} name
 * @param {string} code
 * @param {string} [message]
 */
export function refusal(name, code, message) {
    /* what it has to be says more than that it is not */
    const rule = `rule.${name}`;

    for (const key of [`field.${name}.${code}`,
        ...(RULED.has(code) ? [rule, `field.${code}`]
            : [`field.${code}`, rule])])
    {
        if (has(key)) {
            return t(key);
        }
    }

    return message || word('field', 'invalid');
}


let pressed = false;

for (const type of ['pointerdown', 'pointerup', 'pointercancel']) {
    document.addEventListener(type, () => {
        pressed = type === 'pointerdown';
    }, true);
}


/**
 * Not while a finger is down: a message that appears then would push the
 * button away from under it.
 *
 * @param {() => void} callback
 */
function atRest(callback) {
    if (pressed) {
        document.addEventListener('pointerup', () => setTimeout(callback),
            { once: true });
    } else {
        callback();
    }
}


/**
 * A button that shows and hides a password.
 *
 * @param {HTMLInputElement} input
 */
function reveal(input) {
    const self = h('button', {
        type: 'button', class: 'reveal', 'aria-pressed': 'false',
        on: {
            click: () => {
                const show = input.type === 'password';

                input.type = show ? 'text' : 'password';
                self.setAttribute('aria-pressed', String(show));
            },
        },
    }, icon('eye'), h('span', { class: 'sr' }, t('show')));

    self.title = t('show');

    return self;
}


/**
 * A line of text.
 *
 * @param {FieldOptions} options
 * @returns {Field & {input: HTMLInputElement}}
 */
export function text(options) {
    const id = uid();
    const error = h('p', { class: 'field-error', id: `${id}-error` });
    const hint = options.hint
        ? h('p', { class: 'field-hint', id: `${id}-hint` }, options.hint)
        : null;
    const input = h('input', {
        id, name: options.name, type: options.type ?? 'text',
        required: options.required, autocomplete: options.autocomplete,
        inputmode: options.inputmode, maxlength: options.maxlength,
        'aria-describedby': `${hint ? `${id}-hint ` : ''}${id}-error`,
        ...(options.type === 'password' || options.type === 'email'
            || options.name === 'account'
            ? { autocapitalize: 'off', spellcheck: 'false' } : {}),
    });

    if (options.value) {
        input.value = options.value;
    }

    const value = () => (options.type === 'password' ? input.value
        : input.value.trim());

    const refuse = (/** @type {string} */ words_) => {
        if (words_) {
            input.setAttribute('aria-invalid', 'true');
            put(error, icon('warn'), words_);
        } else if (input.hasAttribute('aria-invalid')) {
            input.removeAttribute('aria-invalid');
            put(error);
        }
    };

    const check = () => {
        const now = value();
        const bad = now === '' ? (options.required ? 'required' : '')
            : options.rule && !options.rule.test(now) ? 'invalid' : '';

        refuse(bad === 'invalid' && options.wrong
            ? typeof options.wrong === 'string' ? options.wrong
                : options.wrong(now)
            : bad ? refusal(options.name, bad) : '');

        return bad === '';
    };

    input.addEventListener('blur', () => {
        /* passing through an empty field is no mistake yet */
        if (value() !== '' || input.hasAttribute('aria-invalid')) {
            atRest(check);
        }
    });
    input.addEventListener('input', () => {
        options.changed?.(value());

        if (input.hasAttribute('aria-invalid')) {
            check();
        }
    });

    return {
        name: options.name, input, value, check, refuse,
        focus: () => input.focus(),
        node: h('div', { class: 'field' },
            h('label', { for: id, 'data-required': options.required },
                options.label),
            options.type === 'password'
                ? h('div', { class: 'with-reveal' }, input, reveal(input))
                : input,
            hint, error),
    };
}


/**
 * One of few, as tiles.
 *
 * @param {FieldOptions & {
 *     choices: {value: string, node: Node, disabled?: boolean}[]
 * }} options
 * @returns {Field}
 */
export function tiles(options) {
    const id = uid();
    const error = h('p', { class: 'field-error', id: `${id}-error` });
    const inputs = options.choices.map((choice) => h('input', {
        type: 'radio', class: 'sr', name: options.name, value: choice.value,
        required: options.required, disabled: choice.disabled,
        checked: choice.value === options.value,
        'aria-describedby': `${id}-error`,
    }));
    const node = h('fieldset', { class: 'field', role: 'radiogroup',
        'aria-required': options.required ? 'true' : null },
    h('legend', { 'data-required': options.required }, options.label),
        h('div', { class: 'tiles' }, options.choices.map((choice, i) =>
            h('label', { class: 'tile' }, inputs[i], choice.node))),
        error);
    const value = () => inputs.find((input) => input.checked)?.value ?? '';
    const refuse = (/** @type {string} */ words_) => {
        if (words_) {
            node.setAttribute('aria-invalid', 'true');
            put(error, icon('warn'), words_);
        } else {
            node.removeAttribute('aria-invalid');
            put(error);
        }
    };

    for (const input of inputs) {
        input.addEventListener('change', () => {
            refuse('');
            options.changed?.(value());
        });
    }

    return {
        name: options.name, node, value, refuse,
        focus: () => inputs.find((input) => !input.disabled)?.focus(),
        check: () => {
            const bad = options.required && value() === '';

            refuse(bad ? refusal(options.name, 'required') : '');

            return !bad;
        },
    };
}


/**
 * A form of such fields.  send() gets the values and may throw a Problem:
 * its field errors go under their fields, the rest above the button.
 *
 * @param {{
 *     fields: Field[], submit: string, legend?: boolean,
 *     layout?: (fields: Record<string, Node>) => Children[],
 *     send: (values: Record<string, string>) => Promise<void>,
 *     failed?: (problem: Problem) => void, before?: Node, after?: Node,
 *     help?: (problem: Problem) => Node | null, account?: string,
 * }} options  help: what leads on from a refusal; account: whose password it
 *     is about, for programs that keep passwords
 *
 * @typedef {import('./dom.js').Children} Children
 */
export function form(options) {
    const summary = h('div', { class: 'form-error', role: 'alert' });
    const send = button({ text: options.submit, kind: 'primary',
        type: 'submit' });

    const complain = (/** @type {string} */ words_,
        /** @type {Node | null} */ help = null) => {
        put(summary, ...(words_ ? [icon('warn'), h('div', null,
            h('p', null, words_, help ? ' ' : null, help))] : []));
    };

    /** Whether what stands above the button is how many are wrong. */
    let counted = false;

    /* as it is now, also while they are corrected one after another */
    const recount = () => {
        const bad = options.fields.filter((field) => field.node.matches(WRONG)
            || field.node.querySelector(WRONG));

        complain(bad.length > 0 ? t('form.bad', { n: bad.length }) : '');
        counted = bad.length > 0;

        if (bad.length > 1) {
            summary.lastElementChild?.append(h('ul', { class: 'wrong-list' },
                bad.map((field) => h('li', null, h('a', { href: '#', on: {
                    click: (/** @type {Event} */ event) => {
                        event.preventDefault();
                        field.focus();
                    } } }, field.node.querySelector('legend, label')
                    ?.textContent)))));
        }
    };

    /** @param {Problem} problem */
    const refused = (problem) => {
        counted = false;

        /** @type {Field | undefined} */
        let first;
        const lost = [];

        for (const error of problem.errors) {
            const field = options.fields.find((f) => f.name === error.field);

            if (field) {
                field.refuse(refusal(error.field, error.code, error.message));
                first ??= field;
            } else {
                lost.push(`${error.field}: ${error.message ?? error.code}`);
            }
        }

        if (first && problem.code === 'invalid' && lost.length === 0) {
            recount();
        } else {
            complain([words(problem), ...lost].join(' '),
                options.help?.(problem) ?? null);
        }

        first?.focus();
        options.failed?.(problem);
    };

    const submit = async () => {
        const bad = options.fields.filter((field) => !field.check());

        recount();

        if (bad.length > 0) {
            bad[0].focus();
            return;
        }
        busy(send, true);

        try {
            await attempt(() => options.send(Object.fromEntries(options.fields
                .map((field) => [field.name, field.value()]))), refused);
        } finally {
            busy(send, false);
        }
    };

    const nodes = Object.fromEntries(options.fields
        .map((field) => [field.name, field.node]));
    const node = h('form', {
        class: options.legend ? 'form starred' : 'form', novalidate: true,
        on: {
            input: () => counted && recount(),
            focusout: () => counted && atRest(recount),
            submit: (/** @type {Event} */ event) => {
                event.preventDefault();

                if (send.getAttribute('aria-disabled') !== 'true') {
                    void submit();
                }
            },
        },
    }, options.account === undefined ? null : h('input', { class: 'sr',
        name: 'username', autocomplete: 'username', value: options.account,
        readonly: true, tabindex: -1, 'aria-hidden': 'true' }),
    ...(options.layout ? options.layout(nodes) : [Object.values(nodes)]),
    summary,
    h('div', { class: 'form-foot' }, options.before, send, options.legend
        ? h('p', { class: 'legend' }, t('form.legend')) : null,
    options.after));

    return { node, send, say: (/** @type {string} */ s) => say(summary, s) };
}
