/*
 * Servers that are lost, and what is left of them in backups: those that were
 * deleted, and those of nodes that are marked as lost.
 */

import { get, idempotencyKey, post } from '../lib/api.js';
import { button } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h, put } from '../ui/dom.js';
import { editor, factList, guarded } from '../ui/editor.js';
import { fault } from '../ui/fault.js';
import { choice } from '../ui/fields.js';
import { text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { badge } from '../ui/state.js';
import { toast } from '../ui/toast.js';
import { userCombo } from '../vm/vm-find.js';
import { bytes, moment, number, span, t } from '../lib/i18n.js';
import { note } from '../lib/live.js';

/**
 * @typedef {import('../../schemas.d.ts').LostServer} Lost
 * @typedef {import('../../schemas.d.ts').Node} Node_
 * @typedef {import('../../types.d.ts').View} View
 * @typedef {import('../ui/listing.js').Desk} Desk
 */


/** @param {Lost} one */
function idOf(one) {
    return one.vm === null ? `deleted-${one.backup}` : `server-${one.vm}`;
}


/** @param {Lost} one */
function state(one) {
    return one.task !== null ? badge('working', t('lost.working'))
        : one.vm === null ? badge('cancelled', t('lost.deleted'))
            : badge('failed', t('lost.dead'));
}


/** How much is gone for good. @param {Lost} one */
function since(one) {
    return one.lost_seconds === null ? '—' : span(one.lost_seconds);
}


/** Nodes that servers may be recovered on. @param {Node_[]} nodes */
function places(nodes) {
    return nodes.filter((one) => one.configured && one.answers && !one.dead)
        .map((one) => ({ value: one.name, text: one.name }));
}


/**
 * @param {Lost} one
 * @param {Node_[]} nodes
 * @param {Desk} desk
 */
function edit(one, nodes, desk) {
    const key = idempotencyKey();
    const to = places(nodes);
    /** @type {[string, any][]} */
    const facts = [
        [t('vm.state'), state(one)],
        [t('mail.owner'), one.account ?? '—'],
        [t('bak.node'), one.node ?? '—'],
        [t('lost.taken'), one.taken ? moment(one.taken) : t('bak.never')],
        [t('bak.size'), one.bytes === null ? '—' : bytes(one.bytes)],
        [t('bak.count'), number(one.backups)],
    ];

    if (one.backup === null || to.length === 0) {
        return h('div', { class: 'editor' }, factList(facts),
            h('p', { class: 'notice' }, icon('warn'), h('span', null,
                t(one.backup === null ? 'lost.nothing'
                    : 'lost.nodes.none'))));
    }

    const node = choice({ name: 'node', label: t('lost.node'),
        value: to[0].value, choices: to });
    const others = one.vm !== null ? [] : [
        userCombo({ name: 'account', label: t('lost.account'),
            hint: t('lost.account.hint') }),
        text({ name: 'hostname', label: t('vm.hostname'), autocomplete: 'off',
            maxlength: 64, hint: t('lost.hostname.hint') })];

    return editor({
        facts, fields: [node, ...others], submit: t('lost.go'),
        layout: (f) => [h('p', { class: 'notice' }, icon('warn'),
            h('span', null, t('lost.since.text', { time: since(one) }))),
        ...Object.values(f)],
        send: async (values) => {
            note(await post(`admin/backups/${one.backup}/restore`, {
                node: values.node,
                ...(values.account ? { account: Number(values.account) } : {}),
                ...(values.hostname ? { hostname: values.hostname } : {}),
            }, { headers: { 'Idempotency-Key': key } }));
            await desk.next(t('lost.begun', { name: one.name,
                node: values.node }));
        },
    });
}


/**
 * All of a node at once.
 *
 * @param {Node_} from
 * @param {Node_[]} nodes
 * @param {Desk} desk
 */
function all(from, nodes, desk) {
    const to = places(nodes);

    if (to.length === 0) {
        return h('p', { class: 'notice' }, icon('warn'),
            h('span', null, t('lost.nodes.none')));
    }

    const node = choice({ name: 'to', label: t('lost.node'),
        value: to[0].value, choices: to });

    return h('section', { class: 'card found-card' },
        h('h3', null, t('lost.all', { node: from.name })),
        h('div', { class: 'form' }, node.node,
            button({ text: t('lost.all.go'), icon: 'undo', kind: 'primary',
                press: guarded(async () => {
                    const chosen = node.value();

                    if (!await ask({
                        title: t('lost.all.ask', { node: from.name,
                            to: chosen }),
                        text: t('lost.all.text', { node: from.name }),
                        yes: t('lost.all.go'), kind: 'danger' }))
                    {
                        return;
                    }

                    const { begun, left } = await post(
                        `admin/nodes/${from.id}/evacuate`,
                        { node: chosen });

                    toast([t('lost.all.begun', { n: begun }),
                        left > 0 ? t('lost.all.left', { n: left }) : '']
                        .filter(Boolean).join(' '));
                    await desk.reload();
                }) })));
}


/** @param {View} view */
export function section(view) {
    const wished = view.query.get('node') ?? '';
    const known = get('admin/nodes').then((answer) =>
        /** @type {Node_[]} */ (answer.items));
    /** @type {Node_[]} */
    let nodes = [];

    known.catch(() => {});

    return {
        key: 'lost', path: 'admin/backups/lost', empty: t('lost.none'),
        params: wished === '' ? {} : { node: wished }, lead: t('lost.lead'),
        filters: [{ name: 'q', label: t('bak.search'),
            kind: /** @type {const} */ ('search') }],
        more: async (/** @type {Lost} */ one) => {
            nodes = await known;

            return one.name ? one : null;
        },
        editor: (/** @type {Lost | null} */ one, /** @type {Desk} */ desk) =>
            edit(/** @type {Lost} */ (one), nodes, desk),
        above: (/** @type {unknown} */ told, /** @type {Desk} */ desk) => {
            const place = h('div', { class: 'found' });

            known.then((list) => {
                const dead = list.filter((one) => one.dead && (wished === ''
                    || String(one.id) === wished));

                put(place, ...dead.map((one) => all(one, list, desk)));
            }, (error) => put(place, fault(error, () => void desk.reload())));

            return h('div', null, h('p', { class: 'str-back' },
                h('a', { href: 'administration?section=backups' },
                    icon('left'), t('adm.backups'))), place);
        },
        id: idOf,
        name: (/** @type {Lost} */ one) => one.name,
        columns: [
            { key: 'name', text: t('vm.name'),
                cell: (/** @type {Lost} */ one) => one.name },
            { key: 'state', text: t('vm.state'), quiet: true, cls: 'mark',
                cell: state },
            { key: 'since', text: t('lost.since'), cell: since },
            { key: 'taken', text: t('lost.taken'), cls: 'far',
                cell: (/** @type {Lost} */ one) => (one.taken
                    ? moment(one.taken) : t('bak.never')) },
            { key: 'owner', text: t('mail.owner'), cls: 'far',
                cell: (/** @type {Lost} */ one) => one.account },
            { key: 'node', text: t('bak.node'), cls: 'far',
                cell: (/** @type {Lost} */ one) => one.node },
        ],
    };
}
