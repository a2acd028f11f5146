/* Auditoría: who did what, from where, when, with what result. */

import { h } from '../../parts/dom.js';
import { badge } from '../../parts/state.js';
import { moment, t } from '../../i18n.js';

/**
 * @typedef {{
 *     id: number, at: string, user: number | null, account: string | null,
 *     action: string, object: string | null, remote: string | null,
 *     result: string, detail: string | null,
 * }} Entry
 */

/* Actions by how their names begin. */
const ACTIONS = ['session.', 'account.', 'token.', 'order.', 'vm.', 'task.',
    'user.', 'template.', 'plan.', 'pool.', 'address.', 'node.', 'mail.'];


export function section() {
    return {
        key: 'audit', path: 'admin/audit', empty: t('aud.none'),
        filters: [
            { name: 'q', label: t('aud.search'),
                kind: /** @type {const} */ ('search') },
            { name: 'user', label: t('aud.user'),
                kind: /** @type {const} */ ('search') },
            { name: 'action', label: t('aud.action'),
                kind: /** @type {const} */ ('choice'),
                choices: ['', ...ACTIONS].map((value) => ({ value,
                    text: value ? `${value}*` : t('adm.all') })) },
            { name: 'from', label: t('aud.from'),
                kind: /** @type {const} */ ('date') },
            { name: 'to', label: t('aud.to'),
                kind: /** @type {const} */ ('date') },
        ],
        id: (/** @type {Entry} */ one) => one.id,
        name: (/** @type {Entry} */ one) => one.action,
        columns: [
            { key: 'action', text: t('aud.action'),
                cell: (/** @type {Entry} */ one) => h('code', null,
                    one.action) },
            { key: 'at', text: t('aud.at'), quiet: true,
                cell: (/** @type {Entry} */ one) => h('time',
                    { datetime: one.at }, moment(one.at)) },
            { key: 'account', text: t('aud.user'),
                cell: (/** @type {Entry} */ one) => one.account },
            { key: 'object', text: t('aud.object'),
                cell: (/** @type {Entry} */ one) => one.object },
            { key: 'remote', text: t('aud.remote'), cls: 'far',
                cell: (/** @type {Entry} */ one) => one.remote },
            { key: 'result', text: t('aud.result'), quiet: true, cls: 'mark',
                cell: (/** @type {Entry} */ one) => badge(one.result === 'ok'
                    ? 'done' : 'failed', one.result) },
            { key: 'detail', text: t('aud.detail'), cls: 'far',
                cell: (/** @type {Entry} */ one) => one.detail },
        ],
    };
}
