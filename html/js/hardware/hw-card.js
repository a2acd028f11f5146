/*
 * A card of Hardware: its fields, a Save that wakes when something changed
 * and says from what to what, the task in place, and what to do when somebody
 * else changed the same.
 */

import { amend, Problem } from '../lib/api.js';
import { busy, button, disable } from '../ui/button.js';
import { h, put, say } from '../ui/dom.js';
import { fault, faultWords, words } from '../ui/fault.js';
import { refusal } from '../ui/form.js';
import { howChip, same } from './hw-fields.js';
import { icon } from '../ui/icon.js';
import { taskHere } from '../task/task-here.js';
import { taskOf } from '../lib/live.js';
import { ago, t, word } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').LiveVm} LiveVm */
/** @typedef {import('./hw-fields.js').HwField} HwField */
/** @typedef {{vm: LiveVm, tag: string}} Seen */
/** @typedef {{field: HwField, before: any, after: any}} Change */

/**
 * @typedef {{
 *     group: 'network' | 'memory' | 'disk' | 'cpu' | 'rate', title: string,
 *     save: string, fields: (changed: () => void) => HwField[],
 *     lead?: string, again: () => Promise<Seen>, signal: AbortSignal,
 * }} CardOptions  again: ask the server for the container as it is now
 */

/** @param {LiveVm} vm */
function inTheWay(vm) {
    const task = taskOf(vm.id);

    return task ? t('why.task', { task: word('kind', task.kind) })
        : vm.lifecycle && !['ready', 'suspended'].includes(vm.lifecycle)
            ? word('why', vm.lifecycle, t('why.lifecycle')) : '';
}


/**
 * @param {Change[]} changes
 * @param {(change: Change) => Node | null} mark
 */
function changeList(changes, mark) {
    return h('ul', { class: 'hw-changes' }, changes.map((change) =>
        h('li', null, h('span', null, `${change.field.label}: `,
            h('del', null, change.field.words(change.before)),
            h('span', { 'aria-hidden': 'true' }, ' → '),
            h('span', { class: 'sr' }, t('hw.becomes')),
            h('ins', null, change.field.words(change.after))),
        mark(change))));
}


/**
 * @param {CardOptions} options
 */
