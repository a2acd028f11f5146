/* Auditoría: who did what, from where, when, with what result. */

import { get } from '../lib/api.js';
import { busy, button } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { badge } from '../ui/state.js';
import { words } from '../ui/fault.js';
import { toast } from '../ui/toast.js';
import { has, moment, number, t, word, zone } from '../lib/i18n.js';

/**
 * @typedef {import('../../schemas.d.ts').Deed} Entry
 */

/* Actions by how their names begin. */
const GROUPS = ['session', 'account', 'password', 'token', 'order', 'vm',
    'task', 'user', 'template', 'plan', 'pool', 'address', 'node', 'mail'];

const PAGE = 200;
const MOST = 10000;
const COLUMNS = /** @type {const} */ (['at', 'account', 'action', 'object',
    'name', 'remote', 'result', 'detail']);

/* What stands in the words in place of what goes there as a link. */
const HERE = '\u0000';


/** @param {Entry} one */
function hrefOf(one) {
    const user = /^user (\S+)$/.exec(one.object)?.[1];

    return one.vm ? `server?id=${one.vm}`
        : !user ? ''
            : `administration?${new URLSearchParams(/^\d+$/.test(user)
                ? { section: 'users', item: user }
                : { section: 'users', q: user })}`;
}


/**
 * "admin suspendió vps101 (101)", what it is about a link.
 *
 * @param {Entry} one
 */
function sentence(one) {
    const refused = `act.${one.action}.not`;
    const key = one.result !== 'ok' && has(refused) ? refused
        : `act.${one.action}`;
    const what = one.name || one.object.replace(/^[a-z]+ /, '') || '—';
    const href = hrefOf(one);
    const text = has(key) ? t(key, { what: HERE,
        who: one.account || t('act.somebody') })
        : `${one.account || t('act.somebody')}: ${one.action} ${HERE}`;
    const [before, after = ''] = text.split(HERE);

    return h('span', { title: one.action }, before,
        !text.includes(HERE) ? null : href ? h('a', { href }, what)
            : h('bdi', null, what), after);
}


/** @param {string} text  that a spreadsheet must not take for a formula */
function cell(text) {
    return `"${text.replace(/^[=+\-@\t\r]/, "'$&").replace(/"/g, '""')}"`;
}


/**
 * All that the filters find, as a file.
 *
 * @param {URLSearchParams} query
 */
async function download(query) {
    const lines = [COLUMNS.join(',')];
    let next = '';

    do {
        const page = await get(`admin/audit?${new URLSearchParams([...query,
            ['limit', String(PAGE)], ...next ? [['cursor', next]] : []])}`);

        lines.push(...page.items.map((/** @type {Entry} */ one) => COLUMNS.map(
            (name) => cell(String(one[name] ?? ''))).join(',')));
        next = page.next ? String(page.next) : '';
    } while (next && lines.length <= MOST);

    const url = URL.createObjectURL(new Blob([
        `\ufeff${lines.join('\r\n')}\r\n`], { type: 'text/csv' }));

    h('a', { href: url, download: 'audit.csv' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);

    if (next) {
        toast(t('aud.csv.cut', { n: number(lines.length - 1) }), 'news');
    }
}


/** @param {URLSearchParams} query */
function csv(query) {
    return button({
        text: t('aud.csv'), icon: 'down', small: true,
        press: async (event) => {
            const self = /** @type {HTMLElement} */ (event.currentTarget);

            busy(self, true);

            try {
                await download(query);
            } catch (error) {
                toast(words(error), 'bad');
            } finally {
                busy(self, false);
            }
        },
    });
}


/**
 * The beginning of a local day, or its last instant.
 *
 * @param {number} later  days
 * @param {number} less  milliseconds
 */
function instant(later, less) {
    return (/** @type {string} */ value) => {
        const [year, month, day] = value.split('-').map(Number);

        return new Date(new Date(year, month - 1, day + later).getTime()
            - less).toISOString();
    };
}


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
                choices: [{ value: '', text: t('adm.all.f') },
                    ...GROUPS.map((name) => ({ value: `${name}.`,
                        text: word('acts', name) }))] },
            { name: 'from', label: t('aud.from'),
                kind: /** @type {const} */ ('date'), send: instant(0, 0) },
            { name: 'to', label: t('aud.to'),
                kind: /** @type {const} */ ('date'), send: instant(1, 1) },
        ],
        id: (/** @type {Entry} */ one) => one.id,
        name: (/** @type {Entry} */ one) => one.action,
        columns: [
            { key: 'action', text: t('aud.action'), cell: sentence },
            { key: 'at', text: t('aud.at'), quiet: true,
                cell: (/** @type {Entry} */ one) => h('time',
                    { datetime: one.at }, moment(one.at)) },
            { key: 'remote', text: t('aud.remote'), cls: 'far',
                cell: (/** @type {Entry} */ one) => one.remote },
            { key: 'result', text: t('aud.result'), quiet: true, cls: 'mark',
                cell: (/** @type {Entry} */ one) => badge(one.result === 'ok'
                    ? 'done' : 'failed', word('result', one.result)) },
            { key: 'detail', text: t('aud.detail'), cls: 'far',
                cell: (/** @type {Entry} */ one) => one.detail },
        ],
        below: (/** @type {any} */ _answer, /** @type {any} */ _desk,
            /** @type {URLSearchParams} */ query) => h('div', {
            class: 'fleet-foot',
        }, h('p', null, t('aud.zone', zone())), csv(query)),
    };
}
