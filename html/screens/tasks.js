/* Tasks: everything that was done, with its steps. */

import { get } from '../api.js';
import { button } from '../parts/button.js';
import { h, put } from '../parts/dom.js';
import { fault, faultWords } from '../parts/fault.js';
import { icon } from '../parts/icon.js';
import { pending } from '../parts/loading.js';
import { taskState } from '../parts/state.js';
import { steps, stepWords } from '../parts/steps.js';
import { taskTitle } from '../parts/task-strip.js';
import { ago, moment, percent, seconds, t, word } from '../i18n.js';
import { on, over } from '../live.js';

/** @typedef {import('../types.d.ts').View} View */
/** @typedef {import('../types.d.ts').Task} Task */

const PAGE = 30;
const CHIPS = ['', 'running', 'done', 'failed'];


/** @param {Task} task */
function lasted(task) {
    return task.started && task.finished
        ? seconds((Date.parse(task.finished) - Date.parse(task.started)) / 1000)
        : '';
}


/** @param {Task} task */
function actor(task) {
    return word('actor', task.actor, task.actor ?? '');
}


/**
 * A task that opens to its steps; they are asked for when it does, since a
 * list may come without them.
 *
 * @param {Task} first
 * @param {View} view
 * @param {boolean} open
 */
function item(first, view, open) {
    const state = h('span', { class: 'task-state' });
    const now = h('span', { class: 'task-now' });
    const when = h('span', { class: 'when' });
    const list = steps(first.steps ?? [], view.signal);
    const wrong = h('p', { class: 'task-error' });
    let shown = '';

    const node = h('details', {
        class: 'task card', open,
        on: {
            toggle: async () => {
                if (node.open && !first.steps?.length) {
                    try {
                        set(await get(`tasks/${first.id}`,
                            { signal: view.signal }));
                    } catch (error) {
                        if (!view.signal.aborted) {
                            put(wrong, fault(error));
                        }
                    }
                }
            },
        },
    }, h('summary', null, icon('right', 'chevron'),
        h('span', { class: 'task-title' }, taskTitle(first)), state, now, when),
    h('div', { class: 'task-body' }, wrong, list.node));

    const set = (/** @type {Task} */ task) => {
        const time = task.finished ?? task.started ?? task.created;

        if (task.state !== shown) {
            shown = task.state;
            put(state, taskState(task.state));
        }

        put(now, (over(task) ? [actor(task), lasted(task)]
            : [stepWords(task), percent(task.percent ?? 0)])
            .filter(Boolean).join(' · '));
        put(when, time ? h('time', { datetime: time, title: moment(time) },
            ago(time)) : null);
        put(wrong, ...(task.error
            ? [icon('warn'), faultWords(task.error)] : []));
        first = { ...first, ...task };
        list.set(task.steps ?? []);
    };

    set(first);

    return { node, set };
}


/** @param {View} view */
export default async function tasks(view) {
    /** @type {Map<number, ReturnType<typeof item>>} */
    const shown = new Map();
    /** @type {string | null} */
    let next = null;
    let state = '';
    let turn = 0;

    const list = h('div', { class: 'tasks' });
    const more = button({ text: t('fleet.more'), icon: 'down',
        press: () => void load(false) });
    const chips = CHIPS.map((name) => h('button', {
        type: 'button', class: 'chip', 'aria-pressed': String(name === state),
        on: {
            click: () => {
                state = name;
                chips.forEach((chip, i) => chip.setAttribute('aria-pressed',
                    String(CHIPS[i] === state)));
                void load(true);
            },
        },
    }, name ? t(`task.${name}`) : t('fleet.all')));

    const add = (/** @type {Task} */ task, /** @type {boolean} */ top) => {
        const known = shown.get(task.id);

        if (known) {
            known.set(task);
            return;
        }

        const made = item(task, view, String(task.id) === view.id);

        shown.set(task.id, made);
        list[top ? 'prepend' : 'append'](made.node);
    };

    const load = async (/** @type {boolean} */ fresh) => {
        const mine = ++turn;
        const query = new URLSearchParams({ limit: String(PAGE) });

        if (state) {
            query.set('state', state);
        }

        if (!fresh && next) {
            query.set('cursor', next);
        }

        try {
            const answer = await pending(list, 'table',
                get(`tasks?${query}`, { signal: view.signal }));

            if (mine !== turn) {
                return;
            }

            if (fresh) {
                shown.clear();
                put(list);
            }

            next = answer.next ?? null;
            more.hidden = next === null;
            answer.items.forEach((/** @type {Task} */ one) => add(one, false));

            if (shown.size === 0) {
                put(list, h('p', { class: 'empty' }, t('tasks.none')));
            }
        } catch (error) {
            if (!view.signal.aborted) {
                put(list, fault(error, () => void load(true)));
            }
        }
    };

    view.title(t('nav.tasks'));
    more.hidden = true;
    put(view.root, h('div', { class: 'page' },
        h('div', { class: 'fleet-head' },
            h('h1', { tabindex: -1 }, t('nav.tasks')),
            h('div', { class: 'chips', role: 'group',
                'aria-label': t('fleet.states') }, chips)),
        list, h('div', { class: 'fleet-foot' }, more)));

    on('task', (task) => {
        if (shown.has(task.id)) {
            shown.get(task.id)?.set(task);
        } else if (!state || state === task.state) {
            list.querySelector('.empty')?.remove();
            add(task, true);
        }
    }, view.signal);

    if (view.id) {
        try {
            add(await get(`tasks/${encodeURIComponent(view.id)}`,
                { signal: view.signal }), true);
            list.firstElementChild?.setAttribute('open', '');
        } catch (error) {
            if (!view.signal.aborted) {
                put(list, fault(error));
            }

            return;
        }

        more.hidden = false;
        more.querySelector('.button-text')?.replaceChildren(t('strip.all'));
        more.onclick = () => view.go('tasks');
        return;
    }

    await load(true);
}
