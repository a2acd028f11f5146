/* A password that the panel drew: shown here once, and kept nowhere. */

import { button, copyable } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { t } from '../lib/i18n.js';


/** @typedef {ReturnType<typeof drawn>} Drawn */


/** A place for it, which is read out. */
export function drawn() {
    const node = h('div', { class: 'token-made', role: 'status' });

    return {
        node,

        /** @param {string | null | undefined} password */
        show(password) {
            if (!password) {
                put(node);
                return;
            }

            put(node, h('p', null, t('guest.drawn')),
                copyable(password, t('guest.drawn.copy'), t('copied')),
                button({ text: t('guest.drawn.done'), small: true,
                    press: () => put(node) }));
        },
    };
}
