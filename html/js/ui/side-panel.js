/* What is open beside a list: a panel on wide screens, a sheet on phones. */

import { button } from './button.js';
import { sheet } from './dialog.js';
import { h, put } from './dom.js';
import { t } from '../lib/i18n.js';

/**
 * @param {HTMLElement} place
 * @param {() => void} closed  by the person: forget what is open
 */
export function side(place, closed) {
    /** @type {AbortController | null} */
    let life = null;
    /** @type {HTMLDialogElement | null} */
    let dialog = null;

    const shut = () => {
        const open = dialog;

        life?.abort();
        life = null;
        dialog = null;
        place.hidden = true;
        put(place);
        open?.close();
    };

    place.addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) {
            closed();
        }
    });

    return {
        shut,

        /**
         * @param {string} title
         * @param {(signal: AbortSignal) => HTMLElement} build
         * @param {{head?: boolean}} [options]  head: the content has no
         *     heading of its own
         */
        show(title, build, options = {}) {
            shut();
            life = new AbortController();

            const content = build(life.signal);

            if (matchMedia('(min-width: 56.25em)').matches) {
                put(place, button({
                    text: '', icon: 'cross', label: t('close'), kind: 'quiet',
                    press: closed,
                }), options.head ? h('h2', { tabindex: -1, class: 'side-title' },
                    title) : null, content);
                place.hidden = false;
            } else {
                dialog = sheet(title, content, () => {
                    if (dialog) {
                        dialog = null;
                        closed();
                    }
                });
            }

            (options.head ? place : content).querySelector('h2')
                ?.focus({ preventScroll: true });
        },
    };
}
