/* The backups of a server: make one, restore one, look into one. */

import { get, post, remove } from '../lib/api.js';
import { now } from '../lib/clock.js';
import { busy, button, disable } from '../ui/button.js';
import { ask, sheet } from '../ui/dialog.js';
import { every, h, put, say } from '../ui/dom.js';
import { fault, refuse } from '../ui/fault.js';
import { form, text, tiles } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { badge, obstacle } from '../ui/state.js';
import { bytes, moment, seconds, span, t, word } from '../lib/i18n.js';
import { note } from '../lib/live.js';
import { browse } from './backup-files.js';

/** @typedef {import('../../schemas.d.ts').Backups} Backups */
/** @typedef {import('../../schemas.d.ts').Backup} Backup */
/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../vm/server-tabs.js').Place} Place */

const LOOK = /** @type {const} */ ({ queued: 'queued', running: 'running',
    done: 'done', failed: 'failed' });


/** The moment that it shows, or that it was asked for. @param {Backup} one */
function when(one) {
    return one.taken ?? one.created;
}


/** @param {Backups} state */
function promise(state) {
    const kept = /** @type {const} */ (['daily', 'weekly', 'monthly'])
        .filter((key) => state[key] > 0)
        .map((key) => t(`backups.keeps.${key}`, { n: state[key] }));

    return kept.length === 0 ? ''
        : t('backups.keeps', { list: kept.join(', '),
            window: state.window ?? '' });
}


/** What is so, above the list. @param {Backups} state */
function notice(state) {
    const words = !state.offered ? t('backups.not_offered')
        : !state.available ? t('backups.no_repository')
            : state.overdue ? t('backups.overdue') : '';

    return words ? h('p', { class: 'notice' }, icon('warn'),
        h('span', null, words)) : null;
}


/**
 * In place or beside; how much is lost is counted while it is open.
 *
 * @param {Vm} vm
 * @param {Backup} one
 */
function restore(vm, one) {
    const end = new AbortController();
    const words = h('span', null);
    const lost = h('p', { class: 'notice' }, icon('warn'), words);
    const tick = () => say(words, t('backups.restore.lost', {
        time: span(Math.max(0, (now() - Date.parse(when(one))) / 1000)) }));
    const name = text({ name: 'name', required: true, autocomplete: 'off',
        label: t('guest.reinstall.name', { name: vm.name }) });
    const hostname = text({ name: 'hostname', autocomplete: 'off',
        label: t('vm.hostname'), hint: t('backups.restore.hostname') });
    const place = h('div', { class: 'form' }, lost,
        h('p', null, t('backups.restore.in_place.text',
            { date: moment(when(one)) })), name.node);
    const beside = h('div', { class: 'form', hidden: true },
        h('p', null, t('backups.restore.new.text',
            { date: moment(when(one)) })), hostname.node);
    let mode = 'in_place';

    const chosen = tiles({ name: 'mode', label: t('backups.restore.how'),
        value: mode, choices: ['in_place', 'new'].map((value) => ({ value,
            node: h('span', null, t(`backups.restore.${value}`)) })),
        changed: (value) => {
            mode = value;
            place.hidden = mode !== 'in_place';
            beside.hidden = mode !== 'new';
        } });

    tick();
    every(1000, tick, end.signal);

    const made = form({
        fields: [chosen, { ...name, check: () => mode === 'new'
            || name.check() }, { ...hostname, check: () =>
            mode === 'in_place' || hostname.check() }],
        layout: (f) => [f.mode, place, beside],
        submit: t('backups.restore.go'),
        send: async (values) => {
            const task = await post(`vms/${vm.id}/backups/${one.id}/restore`,
                mode === 'in_place' ? { mode, name: values.name }
                    : { mode, ...(values.hostname
                        ? { hostname: values.hostname } : {}) });

            dialog.close();
            note(task);
        },
    });
    const dialog = sheet(t('backups.restore.title',
        { date: moment(when(one)) }), made.node, () => end.abort());
}


/**
 * @param {Vm} vm
 * @param {Backup} one
 * @param {HTMLElement} pressed
 * @param {() => void} done
 */
async function drop(vm, one, pressed, done) {
    if (!await ask({ title: t('backups.drop.ask', { date: moment(when(one)) }),
        text: t('backups.drop.text'), yes: t('backups.drop'),
        kind: 'danger' })) {
        return;
    }

    busy(pressed, true);

    try {
        await remove(`vms/${vm.id}/backups/${one.id}`);
        done();
    } catch (error) {
        refuse(error);
    } finally {
        busy(pressed, false);
    }
}


