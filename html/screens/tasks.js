/*
 * Tasks: everything that was done, with its steps; an administrator takes a
 * failed one up again, or one back that still waits, and those that failed and
 * that no administrator has seen stand above all others.
 */

import { get } from '../api.js';
import { button } from '../parts/button.js';
import { every, h, put, say } from '../parts/dom.js';
import { fault } from '../parts/fault.js';
import { pending } from '../parts/loading.js';
import { table } from '../parts/table.js';
import { columns, taskRow } from '../parts/task-row.js';
import { userCombo, vmCombo } from '../parts/vm-find.js';
import { number, t } from '../i18n.js';
import { on } from '../live.js';
import { user } from '../session.js';

/** @typedef {import('../types.d.ts').View} View */
/** @typedef {import('../types.d.ts').Task} Task */

const PAGE = 30;
const COUNTED = 50;
const CHIPS = ['', 'queued', 'running', 'done', 'failed', 'cancelled'];


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


/**
 * Some rows of the list under a head of their own.
 *
 * @param {string} text
 */
function heading(text) {
    return h('tbody', { class: 'tasks-head', hidden: true }, h('tr', null,
        h('th', { scope: 'rowgroup' }, h('div', null, text))));
}


/** @param {View} view */
export default async function tasks(view) {
    /** @type {Map<number, ReturnType<typeof taskRow>>} */
    const shown = new Map();
    /** @type {number | null} */
    let next = null;
    const wish = wishOf(view);
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
                changed();
            },
        },
    }, t(`tasks.of.${name || 'all'}`)));

    const changed = () => {
        const query = given(wish);

        view.go(query.size > 0 ? `tasks?${query}` : 'tasks',
            { replace: true, quiet: true });
        void load(true);
    };

    const draw = () => {
        rows.node.hidden = shown.size === 0;
        put(none, shown.size > 0 ? null : h('p', { class: 'empty' },
            t(given(wish).size > 0 ? 'tasks.nomatch' : 'tasks.none')));
    };

    const wrong = (/** @type {unknown} */ error,
        /** @type {(() => void) | undefined} */ again,
        /** @type {{list?: string} | undefined} */ options = undefined) => {
        if (!view.signal.aborted) {
            rows.node.hidden = true;
            put(none, fault(error, again, options));
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

        const made = before ?? taskRow(task, view, String(task.id) === view.id);

        before?.set(task);
        shown.set(task.id, made);
        place(made.node);
    };

    const ask = (/** @type {Record<string, string>} */ what) =>
        get(`tasks?${given({ ...wish, ...what })}`, { signal: view.signal });

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
        const { items, next: others } = await get(
            `tasks?state=failed&limit=${COUNTED}`, { signal: view.signal });

        say(chips[CHIPS.indexOf('failed')], items.length === 0
            ? t('tasks.of.failed') : `${t('tasks.of.failed')} (${
                number(items.length)}${others ? '+' : ''})`);
    };

    /* the list does without */
    const recount = () => void count().catch(() => {});

    view.title(t('nav.tasks'));
    more.hidden = true;
    rows.node.hidden = true;
    rows.body.append(unseen, rest);
    put(view.root, h('div', { class: 'page wide' },
        h('h1', { tabindex: -1 }, t('nav.tasks')),
        h('div', { class: 'task-filters', role: 'search' },
            finders(wish, changed, view),
            h('div', { class: 'chips', role: 'group',
                'aria-label': t('tasks.state') }, chips)),
        list, h('div', { class: 'fleet-foot' }, more)));

    every(1000, () => shown.forEach((one) => one.tick()), view.signal);
    on('task', (/** @type {Task} */ task) => {
        const before = shown.get(task.id)?.state();

        if (before || (!view.id && fits(task, wish))) {
            add(task, (node) => rest.after(node));
            draw();
        }

        if (!view.id && (task.state === 'failed') !== (before === 'failed')) {
            recount();
        }
    }, view.signal);

    if (view.id) {
        try {
            add(await get(`tasks/${encodeURIComponent(view.id)}`,
                { signal: view.signal }), (node) => rows.body.append(node));
            shown.get(Number(view.id))?.show(true);
            draw();
        } catch (error) {
            wrong(error, undefined, { list: 'tasks' });
            return;
        }

        more.hidden = false;
        more.querySelector('.button-text')?.replaceChildren(t('strip.all'));
        more.onclick = () => view.go('tasks');
        return;
    }

    await load(true);
    recount();
}
