/* What is left before the first server can be sold, ticked by what there is. */

import { get } from '../lib/api.js';
import { h } from '../ui/dom.js';
import { icon } from '../ui/icon.js';
import { t } from '../lib/i18n.js';

/** @typedef {{items: any[]}} Answer */

/**
 * @type {[string, string, (answer: Answer) => boolean][]}  section of
 *     Administration, what it is asked, and whether it has what is needed
 */
const STEPS = [
    ['nodes', 'admin/nodes', ({ items }) => items.some((one) => one.enabled)],
    ['templates', 'admin/templates', ({ items }) => items.some((one) =>
        one.enabled && one.nodes.length > 0)],
    ['addresses', 'admin/addresses', ({ items }) => items.some((one) =>
        one.enabled && one.total > one.reserved)],
    ['plans', 'admin/plans', ({ items }) => items.some((one) => one.visible)],
    ['mail', 'admin/mail?state=sent&limit=1', ({ items }) => items.length > 0],
];


/** @param {string} section @param {boolean} done */
function line(section, done) {
    return h('li', { 'data-done': done ? '' : null },
        icon(done ? 'check' : 'right'),
        h('a', { href: `administration?section=${section}` },
            t(`first.${section}`)),
        h('span', { class: 'sr' }, t(done ? 'first.done' : 'first.left')));
}


/**
 * The list, or nothing where all is there.
 *
 * @param {AbortSignal} signal
 */
export async function firstSteps(signal) {
    const done = await Promise.all(STEPS.map(async ([, path, there]) => {
        try {
            return there(await get(path, { signal }));
        } catch {
            return false;           /* it can be looked at there */
        }
    }));

    return done.every(Boolean) ? null
        : h('section', { class: 'card first-steps' },
            h('h2', null, t('first.title')), h('p', null, t('first.lead')),
            h('ol', null, STEPS.map(([section], i) => line(section, done[i]))));
}
