/* The tab of a server with what it used, and why it is slow. */

import { put } from '../ui/dom.js';
import { graphs } from '../history/graphs.js';
import { reasons } from '../history/reasons.js';

/** @typedef {import('./server-tabs.js').Place} Place */


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, { vm, live, signal }) {
    const why = reasons(vm.id, signal);
    const all = graphs(`vms/${vm.id}/history`, vm.name, signal);

    put(root, why.node, all.node);
    live.ended(() => void all.load(), signal);
    void why.load();
    await all.load();
}
