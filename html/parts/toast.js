/* A word at the edge: what a press did where nothing else shows it. */

import { button } from './button.js';
import { h } from './dom.js';
import { icon } from './icon.js';
import { t } from '../i18n.js';

const STAY = 7000;

/**
 * @param {string} text
 * @param {'good' | 'bad'} [tone]
 */
export function toast(text, tone = 'good') {
    const place = document.getElementById('toasts');
    const close = button({
        text: '', label: t('close'), icon: 'cross', kind: 'quiet', small: true,
        press: () => node.remove(),
    });
    const node = h('div', { class: 'toast', data: { tone } },
        icon(tone === 'bad' ? 'warn' : 'check'), h('p', null, text), close);

    place?.append(node);

    /* an error stays until it was read */
    if (tone === 'good') {
        setTimeout(() => node.remove(), STAY);
    }
}
