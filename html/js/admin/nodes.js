/* Nodos: where containers run. */

import { bodyEditor } from '../ui/body-form.js';
import { button, copyable, linkButton } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { text } from '../ui/form.js';
import { badge } from '../ui/state.js';
import { bytes, number, t, word } from '../lib/i18n.js';

/**
 * @typedef {import('../../schemas.d.ts').UnregisteredNode} Told  what
 *     nginx.conf and the node itself say
 * @typedef {import('../../schemas.d.ts').Node} Node
 * @typedef {import('../ui/listing.js').Desk} Desk
 */

const HOST = /^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$/i;
const PLACE = /^([\d.]{7,15}|\[[0-9a-f:]{2,39}\])(:\d{1,5})?$/i;

/** What the next editor of a new one registers. @type {Told | null} */
let wished = null;


/** @param {number | null} free @param {number | null} total */
function left(free, total) {
    return free === null || total === null ? '—'
        : t('node.free', { free: bytes(free), total: bytes(total) });
}


/** @param {import('../../schemas.d.ts').NodeFacts} now */
function driver(now) {
    return [now.driver, now.version].filter(Boolean).join(' ') || '—';
}


/** @param {Told} one */
function answers(one) {
    return one.answers ? badge('done', t('node.answers'))
        : badge('failed', t('node.silent'));
}


/** @param {Node} one */
function state(one) {
    return one.dead ? badge('failed', t('node.is.dead'))
        : !one.configured ? badge('failed', t('node.gone'))
            : !one.enabled ? badge('cancelled', t('node.off')) : answers(one);
}


/** @param {Node} one */
function containersOf(one) {
    return `administration?section=strangers&node=${one.id}`;
}


/**
 * What it has and nobody knows here, and what it should have.
 *
 * @param {Node} one
 */
function differs(one) {
    const { strangers, missing } = one;

    return strangers === null || missing === null ? null
        : strangers + missing === 0 ? t('node.same')
            : h('a', { href: containersOf(one) }, [
                strangers > 0 ? t('node.strangers', { n: strangers }) : '',
                missing > 0 ? t('node.missing', { n: missing }) : '',
            ].filter(Boolean).join(' · '));
}


/** @param {Told} one @returns {[string, any][]} */
function facts(one) {
    const { facts: now } = one;

    return [
        [t('node.address'), one.address ?? t('node.gone')],
        ...(/** @type {[string, any][]} */ (now ? [
            [t('node.driver'), driver(now)],
            [t('node.kernel'), now.kernel ?? '—'],
            [t('vm.hostname'), now.hostname ?? '—'],
            [t('node.cpus'), now.cpus === null ? '—' : number(now.cpus)],
            [t('node.load'), now.load === null ? '—'
                : number(Number(now.load), 2)],
            [t('hw.memory'), left(now.memory_free_bytes,
                now.memory_total_bytes)],
            [t('hw.disk'), left(now.disk_free_bytes, now.disk_total_bytes)],
            [t('node.containers'), now.running === null
                || now.containers === null ? '—'
                : t('node.running', { n: now.running,
                    all: number(now.containers) })],
        ] : one.error ? [[t('node.error'), word('node.error', one.error)]]
            : [])),
    ];
}


/**
 * A registered one, or one to be registered.
 *
 * @param {Node | null} item
 * @param {Told} told
 * @param {Desk} desk
 */
function edit(item, told, desk) {
    return bodyEditor({
        name: 'Node', words: 'node', item, without: item ? ['name'] : ['name', 'dead'],
        rows: [['ctid_min', 'ctid_max']], path: 'admin/nodes', desk,
        with: { name: told.name }, add: t('tpl.register'),
        done: t('node.registered', { name: told.name }),
        called: told.name,
        why: item && (item.configured ? t('node.inuse.line')
            : item.vms + item.pools > 0 && t('node.inuse')),
        facts: [...(item ? [] : [/** @type {[string, any]} */ (
            [t('node.name'), told.name])]), ...facts(told)],
        before: item && h('div', { class: 'editor-end' },
            item.dead ? linkButton(
                `administration?section=lost&node=${item.id}`,
                t('node.lost')) : null,
            linkButton(containersOf(item), t('node.look.containers')),
            linkButton(`node?id=${item.id}`, t('tab.graphs'))),
    });
}


/**
 * How a node comes: its key must not pass through a browser, so the last word
 * is nginx.conf's.  The lines to copy follow what is typed.
 *
 * @param {Desk} desk
 */