/** @param {Backup} one */
function figures(one) {
    return [t(`backups.kind.${one.kind}`),
        one.bytes === null ? '' : bytes(one.bytes),
        one.files === null ? '' : t('backups.files', { n: one.files }),
        one.added_bytes === null ? ''
            : t('backups.added', { size: bytes(one.added_bytes) }),
        one.seconds === null || one.state !== 'done' ? ''
            : t('backups.took', { time: seconds(one.seconds) })]
        .filter(Boolean).join(' · ');
}


/**
 * @param {Vm} vm
 * @param {Backup} one
 * @param {Backups} state
 * @param {HTMLElement} why
 * @param {() => void} changed
 */
function row(vm, one, state, why, changed) {
    const date = moment(when(one));
    const gone = button({ text: t('backups.drop'), icon: 'trash', small: true,
        kind: 'quiet', label: t('backups.drop.of', { date }),
        press: () => void drop(vm, one, gone, changed) });
    const back = button({ text: t('backups.restore'), icon: 'undo',
        small: true, label: t('backups.restore.of', { date }),
        press: () => restore(vm, one) });
    const look = button({ text: t('backups.browse'), icon: 'eye', small: true,
        label: t('backups.browse.of', { date }),
        press: () => browse(`vms/${vm.id}/backups/${one.id}`,
            t('backups.browse.title', { date })) });
    const good = one.state === 'done';

    disable(back, state.available ? '' : t('backups.no_repository'), why);
    disable(look, state.available ? '' : t('backups.no_repository'), why);

    return h('li', { class: 'copy-row' },
        h('div', { class: 'copy-words' },
            h('strong', null, h('time', { datetime: when(one) }, date)),
            ' ', good ? null : badge(LOOK[one.state],
                t(`backups.state.${one.state}`)),
            h('p', { class: 'when' }, figures(one)),
            one.error ? h('p', null, word('backups.why', one.error,
                t('backups.why')), one.error_detail
                ? [' ', h('bdi', null, one.error_detail)] : null) : null),
        h('div', { class: 'row-buttons' }, good ? [back, look] : null,
            ['done', 'failed'].includes(one.state) ? gone : null));
}


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, { vm, live, signal }) {
    const page = h('div', { class: 'copies backups' });
    const why = h('p', { class: 'why' });
    const head = h('div', null, h('h2', null, t('backups')),
        h('p', { class: 'lead' }, t('backups.lead')));
    /** @type {Backups | undefined} */
    let state;

    const make = button({ text: t('backups.make'), icon: 'plus',
        kind: 'primary', press: async () => {
            busy(make, true);

            try {
                const task = await post(`vms/${vm.id}/backups`);

                note({ ...task, vm: { id: vm.id, name: vm.name } });
                void load();
            } catch (error) {
                refuse(error);
            } finally {
                busy(make, false);
                hold();
            }
        } });

    const running = () => state?.items.some((one) =>
        ['queued', 'running'].includes(one.state));

    const hold = () => {
        const reason = running() ? t('backups.runs') : obstacle(vm);

        say(why, reason);

        if (!make.hasAttribute('data-busy')) {
            disable(make, reason, why);
        }
    };

    /** @param {Backups} next */
    const draw = (next) => {
        state = next;
        put(page, head, notice(next),
            next.offered ? h('p', null, promise(next)) : null,
            next.offered && next.available
                ? h('div', { class: 'row-buttons' }, make) : null, why,
            next.items.length > 0
                ? h('ul', { class: 'copy-list' }, next.items.map((one) =>
                    row(vm, one, next, why, () => void load())))
                : next.offered ? h('p', { class: 'when' }, t('backups.none'))
                    : null);
        hold();
    };

    const load = async () => {
        const asked = get(`vms/${vm.id}/backups`, { signal });

        try {
            draw(await (state ? asked : pending(page, 'table', asked)));
        } catch (error) {
            if (!signal.aborted) {
                state = undefined;
                put(page, head, fault(error, () => void load()));
            }
        }
    };

    put(root, page);
    put(page, head);
    live.ended(() => void load(), signal);
    live.drawn((tick) => tick || hold(), signal);
    await load();
}
