/* Templates: what the nodes have installed, and what is offered of it. */

import { bodyEditor } from '../ui/body-form.js';
import { button } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { icon, osMark } from '../ui/icon.js';
import { yes } from '../ui/state.js';
import { bytes, day, t } from '../lib/i18n.js';

/**
 * @typedef {import('../../schemas.d.ts').Template} Template
 * @typedef {import('../../schemas.d.ts').Installed} Installed
 * @typedef {import('../ui/listing.js').Desk} Desk
 */

/* What the next editor of a new one begins with. */
let wished = '';


/** @param {Template | null} item @param {Desk} desk */
function edit(item, desk) {
    const start = { name: wished };

    wished = '';

    return bodyEditor({
        name: 'Template', words: 'tpl', item, start,
        named: { position: 'adm.position' }, path: 'admin/templates', desk,
        add: t('tpl.register'), called: item?.label ?? '',
        why: item && item.vms > 0 && t('tpl.inuse'),
        facts: item ? [[t('tpl.name'), item.name],
            [t('tpl.nodes'), item.nodes.join(', ') || t('tpl.nowhere')],
            [t('adm.vms'), String(item.vms)]] : [],
    });
}


/**
 * What the nodes have that nobody registered yet.
 *
 * @param {any} answer
 * @param {Desk} desk
 */
function found(answer, desk) {
    /** @type {Installed[]} */
    const fresh = answer.installed.filter((/** @type {Installed} */ one) =>
        !one.registered);
    const silent = answer.nodes.filter((/** @type {any} */ node) =>
        !node.answers);

    return h('div', { class: 'found' },
        silent.map((/** @type {any} */ node) => h('p', { class: 'notice' },
            icon('warn'), t('tpl.silent', { node: node.name }))),
        fresh.length > 0 ? h('section', { class: 'card found-card' },
            h('h3', null, t('tpl.found')),
            h('ul', null, fresh.map((one) => h('li', { class: 'login' },
                h('div', null, h('strong', null, one.name),
                    h('p', { class: 'when' }, [one.node,
                        one.size_bytes ? bytes(one.size_bytes) : '',
                        one.date ? day(one.date) : ''].filter(Boolean)
                        .join(' · '))),
                button({ text: t('tpl.register'), small: true,
                    label: t('tpl.register.of', { name: one.name }),
                    press: () => {
                        wished = one.name;
                        desk.open('new');
                    } }))))) : null);
}


export function section() {
    return {
        key: 'templates', path: 'admin/templates', add: t('tpl.add'),
        empty: t('tpl.none'), lead: t('tpl.lead'), editor: edit,
        above: found,
        id: (/** @type {Template} */ one) => one.id,
        name: (/** @type {Template} */ one) => one.label,
        columns: [
            { key: 'label', text: t('tpl.label'),
                cell: (/** @type {Template} */ one) => h('span',
                    { class: 'with-mark' }, osMark(one.name),
                h('span', null, one.label)) },
            { key: 'name', text: t('tpl.name'),
                cell: (/** @type {Template} */ one) => h('code', null,
                    one.name) },
            { key: 'nodes', text: t('tpl.nodes'), cls: 'far',
                cell: (/** @type {Template} */ one) => (one.nodes.length > 0
                    ? one.nodes.join(', ') : yes(false, t('tpl.nowhere'))) },
            { key: 'enabled', text: t('tpl.enabled'), quiet: true, cls: 'mark',
                cell: (/** @type {Template} */ one) => yes(one.enabled,
                    t(one.enabled ? 'tpl.offered' : 'tpl.hidden')) },
            { key: 'vms', text: t('adm.vms'), cls: 'number',
                cell: (/** @type {Template} */ one) => one.vms },
        ],
    };
}
