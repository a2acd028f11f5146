/* Contacto: how to reach the provider, as he wrote it in index.html. */

import { h, put } from '../ui/dom.js';
import { setting } from '../shell/header.js';
import { t } from '../lib/i18n.js';

/**
 * What was written, as a link where it is an address of some kind.
 *
 * @param {string} to
 */
function reach(to) {
    const href = /^https?:\/\//i.test(to) ? to
        : /^[^\s@]+@[^\s@]+$/.test(to) ? `mailto:${to}`
            : /^\+?[\d ()-]{6,}$/.test(to) ? `tel:${to.replace(/[^+\d]/g, '')}`
                : '';

    return href ? h('a', { class: 'button primary', href,
        rel: 'noreferrer' }, to) : h('strong', null, to);
}


/** @param {import('../../types.d.ts').View} view */
export default async function contact(view) {
    const to = setting('contact');

    view.title(t('nav.contact'));
    put(view.root, h('div', { class: 'page narrow' },
        h('div', { class: 'card contact' },
            h('h1', { tabindex: -1 }, t('nav.contact')),
            h('p', null, t(to ? 'contact.text' : 'contact.none')),
            to ? h('p', null, reach(to)) : null)));
}
