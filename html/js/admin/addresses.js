/* Direcciones: pools, and who has what of them. */

import { amend, get } from '../lib/api.js';
import { bodyEditor } from '../ui/body-form.js';
import { button } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { guarded } from '../ui/editor.js';
import { fault } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { badge, yes } from '../ui/state.js';
import { number, t } from '../lib/i18n.js';

/**
 * @typedef {import('../../schemas.d.ts').Pool} Pool
 * @typedef {import('../../schemas.d.ts').PoolStock} Stock
 * @typedef {import('../../schemas.d.ts').Address} Address
 * @typedef {import('../ui/listing.js').Desk} Desk
 */

const PAGE = 20;

/** @type {Record<string, string>} */
const LOOK = { free: 'done', taken: 'running', reserved: 'queued' };


/**
 * An address, who has it, and a button that keeps it back or gives it free.
 *
 * @param {Address} one
 * @param {Pool} pool
 */
function addressRow(one, pool) {
    const node = h('li', { class: 'login' });

    const draw = () => {
        const keep = button({
            text: t(one.reserved ? 'pool.release' : 'pool.reserve'), small: true,
            label: t(one.reserved ? 'pool.release.of' : 'pool.reserve.of',
                { address: one.address }),
            press: guarded(async () => {
                one = await amend(`admin/addresses/${pool.id}/${
                    encodeURIComponent(one.address)}`,
                { reserved: !one.reserved });
                draw();
            }) });

        put(node, h('div', null, h('code', null, one.address),
            h('p', { class: 'when' }, badge(LOOK[one.state],
                t(`pool.one.${one.state}`)),
            one.vm ? [' ', h('a', { href: `server?id=${one.vm.id}` },
                one.vm.name)] : null,
            one.owner ? ` (${one.owner.account})` : '',
            one.stranger ? ` ${t('pool.stranger', { node: one.stranger })}`
                : '')), keep);
    };

    draw();

    return node;
}


/**
 * @param {Pool} pool
 * @param {AbortSignal} signal
 */
function whoHas(pool, signal) {
    const list = h('ul', { class: 'logins' });
    const more = button({ text: t('fleet.more'), icon: 'down', small: true,
        press: () => void load(false) });
    /** @type {number | null} */
    let next = null;
    let state = '';
    let q = '';
    let turn = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    const load = async (/** @type {boolean} */ fresh) => {
        const mine = ++turn;
        const query = new URLSearchParams(Object.entries({ state, q,
            limit: String(PAGE), cursor: fresh ? '' : String(next ?? '') })
            .filter(([, value]) => value !== ''));

        try {
            const answer = await pending(list, 'table',
                get(`admin/addresses/${pool.id}/addresses?${query}`,
                    { signal }));

            if (mine !== turn) {
                return;
            }

            if (fresh) {
                put(list);
            }

            next = answer.next ?? null;
            more.hidden = next === null;
            list.append(...answer.items.map((/** @type {Address} */ one) =>
                addressRow(one, pool)));

            if (!list.firstChild) {
                put(list, h('li', { class: 'when' }, t('adm.nomatch')));
            }
        } catch (error) {
            if (!signal.aborted) {
                put(list, h('li', null, fault(error)));
            }
        }
    };

    const input = h('input', { type: 'search', class: 'search-input',
        'aria-label': t('pool.search'), placeholder: t('pool.search'),
        title: t('pool.search'),
        autocomplete: 'off', maxlength: 64, on: { input: () => {
            clearTimeout(timer);
            timer = setTimeout(() => {
                q = input.value.trim();
                void load(true);
            }, 250);
        } } });
    const chips = ['', 'taken', 'reserved', 'free'].map((name) => h('button', {
        type: 'button', class: 'chip', 'aria-pressed': String(name === ''),
        on: { click: (/** @type {Event} */ event) => {
            state = name;
            chips.forEach((chip) => chip.setAttribute('aria-pressed',
                String(chip === event.currentTarget)));
            void load(true);
        } } }, t(name ? `pool.${name}` : 'adm.all.f')));

    more.hidden = true;
    void load(true);

    return h('section', { class: 'editor-end' },
        h('h3', null, t('pool.who')),
        h('div', { class: 'search' }, icon('search'), input),
        h('div', { class: 'chips', role: 'group',
            'aria-label': t('pool.state') }, chips), list, more);
}


