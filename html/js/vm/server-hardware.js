/* The tab of a server's hardware: an editor for administrators, for anybody
 * else what it has. */

import { Problem } from '../lib/api.js';
import { button, disable } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { refuse } from '../ui/fault.js';
import { hwEditor, look } from '../hardware/hw-editor.js';
import { destroy, suspend, unsuspend } from '../hardware/hw-acts.js';
import { pending } from '../ui/loading.js';
import { mib, number, percent, t, word } from '../lib/i18n.js';
import { taskOf } from '../lib/live.js';
import { reverseNames } from './reverse-names.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('./server-tabs.js').Place} Place */


/**
 * What an administrator does to a server as a whole.
 *
 * @param {Vm} vm
 * @param {(task: Task) => void} began
 * @param {AbortSignal} signal
 */
function acts(vm, began, signal) {
    const why = h('p', { class: 'why' });
    const make = (/** @type {string} */ action, /** @type {string} */ text,
        /** @type {string} */ icon,
        /** @type {() => void | Promise<void>} */ act) => {
        const made = button({ text: t(text), icon, small: true,
            press: () => void act() });

        made.dataset.action = action;

        return made;
    };
    const hold = make('suspend', 'suspend.yes', 'pause',
        () => suspend(vm, began, signal));
    const free = make('unsuspend', 'unsuspend.yes', 'play', async () => {
        try {
            await unsuspend(vm, began);
        } catch (error) {
            if (!(error instanceof Problem)) {
                throw error;
            }

            refuse(error);
        }
    });
    const gone = make('destroy', 'del.yes', 'trash',
        () => destroy(vm, began, signal));

    return {
        draw() {
            const task = taskOf(vm.id);
            const reason = task ? t('why.task', {
                task: word('kind', task.kind) }) : '';
            const off = vm.lifecycle === 'suspended';

            hold.hidden = off;
            free.hidden = !off;
            disable(hold, reason || (vm.lifecycle !== 'ready'
                ? word('why', vm.lifecycle, t('why.lifecycle')) : ''));
            disable(free, reason);
            disable(gone, reason);
            why.textContent = reason;
            why.hidden = reason === '';
        },
        node: h('div', { class: 'hw-acts' }, h('div', { class: 'row-buttons' },
            hold, free, gone), why),
    };
}


/** @param {number | string} value */
function size(value) {
    return typeof value === 'number' ? mib(value) : t('hw.unlimited');
}


/**
 * What it has, group by group.
 *
 * @param {Vm} vm
 * @returns {[string, [string, string][]][]}
 */
function groups(vm) {
    const some = (/** @type {string[] | undefined} */ list) =>
        list?.join(', ') || t('hw.none');

    return [
        ['hw.network', [['hw.addresses', some(vm.addresses)],
            ['hw.hostname', vm.hostname || t('hw.none')],
            ['hw.gateway', some(vm.gateways)], ['hw.dns', some(vm.dns)]]],
        ['hw.memory', [['hw.vmguarpages', size(vm.memory.vmguarpages
            .barrier_mib)],
        ['hw.privvmpages', size(vm.memory.privvmpages.limit_mib)]]],
        ['hw.disk', [['hw.space', size(vm.disk.hard_mib)]]],
        ['hw.cpu', [['hw.units', number(vm.cpu.units)],
            ['hw.percent', typeof vm.cpu.limit_percent === 'number'
                ? percent(vm.cpu.limit_percent) : t('hw.unlimited')]]],
        ['hw.rate', (/** @type {const} */ (['in_mbit', 'out_mbit'])).map(
            (key) => [`hw.${key}`, typeof vm.rate[key] === 'number'
                ? `${number(vm.rate[key])}\u00a0Mbit/s`
                : t('hw.unlimited')])],
    ];
}


/** @param {HTMLElement} root @param {Place} place */
function shown(root, place) {
    const { vm, live, signal } = place;
    const cards = groups(vm).map(([title]) => {
        const list = h('dl', { class: 'facts column' });

        return { list, node: h('section', { class: 'card' },
            h('h2', null, t(title)), list) };
    });
    const [network, ...others] = cards.map((card) => card.node);
    let before = '';

    const draw = () => {
        const now = groups(vm);

        if (JSON.stringify(now) !== before) {
            before = JSON.stringify(now);
            now.forEach(([, rows], i) => put(cards[i].list,
                rows.map(([name, value]) => h('div', { class: 'fact' },
                    h('dt', null, t(name)),
                    h('dd', null, h('bdi', null, value))))));
        }
    };

    put(root, h('div', { class: 'hw-shown' }, network, reverseNames(place),
        others));
    draw();
    live.drawn(draw, signal);
}


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, place) {
    const { vm, me, go, signal } = place;

    if (me.role !== 'admin') {
        shown(root, place);
        return;
    }

    const seen = await pending(root, 'page', look(vm.id, signal));

    put(root, h('h2', { class: 'sr' }, t('tab.hardware')), hwEditor(seen, { signal, gone: () => go('status'),
        top: (container, began) => acts(container, began, signal) }),
    reverseNames(place));
}
