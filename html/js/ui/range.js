/* From the least to the most, with what is used of it, as a line. */

import { h, say } from './dom.js';
import { mib, t } from '../lib/i18n.js';

/**
 * @param {string} label
 */
export function range(label) {
    const span = h('span', { class: 'range-span' });
    const used = h('span', { class: 'range-used' });
    const least = h('span', { class: 'range-mark' });
    const most = h('span', { class: 'range-mark' });
    const words = h('span', { class: 'sr' });
    const ends = h('span', { class: 'range-ends', 'aria-hidden': 'true' });
    const node = h('div', { class: 'range' }, words,
        h('div', { class: 'range-track', 'aria-hidden': 'true' },
            span, used, least, most), ends);

    return {
        node,

        /**
         * @param {{
         *     least: number, most: number | 'unlimited', used?: number,
         *     top: number,
         * }} to  in MB; top: where the line ends
         */
        set(to) {
            const end = to.most === 'unlimited' ? to.top : to.most;
            const share = (/** @type {number} */ value) =>
                Number.isFinite(value) && to.top > 0
                    ? `${Math.min(100, Math.max(0, value / to.top * 100))}%`
                    : '0%';

            span.style.insetInlineStart = share(Math.min(to.least, end));
            span.style.insetInlineEnd = `calc(100% - ${share(end)})`;
            used.style.width = share(to.used ?? 0);
            least.style.insetInlineStart = share(to.least);
            most.style.insetInlineStart = share(end);
            most.hidden = to.most === 'unlimited';

            const text = [
                Number.isFinite(to.least)
                    ? t('range.least', { n: mib(to.least) }) : '',
                to.most === 'unlimited' ? t('range.unlimited')
                    : Number.isFinite(to.most)
                        ? t('range.most', { n: mib(to.most) }) : '',
                to.used === undefined ? ''
                    : t('range.used', { n: mib(to.used) }),
            ].filter(Boolean);

            say(words, `${label}: ${text.join(', ')}`);
            say(ends, text.join(' · '));
        },
    };
}
