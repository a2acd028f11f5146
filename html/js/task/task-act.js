/* What an administrator does to a task: take it up again, or back; have seen
 * that it failed. */

import { post } from '../lib/api.js';
import { button } from '../ui/button.js';
import { guarded } from '../ui/editor.js';
import { attempt } from '../ui/fault.js';
import { forget, note } from '../lib/live.js';
import { user } from '../lib/session.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Task} Task */

/** @type {Record<string, {act: 'retry' | 'cancel', icon: string}>} */
const ACTS = {
    failed: { act: 'retry', icon: 'restart' },
    queued: { act: 'cancel', icon: 'cross' },
};


/**
 * The button for a task in its state, or nothing.
 *
 * @param {Task} task
 * @param {() => void | Promise<void>} [after]
 */
export function taskAct(task, after) {
    const can = user()?.role === 'admin' ? ACTS[task.state] : undefined;

    const act = guarded(async () => {
        const next = await post(`tasks/${task.id}/${can?.act}`);

        forget(task.id);
        note(next);
    });

    return can ? button({
        text: t(`task.${can.act}`), icon: can.icon, small: true,
        press: async (event) => {
            await act(event);
            await after?.();
        },
    }) : null;
}


/**
 * Take a failed task off the count of those that nobody has seen.
 *
 * @param {Task} task
 */
export async function seen(task) {
    if (task.state !== 'failed' || !task.unseen) {
        return;
    }

    task.unseen = false;

    await attempt(() => post(`tasks/${task.id}/seen`, undefined,
        { quiet: true }), () => {});
}
