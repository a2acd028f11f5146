/* Dialogs and sheets: the browser's own, so focus and Escape are right. */

import { button } from './button.js';
import { h, uid } from './dom.js';
import { t } from '../lib/i18n.js';

/**
 * Ask before doing; answers whether to.
 *
 * @param {{title: string, text: string, yes: string,
 *     kind?: 'primary' | 'danger'}} options
 * @returns {Promise<boolean>}
 */
export function ask(options) {
    return new Promise((resolve) => {
        const name = uid();
        const yes = button({
            text: options.yes, kind: options.kind ?? 'primary',
            press: () => dialog.close('yes'),
        });
        const dialog = h('dialog', {
            class: 'dialog', 'aria-labelledby': name,
            on: {
                close: () => {
                    dialog.remove();
                    resolve(dialog.returnValue === 'yes');
                },
                click: (/** @type {Event} */ event) => {
                    if (event.target === dialog) {
                        dialog.close('');
                    }
                },
            },
        }, h('div', { class: 'dialog-body' },
            h('h2', { id: name }, options.title),
            h('p', null, options.text),
            h('div', { class: 'dialog-foot' },
                button({ text: t('cancel'), press: () => dialog.close('') }),
                yes)));

        document.body.append(dialog);
        dialog.showModal();
        yes.focus();
    });
}


/**
 * A sheet that slides over the screen from below (phone) or stands in the
 * middle (wide).
 *
 * @param {string} title
 * @param {Node} content
 * @param {() => void} [closed]
 */
export function sheet(title, content, closed) {
    const name = uid();
    const dialog = h('dialog', {
        class: 'dialog sheet', 'aria-labelledby': name,
        on: {
            close: () => {
                dialog.remove();
                closed?.();
            },
            click: (/** @type {Event} */ event) => {
                if (event.target === dialog) {
                    dialog.close();
                }
            },
        },
    }, h('div', { class: 'dialog-body' },
        h('div', { class: 'sheet-head' },
            h('h2', { id: name }, title),
            button({
                text: '', icon: 'cross', label: t('close'), kind: 'quiet',
                press: () => dialog.close(),
            })),
        content));

    document.body.append(dialog);
    dialog.showModal();

    return dialog;
}
