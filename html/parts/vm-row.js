/* A container as a row of the fleet: a table's row, two lines on a phone. */

import { bar, RESOURCES, usage } from './bar.js';
import { h, put, say } from './dom.js';
import { span, t } from '../i18n.js';
import { adopt, merge, on } from '../live.js';
import { power } from './power.js';
import { vmState } from './state.js';

/** @typedef {import('../types.d.ts').Vm} Vm */

/**
 * The columns of the fleet; the owner's is the administrator's.
 *
 * @param {boolean} admin
 */
export function columns(admin) {
    return [
        { key: 'state', text: t('vm.state'), cls: 'state-cell' },
        { key: 'ctid', text: t('vm.ctid'), sort: 'id' },
        { key: 'name', text: t('vm.name'), sort: 'name' },
        ...(admin ? [{ key: 'owner', text: t('vm.owner') }] : []),
        { key: 'address', text: t('vm.address') },
        ...RESOURCES.map((one) => ({
            key: one, text: t(`bar.${one}`), sort: one,
        })),
        { key: 'uptime', text: t('vm.uptime'), sort: 'uptime' },
        { key: 'actions', text: t('vm.actions'), hidden: true },
    ];
}


/**
 * @param {Vm} vm
 * @param {boolean} admin
 */
export function vmRow(vm, admin) {
    const link = h('a', { class: 'row-link',
        href: `status?vm=${vm.id}` }, vm.name);
    const state = h('td', { class: 'state-cell' });
    const time = h('td', { class: 'uptime' });
    const address = h('td', { class: 'address' });
    const bars = RESOURCES.map((resource) => ({
        resource, bar: bar(t(`bar.${resource}`), { thin: true }),
    }));
    const buttons = power(vm, { small: true });
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
    }, state, h('td', { class: 'ctid' }, vm.ctid ?? vm.id),
    h('th', { scope: 'row', class: 'name' }, link),
    admin ? h('td', { class: 'owner' }, vm.owner?.account ?? '—') : null,
    address, bars.map((one) => h('td', { class: one.resource },
        h('span', { class: 'cell-label', 'aria-hidden': 'true' },
            t(`bar.${one.resource}`)), one.bar.node)),
    time, h('td', { class: 'actions' }, buttons.node));

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

        say(link, vm.name);
        say(address, vm.addresses[0]?.split('/')[0] ?? '—');
        say(time, vm.state === 'running' && typeof vm.uptime_s === 'number'
            ? span(vm.uptime_s) : '—');
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