/**
 * What to do with one that a failure left half way.
 *
 * @param {Pool} pool
 * @returns {[string, string]}
 */
function half({ state }) {
    return [t(`pool.state.${state}`), t(`pool.state.${state}.why`)];
}


/**
 * @param {Pool | null} item
 * @param {Desk} desk
 * @param {AbortSignal} signal
 * @param {string[]} nodes
 */
function edit(item, desk, signal, nodes) {
    return bodyEditor({
        name: 'Pool', words: 'pool', item, path: 'admin/addresses', desk,
        named: { gateway: 'hw.gateway', dns: 'hw.dns' },
        rows: [['name'], ['cidr'], ['gateway'], ['dns']],
        without: nodes.length < 2 ? ['node'] : [],
        choices: { node: [{ value: '', text: t('pool.node.any') },
            ...nodes.map((name) => ({ value: name, text: name }))] },
        add: t('pool.add'), called: item?.name ?? '',
        why: item && item.taken > 0 && t('pool.inuse'),
        facts: item ? [...(item.state === 'ready' ? [] : [half(item)]),
            [t('pool.cidr'), item.cidr],
            [t('pool.taken'), number(item.taken)],
            [t('pool.reserved'), number(item.reserved)],
            [t('pool.free'), number(item.free)]] : [],
        after: item && whoHas(item, signal),
    });
}


/** @param {{stock: Stock}} answer */
function left({ stock }) {
    return h('p', { class: 'when' },
        t('pool.left', { four: number(stock.ipv4), six: number(stock.ipv6) }),
        ' ', t(`pool.left.${stock.policy}`, { n: stock.addresses }));
}


export function section() {
    /** @type {string[]} */
    let nodes = [];

    void get('admin/nodes').then((answer) => {
        nodes = answer.items.map((/** @type {any} */ node) => node.name);
    }, () => {});

    return {
        key: 'addresses', path: 'admin/addresses', add: t('pool.add'),
        empty: t('pool.none'), above: left,
        editor: (/** @type {Pool | null} */ one, /** @type {Desk} */ desk,
            /** @type {AbortSignal} */ signal) =>
            edit(one, desk, signal, nodes),
        id: (/** @type {Pool} */ one) => one.id,
        name: (/** @type {Pool} */ one) => one.name,
        columns: [
            { key: 'name', text: t('pool.name'),
                cell: (/** @type {Pool} */ one) => one.name },
            { key: 'cidr', text: t('pool.cidr'),
                cell: (/** @type {Pool} */ one) => h('code', null,
                    one.cidr) },
            { key: 'gateway', text: t('hw.gateway'), cls: 'far',
                cell: (/** @type {Pool} */ one) => one.gateway },
            { key: 'dns', text: t('hw.dns'), cls: 'far',
                cell: (/** @type {Pool} */ one) => one.dns.join(', ')
                    || null },
            { key: 'taken', text: t('pool.taken'), cls: 'number',
                cell: (/** @type {Pool} */ one) => t('pool.of',
                    { n: one.taken, total: number(one.total) }) },
            { key: 'free', text: t('pool.free'), cls: 'number',
                cell: (/** @type {Pool} */ one) => number(one.free) },
            { key: 'enabled', text: t('pool.enabled'), quiet: true, cls: 'mark',
                cell: (/** @type {Pool} */ one) => (one.state === 'ready'
                    ? yes(one.enabled, t(one.enabled ? 'pool.on' : 'pool.off'))
                    : badge('failed', t(`pool.state.${one.state}`))) },
        ],
    };
}
