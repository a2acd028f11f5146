/*
 * Hardware: a container chosen by a search, Contratar for somebody who has an
 * account, and what is done to a container as a whole.
 */

import { Problem } from '../lib/api.js';
import { button, disable, linkButton } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { fault, refuse } from '../ui/fault.js';
import { contract, destroy, suspend, unsuspend } from './hw-acts.js';
import { hwEditor, look } from './hw-editor.js';
import { icon, osMark } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { vmState } from '../ui/state.js';
import { vmCombo } from '../vm/vm-find.js';
import { note, taskOf } from '../lib/live.js';
import { t, word } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../types.d.ts').LiveVm} LiveVm */
/** @typedef {import('../../types.d.ts').Task} Task */

/** @param {LiveVm} vm */
function whyNotNow(vm) {
    const task = taskOf(vm.id);

    return task ? t('why.task', { task: word('kind', task.kind) }) : '';
}


/**
 * The head of the container: what it is, and what is done to it as a whole.
 *
 * @param {LiveVm} vm
 * @param {(task: Task) => void} began
 * @param {AbortSignal} signal
 */
function headOf(vm, began, signal) {
    const state = h('span', { class: 'vm-state', 'aria-live': 'polite' });
    const guard = (/** @type {() => Promise<void>} */ act) => async () => {
        try {
            await act();
        } catch (error) {
            if (!(error instanceof Problem)) {
                throw error;
            }

            refuse(error);
        }
    };
    const hold = button({ text: t('suspend.yes'), icon: 'pause', small: true,
        press: () => suspend(vm, began, signal) });
    const free = button({ text: t('unsuspend.yes'), icon: 'play', small: true,
        press: guard(() => unsuspend(vm, began)) });
    const gone = button({ text: t('del.yes'), icon: 'trash', small: true,
        press: () => destroy(vm, began, signal) });
    const why = h('p', { class: 'why' });
    const facts = h('p', { class: 'lead' });

    gone.dataset.action = 'destroy';
    hold.dataset.action = 'suspend';
    free.dataset.action = 'unsuspend';

    return {
        draw() {
            const reason = whyNotNow(vm);
            const next = vmState(vm);
            const off = vm.lifecycle === 'suspended';

            if (next.textContent !== state.textContent) {
                put(state, next);
            }

            put(facts, [vm.ctid, vm.owner?.account, vm.plan,
                vm.template_label, vm.addresses[0]].filter(Boolean)
                .join(' · '), off && vm.suspended
                ? h('span', { class: 'suspended-for' },
                    t('suspend.because', { reason: vm.suspended })) : null);
            hold.hidden = off;
            free.hidden = !off;
            disable(hold, reason || (vm.lifecycle !== 'ready'
                ? word('why', vm.lifecycle, t('why.lifecycle')) : ''));
            disable(free, reason);
            disable(gone, reason);
            why.textContent = reason;
            why.hidden = reason === '';
        },
        node: h('header', { class: 'vm-head hw-head' },
            h('span', { class: 'vm-mark' }, osMark(vm.template ?? '')),
            h('div', { class: 'vm-name' },
                h('h2', { tabindex: -1 }, t('hw.title', { name: vm.name })),
                facts, state),
            h('div', { class: 'row-buttons' },
                linkButton(`status?vm=${vm.id}`, t('hw.status'), 'small'),
                hold, free, gone), why),
    };
}


/** @param {View} view */
export default async function hardware(view) {
    const place = h('div', { class: 'hw-place' });
    /** @type {AbortController | null} */
    let life = null;
    let turn = 0;

    const search = vmCombo({ chosen: (vm) => {
        if (vm && String(vm.id) !== view.id) {
            view.go(`hardware?vm=${vm.id}`);
        }
    } });

    const show = async (/** @type {string | null} */ id) => {
        const mine = ++turn;

        life?.abort();
        life = new AbortController();
        view.title(t('nav.hardware'));

        if (id === null) {
            search.set(null);
            put(place, h('section', { class: 'empty' },
                icon('server', 'empty-icon calm'),
                h('p', null, t('hw.none.chosen'))));
            return;
        }

        try {
            const seen = await pending(place, 'page',
                look(id, life.signal));

            if (mine !== turn) {
                return;
            }

            search.set(seen.vm);
            view.title(`${seen.vm.name} · ${t('nav.hardware')}`);
            put(place, hwEditor(seen, { signal: life.signal,
                gone: () => view.go('hardware'),
                top: (vm, began) => headOf(vm, began,
                    /** @type {AbortController} */ (life).signal) }));
        } catch (error) {
            if (mine === turn && !view.signal.aborted) {
                put(place, fault(error, () => void show(id),
                    { list: 'hardware' }));
            }
        }
    };

    view.signal.addEventListener('abort', () => life?.abort());
    view.onId = (id) => void show(id);
    put(view.root, h('div', { class: 'page' },
        h('div', { class: 'hw-bar' },
            h('h1', { tabindex: -1 }, t('nav.hardware')), search.node,
            button({ text: t('nav.order'), icon: 'plus', kind: 'primary',
                press: () => void contract((task) => {
                    note(task);

                    if (task.vm) {
                        view.go(`hardware?vm=${task.vm.id}`);
                    }
                }, view.signal) })), place));
    await show(view.id);
}
