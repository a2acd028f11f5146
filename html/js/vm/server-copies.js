/*
 * The tab of a server with its copies: a card for each kind.  A section is a
 * row here, and a module as that of a tab: `mount(root, place)` draws its
 * heading and what is under it into root.
 */

import { h, put } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { pending } from '../ui/loading.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('./server-tabs.js').Place} Place */
/** @typedef {Awaited<ReturnType<import('./server-tabs.js').Tab['load']>>} Part */

/** @type {{id: string, load: () => Promise<Part>}[]} */
const SECTIONS = [
    { id: 'snapshots', load: () => import('../copies/snapshots.js') },
    { id: 'backups', load: () => import('../copies/backups.js') },
    { id: 'clone', load: () => import('../copies/clone.js') },
];


/**
 * A section that can't be shown says so in its card, and takes no other with
 * it.
 *
 * @param {(typeof SECTIONS)[number]} one
 * @param {Place} place
 */
function section(one, place) {
    const node = h('section', { class: 'card', data: { section: one.id } });
    const { signal } = place;

    const enter = async () => {
        put(node);

        try {
            const { mount } = await pending(node, 'table', one.load());
            const down = await mount(node, place);

            if (down && signal.aborted) {
                down();
            } else if (down) {
                signal.addEventListener('abort', down);
            }
        } catch (error) {
            if (!signal.aborted) {
                put(node, fault(error, () => void enter()));
            }
        }
    };

    return { node, enter };
}


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, place) {
    const all = SECTIONS.map((one) => section(one, place));

    put(root, h('div', { class: 'stack' },
        h('h2', { class: 'sr' }, t('tab.copies')),
        all.map(({ node }) => node)));
    await Promise.all(all.map(({ enter }) => enter()));
}
