/*
 * Tasks: everything that was done, with its steps; an administrator takes a
 * failed one up again, or one back that still waits.
 */

import { get } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { given, taskList } from './task-list.js';
import { userCombo, vmCombo } from '../vm/vm-find.js';
import { t } from '../lib/i18n.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('./task-list.js').Wish} Wish */

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
    const wish = wishOf(view);
    const changed = () => {
        const query = given(wish);

        view.go(query.size > 0 ? `tasks?${query}` : 'tasks',
            { replace: true, quiet: true });
    };
    const list = taskList(wish, { signal: view.signal, changed,
        one: view.id ? { id: view.id, all: () => view.go('tasks') }
            : undefined });

    view.title(t('nav.tasks'));
    put(view.root, h('div', { class: 'page wide' },
        h('h1', { tabindex: -1 }, t('nav.tasks')),
        h('div', { class: 'task-filters', role: 'search' },
            finders(wish, () => {
                changed();
                list.again();
            }, view), list.chips),
        list.node));

    await list.begin();
}
