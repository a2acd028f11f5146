/* Of a container that could not be made, or could not go: what went wrong,
 * and Retry, for who can. */

import { get, Problem } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { faultWords } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { stuck } from '../ui/state.js';
import { user } from '../lib/session.js';
import { seen, taskAct } from '../task/task-act.js';
import { word } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */

/**
 * @param {Vm} vm
 * @param {AbortSignal} signal
 */
export function vmFailed(vm, signal) {
    const node = h('section', { class: 'vm-failed', hidden: true });
    let shown = '';

    const draw = async () => {
        try {
            const [task] = (await get(
                `tasks?vm=${vm.id}&state=failed&limit=1`, { signal })).items;

            if (!task || !stuck(vm)) {
                return;
            }

            put(node, icon('warn'), h('div', null,
                h('p', null, h('strong', null, word('lifecycle', vm.lifecycle))),
                h('p', null, task.error ? faultWords(task.error) : null)),
            taskAct(task));
            node.hidden = false;
            await seen(task);
        } catch (error) {
            if (!signal.aborted && !(error instanceof Problem)) {
                throw error;
            }
        }
    };

    const set = () => {
        const now = user()?.role === 'admin' && stuck(vm)
            ? vm.lifecycle ?? '' : '';

        if (now !== shown) {
            shown = now;
            node.hidden = true;

            if (now) {
                void draw();
            }
        }
    };

    set();

    return { node, set };
}
