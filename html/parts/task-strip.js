/*
 * The strip at the bottom: what is being done, its step and how far.  On a
 * phone a badge with the count.  Both open the list.
 */

import { every, h, put, say, sayWhole } from './dom.js';
import { bar } from './bar.js';
import { now } from '../clock.js';
import { icon } from './icon.js';
import { percent, seconds, t, word } from '../i18n.js';
import { current, on, over } from '../live.js';
import { sheet } from './dialog.js';
import { faultWords } from './fault.js';
import { steps, stepWords } from './steps.js';
import { taskLog } from './task-log.js';

/** @typedef {import('../types.d.ts').Task} Task */

/** @param {Task} task */
export function taskTitle(task) {
    const what = word('kind', task.kind, task.kind);

    return task.vm ? `${what} · ${task.vm.name}` : what;
}


/** @param {Task & {seen?: number}} task */
function elapsed(task) {
    const begun = Date.parse(task.started ?? '') || now();
    const end = Date.parse(task.finished ?? '') || now();

    return Math.max(0, (end - begun) / 1000);
}


/**
 * A task in one or two lines, that moves.
 *
 * @param {Task} first
 */
export function taskLine(first) {
    const title = h('span', { class: 'task-title' }, taskTitle(first));
    const step = h('span', { class: 'task-step' });
    const time = h('span', { class: 'task-time' });
    const far = bar(t('task.progress'), { thin: true, progress: true });
    const node = h('div', { class: 'task-line' }, title, step, far.node, time);
    let task = first;

    const tick = () => {
        if (!over(task)) {
            say(time, seconds(Math.floor(elapsed(task))));
        }
    };

    const set = (/** @type {Task} */ next) => {
        task = next;
        node.dataset.state = task.state;
        sayWhole(title, taskTitle(task));
        sayWhole(step, over(task)
            ? task.error ? faultWords(task.error) : t(`task.${task.state}`)
            : [stepWords(task), percent(task.percent ?? 0)].join(' · '));
        far.set((task.state === 'done' ? 100 : task.percent ?? 0) / 100,
            percent(task.state === 'done' ? 100 : task.percent ?? 0));

        if (over(task)) {
            say(time, seconds(elapsed(task)));
        }

        tick();
    };

    set(first);

    return { node, set, tick };
}


/**
 * A task of the sheet: its steps, and its log for who opens it.
 *
 * @param {Task} first
 * @param {boolean} alone
 * @param {AbortSignal} signal
 */
function entry(first, alone, signal) {
    const list = steps(first.steps ?? [], signal);
    const log = taskLog(first, signal);
    const more = h('details', {
        class: 'log-more', open: alone,
        on: { toggle: () => more.open && log.open() },
    }, h('summary', null, icon('right', 'chevron'), t('log.title')), log.node);

    return {
        node: h('section', null, h('h3', null, h('a', {
            href: `tasks?task=${first.id}`,
        }, taskTitle(first))), list.node, more),

        /** @param {Task} task */
        set(task) {
            list.set(task.steps ?? []);
            log.follow(task);
        },
    };
}


/** The list in a sheet, alive while it is open. */
function openList() {
    const ended = new AbortController();
    const list = h('div', { class: 'task-list' });
    /** @type {Map<number, ReturnType<typeof entry>>} */
    const shown = new Map();

    const draw = () => {
        const tasks = current();
        const busy = tasks.filter((task) => !over(task)).length;

        for (const task of tasks.filter(({ id }) => !shown.has(id))) {
            const one = entry(task, tasks.length === 1
                || (busy === 1 && !over(task)), ended.signal);

            shown.set(task.id, one);
            list.append(one.node);
        }
    };

    draw();
    on('tasks', draw, ended.signal);
    on('task', (task) => shown.get(task.id)?.set(task), ended.signal);

    const open = sheet(t('strip.title'), h('div', {
        on: {
            click: (/** @type {Event} */ event) => {
                if (/** @type {Element} */ (event.target).closest('a')) {
                    open.close();
                }
            },
        },
    }, list, h('p', null, h('a', { href: 'tasks' }, t('strip.all')))),
    () => ended.abort());
}


/**
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function taskStrip(root, signal) {
    const count = h('span', { class: 'strip-count' });
    const sign = h('span', { class: 'strip-sign' });
    const lines = h('div', { class: 'strip-lines' });
    const self = h('button', {
        type: 'button', class: 'strip', hidden: true,
        on: { click: openList },
    }, h('span', { class: 'strip-head' }, sign, count), lines,
    icon('up', 'strip-more'));
    const heard = h('p', { class: 'sr', role: 'status' });
    /** @type {Map<number, ReturnType<typeof taskLine>>} */
    const shown = new Map();

    const draw = () => {
        const tasks = current();
        const ids = new Set(tasks.map((task) => task.id));
        const busy = tasks.filter((task) => !over(task)).length;

        self.hidden = tasks.length === 0;
        document.body.toggleAttribute('data-strip', tasks.length > 0);

        if (busy > 0 !== self.hasAttribute('data-busy')
            || !sign.firstChild)
        {
            put(sign, icon(busy > 0 ? 'work' : 'check'));
        }

        self.toggleAttribute('data-busy', busy > 0);
        say(count, busy > 0 ? t('strip.running', { n: busy })
            : t('strip.done'));

        for (const [id, line] of shown) {
            if (!ids.has(id)) {
                line.node.remove();
                shown.delete(id);
            }
        }

        for (const task of tasks) {
            const known = shown.get(task.id);

            if (known) {
                known.set(task);
            } else {
                const line = taskLine(task);

                shown.set(task.id, line);
                lines.append(line.node);
            }
        }
    };

    put(root, self, heard);
    draw();
    on('tasks', draw, signal);
    on('task', (task) => {
        if (over(task)) {
            say(heard, `${taskTitle(task)}: ${task.error
                ? faultWords(task.error) : t(`task.${task.state}`)}`);
        }
    }, signal);
    every(1000, () => shown.forEach((line) => line.tick()), signal);
}
