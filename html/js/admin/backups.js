/* Backups: how each server stands with them, the overdue ones first, and whether
 * they are good. */

import { post } from '../lib/api.js';
import { button } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { factList, guarded } from '../ui/editor.js';
import { icon } from '../ui/icon.js';
import { badge } from '../ui/state.js';
import { ago, bytes, moment, number, seconds, t } from '../lib/i18n.js';
import { sayWords } from '../lib/said.js';

/**
 * @typedef {import('../../schemas.d.ts').ServerBackups} Row
 * @typedef {import('../../schemas.d.ts').BackupLook} Look
 * @typedef {import('../../schemas.d.ts').BackupStandings} Answer
 * @typedef {import('../ui/listing.js').Desk} Desk
 */


/** @param {Row} one */
function state(one) {
    return one.overdue ? badge('failed', t('bak.overdue'))
        : one.bad ? badge('failed', t('bak.bad'))
            : one.running ? badge('working', t('bak.running'))
                : one.error ? badge('failed', t('bak.failed'))
                    : badge('done', t('bak.good'));
}


/** @param {Look | null} told @param {(at: string) => string} when */
function result(told, when) {
    return told === null ? t('bak.unlooked')
        : t(told.error ? 'bak.unwell' : 'bak.well', { when: when(told.at) });
}


/**
 * Why a check or a trial failed: in the reader's words where there are some, and
 * as the node said it.
 *
 * @param {'check' | 'trial'} kind
 * @param {Look | null} told
 */
function trouble(kind, told) {
    if (!told?.error) {
        return null;
    }

    const words = sayWords(told.say);

    return h('p', { class: 'mail-error' }, t(`bak.${kind}.failed`,
        { why: words || told.detail || told.error }),
    words && told.detail ? [' ', h('bdi', null, `(${told.detail})`)] : null);
}


/**
 * What is wrong, whichever page of the list is shown.
 *
 * @param {Answer} answer
 */
function warnings(answer) {
    const all = [
        answer.overdue > 0 ? t('bak.above.overdue', { n: answer.overdue }) : '',
        answer.bad > 0 ? t('bak.above.bad', { n: answer.bad }) : '',
        ...answer.untried.map((node) => t('bak.above.untried', { node })),
    ].filter(Boolean);

    return all.length === 0 ? null : h('div', { class: 'found' },
        all.map((text) => h('p', { class: 'notice' }, icon('warn'), text)));
}


/** @param {Row | null} item @param {Desk} desk */
function look(item, desk) {
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
        [t('bak.check'), result(one.check, moment)],
        ...(one.check?.error ? [/** @type {[string, any]} */ ([
            t('bak.check.good'), one.check.good ? moment(one.check.good)
                : t('bak.never')])] : []),
        [t('bak.trial'), result(one.trial, moment)],
        ...(one.trial?.error ? [/** @type {[string, any]} */ ([
            t('bak.trial.good'), one.trial.good ? moment(one.trial.good)
                : t('bak.never')])] : []),
    ]), trouble('check', one.check), trouble('trial', one.trial),
    one.error ? h('p', { class: 'mail-error' }, one.error, ': ',
        h('bdi', null, one.error_detail ?? '')) : null,
    h('p', null, h('a', { href: `server?id=${one.vm}&tab=copies` },
        t('bak.open'))),
    one.backups > 0 ? button({ text: t('bak.look'), icon: 'restart',
        press: guarded(async () => {
            await post(`admin/backups/${one.vm}/check`);
            await desk.done(t('bak.looked'));
        }) }) : null);
}


export function section() {
    return {
        key: 'backups', path: 'admin/backups', empty: t('bak.none'),
        lead: t('bak.lead'), editor: look,
        above: (/** @type {Answer} */ answer) => h('div', null,
            warnings(answer),
            h('p', { class: 'str-back' },
                h('a', { href: 'administration?section=lost' }, t('bak.lost'),
                    icon('right')))),
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
            { key: 'check', text: t('bak.check'), cls: 'far',
                cell: (/** @type {Row} */ one) => result(one.check, ago) },
            { key: 'trial', text: t('bak.trial'), cls: 'far',
                cell: (/** @type {Row} */ one) => result(one.trial, ago) },
            { key: 'owner', text: t('mail.owner'), cls: 'far',
                cell: (/** @type {Row} */ one) => one.account },
            { key: 'node', text: t('bak.node'), cls: 'far',
                cell: (/** @type {Row} */ one) => one.node },
        ],
    };
}
