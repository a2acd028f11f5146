/* A word at the edge: what a press did, or what happened elsewhere, where
 * nothing else shows it. */

import { button } from './button.js';
import { h } from './dom.js';
import { icon } from './icon.js';
import { t } from '../lib/i18n.js';

const STAY = 7000;

const MARK = { good: 'check', bad: 'warn', news: 'clock' };

/**
 * @param {string} text
 * @param {'good' | 'bad' | 'news'} [tone]
 * @param {{href: string, text: string}} [link]  where more of it stands
 * @param {HTMLElement} [act]  a button: what can be done about it
 */
export function toast(text, tone = 'good', link, act) {
    const place = document.getElementById('toasts');
    const close = button({
        text: '', label: t('close'), icon: 'cross', kind: 'quiet', small: true,
        press: () => node.remove(),
    });
    const said = h('p', null, text, link ? h('a', {
        href: link.href, on: { click: () => node.remove() },
    }, link.text) : null);
    const node = h('div', { class: 'toast', data: { tone } },
        icon(MARK[tone]),
        act ? h('div', { class: 'toast-act' }, said, act) : said, close);

    place?.append(node);

    /* the last that is opened is on top, also of a dialog */
    if (place?.matches(':popover-open')) {
        place.hidePopover();
    }

    place?.showPopover?.();

    /* what asks for something stays until it was read */
    if (tone === 'good') {
        setTimeout(() => node.remove(), STAY);
    }

    return node;
}
