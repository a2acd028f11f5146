/* The graphs of one node, for administrators. */

import { get } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { icon } from '../ui/icon.js';
import { more, t } from '../lib/i18n.js';
import { style } from '../lib/style.js';
import { graphs } from '../history/graphs.js';

/** @param {import('../../types.d.ts').View} view */
export default async function node(view) {
    await Promise.all([more('admin'), more('history'), style('history'),
        style('server')]);

    const { items } = await get('admin/nodes', { signal: view.signal });
    const one = items.find((item) => String(item.id) === view.id);
    const name = one?.name ?? '';
    const all = graphs(`admin/nodes/${Number(view.id)}/history`, name,
        view.signal);

    view.title(`${t('tab.graphs')} · ${name}`);
    put(view.root, h('div', { class: 'page' },
        h('p', { class: 'crumbs' }, h('a', {
            href: 'administration?section=nodes' }, icon('left'),
        t('adm.nodes'))),
        h('h1', { tabindex: -1 }, name), all.node));
    await all.load();
}
