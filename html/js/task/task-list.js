/*
 * A list of tasks, newest first, each with its steps and its log; those that
 * failed and that no administrator has seen stand above all others.
 */

import { get } from '../lib/api.js';
import { button } from '../ui/button.js';
import { every, h, put, say } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { pending } from '../ui/loading.js';
import { table } from '../ui/table.js';
import { columns, taskRow } from './task-row.js';
import { number, t } from '../lib/i18n.js';
import { on } from '../lib/live.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {{state: string, vm: string, actor: string}} Wish */

const PAGE = 30;
const COUNTED = 50;
const CHIPS = ['', 'queued', 'running', 'done', 'failed', 'cancelled'];


/** @param {Record<string, string>} wish */
export function given(wish) {
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
 * Some rows of the list under a head of their own.
 *
 * @param {string} text
 */
function heading(text) {
    return h('tbody', { class: 'tasks-head', hidden: true }, h('tr', null,
        h('th', { scope: 'rowgroup' }, h('div', null, text))));
}


/**
 * @param {Wish} wish  changed in place
 * @param {{
 *     signal: AbortSignal, changed?: () => void,
 *     one?: {id: string, all: () => void},
 * }} options  changed: somebody chose another state, one: no list but this
 *     task, open, and how to have them all
 */
export function taskList(wish, options) {
    const { signal, one } = options;

    /* what cannot be chosen is no filter */
    const fixed = options.changed ? 0 : given(wish).size;
    /** @type {Map<number, ReturnType<typeof taskRow>>} */
    const shown = new Map();
    /** @type {number | null} */
    let next = null;
    let turn = 0;

    const rows = table({ label: t('nav.tasks'), cls: 'table',
        columns: columns(), groups: true });
    const unseen = heading(t('tasks.unseen'));
    const rest = heading(t('tasks.rest'));
    const none = h('div', null);
    const list = h('div', { class: 'tasks' }, rows.node, none);
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
                options.changed?.();
                void load(true);
            },
        },
    }, t(`tasks.of.${name || 'all'}`)));

    const draw = () => {
        rows.node.hidden = shown.size === 0;
        put(none, shown.size > 0 ? null : h('p', { class: 'empty' },
            t(given(wish).size > fixed ? 'tasks.nomatch' : 'tasks.none')));
    };

    const wrong = (/** @type {unknown} */ error,
        /** @type {(() => void) | undefined} */ again,
        /** @type {{list?: string} | undefined} */ way = undefined) => {
        if (!signal.aborted) {
            rows.node.hidden = true;
            put(none, fault(error, again, way));
        }
    };

    /**
     * A row that was there before, as an event brings it, stays as it is
     * open.
     *
     * @param {Task} task
     * @param {(node: HTMLElement) => void} place
     * @param {ReturnType<typeof taskRow>} [before]
     */
    const add = (task, place, before) => {
        const known = shown.get(task.id);

        if (known) {
            known.set(task);
            return;
        }

        const made = before ?? taskRow(task, signal,
            String(task.id) === one?.id);

        before?.set(task);
        shown.set(task.id, made);
        place(made.node);
    };

    const ask = (/** @type {Record<string, string>} */ what) =>
        get(`tasks?${given({ ...wish, ...what })}`, { signal });

    /* those that nobody has seen are asked for by themselves: in a list by
       number, which is what its pages go by, they may be anywhere */
    const above = () => (user()?.role === 'admin'
        && (wish.state === '' || wish.state === 'failed')
        ? ask({ state: 'failed', unseen: '1', limit: String(PAGE) })
        : { items: [] });

    const load = async (/** @type {boolean} */ fresh) => {
        const mine = ++turn;

        try {
            const [first, answer] = await pending(none, 'table', Promise.all([
                fresh ? above() : { items: [] },
                ask({ limit: String(PAGE),
                    cursor: fresh ? '' : String(next ?? '') })]));

            if (mine !== turn) {
                return;
            }

            const before = new Map(fresh ? shown : []);

            if (fresh) {
                shown.forEach((one) => one.node.remove());
                shown.clear();
                unseen.hidden = first.items.length === 0;
                rest.hidden = unseen.hidden;
            }

            first.items.forEach((/** @type {Task} */ one) => add(one,
                (node) => rest.before(node), before.get(one.id)));
            answer.items.forEach((/** @type {Task} */ one) => add(one,
                (node) => rows.body.append(node), before.get(one.id)));
            rest.hidden ||= shown.size === first.items.length;
            next = answer.next ?? null;
            more.hidden = next === null;
            draw();
        } catch (error) {
            wrong(error, () => void load(true));
        }
    };

    /** How many failed, on the button that shows them. */
    const count = async () => {
        const { items, next: others } = await ask({ state: 'failed',
            limit: String(COUNTED) });

        say(chips[CHIPS.indexOf('failed')], items.length === 0
            ? t('tasks.of.failed') : `${t('tasks.of.failed')} (${
                number(items.length)}${others ? '+' : ''})`);
    };

    /* the list does without */
    const recount = () => void count().catch(() => {});

    const begin = async () => {
        if (one) {
            try {
                add(await get(`tasks/${encodeURIComponent(one.id)}`,
                    { signal }), (node) => rows.body.append(node));
                shown.get(Number(one.id))?.show(true);
                draw();
            } catch (error) {
                wrong(error, undefined, { list: 'tasks' });
                return;
            }

            more.hidden = false;
            more.querySelector('.button-text')
                ?.replaceChildren(t('strip.all'));
            more.onclick = one.all;
            return;
        }

        await load(true);
        recount();
    };

    more.hidden = true;
    rows.node.hidden = true;
    rows.body.append(unseen, rest);
    every(1000, () => shown.forEach((row) => row.tick()), signal);
    on('task', (/** @type {Task} */ task) => {
        const before = shown.get(task.id)?.state();

        if (before || (!one && fits(task, wish))) {
            add(task, (node) => rest.after(node));
            draw();
        }

        if (!one && (task.state === 'failed') !== (before === 'failed')) {
            recount();
        }
    }, signal);

    return {
        /** Load it. */
        begin,

        /** The wish is another. */
        again() {
            void load(true);
            recount();
        },
        chips: h('div', { class: 'chips', role: 'group',
            'aria-label': t('tasks.state') }, chips),
        node: h('div', null, list, h('div', { class: 'fleet-foot' }, more)),
    };
}