export function hwCard(options) {
    const { group, signal } = options;
    /** @type {Seen | null} */
    let seen = null;
    let saving = false;

    const name = `hw-${group}`;
    const place = h('div', { class: 'hw-foot-changes' });
    const said = h('div', { class: 'hw-said', role: 'status' });
    const wrong = h('div', { class: 'form-error', role: 'alert' });
    const conflict = h('div', { class: 'hw-conflict', role: 'alert' });
    const why = h('p', { class: 'why' });
    const work = taskHere(signal);
    const save = button({ text: options.save, kind: 'primary',
        type: 'submit' });
    const drop = button({ text: t('hw.discard'), kind: 'quiet',
        press: () => {
            fill();
            quiet();
            draw();
        } });
    const fields = options.fields(() => {
        put(said);
        draw();
    });

    /** @returns {Change[]} */
    const changes = () => (seen ? fields.map((field) => ({
        field, before: field.stored(/** @type {Seen} */ (seen).vm),
        after: field.get(),
    })).filter((one) => !same(one.before, one.after)) : []);

    const quiet = () => {
        put(wrong);
        put(conflict);
        put(said);
    };

    const fill = () => {
        if (seen) {
            const { vm } = seen;

            fields.forEach((field) => field.set(field.stored(vm)));
        }
    };

    const draw = () => {
        if (!seen) {
            return;
        }

        const { vm } = seen;
        const now = changes();
        const stop = now.some((one) => one.field.how(vm) === 'stop');

        fields.forEach((field) => field.tell(vm));
        drop.hidden = now.length === 0 || saving;
        put(place, now.length > 0 ? changeList(now, (one) =>
            howChip(one.field.how(vm))) : null);

        if (!saving) {
            const reason = inTheWay(vm) || (now.length === 0
                ? t('hw.unchanged') : stop ? t('how.stop.why') : '');

            disable(save, reason, why);
        }
    };

    /** Somebody else was quicker. @type {(problem: Problem) => Promise<void>} */
    const overtaken = async (problem) => {
        const mine = fields.map((field) => field.get());
        const old = /** @type {Seen} */ (seen);
        const fresh = await options.again();
        const theirs = fields.map((field) => ({
            field, before: field.stored(old.vm),
            after: field.stored(fresh.vm),
        })).filter((one) => !same(one.before, one.after));
        const by = problem.body?.by;

        seen = fresh;
        draw();
        put(conflict, icon('warn'), h('div', null,
            h('p', null, by ? t('hw.overtaken', { by,
                ago: problem.body?.at ? ago(problem.body.at) : '' })
                : t('error.changed')),
            theirs.length > 0 ? changeList(theirs, () => null)
                : h('p', null, t('hw.overtaken.else')),
            h('div', { class: 'row-buttons' },
                button({ text: t('hw.theirs'), small: true, press: () => {
                    fill();
                    quiet();
                    draw();
                } }),
                button({ text: t('hw.mine'), small: true, kind: 'primary',
                    press: () => {
                        fields.forEach((field, i) => field.set(mine[i]));
                        quiet();
                        draw();
                        save.focus();
                    } }))));
    };

    /** @param {Problem} problem */
    const refused = (problem) => {
        /** @type {HwField | undefined} */
        let first;

        for (const error of problem.errors) {
            const field = fields.find((one) => one.names.some((own) =>
                error.field === own || error.field.startsWith(`${own}.`)));

            field?.refuse(error.field, refusal(error.field, error.code,
                error.message));
            first ??= field;
        }

        put(wrong, icon('warn'), h('p', null,
            first ? t('form.bad', { n: problem.errors.length })
                : words(problem)));
        first?.focus();
    };

    const send = async () => {
        const at = /** @type {Seen} */ (seen);
        const body = Object.assign({}, ...changes().map((one) =>
            one.field.body()));
        const task = await amend(`vms/${at.vm.id}/${group}`, body, {
            headers: { 'If-Match': at.tag },
        });

        disable(save, t('hw.saving'), why);

        const end = await work.run({ ...task,
            vm: { id: at.vm.id, name: at.vm.name } });

        seen = await options.again();
        fill();

        if (end.state === 'done') {
            put(said, icon('check'), h('p', null, t('hw.saved')));
        } else {
            put(wrong, icon('warn'), h('p', null,
                end.error ? faultWords(end.error) : t(`task.${end.state}`),
                ' ', t('hw.restored')));
        }
    };

    const submit = async () => {
        const bad = changes().map((one) => one.field)
            .filter((field) => !field.check());

        if (bad.length > 0) {
            bad[0].focus();
            return;
        }

        quiet();
        saving = true;
        busy(save, true);

        try {
            await send();
        } catch (error) {
            if (signal.aborted) {
                return;
            }

            if (!(error instanceof Problem)) {
                put(wrong, fault(error));
            } else if (error.status === 412) {
                await overtaken(error);
            } else {
                refused(error);
            }
        } finally {
            saving = false;
            busy(save, false);
            draw();
        }
    };

    const node = h('form', { class: 'card hw-card', novalidate: true,
        'aria-labelledby': name, data: { group },
        on: { submit: (/** @type {Event} */ event) => {
            event.preventDefault();

            if (save.getAttribute('aria-disabled') !== 'true') {
                void submit();
            }
        } } },
    h('h3', { id: name }, options.title),
    options.lead ? h('p', { class: 'field-hint' }, options.lead) : null,
    h('div', { class: 'hw-fields' }, fields.map((field) => field.node)),
    conflict, wrong, said, work.node,
    h('div', { class: 'hw-foot' }, place,
        h('div', { class: 'row-buttons' }, save, drop), why));

    return {
        node, draw,

        /** Whether somebody has changed something here that is not saved. */
        unsaved: () => !saving && changes().length > 0,

        /**
         * The container as the server has it now.  What somebody is typing
         * stays: If-Match tells at Save whether it still fits.
         *
         * @param {Seen} next
         */
        take(next) {
            if (saving) {
                return;
            }

            if (changes().length > 0) {
                /** @type {Seen} */ (seen).vm.in_force = next.vm.in_force;
                /** @type {Seen} */ (seen).vm.state = next.vm.state;
                /** @type {Seen} */ (seen).vm.lifecycle = next.vm.lifecycle;
            } else {
                seen = next;
                fill();
            }

            draw();
        },
        say: (/** @type {string} */ text) => say(said, text),
    };
}
