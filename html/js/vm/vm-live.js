/* One server as it is now: what the API said of it, and the stream since. */

import { get } from '../lib/api.js';
import { every, h, put } from '../ui/dom.js';
import { adopt, merge, on, over, watch } from '../lib/live.js';
import { fault } from '../ui/fault.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Task} Task */

/**
 * What a task wants the container to be from then on.
 *
 * @type {Record<string, Vm['desired_state']>}
 */
const WANTS = { start: 'running', restart: 'running', stop: 'stopped',
    poweroff: 'stopped', rescue: 'running', unrescue: 'running' };


/**
 * Keep a container up to date, in place, until the signal is aborted.
 *
 * node: why it could not be asked for again, empty while it could
 * drawn: be called after every change of it, and once a second with `tick`
 * ended: be called after a task of it is over
 * refresh: ask the API for it again
 *
 * @param {Vm} vm
 * @param {AbortSignal} signal
 */
export function vmLive(vm, signal) {
    /** @type {Set<(tick: boolean) => void>} */
    const draws = new Set();
    /** @type {Set<(task: Task) => void>} */
    const ends = new Set();
    const node = h('div', null);
    const draw = (tick = false) => draws.forEach((one) => one(tick));

    /**
     * @template {(detail: any) => void} F
     * @param {Set<F>} all
     * @param {F} callback
     * @param {AbortSignal} until
     */
    const join = (all, callback, until) => {
        all.add(callback);
        until.addEventListener('abort', () => all.delete(callback));
    };

    const refresh = async () => {
        try {
            Object.assign(vm, await get(`vms/${vm.id}`, { signal }));
            adopt(vm);
            put(node);
            draw();
        } catch (error) {
            if (!signal.aborted) {
                put(node, fault(error, () => void refresh(),
                    { list: 'status' }));
            }
        }
    };

    adopt(vm);
    watch([vm.id], signal);
    on('vm', (sample) => {
        if (sample.id === vm.id) {
            merge(vm, sample);
            draw();
        }
    }, signal);
    on('back', () => void refresh(), signal);
    on('task', (/** @type {Task} */ task) => {
        if (task.vm?.id !== vm.id) {
            return;
        }

        vm.desired_state = WANTS[task.kind] ?? vm.desired_state;
        draw();

        if (over(task)) {
            ends.forEach((one) => one(task));
            void refresh();
        }
    }, signal);
    every(1000, () => draw(true), signal);

    return {
        node, refresh,

        /** @param {(tick: boolean) => void} callback @param {AbortSignal} [until] */
        drawn: (callback, until = signal) => join(draws, callback, until),

        /** @param {(task: Task) => void} callback @param {AbortSignal} [until] */
        ended: (callback, until = signal) => join(ends, callback, until),
    };
}
