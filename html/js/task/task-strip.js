/*
 * The strip at the bottom: what is being done, its step and how far.  On a
 * phone a badge with the count.  Both open the list.
 */

import { every, h, put, say, sayWhole } from '../ui/dom.js';
import { bar } from '../ui/bar.js';
import { now } from '../lib/clock.js';
import { button } from '../ui/button.js';
import { icon } from '../ui/icon.js';
import { percent, seconds, t, word } from '../lib/i18n.js';
import { current, forget, on, over } from '../lib/live.js';
import { user } from '../lib/session.js';
import { sheet } from '../ui/dialog.js';
import { faultWords } from '../ui/fault.js';
import { steps, stepWords } from './steps.js';
import { seen } from './task-act.js';
import { taskLog } from './task-log.js';

/** @typedef {import('../../types.d.ts').Task} Task */

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
 * The sign and the word of what stands in the strip: what moves comes first,
 * then what failed; a tick is for what was done.
 *
 * @param {Task[]} tasks
 */
function headOf(tasks) {
    const of = (/** @type {Task['state']} */ state) =>
        tasks.filter((task) => task.state === state).length;
    const busy = tasks.filter((task) => !over(task)).length;

    return busy > 0 ? { sign: 'work', text: t('strip.running', { n: busy }) }
        : of('failed') > 0
            ? { sign: 'cross', text: t('strip.failed', { n: of('failed') }) }
            : of('held') > 0 ? { sign: 'clock', text: t('task.held') }
                : of('done') > 0 ? { sign: 'check', text: t('strip.done') }
                    : { sign: 'cross', text: t('task.cancelled') };
}


/** What failed was read. */
function dismiss() {
    for (const task of current().filter(({ state }) => state === 'failed')) {
        forget(task.id);

        if (user()?.role === 'admin') {
            void seen(task);
        }
    }
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
    const close = button({
        text: '', label: t('strip.dismiss'), icon: 'cross', kind: 'quiet',
        small: true, press: dismiss,
    });
    const heard = h('p', { class: 'sr', role: 'status' });
    let signed = '';
    /** @type {Map<number, ReturnType<typeof taskLine>>} */
    const shown = new Map();

    const draw = () => {
        const tasks = current();
        const ids = new Set(tasks.map((task) => task.id));
        const head = headOf(tasks);
        const failed = tasks.some(({ state }) => state === 'failed');

        self.hidden = tasks.length === 0;
        close.hidden = !failed;
        document.body.toggleAttribute('data-strip', tasks.length > 0);

        if (head.sign !== signed) {
            signed = head.sign;
            put(sign, icon(signed));
        }

        self.toggleAttribute('data-busy', signed === 'work');
        self.toggleAttribute('data-failed', failed);
        say(count, head.text);

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

    close.classList.add('strip-close');
    put(root, self, close, heard);
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
