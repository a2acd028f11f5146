/* The snapshots of a server: take one, look into one, go back to one, delete
   one. */

import { get, post, remove } from '../lib/api.js';
import { now } from '../lib/clock.js';
import { bar } from '../ui/bar.js';
import { busy, button, disable } from '../ui/button.js';
import { ask, sheet } from '../ui/dialog.js';
import { every, h, put, say } from '../ui/dom.js';
import { fault, refuse } from '../ui/fault.js';
import { tick as choice } from '../ui/fields.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { badge, obstacle } from '../ui/state.js';
import { bytes, moment, span, t, word } from '../lib/i18n.js';
import { note, taskOf } from '../lib/live.js';
import { browse } from './backup-files.js';

/** @typedef {import('../../schemas.d.ts').Snapshots} Snapshots */
/** @typedef {import('../../schemas.d.ts').Snapshot} Snapshot */
/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('../vm/server-tabs.js').Place} Place */

const TASKS = new Set(['snapshot', 'snapshot_drop', 'rollback']);
const TITLE = 64;

/* which snapshot a task goes back to: it does not tell */
/** @type {Map<number, Snapshot>} */
const asked = new Map();


/** @param {Snapshot} one */
function called(one) {
    return one.title || t(one.automatic ? 'snap.automatic' : 'snap.untitled');
}


/** Whether a way back ended since what was before had no room. @param {Task} task */
function hadNoRoom(task) {
    return task.kind === 'rollback' && task.state === 'failed'
        && task.error?.say?.code === 'own_disk_full' && asked.has(task.id);
}


/**
 * Say what goes and what stays, and do it when its name is typed.
 *
 * @param {Vm} vm
 * @param {Snapshot} one
 * @param {boolean} [keep]  a snapshot of now is taken before
 */
function goBack(vm, one, keep = true) {
    const end = new AbortController();
    const lost = h('p', { class: 'notice' });
    const words = h('span', null);
    const tick = () => say(words, t('snap.back.lost', { time: span(Math.max(0,
        (now() - Date.parse(one.taken)) / 1000)) }));

    const kept = h('p', null);
    const says = (/** @type {boolean} */ on) => say(kept, t(on
        ? 'snap.back.kept' : 'snap.back.bare'));
    const keeps = choice({ name: 'keep', label: t('snap.back.keep'),
        value: keep, changed: says });

    says(keep);
    put(lost, icon('warn'), words);
    tick();
    every(1000, tick, end.signal);

    const made = form({
        fields: [keeps, text({ name: 'name', required: true,
            autocomplete: 'off',
            label: t('guest.reinstall.name', { name: vm.name }) })],
        layout: (f) => [f.keep, kept, f.name],
        submit: t('snap.back.go'),
        send: async (values) => {
            const task = await post(
                `vms/${vm.id}/snapshots/${one.id}/rollback`,
                { name: values.name, keep: values.keep !== '' });

            asked.set(task.id, one);
            dialog.close();
            note({ ...task, vm: { id: vm.id, name: vm.name } });
        },
    });
    const dialog = sheet(t('snap.back.title', { name: called(one) }),
        h('div', { class: 'form' }, lost,
            h('p', null, t('snap.back.text', { date: moment(one.taken) })),
            made.node),
        () => end.abort());
}


/**
 * @param {Vm} vm
 * @param {Snapshot} one
 * @param {HTMLElement} pressed
 */
async function drop(vm, one, pressed) {
    if (!await ask({ title: t('snap.drop.ask', { name: called(one) }),
        text: t('snap.drop.text', { date: moment(one.taken) }),
        yes: t('snap.drop'), kind: 'danger' })) {
        return;
    }

    busy(pressed, true);

    try {
        const task = await remove(`vms/${vm.id}/snapshots/${one.id}`);

        note({ ...task, vm: { id: vm.id, name: vm.name } });
    } catch (error) {
        refuse(error);
    } finally {
        busy(pressed, false);
    }
}


