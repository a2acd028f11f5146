/* A task where it was asked for: its steps, and how it ended. */

import { h, put } from '../ui/dom.js';
import { steps } from './steps.js';
import { note, on, over } from '../lib/live.js';

/** @typedef {import('../../types.d.ts').Task} Task */

/**
 * @param {AbortSignal} signal
 */
export function taskHere(signal) {
    const node = h('div', { class: 'under-way', hidden: true });

    return {
        node,

        /**
         * Show a task until it is over; answers how it ended.
         *
         * @param {Task} task
         * @returns {Promise<Task>}
         */
        run(task) {
            const shown = steps(task.steps ?? [], signal);

            put(node, shown.node);
            node.hidden = false;

            return new Promise((resolve) => {
                const told = new AbortController();
                const end = (/** @type {Task} */ last) => {
                    told.abort();
                    node.hidden = true;
                    resolve(last);
                };

                signal.addEventListener('abort', () => told.abort(),
                    { signal: told.signal });
                on('task', (/** @type {Task} */ now) => {
                    if (now.id !== task.id) {
                        return;
                    }

                    shown.set(now.steps ?? []);

                    if (over(now)) {
                        end(now);
                    }
                }, told.signal);
                note(task);
            });
        },
    };
}
