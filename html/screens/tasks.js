/*
 * Tasks: everything that was done, with its steps; an administrator takes a
 * failed one up again, or one back that still waits.
 */

import { get } from '../api.js';
import { now } from '../clock.js';
import { button } from '../parts/button.js';
import { every, h, put, say, sayWhole } from '../parts/dom.js';
import { fault, faultWords } from '../parts/fault.js';
import { icon } from '../parts/icon.js';
import { pending } from '../parts/loading.js';
import { taskState } from '../parts/state.js';
import { steps, stepWords } from '../parts/steps.js';
import { seen, taskAct } from '../parts/task-act.js';
import { taskLog } from '../parts/task-log.js';
import { taskTitle } from '../parts/task-strip.js';
import { userCombo, vmCombo } from '../parts/vm-find.js';
import { ago, moment, number, percent, seconds, t, word } from '../i18n.js';
import { on, over } from '../live.js';
import { user } from '../session.js';

/** @typedef {import('../types.d.ts').View} View */
/** @typedef {import('../types.d.ts').Task} Task */

const PAGE = 30;
const COUNTED = 50;
const CHIPS = ['', 'queued', 'running', 'done', 'failed', 'cancelled'];


/** @param {Task} task */
function lasted(task) {
    const end = task.finished ? Date.parse(task.finished)
        : Math.floor(now() / 1000) * 1000;

    return task.started
        ? seconds(Math.max(0, end - Date.parse(task.started)) / 1000) : '';
}


/** @param {Task} task */
function actor(task) {
    return word('actor', task.actor, task.actor ?? '');
}


/**
 * A task that opens to its steps and its log.
 *
 * @param {Task} first
 * @param {View} view
 * @param {boolean} open
 */
function item(first, view, open) {
    const state = h('span', { class: 'task-state' });
    const said = h('span', { class: 'task-now' });
    const when = h('span', { class: 'when' });
    const list = steps(first.steps ?? [], view.signal);
    const wrong = h('p', { class: 'task-error' });
    const acts = h('div', { class: 'task-acts' });
    let shown = '';

    const log = taskLog(first, view.signal);

    const node = h('details', {
        class: 'task', open,
        on: {
            toggle: () => {
                if (node.open) {
                    log.open();
                    read();
                }
            },
        },
    }, h('summary', null, icon('right', 'chevron'),
        h('span', { class: 'task-title', title: taskTitle(first) },
            taskTitle(first)), state, said, when),
    h('div', { class: 'task-body' }, wrong, list.node, acts,
        log.node));

    const drawActs = (/** @type {Task} */ task) => put(acts,
        taskAct(task, async () => set(await get(`tasks/${task.id}`,
            { signal: view.signal }))));

    /* who reads why it failed has seen it */
    const read = () => {
        if (node.open && user()?.role === 'admin') {
            void seen(first);
        }
    };

    const set = (/** @type {Task} */ task) => {
        const time = task.finished ?? task.started ?? task.created;

        if (task.state !== shown) {
            shown = task.state;
            put(state, taskState(task.state));
            drawActs(task);
        }

        put(when, time ? h('time', { datetime: time, title: moment(time) },
            ago(time)) : null);
        put(wrong, ...(task.error
            ? [icon('warn'), faultWords(task.error)] : []));
        first = { ...first, error: null, finished: null, ...task };
        list.set(task.steps ?? []);
        log.follow(task);
        tick();
        read();
    };

    const tick = () => sayWhole(said, (over(first) ? [actor(first), lasted(first)]
        : [stepWords(first), percent(first.percent ?? 0), lasted(first)])
        .filter(Boolean).join(' · '));

    set(first);

    return { node, set, tick };
}


/** @typedef {{state: string, vm: string, actor: string}} Wish */

/**
 * @param {View} view
 * @returns {Wish}
 */
function wishOf(view) {
    return {
        state: view.query.get('state') ?? '',
        vm: view.query.get('vm') ?? '',
        actor: view.query.get('actor') ?? '',
    };
}


/** @param {Record<string, string>} wish */
function given(wish) {
    return new URLSearchParams(Object.entries(wish)
        .filter(([, value]) => value !== ''));
}


/**
 * Whether a task that just came belongs into the list.
 *
 * @param {Task} task
 * @param {Wish} wish
 */
function fits(task, wish) {
    return (!wish.state || wish.state === task.state)
        && (!wish.vm || wish.vm === String(task.vm?.id))
        && (!wish.actor || wish.actor === task.actor);
}


/**
 * The fields that choose a container and, for an administrator, a person.
 *
 * @param {Wish} wish
 * @param {() => void} changed
 * @param {View} view
 */
