/*
 * Status: a table; a customer with one server goes to its page at once.
 */

import { get } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { filled } from '../ui/loading.js';
import { t } from '../lib/i18n.js';
import { user } from '../lib/session.js';
import { vmsPath, wishOf } from './wish.js';

/** @typedef {import('../../types.d.ts').View} View */

/** @param {View} view */
export default async function status(view) {
    const wish = wishOf(view.query);
    const place = h('div', null);
    const table = () => import('./fleet.js');

    /* who comes from the page of a server wants the list; for others with one
       server nothing of it is loaded */
    const maybe = user()?.role === 'customer' && !wish.q && !wish.state
        && !view.query.has('list');

    const ask = async () => {
        const [list, ready] = await Promise.all([
            get(vmsPath(wish), { signal: view.signal }),
            maybe ? null : table()]);

        return maybe && list.items.length === 1 && !list.next ? { list }
            : { list, fleet: (ready ?? await table()).fleet };
    };

    view.title(t('nav.status'));
    put(view.root, h('div', { class: 'page wide' },
        h('h1', { tabindex: -1 }, t('nav.status')), place));

    await filled({
        place, shape: 'table', signal: view.signal, ask,
        draw: ({ list, fleet }) => {
            if (fleet) {
                fleet(view, list);
            } else {
                view.go(`server?id=${list.items[0].id}`, { replace: true });
            }
        },
    });
}
