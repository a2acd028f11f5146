/* Lists of one's own things in Account, and how one of them ends. */

import { get, remove } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { fault, refuse } from '../ui/fault.js';
import { pending } from '../ui/loading.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../../types.d.ts').View} View */


/**
 * Take a session or a token away.
 *
 * @param {string} path
 * @param {string} said
 * @param {() => void} changed
 */
export async function end(path, said, changed) {
    try {
        await remove(path);
        toast(said);
    } catch (error) {
        refuse(error);
    }

    changed();
}


/**
 * A list of one's own, asked for again after every change.
 *
 * @template T
 * @param {string} path
 * @param {(item: T, changed: () => void) => HTMLElement} row
 * @param {string} none
 * @param {View} view
 */
export function own(path, row, none, view) {
    const node = h('ul', { class: 'logins' });

    const load = async () => {
        try {
            const answer = await pending(node, 'table',
                get(path, { signal: view.signal }));

            put(node, ...answer.items.map((/** @type {T} */ item) =>
                row(item, () => void load())));

            if (answer.items.length === 0) {
                put(node, h('li', { class: 'when' }, none));
            }
        } catch (error) {
            if (!view.signal.aborted) {
                put(node, h('li', null, fault(error, () => void load())));
            }
        }
    };

    void load();

    return { node, load };
}