function finders(wish, changed, view) {
    const which = vmCombo({ label: t('tasks.vm'), chosen: (vm) => {
        wish.vm = vm ? String(vm.id) : '';
        changed();
    } });
    const who = user()?.role === 'admin' ? userCombo({
        name: 'actor', label: t('tasks.actor'), bare: true,
        placeholder: t('tasks.actor'), chosen: (person) => {
            wish.actor = person?.account ?? '';
            changed();
        } }) : null;

    if (wish.vm) {
        get(`vms/${encodeURIComponent(wish.vm)}`, { signal: view.signal })
            .then((vm) => which.set(vm), () => {});
    }

    if (wish.actor && who) {
        get(`admin/users?${new URLSearchParams({ q: wish.actor,
            limit: '1' })}`, { signal: view.signal })
            .then((answer) => who.set(answer.items[0] ?? null), () => {});
    }

    return [which.node, who?.node];
}


/** @param {View} view */
export default async function tasks(view) {
    /** @type {Map<number, ReturnType<typeof item>>} */
    const shown = new Map();
    /** @type {number | null} */
    let next = null;
    const wish = wishOf(view);
    let turn = 0;

    const list = h('div', { class: 'tasks' });
    const more = button({ text: t('fleet.more'), icon: 'down',
        press: () => void load(false) });
    const chips = CHIPS.map((name) => h('button', {
        type: 'button', class: 'chip',
        'aria-pressed': String(name === wish.state),
        on: {
            click: () => {
                wish.state = name;
                chips.forEach((chip, i) => chip.setAttribute('aria-pressed',
                    String(CHIPS[i] === wish.state)));
                changed();
            },
        },
    }, name ? t(`task.${name}`) : t('fleet.all')));

    const changed = () => {
        const query = given(wish);

        view.go(query.size > 0 ? `tasks?${query}` : 'tasks',
            { replace: true, quiet: true });
        void load(true);
    };

    /* a row that was there before, as an event brings it, stays as it is open */
    const add = (/** @type {Task} */ task, /** @type {boolean} */ top,
        /** @type {ReturnType<typeof item> | undefined} */ before = undefined) => {
        const known = shown.get(task.id);

        if (known) {
            known.set(task);
            return;
        }

        const made = before ?? item(task, view, String(task.id) === view.id);

        before?.set(task);
        shown.set(task.id, made);
        list[top ? 'prepend' : 'append'](made.node);
    };

    const load = async (/** @type {boolean} */ fresh) => {
        const mine = ++turn;
        const query = given({ ...wish, limit: String(PAGE) });

        if (!fresh && next) {
            query.set('cursor', String(next));
        }

        try {
            const answer = await pending(list, 'table',
                get(`tasks?${query}`, { signal: view.signal }));

            if (mine !== turn) {
                return;
            }

            const before = new Map(fresh ? shown : []);

            if (fresh) {
                shown.clear();
                put(list);
            }

            next = answer.next ?? null;
            more.hidden = next === null;
            answer.items.forEach((/** @type {Task} */ one) =>
                add(one, false, before.get(one.id)));

            if (shown.size === 0) {
                put(list, h('p', { class: 'empty' },
                    t(given(wish).size > 0 ? 'tasks.nomatch'
                        : 'tasks.none')));
            }
        } catch (error) {
            if (!view.signal.aborted) {
                put(list, fault(error, () => void load(true)));
            }
        }
    };

    /** How many failed, on the button that shows them. */
    const count = async () => {
        const { items, next: rest } = await get(
            `tasks?state=failed&limit=${COUNTED}`, { signal: view.signal });

        if (items.length > 0) {
            say(chips[CHIPS.indexOf('failed')], `${t('task.failed')} (${
                number(items.length)}${rest ? '+' : ''})`);
        }
    };

    view.title(t('nav.tasks'));
    more.hidden = true;
    put(view.root, h('div', { class: 'page' },
        h('h1', { tabindex: -1 }, t('nav.tasks')),
        h('div', { class: 'task-filters', role: 'search' },
            finders(wish, changed, view),
            h('div', { class: 'chips', role: 'group',
                'aria-label': t('tasks.state') }, chips)),
        list, h('div', { class: 'fleet-foot' }, more)));

    every(1000, () => shown.forEach((one) => one.tick()), view.signal);
    on('task', (task) => {
        if (shown.has(task.id)) {
            shown.get(task.id)?.set(task);
        } else if (fits(task, wish)) {
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
                put(list, fault(error, undefined, { list: 'tasks' }));
            }

            return;
        }

        more.hidden = false;
        more.querySelector('.button-text')?.replaceChildren(t('strip.all'));
        more.onclick = () => view.go('tasks');
        return;
    }

    await load(true);
    count().catch(() => {});        /* the list does without */
}
