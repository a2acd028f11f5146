/* The steps of a task, ticking. */

import { every, h, put, say } from '../ui/dom.js';
import { icon } from '../ui/icon.js';
import { said } from '../lib/said.js';
import { percent, seconds, t, took, word } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Step} Step */

/** @type {Record<string, string>} */
const MARK = {
    queued: 'clock', running: 'work', done: 'check', failed: 'cross',
    skipped: 'right', never: 'minus',
};


/**
 * One step; `begun` is when this page saw it begin.
 *
 * @param {string} name
 */
function row(name) {
    const mark = h('span', { class: 'step-mark' });
    const time = h('span', { class: 'step-time' });
    const detail = h('span', { class: 'step-detail' });
    const state = h('span', { class: 'sr' });
    const node = h('li', { class: 'step' }, mark,
        h('span', { class: 'step-name' }, word('step', name), state), time,
        detail);
    let shown = '';
    let begun = 0;

    const clock = () => {
        if (shown === 'running') {
            say(time, seconds(Math.floor((Date.now() - begun) / 1000)));
        }
    };

    return {
        node,
        clock,

        /**
         * @param {Step} step
         * @param {boolean} never  what waits will not be done
         */
        set(step, never) {
            const now = never && step.state === 'queued' ? 'never'
                : step.state;

            if (now !== shown) {
                shown = now;
                begun = Date.now();
                node.dataset.state = shown;
                put(mark, icon(MARK[shown] ?? 'clock'));
                say(state, `: ${word('task', shown)}`);
            }

            say(time, typeof step.seconds === 'number' && shown !== 'running'
                ? took(step.seconds) : shown === 'running'
                    ? time.textContent ?? '' : '');
            say(detail, shown !== 'done' && shown !== 'skipped'
                ? [step.percent && shown === 'running'
                    ? percent(step.percent) : '', said(step.detail, step.say)]
                    .filter(Boolean).join(' · ') : '');
            clock();
        },
    };
}


/**
 * @param {Step[]} first
 * @param {AbortSignal} signal
 */
export function steps(first, signal) {
    /** @type {Map<string, ReturnType<typeof row>>} */
    const rows = new Map();
    const node = h('ol', { class: 'steps' });
    const heard = h('p', { class: 'sr', role: 'status' });

    /** @param {Step[]} list */
    const set = (list) => {
        const never = list.some((step) => step.state === 'failed');

        for (const step of list) {
            let known = rows.get(step.name);

            if (!known) {
                known = row(step.name);
                rows.set(step.name, known);
                node.append(known.node);
            }

            known.set(step, never);
        }

        const now = list.find((step) => step.state === 'running');

        say(heard, now ? word('step', now.name) : '');
    };

    set(first);
    every(1000, () => rows.forEach((known) => known.clock()), signal);

    return { node: h('div', null, node, heard), set };
}


/**
 * The step a task is in, in words; the steps, their names or their numbers
 * may have come.
 *
 * @param {import('../../types.d.ts').Task} task
 */
export function stepWords(task) {
    const running = task.steps?.find((step) => step.state === 'running');
    const name = running?.name ?? task.step_name
        ?? (typeof task.step === 'string' ? task.step : '');

    return name ? word('step', name) : t(`task.${task.state}`);
}
