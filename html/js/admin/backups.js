/* Backups: how each server stands with them, the overdue ones first. */

import { h } from '../ui/dom.js';
import { factList } from '../ui/editor.js';
import { icon } from '../ui/icon.js';
import { badge } from '../ui/state.js';
import { ago, bytes, moment, number, seconds, t } from '../lib/i18n.js';

/** @typedef {import('../../schemas.d.ts').ServerBackups} Row */


/** @param {Row} one */
function state(one) {
    return one.overdue ? badge('failed', t('bak.overdue'))
        : one.running ? badge('working', t('bak.running'))
            : one.error ? badge('failed', t('bak.failed'))
                : badge('done', t('bak.good'));
}


/** @param {Row | null} item */
function look(item) {
    const one = /** @type {Row} */ (item);

    return h('div', { class: 'editor' }, factList([
        [t('vm.state'), state(one)],
        [t('mail.owner'), h('bdi', null, one.account)],
        [t('bak.node'), h('bdi', null, one.node)],
        [t('bak.last'), one.taken ? moment(one.taken) : t('bak.never')],
        [t('bak.size'), one.bytes === null ? '—' : bytes(one.bytes)],
        [t('bak.added'), one.added_bytes === null ? '—'
            : bytes(one.added_bytes)],
        [t('bak.time'), one.seconds === null ? '—' : seconds(one.seconds)],
        [t('bak.count'), number(one.backups)],
    ]), one.error ? h('p', { class: 'mail-error' }, one.error, ': ',
        h('bdi', null, one.error_detail ?? '')) : null,
    h('p', null, h('a', { href: `server?id=${one.vm}&tab=copies` },
        t('bak.open'))));
}


export function section() {
    return {
        key: 'backups', path: 'admin/backups', empty: t('bak.none'),
        lead: t('bak.lead'), editor: look,
        above: () => h('p', { class: 'str-back' },
            h('a', { href: 'administration?section=lost' }, t('bak.lost'),
                icon('right'))),
        filters: [{ name: 'q', label: t('bak.search'),
            kind: /** @type {const} */ ('search') }],
        id: (/** @type {Row} */ one) => one.vm,
        name: (/** @type {Row} */ one) => one.name,
        columns: [
            { key: 'name', text: t('vm.name'),
                cell: (/** @type {Row} */ one) => one.name },
            { key: 'state', text: t('vm.state'), quiet: true, cls: 'mark',
                cell: state },
            { key: 'last', text: t('bak.last'),
                cell: (/** @type {Row} */ one) => (one.taken
                    ? ago(one.taken) : t('bak.never')) },
            { key: 'size', text: t('bak.size'), cls: 'number',
                cell: (/** @type {Row} */ one) => (one.bytes === null ? '—'
                    : bytes(one.bytes)) },
            { key: 'time', text: t('bak.time'), cls: 'number far',
                cell: (/** @type {Row} */ one) => (one.seconds === null ? '—'
                    : seconds(one.seconds)) },
            { key: 'owner', text: t('mail.owner'), cls: 'far',
                cell: (/** @type {Row} */ one) => one.account },
            { key: 'node', text: t('bak.node'), cls: 'far',
                cell: (/** @type {Row} */ one) => one.node },
        ],
    };
}
