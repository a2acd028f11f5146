/*
 * The log of a task: asked for when it is opened, and again when a step ends, or
 * when the API says that it has grown since; what a step says meanwhile comes
 * with the events and is put below.
 */

import { get } from '../lib/api.js';
import { copyButton } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { on } from '../lib/live.js';
import { said, sayWords } from '../lib/said.js';
import { user } from '../lib/session.js';
import { clock, moment, t, word } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('../../types.d.ts').LogLine} LogLine */


function admin() {
    return user()?.role === 'admin';
}


/**
 * In the reader's words; what a first boot printed is its owner's own.
 *
 * @param {LogLine} line
 */
function words(line) {
    return said(line.text, line.say)
        || (line.text.startsWith('| ') ? line.text : '');
}


/** @param {LogLine} line */
function row(line) {
    return h('div', { class: 'log-line' },
        h('time', { datetime: line.at, title: moment(line.at) },
            clock(line.at)),
        h('span', { class: 'log-step' }, word('step', line.step)),
        h('span', { class: 'log-text', title: sayWords(line.say) && admin()
            ? line.text : null }, words(line)));
}


/**
 * @param {LogLine} one
 * @param {LogLine | undefined} other
 */
function same(one, other) {
    return one.at === other?.at && one.text === other.text;
}


/**
 * Lines that grow: what stands stays, and who reads the end stays there.
 *
 * @param {HTMLElement} list
 */
function lines(list) {
    /** @type {LogLine[]} */
    let shown = [];

    return {
        /** @param {LogLine[]} next */
        set(next) {
            const low = list.scrollHeight - list.scrollTop
                - list.clientHeight < 24;
            let kept = 0;

            while (kept < next.length && same(next[kept], shown[kept])) {
                kept += 1;
            }

            while (list.children.length > kept) {
                list.lastElementChild?.remove();
            }

            list.append(...next.slice(kept).map(row));
            shown = next;

            if (low) {
                list.scrollTop = list.scrollHeight;
            }
        },

        all: () => shown,

        text: () => shown.map((line) =>
            `${line.at} ${line.step}: ${line.text}\n`).join(''),
    };
}


/** @param {Task} task */
function running(task) {
    return task.steps?.find((step) => step.state === 'running');
}


/**
 * The part of a task that its log depends on.
 *
 * @param {Task} task
 */
function turn(task) {
    return [task.state, ...(task.steps ?? []).map((step) => step.state)].join();
}


/**
 * @param {Task} first
 * @param {AbortSignal} signal
 */
export function taskLog(first, signal) {
    const wrong = h('p', { class: 'log-wrong' });
    const list = h('div', {
        class: 'log-lines', role: 'log', 'aria-live': 'off', tabindex: 0,
        'aria-label': t('log.title'), lang: 'en',
        data: { none: t('log.none') },
    });
    const log = lines(list);
    let task = first;
    let open = false;
    let asking = false;
    let again = false;

    /** @param {LogLine[]} next */
    const set = (next) => {
        put(wrong);
        log.set(next);
    };

    const ask = async () => {
        again = asking;

        if (asking) {
            return;
        }

        asking = true;

        try {
            set((await get(`tasks/${task.id}`, { signal })).log ?? []);
        } catch (error) {
            if (!signal.aborted) {
                put(wrong, fault(error, () => void ask()));
            }
        }

        asking = false;

        if (again && !signal.aborted) {
            void ask();
        }
    };

    /** What the running step says and its log does not have yet. */
    const hear = () => {
        const step = running(task);
        const last = log.all().at(-1);

        if (step?.detail && step.percent
            && (last?.text !== step.detail || last.step !== step.name))
        {
            log.set([...log.all(), { at: new Date().toISOString(),
                step: step.name, text: step.detail }]);
        }
    };

    on('noted', (id) => {
        if (open && id === task.id) {
            void ask();
        }
    }, signal);

    return {
        node: h('section', { class: 'log' },
            h('div', { class: 'log-head' }, h('p', null, t('log.title')),
                copyButton(list, log.text, t('log.copy'), t('copied'))),
            list, wrong),

        /** Somebody looks at it from now on. */
        open() {
            if (!open) {
                open = true;
                void ask();
            }
        },

        /** @param {Task} next */
        follow(next) {
            const moved = turn(next) !== turn(task);

            task = next;

            if (!open) {
                return;
            }

            if (next.log) {
                set(next.log);
            } else if (moved) {
                void ask();
            } else {
                hear();
            }
        },
    };
}
