/*
 * A field that searches the server as one types, and takes one of what was
 * found: a combobox with a list, as WAI-ARIA describes it.
 */

import { refusal } from './form.js';
import { h, put, say, uid } from './dom.js';
import { icon } from './icon.js';
import { words } from './fault.js';
import { t } from '../i18n.js';

const TYPING = 200;

/**
 * @template T
 * @typedef {{
 *     name: string, label: string, required?: boolean, hint?: string,
 *     placeholder?: string, bare?: boolean, signal?: AbortSignal,
 *     search: (q: string, signal: AbortSignal) => Promise<T[]>,
 *     text: (item: T) => string, node: (item: T) => Node[],
 *     value: (item: T) => string | number,
 *     chosen?: (item: T | null) => void,
 * }} ComboOptions  text: what stands in the field, node: what stands in the
 *     list, bare: the label is for screen readers, and an emptied field
 *     means nothing chosen
 */

/**
 * @template T
 * @param {ComboOptions<T>} options
 */
export function combo(options) {
    const id = uid();
    const error = h('p', { class: 'field-error', id: `${id}-error` });
    const heard = h('span', { class: 'sr', role: 'status' });
    const list = h('ul', { class: 'combo-list', id: `${id}-list`,
        role: 'listbox', 'aria-label': options.label, hidden: true });
    const note = h('p', { class: 'combo-note', hidden: true });
    const input = h('input', {
        id, name: options.name, type: 'text', role: 'combobox',
        class: 'combo-input', autocomplete: 'off', spellcheck: 'false',
        autocapitalize: 'off', maxlength: 64, required: options.required,
        placeholder: options.placeholder, 'aria-autocomplete': 'list',
        'aria-expanded': 'false', 'aria-controls': `${id}-list`,
        'aria-describedby': `${id}-error`,
    });
    /** @type {T | null} */
    let taken = null;
    /** @type {T[]} */
    let found = [];
    let at = -1;
    /** @type {AbortController | null} */
    let asking = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    const refuse = (/** @type {string} */ text) => {
        if (text) {
            input.setAttribute('aria-invalid', 'true');
        } else {
            input.removeAttribute('aria-invalid');
        }

        put(error, ...(text ? [icon('warn'), text] : []));
    };

    const close = () => {
        clearTimeout(timer);
        asking?.abort();
        asking = null;
        at = -1;
        list.hidden = true;
        note.hidden = true;
        input.setAttribute('aria-expanded', 'false');
        input.removeAttribute('aria-activedescendant');
    };

    const mark = (/** @type {number} */ next) => {
        at = next;
        [...list.children].forEach((item, i) => {
            item.setAttribute('aria-selected', String(i === at));

            if (i === at) {
                input.setAttribute('aria-activedescendant', item.id);
                item.scrollIntoView({ block: 'nearest' });
            }
        });
    };

    const take = (/** @type {T | null} */ item) => {
        taken = item;
        input.value = item ? options.text(item) : '';
        close();
        refuse('');
        options.chosen?.(item);
    };

    const draw = () => {
        put(list, ...found.map((item, i) => h('li', {
            id: `${id}-${i}`, role: 'option', 'aria-selected': 'false',
            class: 'combo-item',
            on: {
                pointerdown: (/** @type {Event} */ event) =>
                    event.preventDefault(),
                click: () => take(item),
            },
        }, ...options.node(item))));
        list.hidden = found.length === 0;
        note.hidden = found.length > 0;
        say(note, t('combo.none'));
        say(heard, found.length > 0 ? t('combo.count', { n: found.length })
            : t('combo.none'));
        input.setAttribute('aria-expanded', String(found.length > 0));

        if (found.length > 0 && input.value.trim() !== '') {
            mark(0);
        }
    };

    const open = async () => {
        asking?.abort();

        const mine = new AbortController();
        const q = taken && input.value === options.text(taken) ? ''
            : input.value.trim();

        asking = mine;

        try {
            const items = await options.search(q, mine.signal);

            if (!mine.signal.aborted && document.activeElement === input) {
                found = items;
                draw();
            }
        } catch (problem) {
            if (!mine.signal.aborted) {
                close();
                refuse(words(problem));
            }
        }
    };

    input.addEventListener('input', () => {
        if (input.hasAttribute('aria-invalid')) {
            refuse('');
        }

        clearTimeout(timer);
        timer = setTimeout(() => void open(), TYPING);
    });
    input.addEventListener('click', () => void open());
    input.addEventListener('focus', () => input.select());
    input.addEventListener('blur', () => {
        close();

        if (options.bare && input.value.trim() === '' && taken) {
            take(null);
        } else {
            input.value = taken ? options.text(taken) : '';
        }
    });
    input.addEventListener('keydown', (event) => {
        const shown = !list.hidden;
        const step = event.key === 'ArrowDown' ? 1
            : event.key === 'ArrowUp' ? -1 : 0;

        if (step !== 0) {
            event.preventDefault();

            if (!shown) {
                void open();
            } else {
                mark((at + step + found.length) % found.length);
            }

        } else if (event.key === 'Enter') {
            if (shown && found[at]) {
                event.preventDefault();
                take(found[at]);
            } else if (options.bare) {
                event.preventDefault();
                void open();
            }

        } else if (event.key === 'Escape' && (shown || !note.hidden)) {
            event.preventDefault();
            event.stopPropagation();
            close();
        }
    });

    return {
        name: options.name, input, refuse, open,
        value: () => (taken ? String(options.value(taken)) : ''),
        item: () => taken,
        focus: () => input.focus(),
        check() {
            const bad = options.required && !taken;

            refuse(bad ? refusal(options.name, 'required') : '');

            return !bad;
        },

        /** @param {T | null} item */
        set(item) {
            taken = item;
            input.value = item ? options.text(item) : '';
        },
        node: h('div', { class: 'field combo' },
            h('label', { for: id, class: options.bare ? 'sr' : '',
                'data-required': options.required }, options.label),
            h('div', { class: 'search' }, icon('search'), input, list, note),
            options.hint ? h('p', { class: 'field-hint' }, options.hint)
                : null, error, heard),
    };
}
