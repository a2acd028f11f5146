/*
 * A task as a row of the list, which opens to its times, its steps and its
 * log; a card where there is little room.
 */

import { get } from '../lib/api.js';
import { now } from '../lib/clock.js';
import { h, put, say, sayWhole, uid } from '../ui/dom.js';
import { faultWords } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { taskState } from '../ui/state.js';
import { steps, stepWords } from './steps.js';
import { seen, taskAct } from './task-act.js';
import { taskLog } from './task-log.js';
import { taskTitle } from './task-strip.js';
import { ago, moment, percent, t, took, word } from '../lib/i18n.js';
import { over } from '../lib/live.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Task} Task */


/** The columns of the list: whose a server is, is what administrators ask. */
export function columns() {
    return [
        { key: 'task-kind', text: t('tasks.kind') },
        { key: 'task-vm', text: t('tasks.server') },
        ...(user()?.role === 'admin'
            ? [{ key: 'task-owner', text: t('vm.owner') }] : []),
        { key: 'task-actor', text: t('tasks.by') },
        { key: 'task-when', text: t('tasks.when') },
        { key: 'task-state', text: t('vm.state') },
    ];
}


/** @param {Task} task */
function lasted(task) {
    const end = task.finished ? Date.parse(task.finished)
        : Math.floor(now() / 1000) * 1000;

    return task.started ? took((end - Date.parse(task.started)) / 1000) : '';
}


/** @param {Task} task */
function actor(task) {
    const who = user();

    /* who ordered as a visitor has the account that the order made */
    return who?.role === 'customer'
        && (task.actor === who.account || task.actor === 'visitor')
        ? t('actor.you') : word('actor', task.actor, task.actor ?? '');
}


/** @param {Task} task */
function serverLink(task) {
    return task.vm?.id ? h('a', { href: `server?id=${task.vm.id}` },
        task.vm.name) : task.vm?.name ?? '—';
}


/** @param {Task} task */
function ownerLink(task) {
    return task.owner ? h('a', { href: 'administration?section=users&item='
        + task.owner.id }, task.owner.account) : '—';
}


/**
 * When a task was asked for, begun and over, to the second; and what a card
 * has no room for.
 *
 * @param {Task} task
 */
function facts(task) {
    const fact = (/** @type {string} */ name,
        /** @type {import('../ui/dom.js').Child} */ value, cls = '') => (value
        ? h('div', { class: `fact ${cls}` }, h('dt', null, name),
            h('dd', null, value)) : null);
    const at = (/** @type {string | null | undefined} */ time) => (time
        ? h('time', { datetime: time }, moment(time)) : null);

    return [
        task.vm ? fact(t('tasks.server'), serverLink(task), 'task-more-fact')
            : null,
        task.owner ? fact(t('vm.owner'), ownerLink(task), 'task-more-fact')
            : null,
        fact(t('tasks.created'), at(task.created)),
        fact(t('tasks.started'), at(task.started)),
        fact(t('tasks.finished'), at(task.finished)),
    ];
}


/**
 * @param {Task} first
 * @param {AbortSignal} signal
 * @param {boolean} open
 */
export function taskRow(first, signal, open) {
    const id = uid();
    const badge = h('span', { class: 'task-badge' });
    const said = h('span', { class: 'task-now' });
    const when = h('time', null);
    const times = h('dl', { class: 'facts' });
    const list = steps(first.steps ?? [], signal);
    const wrong = h('p', { class: 'task-error' });
    const acts = h('div', { class: 'task-acts' });
    const log = taskLog(first, signal);
    const opener = h('button', {
        type: 'button', class: 'row-link task-open', 'aria-expanded': 'false',
        'aria-controls': id, on: { click: () => show(more.hidden) },
    }, icon('right', 'chevron'),
    h('span', { class: 'task-title', title: taskTitle(first) },
        word('kind', first.kind, first.kind),
        first.vm ? h('span', { class: 'task-of' }, ` · ${first.vm.name}`)
            : null));
    const server = h('td', { class: 'task-vm' }, serverLink(first));
    const owner = h('td', { class: 'task-owner' }, ownerLink(first));
    const by = h('td', { class: 'task-actor' });
    const state = h('td', { class: 'task-state' }, badge, said);
    const more = h('tr', { class: 'task-more', id, hidden: true },
        h('td', null, h('div', { class: 'task-body' }, wrong, times,
            list.node, acts, log.node)));

    /* the button is named by both; a table has the server beside it */
    opener.setAttribute('aria-label', taskTitle(first));

    for (const cell of [server, owner]) {
        cell.title = cell.textContent ?? '';
    }

    const node = h('tbody', { class: 'task', data: { id: first.id } },
        h('tr', {
            class: 'task-row',
            on: { click: (/** @type {Event} */ event) => {
                if (!(/** @type {Element} */ (event.target)).closest(
                    'a, button'))
                {
                    opener.click();
                }
            } },
        }, h('th', { scope: 'row', class: 'task-kind' }, opener), server,
        user()?.role === 'admin' ? owner : null, by,
        h('td', { class: 'task-when' }, when), state), more);

    /** @param {boolean} wide */
    const show = (wide) => {
        more.hidden = !wide;
        opener.setAttribute('aria-expanded', String(wide));
        node.toggleAttribute('data-open', wide);

        if (wide) {
            log.open();
            read();
        }
    };

    const drawActs = (/** @type {Task} */ task) => put(acts,
        taskAct(task, async () => set(await get(`tasks/${task.id}`,
            { signal }))));

    /* who reads why it failed has seen it */
    const read = () => {
        if (!more.hidden && user()?.role === 'admin') {
            void seen(first);
            node.toggleAttribute('data-unseen', Boolean(first.unseen));
        }
    };

    let shown = '';

    const set = (/** @type {Task} */ task) => {
        const time = task.finished ?? task.started ?? task.created;

        if (task.state !== shown) {
            shown = task.state;
            put(badge, taskState(task.state));
            drawActs(task);
        }

        if (time) {
            when.dateTime = time;
            when.title = moment(time);
        }

        put(wrong, ...(task.error
            ? [icon('warn'), faultWords(task.error)] : []));
        first = { ...first, error: null, finished: null, ...task };
        sayWhole(by, actor(first));
        put(times, facts(first));
        list.set(task.steps ?? []);
        log.follow(task);
        node.toggleAttribute('data-unseen', Boolean(first.unseen));
        tick();
        read();
    };

    const tick = () => {
        say(when, when.dateTime ? ago(when.dateTime) : '');
        sayWhole(said, (over(first) ? [lasted(first)]
            : [stepWords(first), percent(first.percent ?? 0), lasted(first)])
            .filter(Boolean).join(' · '));
        state.title = [badge.textContent, said.textContent]
            .filter(Boolean).join(' · ');
    };

    set(first);
    show(open);

    return { node, set, tick, show, state: () => shown };
}