/**
 * One of the list; `set` when the figures are others, `hold` when something
 * is in the way.
 *
 * @param {Vm} vm
 * @param {Snapshot} first
 */
function row(vm, first) {
    let one = first;
    const name = called(one);
    const size = h('bdi', null);
    const back = button({ text: t('snap.back'), icon: 'undo', small: true,
        label: t('snap.back.of', { name }), press: () => goBack(vm, one) });
    const gone = button({ text: t('snap.drop'), icon: 'trash', small: true,
        kind: 'quiet', label: t('snap.drop.of', { name }),
        press: () => void drop(vm, one, gone) });
    const look = button({ text: t('backups.browse'), icon: 'eye', small: true,
        label: t('snap.browse.of', { name }),
        press: () => browse(`vms/${vm.id}/snapshots/${one.id}`,
            t('snap.browse.title', { name })) });
    const node = h('li', { class: 'copy-row' },
        h('div', { class: 'copy-words' }, h('strong', null, h('bdi', null,
            name)),
        h('p', { class: 'when' },
            h('time', { datetime: one.taken }, moment(one.taken)),
            one.actor && !one.automatic ? [' · ', h('bdi', null, one.actor)]
                : null, ' · ', size)),
        h('div', { class: 'row-buttons' }, back, look, gone));

    return {
        node,

        /** @param {Snapshot} next */
        set(next) {
            one = next;
            say(size, one.bytes === null ? t('snap.size.unknown')
                : t('snap.size', { size: bytes(one.bytes) }));
        },

        /**
         * What is in the way of both, and of going back alone.
         *
         * @param {string} both
         * @param {HTMLElement} why
         * @param {string} alone
         * @param {HTMLElement} whyAlone
         */
        hold(both, why, alone, whyAlone) {
            disable(back, both || alone, both ? why : whyAlone);

            if (!gone.hasAttribute('data-busy')) {
                disable(gone, both, why);
            }
        },
    };
}


/**
 * The list, of which rows stay that stay, so that the focus does.
 *
 * @param {Vm} vm
 */
function list(vm) {
    /** @type {Map<number, ReturnType<typeof row>>} */
    const rows = new Map();
    const node = h('ul', { class: 'copy-list' });
    let order = '';

    return {
        node, rows,

        /** @param {Snapshot[]} items */
        set(items) {
            const ids = items.map((one) => one.id);

            for (const one of items) {
                rows.get(one.id) ?? rows.set(one.id, row(vm, one));
                rows.get(one.id)?.set(one);
            }

            for (const id of rows.keys()) {
                if (!ids.includes(id)) {
                    rows.delete(id);
                }
            }

            if (order !== ids.join() || ids.length === 0) {
                const held = /** @type {HTMLElement} */ (
                    document.activeElement);

                order = ids.join();
                put(node, ...[...ids].map((id) => rows.get(id)?.node),
                    ids.length === 0
                        ? h('li', { class: 'when' }, t('snap.none')) : null);

                if (held?.isConnected && node.contains(held)) {
                    held.focus();
                }
            }
        },
    };
}


/**
 * @param {Vm} vm
 * @param {() => void} taken
 */
function takeForm(vm, taken) {
    const title = text({ name: 'title', label: t('snap.title'),
        hint: t('snap.title.hint'), maxlength: TITLE, autocomplete: 'off' });

    return form({
        fields: [title], submit: t('snap.take'),
        send: async (values) => {
            const task = await post(`vms/${vm.id}/snapshots`,
                values.title ? { title: values.title } : {});

            title.input.value = '';
            note({ ...task, vm: { id: vm.id, name: vm.name } });
            taken();
        },
    });
}


/**
 * How many there are, and what they take of the disk.
 *
 * @param {Vm} vm
 */
