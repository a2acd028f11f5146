/* The tab of a server with what was done to it: its tasks, and for
 * administrators the way to its audit. */

import { linkButton } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { t } from '../lib/i18n.js';
import { taskList } from '../task/task-list.js';

/** @typedef {import('./server-tabs.js').Place} Place */


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, { vm, me, signal }) {
    const list = taskList({ state: '', vm: String(vm.id), actor: '' },
        { signal });

    put(root, h('div', { class: 'tab-bar' }, list.chips,
        me.role === 'admin' ? linkButton(`administration?${
            new URLSearchParams({ section: 'audit',
                q: `${vm.name} (${vm.ctid})` })}`, t('vm.activity'), 'quiet')
            : null), list.node);
    await list.begin();
}
