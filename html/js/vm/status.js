/*
 * Status: the page of his own for a customer with one container, a table for
 * everybody who has more.
 */

import { get } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { fleet, vmsPath, wishOf } from './fleet.js';
import { filled } from '../ui/loading.js';
import { vmPage } from './vm-page.js';
import { t } from '../lib/i18n.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../types.d.ts').Vm} Vm */

/**
 * @param {View} view
 * @param {Vm} vm
 */
function one(view, vm) {
    view.title(vm.name);
    put(view.root, h('div', { class: 'page' },
        h('div', { class: 'card' }, vmPage(vm, view.signal))));
}


/** @param {View} view */
export default async function status(view) {
    const wish = wishOf(view.query);
    const bare = !wish.q && !wish.state;

    view.title(t('nav.status'));

    const place = h('div', null);

    put(view.root, h('div', { class: 'page wide' },
        h('h1', { tabindex: -1 }, t('nav.status')), place));

    await filled({
        place, shape: 'table', signal: view.signal,
        ask: () => get(vmsPath(wish), { signal: view.signal }),
        draw: (list) => {
            if (user()?.role === 'customer' && bare
                && list.items.length === 1 && !list.next)
            {
                one(view, list.items[0]);
            } else {
                fleet(view, list);
            }
        },
    });
}