function figures(vm) {
    const count = h('p', { class: 'copies-count' });
    const disk = bar(t('snap.disk'));
    const shared = h('p', { class: 'when' }, t('snap.shared'));

    return {
        node: h('div', { class: 'copies-figures' }, count, disk.node, shared),

        /** @param {Snapshots} state */
        set(state) {
            const total = vm.disk.total_bytes;
            const own = state.items.reduce((sum, one) =>
                sum + (one.bytes ?? Infinity), 0);

            say(count, t('snap.count', { n: state.used, most: state.most }));
            disk.node.hidden = state.items.length === 0;
            shared.hidden = state.bytes === null || own >= state.bytes;
            disk.set(state.bytes === null || !total ? null
                : state.bytes / total, state.bytes === null
                ? t('snap.size.unknown') : bytes(state.bytes),
            total ? t('bar.of', { limit: bytes(total) }) : '');
        },
    };
}


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, { vm, live, signal }) {
    const page = h('div', { class: 'copies' });
    const why = h('p', { class: 'why' });
    const whyBack = h('p', { class: 'why' });
    const doing = h('p', { class: 'copies-doing', role: 'status' });
    const told = h('div', null);
    const again = h('div', null);
    const taking = takeForm(vm, () => hold());
    const full = h('p', { class: 'notice' });
    const all = list(vm);
    const sums = figures(vm);
    let drawn = false;

    const head = h('div', null, h('h2', null, t('snap')),
        h('p', { class: 'lead' }, t('snap.lead')));

    /* a node whose driver can't is told before it is asked */
    const never = () => put(page, head, h('p', { class: 'notice' },
        icon('warn'), t('snap.unsupported')));

    const hold = () => {
        const task = taskOf(vm.id);
        const reason = obstacle(vm);
        const rescue = vm.rescue && !reason ? t('why.rescue') : '';

        say(why, reason);
        say(whyBack, rescue);
        put(doing, ...(task && TASKS.has(task.kind) ? [badge('working',
            word('doing', task.kind))] : []));
        doing.hidden = !doing.firstChild;

        if (!taking.send.hasAttribute('data-busy')) {
            disable(taking.send, reason, why);
        }

        all.rows.forEach((one) => one.hold(reason, why, rescue,
            whyBack));
    };

    /** @param {Snapshots} state */
    const draw = (state) => {
        if (state.node === 'unsupported') {
            drawn = false;
            never();
            return;
        }

        const room = state.used < state.most;

        sums.set(state);
        all.set(state.items);
        taking.node.hidden = !room;
        full.hidden = room;
        put(full, icon('warn'), h('span', null, state.most === 0
            ? t('snap.full.none') : t('snap.full', { n: state.most })));
        put(told, state.node === 'up' ? null : h('p', { class: 'notice' },
            icon('warn'), t('snap.node')),
        vm.undo ? h('p', { class: 'notice' }, icon('undo'), h('span', null,
            t('snap.undo', { date: moment(vm.undo.until) }))) : null);
        hold();

        if (!drawn) {
            drawn = true;
            put(page, head, told, again, sums.node, doing, taking.node, full,
                why, whyBack, all.node);
        }
    };

    const load = async () => {
        const asked = get(`vms/${vm.id}/snapshots`, { signal });

        try {
            draw(await (drawn ? asked : pending(page, 'table', asked)));
        } catch (error) {
            if (!signal.aborted) {
                drawn = false;
                put(page, head, fault(error, () => void load()));
            }
        }
    };

    put(root, page);

    if (vm.features && !vm.features.includes('snapshot')) {
        never();
        return;
    }

    /* going back with nothing kept is offered, and asked anew */
    const offer = (/** @type {Task} */ task) => {
        const one = /** @type {Snapshot} */ (asked.get(task.id));

        put(again, h('div', { class: 'notice' }, icon('warn'), h('div', null,
            h('p', null, t('snap.back.full', { name: called(one) })),
            button({ text: t('snap.back.anyway'), small: true, icon: 'undo',
                press: () => goBack(vm, one, false) }))));
    };

    put(page, head);
    live.ended((task) => {
        if (hadNoRoom(task)) {
            offer(task);
        } else if (task.kind === 'rollback') {
            put(again);
        }

        void load();
    }, signal);
    live.drawn((tick) => tick || hold(), signal);
    await load();
}
