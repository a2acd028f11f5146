/* Of a container that could not be made, or could not go: what went wrong,
 * and Retry, for who can. */

import { get, Problem } from '../api.js';
import { h, put } from './dom.js';
import { faultWords } from './fault.js';
import { icon } from './icon.js';
import { stuck } from './state.js';
import { user } from '../session.js';
import { seen, taskAct } from './task-act.js';
import { word } from '../i18n.js';

/** @typedef {import('../types.d.ts').Vm} Vm */

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
                h('p', null, h('strong', null, word('service', vm.service))),
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
            ? vm.service ?? '' : '';

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
