/* A container as a row of the fleet: a table's row, two lines on a phone. */

import { bar, RESOURCES, usage } from '../ui/bar.js';
import { h, put, sayWhole } from '../ui/dom.js';
import { span, t } from '../lib/i18n.js';
import { adopt, merge, on } from '../lib/live.js';
import { power } from './power.js';
import { vmState } from '../ui/state.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */

/**
 * What a cell says of a container, by the class of the cell.
 *
 * @type {Record<string, (vm: Vm) => string>}
 */
const WORDS = {
    'ctid': (vm) => String(vm.ctid ?? vm.id),
    'owner': (vm) => vm.owner?.account ?? '—',
    'plan-cell': (vm) => vm.plan ?? '—',
    'system': (vm) => vm.template_label ?? '—',
    'address': (vm) => vm.addresses[0]?.split('/')[0] ?? '—',
    'uptime': (vm) => (vm.state === 'running'
        && typeof vm.uptime_s === 'number' ? span(vm.uptime_s) : '—'),
};


/**
 * The columns of the fleet: a number and an owner are what an administrator
 * looks for, a customer asks which plan and system it is.
 *
 * @param {boolean} admin
 */
export function columns(admin) {
    return [
        { key: 'state', text: t('vm.state'), cls: 'state-cell' },
        ...(admin ? [{ key: 'ctid', text: t('vm.ctid'), sort: 'id' }] : []),
        { key: 'name', text: t('vm.name'), sort: 'name' },
        ...(admin ? [{ key: 'owner', text: t('vm.owner') }] : [
            { key: 'plan', text: t('vm.plan'), cls: 'plan-cell' },
            { key: 'system', text: t('vm.system') }]),
        { key: 'address', text: t('vm.address') },
        ...RESOURCES.map((one) => ({
            key: one, text: t(`bar.${one}`), sort: one,
        })),
        { key: 'uptime', text: t('vm.up'), sort: 'uptime' },
        { key: 'actions', text: t('vm.actions'), hidden: true },
    ];
}


/**
 * @param {Vm} vm
 * @param {boolean} admin
 */
export function vmRow(vm, admin) {
    const link = h('a', { class: 'row-link',
        href: `server?id=${vm.id}` }, vm.name);
    const state = h('td', { class: 'state-cell' });
    const bars = RESOURCES.map((resource) => ({
        resource, bar: bar(t(`bar.${resource}`), { thin: true }),
    }));
    const buttons = power(vm, { small: true });
    /** @type {Record<string, HTMLElement>} */
    const cells = {
        ...Object.fromEntries(Object.keys(WORDS).map((cls) =>
            [cls, h('td', { class: cls })])),
        ...Object.fromEntries(bars.map((one) => [one.resource,
            h('td', { class: one.resource },
                h('span', { class: 'cell-label', 'aria-hidden': 'true' },
                    t(`bar.${one.resource}`)), one.bar.node)])),
        'state-cell': state,
        'name': h('th', { scope: 'row', class: 'name' }, link),
        'actions': h('td', { class: 'actions' }, buttons.node),
    };
    const used = columns(admin).map((one) => one.cls ?? one.key);
    const node = h('tr', {
        class: 'row',
        on: {
            click: (/** @type {Event} */ event) => {
                const at = /** @type {HTMLElement} */ (event.target);

                if (!at.closest('a, button')) {
                    link.click();
                }
            },
        },
    }, used.map((cls) => cells[cls]));

    const set = () => {
        const next = vmState(vm);

        if (state.textContent !== next.textContent) {
            put(state, next);
        }

        for (const one of bars) {
            const now = usage(vm, one.resource);

            one.bar.set(now.part, now.text,
                one.resource === 'cpu' ? '' : now.rest);
        }

        sayWhole(link, vm.name);

        for (const cls of used.filter((one) => WORDS[one])) {
            sayWhole(cells[cls], WORDS[cls](vm));
        }

        buttons.set();
    };

    adopt(vm);
    set();

    return {
        vm, node, link, set,

        /** @param {Vm} next */
        take(next) {
            Object.assign(vm, next);
            adopt(vm);
            set();
        },
    };
}


/**
 * Rows by id, told of what the stream says.
 *
 * @param {Map<number, ReturnType<typeof vmRow>>} rows
 * @param {AbortSignal} signal
 */
export function keepRows(rows, signal) {
    on('vm', (sample) => {
        const row = rows.get(sample.id);

        if (row) {
            merge(row.vm, sample);
            row.set();
        }
    }, signal);
    on('task', (task) => {
        const row = rows.get(task.vm?.id);

        if (row) {
            row.set();
        }
    }, signal);
}
