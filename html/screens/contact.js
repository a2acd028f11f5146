/* Contacto: how to reach the provider, as he wrote it in index.html. */

import { h, put } from '../parts/dom.js';
import { setting } from '../parts/header.js';
import { t } from '../i18n.js';

/** @param {import('../types.d.ts').View} view */
export default async function contact(view) {
    const to = setting('contact');
    const web = /^https?:\/\//.test(to);

    view.title(t('nav.contact'));
    put(view.root, h('div', { class: 'page narrow' },
        h('div', { class: 'card' },
            h('h1', { tabindex: -1 }, t('nav.contact')),
            h('p', null, t(to ? 'contact.text' : 'contact.none')),
            to ? h('p', null, h('a', {
                class: 'button primary', href: web ? to : `mailto:${to}`,
                rel: 'noreferrer',
            }, to)) : null)));
}