function howTo(desk) {
    const steps = h('ol', { class: 'how-to' });
    const draw = () => {
        const called = name.value() || 'NAME';
        const key = `/etc/vzpanel/${called}.key`;

        put(steps, ...(/** @type {[string, string][]} */ ([
            ['key', '[ -s /etc/vzpanel/relay.key ] || (umask 077;'
                + ' openssl rand -hex 32 > /etc/vzpanel/relay.key)'],
            ['copy', `ssh root@${called} cat /etc/vzpanel/relay.key`
                + ` | install -m 640 -g www-data /dev/stdin ${key}`],
            ['line', `vzpanel_node ${called} ${
                place.value() || '127.0.0.1:9006'} key_file=${key};`],
            ['reload', 'nginx -t && nginx -s reload'],
        ])).map(([step, line]) => h('li', null, t(`node.how.${step}`),
            copyable(line, t('node.how.take', { what: line }),
                t('copied')))),
        h('li', null, t('node.how.look')));
    };
    const name = text({ name: 'name', label: t('node.name'), rule: HOST,
        maxlength: 64, autocomplete: 'off', hint: t('node.name.hint'),
        wrong: t('rule.node'), changed: draw });
    const place = text({ name: 'address', label: t('node.address'),
        rule: PLACE, maxlength: 47, autocomplete: 'off',
        hint: t('node.address.hint'), wrong: t('rule.place'),
        value: '127.0.0.1:9006', changed: draw });

    draw();

    return h('div', { class: 'editor' }, h('p', null, t('node.how')),
        h('div', { class: 'form' }, name.node, place.node), steps,
        button({ text: t('node.look'), icon: 'restart', press: () => {
            desk.close();
            void desk.reload();
        } }));
}


/** @param {Node | null} item @param {Desk} desk */
function open(item, desk) {
    const told = item ?? wished;

    wished = null;

    return told ? edit(item, told, desk) : howTo(desk);
}


/**
 * What nginx.conf has that nobody registered yet.
 *
 * @param {{unregistered: Told[]}} answer
 * @param {Desk} desk
 */
function waiting(answer, desk) {
    return answer.unregistered.length === 0 ? null : h('section',
        { class: 'card found-card' }, h('h3', null, t('node.unregistered')),
        h('ul', null, answer.unregistered.map((one) => h('li',
            { class: 'login' },
            h('div', null, h('strong', null, one.name),
                h('p', { class: 'when' }, one.address, ' ', answers(one),
                    one.error ? ` ${word('node.error', one.error)}` : '')),
            button({ text: t('tpl.register'), small: true,
                label: t('tpl.register.of', { name: one.name }),
                press: () => {
                    wished = one;
                    desk.open('new');
                } })))));
}


export function section() {
    return {
        key: 'nodes', path: 'admin/nodes', add: t('node.add'),
        empty: t('node.none'), lead: t('node.lead'), editor: open,
        above: waiting,
        id: (/** @type {Node} */ one) => one.id,
        name: (/** @type {Node} */ one) => one.name,
        columns: [
            { key: 'name', text: t('node.name'),
                cell: (/** @type {Node} */ one) => one.name },
            { key: 'state', text: t('vm.state'), quiet: true, cls: 'mark',
                cell: state },
            { key: 'differs', text: t('node.differs'), cell: differs },
            { key: 'address', text: t('node.address'), cls: 'far',
                cell: (/** @type {Node} */ one) => one.address },
            { key: 'driver', text: t('node.driver'), cls: 'far',
                cell: (/** @type {Node} */ one) => one.facts
                    && driver(one.facts) },
            { key: 'memory', text: t('hw.memory'),
                cell: (/** @type {Node} */ one) => one.facts && left(
                    one.facts.memory_free_bytes,
                    one.facts.memory_total_bytes) },
            { key: 'disk', text: t('hw.disk'),
                cell: (/** @type {Node} */ one) => one.facts && left(
                    one.facts.disk_free_bytes, one.facts.disk_total_bytes) },
            { key: 'ctids', text: t('node.ctids'), cls: 'far',
                cell: (/** @type {Node} */ one) =>
                    `${one.ctid_min}–${one.ctid_max}` },
            { key: 'vms', text: t('adm.vms'), cls: 'number',
                cell: (/** @type {Node} */ one) => one.vms },
        ],
    };
}
