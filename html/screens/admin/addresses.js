/* Direcciones: pools, and who has what of them. */

import { amend, get, post, remove } from '../../api.js';
import { button } from '../../parts/button.js';
import { h, put } from '../../parts/dom.js';
import { editor, guarded, removal } from '../../parts/editor.js';
import { choice, lines, tick } from '../../parts/fields.js';
import { fault } from '../../parts/fault.js';
import { text } from '../../parts/form.js';
import { icon } from '../../parts/icon.js';
import { pending } from '../../parts/loading.js';
import { badge, yes } from '../../parts/state.js';
import { number, t } from '../../i18n.js';

/**
 * @typedef {import('../../schemas.d.ts').Pool} Pool
 * @typedef {import('../../schemas.d.ts').PoolStock} Stock
 * @typedef {import('../../schemas.d.ts').Address} Address
 * @typedef {import('../../parts/listing.js').Desk} Desk
 */

const ADDRESS = /^[0-9a-f.:]{2,45}$/i;
const CIDR = /^[0-9a-f.:]{2,45}\/\d{1,3}$/i;
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
            one.vm ? [' ', h('a', { href: `hardware?vm=${one.vm.id}` },
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
    const fields = [
        text({ name: 'name', label: t('pool.name'), required: true,
            value: item?.name, maxlength: 64, autocomplete: 'off' }),
        ...(item ? [] : [text({ name: 'cidr', label: t('pool.cidr'),
            required: true, rule: CIDR, hint: t('pool.cidr.hint'),
            maxlength: 50, autocomplete: 'off' })]),
        text({ name: 'gateway', label: t('hw.gateway'), rule: ADDRESS,
            value: item?.gateway ?? undefined, maxlength: 45,
            autocomplete: 'off' }),
        lines({ name: 'dns', label: t('hw.dns'), add: t('hw.dns.add'),
            most: 3, rule: ADDRESS, values: item?.dns,
            line: (n) => t('hw.dns.one', { n }) }),
        ...(item || nodes.length < 2 ? [] : [choice({ name: 'node',
            label: t('pool.node'), choices: [
                { value: '', text: t('pool.node.any') },
                ...nodes.map((name) => ({ value: name, text: name }))] })]),
        tick({ name: 'enabled', label: t('pool.enabled'),
            value: item?.enabled ?? true, hint: t('pool.enabled.hint') }),
    ];

    return editor({
        fields, submit: t(item ? 'adm.save' : 'pool.add'),
        send: async (values) => {
            const dns = values.dns === '' ? [] : values.dns.split(' ');
            const body = { name: values.name, dns,
                enabled: values.enabled === 'true' };

            if (item) {
                await amend(`admin/addresses/${item.id}`,
                    { ...body, gateway: values.gateway || null });
            } else {
                await post('admin/addresses', { ...body, cidr: values.cidr,
                    ...(values.gateway ? { gateway: values.gateway } : {}),
                    ...(values.node ? { node: values.node } : {}) });
            }

            await desk.done(t('adm.saved'));
        },
        facts: item ? [...(item.state === 'ready' ? [] : [half(item)]),
            [t('pool.cidr'), item.cidr],
            [t('pool.taken'), number(item.taken)],
            [t('pool.reserved'), number(item.reserved)],
            [t('pool.free'), number(item.free)]] : [],
        after: item ? [removal({ name: item.name, why: item.taken > 0
            ? t('pool.inuse') : '', send: async () => {
            await remove(`admin/addresses/${item.id}`);
            await desk.done(t('adm.removed'));
        } }), whoHas(item, signal)] : null,
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
