/*
 * Hardware: a container chosen by a search, its four groups each saved on its
 * own, Contratar for somebody who has an account, Eliminar, suspend.
 */

import { get, post, Problem } from '../lib/api.js';
import { button, disable, linkButton } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { fault, faultWords, refuse } from '../ui/fault.js';
import { contract, destroy, suspend, unsuspend } from './hw-acts.js';
import { hwCards } from './hw-cards.js';
import { icon, osMark } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { vmState } from '../ui/state.js';
import { taskHere } from '../task/task-here.js';
import { taskTitle } from '../task/task-strip.js';
import { toast } from '../ui/toast.js';
import { vmCombo } from '../vm/vm-find.js';
import { adopt, merge, note, on, over, taskOf, watch } from '../lib/live.js';
import { t, word } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../types.d.ts').LiveVm} LiveVm */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('./hw-card.js').Seen} Seen */

/* Tasks of the cards are shown in them. */
const OWN = new Set(['network', 'memory', 'disk', 'cpu']);


/**
 * @param {string | number} id
 * @param {AbortSignal} signal
 * @returns {Promise<Seen>}
 */
async function look(id, signal) {
    let tag = '*';
    const vm = await get(`vms/${encodeURIComponent(id)}?live=1`, {
        signal,
        heads: (headers) => {
            tag = headers.get('ETag') ?? '*';
        },
    });

    adopt(vm);

    return { vm, tag };
}


/** @param {LiveVm} vm */
function whyNotNow(vm) {
    const task = taskOf(vm.id);

    return task ? t('why.task', { task: word('kind', task.kind) }) : '';
}


/**
 * The head of the container: what it is, and what is done to it as a whole.
 *
 * @param {Seen} seen
 * @param {(task: Task) => void} began
 * @param {AbortSignal} signal
 */
function headOf(seen, began, signal) {
    const { vm } = seen;
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


/**
 * What became of a task that failed to make or to take away a container.
 *
 * @param {LiveVm} vm
 * @param {HTMLElement} place
 * @param {(task: Task) => void} began
 * @param {AbortSignal} signal
 */
async function failedPart(vm, place, began, signal) {
    if (!['create_failed', 'delete_failed'].includes(vm.lifecycle ?? '')) {
        put(place);
        return;
    }

    const last = (await get(`tasks?vm=${vm.id}&state=failed&limit=1`,
        { signal })).items[0];
    const again = button({ text: t('task.retry'), icon: 'restart',
        small: true, kind: 'primary', press: async () => {
            try {
                began(await post(`tasks/${last.id}/retry`));
            } catch (error) {
                refuse(error);
            }
        } });

    put(place, h('div', { class: 'hw-conflict', role: 'alert' }, icon('warn'),
        h('div', null,
            h('p', null, h('strong', null, word('lifecycle', vm.lifecycle)), '. ',
                last?.error ? faultWords(last.error) : ''),
            last ? h('div', { class: 'row-buttons' }, again) : null)));
}


/**
 * The container that was chosen.
 *
 * @param {Seen} first
 * @param {View} view
 * @param {AbortSignal} signal
 */
function chosen(first, view, signal) {
    const { vm } = first;
    const work = taskHere(signal);
    const title = h('h3', { hidden: true });
    const broken = h('div', null);
    const nodeDown = h('p', { class: 'notice', hidden: true }, icon('warn'),
        h('span', null));
    let running = 0;

    const draw = () => {
        head.draw();
        cards.forEach((card) => card.draw());
        nodeDown.hidden = Boolean(vm.in_force)
            || !['ready', 'suspended'].includes(vm.lifecycle ?? '');
        nodeDown.lastElementChild?.replaceChildren(t(
            vm.node === 'absent' ? 'hw.absent' : 'hw.down'));
    };

    const again = async () => {
        const next = await look(vm.id, signal);

        Object.assign(vm, next.vm);

        return { vm: structuredClone(next.vm), tag: next.tag };
    };

    const refresh = async () => {
        try {
            const next = await again();

            cards.forEach((card) => card.take(
                { vm: structuredClone(next.vm), tag: next.tag }));
            draw();
            await failedPart(vm, broken, began, signal);
        } catch (error) {
            if (signal.aborted) {
                return;
            }

            if (error instanceof Problem && error.status === 404) {
                toast(t('del.done', { name: vm.name }));
                view.go('hardware');
                return;
            }

            put(broken, fault(error, () => void refresh()));
        }
    };

    const began = async (/** @type {Task} */ task) => {
        running = task.id;
        title.textContent = taskTitle({ ...task, vm: null });
        title.hidden = false;
        draw();

        const end = await work.run({ ...task,
            vm: { id: vm.id, name: vm.name } });

        running = 0;
        title.hidden = true;

        if (end.error) {
            toast(faultWords(end.error), 'bad');
        }

        await refresh();
    };

    const head = headOf(first, (task) => void began(task), signal);
    const cards = hwCards(again, signal);

    cards.forEach((card) => card.take(
        { vm: structuredClone(vm), tag: first.tag }));
    draw();
    void failedPart(vm, broken, (task) => void began(task), signal)
        .catch(() => {});

    watch([vm.id], signal);
    on('vm', (sample) => {
        if (sample.id === vm.id) {
            merge(vm, sample);
            head.draw();
        }
    }, signal);
    on('back', () => void refresh(), signal);
    on('task', (/** @type {Task} */ task) => {
        if (task.vm?.id !== vm.id || task.id === running) {
            return;
        }

        if (over(task)) {
            void refresh();
        } else if (!OWN.has(task.kind) && running === 0) {
            void began(task);
        } else {
            draw();
        }
    }, signal);

    const now = taskOf(vm.id);

    if (now && !OWN.has(now.kind)) {
        void began(now);
    }

    return h('article', { class: 'hw' }, head.node, title, work.node, broken,
        nodeDown, h('div', { class: 'hw-cards' },
            cards.map((card) => card.node)));
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
            put(place, chosen(seen, view, life.signal));
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
