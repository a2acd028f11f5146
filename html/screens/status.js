/*
 * Status: the page of his own for a customer with one container, a table for
 * everybody who has more.
 */

import { get } from '../api.js';
import { h, put } from '../parts/dom.js';
import { fault } from '../parts/fault.js';
import { fleet, vmsPath, wishOf } from '../parts/fleet.js';
import { pending } from '../parts/loading.js';
import { vmPage } from '../parts/vm-page.js';
import { t } from '../i18n.js';
import { user } from '../session.js';

/** @typedef {import('../types.d.ts').View} View */
/** @typedef {import('../types.d.ts').Vm} Vm */

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

    try {
        const list = await pending(view.root, 'table',
            get(vmsPath(wish), { signal: view.signal }));

        if (user()?.role === 'customer' && bare && list.items.length === 1
            && !list.next)
        {
            one(view, list.items[0]);
        } else {
            fleet(view, list);
        }
    } catch (error) {
        if (!view.signal.aborted) {
            put(view.root, h('div', { class: 'page' },
                fault(error, () => {
                    put(view.root);
                    void status(view);
                })));
        }
    }
}
