/*
 * The editor of Hardware: the four groups of a container, each saved on its
 * own, and what is done to it meanwhile.
 */

import { get, Problem } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { fault, faultWords } from '../ui/fault.js';
import { hwCards } from './hw-cards.js';
import { icon } from '../ui/icon.js';
import { taskHere } from '../task/task-here.js';
import { taskTitle } from '../task/task-strip.js';
import { toast } from '../ui/toast.js';
import { unsaved } from '../ui/unsaved.js';
import { adopt, merge, on, over, taskOf, watch } from '../lib/live.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').LiveVm} LiveVm */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('./hw-card.js').Seen} Seen */

/* Tasks of the cards are shown in them. */
const OWN = new Set(['network', 'memory', 'disk', 'cpu', 'rate']);


/**
 * A container as the node has it now, and the tag of what was seen.
 *
 * @param {string | number} id
 * @param {AbortSignal} signal
 * @returns {Promise<Seen>}
 */
export async function look(id, signal) {
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


/**
 * @param {Seen} first
 * @param {{
 *     signal: AbortSignal, gone: () => void,
 *     top: (vm: LiveVm, began: (task: Task) => void) =>
 *         {node: HTMLElement, draw: () => void},
 * }} options  top: what stands above the groups, gone: the container is no
 *     more
 */
export function hwEditor(first, { signal, gone, top }) {
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
        } catch (error) {
            if (signal.aborted) {
                return;
            }

            if (error instanceof Problem && error.status === 404) {
                toast(t('del.done', { name: vm.name }));
                gone();
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

    const head = top(vm, (task) => void began(task));
    const cards = hwCards(again, signal);

    cards.forEach((card) => card.take(
        { vm: structuredClone(vm), tag: first.tag }));
    draw();

    unsaved(() => cards.some((card) => card.unsaved()), signal);
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


