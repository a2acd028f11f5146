/* The tab of a server with what it used, why it is slow, and its alerts. */

import { put } from '../ui/dom.js';
import { graphs } from '../history/graphs.js';
import { reasons } from '../history/reasons.js';
import { alertsCard } from './server-alerts.js';

/** @typedef {import('./server-tabs.js').Place} Place */


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, { vm, live, signal }) {
    const why = reasons(vm.id, signal);
    const all = graphs(`vms/${vm.id}/history`, vm.name, signal);

    const alerts = alertsCard(vm.id, signal);

    put(root, why.node, all.node, alerts.node);
    live.ended(() => void all.load(), signal);
    void why.load();
    void alerts.load();
    await all.load();
}
