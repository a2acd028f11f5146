/* The name of a server, edited where it stands. */

import { Problem, replace } from '../lib/api.js';
import { busy, button } from '../ui/button.js';
import { h, put, say } from '../ui/dom.js';
import { refusal } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { words } from '../ui/fault.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */

const LONGEST = 64;


/**
 * @param {Vm} vm
 * @param {() => void} renamed
 */
export function vmName(vm, renamed) {
    const title = h('h1', { tabindex: -1 }, vm.name);
    const pencil = h('button', { type: 'button', class: 'icon-button',
        'aria-label': t('name.edit'), title: t('name.edit'),
        on: { click: () => edit() } }, icon('pencil'));
    const shown = h('div', { class: 'vm-title' }, title, pencil);
    const node = h('div', null, shown);

    const close = () => {
        put(node, shown);
        pencil.focus();
    };

    const edit = () => {
        const wrong = h('p', { class: 'field-error', role: 'alert' });
        const input = h('input', { name: 'name', type: 'text', value: vm.name,
            maxlength: LONGEST, autocomplete: 'off', spellcheck: 'false',
            'aria-label': t('vm.name') });
        const save = button({ text: t('name.save'), kind: 'primary',
            small: true, type: 'submit' });

        const send = async () => {
            const name = input.value.trim();

            say(wrong, '');
            busy(save, true);

            try {
                if (name !== vm.name) {
                    await replace(`vms/${vm.id}/name`, { name });
                    vm.name = name;
                    renamed();
                }

                close();
            } catch (error) {
                if (!(error instanceof Problem)) {
                    throw error;
                }

                const [one] = error.errors;

                say(wrong, one ? refusal(one.field, one.code, one.message)
                    : words(error));
                input.focus();
            } finally {
                busy(save, false);
            }
        };

        put(node, h('form', { class: 'vm-rename', novalidate: true, on: {
            submit: (/** @type {Event} */ event) => {
                event.preventDefault();
                void send();
            },
            keydown: (/** @type {KeyboardEvent} */ event) => {
                if (event.key === 'Escape') {
                    close();
                }
            },
        } }, h('h1', { class: 'sr', tabindex: -1 }, vm.name), input, save,
        button({ text: t('cancel'), small: true, press: close }), wrong));
        input.focus();
        input.select();
    };

    return { node, set: () => say(title, vm.name) };
}
