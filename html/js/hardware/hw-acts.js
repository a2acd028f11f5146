/*
 * What is done to a container as a whole: Contratar for somebody, Eliminar,
 * suspend and unsuspend.
 */

import { get, idempotencyKey, post, remove } from '../lib/api.js';
import { button } from '../ui/button.js';
import { ask, sheet } from '../ui/dialog.js';
import { choice, tick, whole } from '../ui/fields.js';
import { h, put } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { form, text, tiles } from '../ui/form.js';
import { icon, osMark } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { made } from '../ui/state.js';
import { firstBoot } from '../vm/first-boot.js';
import { ticksOf } from '../vm/key-ticks.js';
import { offerUndo } from '../vm/undelete.js';
import { userCombo } from '../vm/vm-find.js';
import { mib, more, number, span, t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Plan} Plan */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('../../types.d.ts').Template} Template */

const NUMBER = /^\d{1,9}$/;

/* So many hours are told in days. */
const DAYS = 72;


/* The keys of the account that is chosen. */
function keysOf() {
    const node = h('div', null);
    let ticks = ticksOf([], false);
    let now = 0;

    const of = async (/** @type {number | undefined} */ id) => {
        now = id ?? 0;
        ticks = ticksOf([], false);
        put(node);

        try {
            const { items } = id ? await get(`admin/users/${id}/keys`)
                : { items: [] };

            if (now === (id ?? 0) && items.length > 0) {
                ticks = ticksOf(items, false, t('guest.keys.mail'));
                put(node, ticks.node);
            }
        } catch (error) {
            put(node, fault(error));
        }
    };

    return { node, of, chosen: () => ticks.chosen() };
}


/**
 * @param {Plan[]} plans
 * @param {Template[]} templates
 * @param {(task: Task) => void} done
 */
function newForm(plans, templates, done) {
    const key = idempotencyKey();
    let sent = '';
    let turn = 0;

    const keys = keysOf();
    const who = userCombo({ name: 'user', label: t('new.user'),
        required: true, chosen: (person) => void keys.of(person?.id) });
    const size = (/** @type {string} */ name) => text({
        name, label: t(`new.${name}`), required: true, rule: NUMBER,
        inputmode: 'numeric', maxlength: 9, autocomplete: 'off',
        hint: t(`new.${name}.hint`) });
    const disk = size('disk_mib');
    const memory = size('memory_mib');
    const like = choice({
        name: 'plan', label: t('new.plan'),
        choices: [{ value: '', text: t('new.plan.none') },
            ...plans.map((plan) => ({ value: plan.name,
                text: `${plan.name} · ${mib(plan.memory_mib)} · ${
                    mib(plan.disk_mib)}` }))],
        changed: (name) => {
            const plan = plans.find((one) => one.name === name);

            if (plan) {
                disk.input.value = String(plan.disk_mib);
                memory.input.value = String(plan.memory_mib);
                disk.refuse('');
                memory.refuse('');
            }
        },
    });
    const system = tiles({
        name: 'template', label: t('order.template'), required: true,
        value: templates.length === 1 ? templates[0].name : undefined,
        choices: templates.map((one) => ({ value: one.name,
            node: h('span', { class: 'tile-os' }, osMark(one.name),
                h('span', null, one.label)) })),
    });

    const boot = firstBoot();

    return form({
        fields: [who, like, disk, memory, system, boot.field],
        legend: true, submit: t('nav.order'),
        layout: (f) => [h('p', { class: 'lead' }, t('new.lead')), f.user,
            f.plan, h('div', { class: 'pair' }, f.disk_mib, f.memory_mib),
            f.template, keys.node, boot.fold],
        send: async (values) => {
            const body = {
                user: Number(values.user), template: values.template,
                disk_mib: whole(values.disk_mib),
                memory_mib: whole(values.memory_mib),
                ...(values.plan ? { plan: values.plan } : {}),
                keys: keys.chosen(), ...boot.body(),
            };

            /* the same sent twice acts once; changed, it is another */
            if (sent !== JSON.stringify(body)) {
                sent = JSON.stringify(body);
                turn += 1;
            }

            done(await post('vms', body, { headers: {
                'Idempotency-Key': `${key}${turn}` } }));
        },
        failed: (problem) => {
            if (problem.status >= 400 && problem.status < 500) {
                sent = '';
            }
        },
    }).node;
}


/**
 * Contratar: a container for somebody who has an account.
 *
 * @param {(task: Task) => void} done
 * @param {AbortSignal} signal
 */
export async function contract(done, signal) {
    const place = h('div', null);
    const dialog = sheet(t('new.title'), place);

    signal.addEventListener('abort', () => dialog.close());

    try {
        const [plans, templates] = await pending(place, 'page',
            Promise.all([get('plans', { signal }),
                get('templates', { signal }), more('own')]));

        put(place, templates.items.length > 0
            ? newForm(plans.items, templates.items, (task) => {
                dialog.close();
                done(task);
            })
            : h('p', { class: 'notice' }, icon('warn'),
                t('new.notemplate'), ' ', h('a', {
                    href: 'administration?section=templates',
                    on: { click: () => dialog.close() },
                }, t('adm.templates'))));
        place.querySelector('input')?.focus();
    } catch (error) {
        if (!signal.aborted) {
            put(place, fault(error));
        }
    }
}


/**
 * A dialog with a form of a field, and what its button does.
 *
 * @param {{
 *     title: string, lead: string, yes: string, danger?: boolean,
 *     field: import('../ui/form.js').Field,
 *     more?: import('../ui/form.js').Field[],
 *     send: (value: string, values: Record<string, string>) => Promise<void>,
 *     signal: AbortSignal,
 * }} options  more: fields behind it
 */
export function askFor(options) {
    const made = form({
        fields: [options.field, ...(options.more ?? [])],
        submit: options.yes,
        before: button({ text: t('cancel'), press: () => dialog.close() }),
        layout: (f) => [h('p', null, options.lead), Object.values(f)],
        send: async (values) => {
            await options.send(values[options.field.name], values);
            dialog.close();
        },
    });

    if (options.danger) {
        made.send.classList.replace('primary', 'danger');
    }

    const dialog = sheet(options.title, made.node);

    options.signal.addEventListener('abort', () => dialog.close());
    options.field.focus();
}


/**
 * Eliminar: by typing the name.  What was made goes to the trash, unless it
 * shall go for good, or is there already.
 *
 * @param {Pick<Vm, 'id' | 'name' | 'lifecycle' | 'owner'>
 *     & Partial<Pick<Vm, 'ctid' | 'undo_hours'>>} vm
 * @param {(task: Task) => void} done
 * @param {AbortSignal} signal
 */
export function destroy(vm, done, signal) {
    const hours = made(vm) ? vm.undo_hours ?? 0 : 0;
    const escaped = vm.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

    askFor({
        title: t('del.title', { name: vm.name }),
        lead: t(hours ? 'del.lead.kept' : 'del.lead', { name: vm.name,
            owner: vm.owner?.account ?? '—', id: String(vm.ctid ?? vm.id),
            left: hours < DAYS ? `${number(hours)}\u00a0h`
                : span(hours * 3600) }),
        yes: t('del.yes'), danger: true, signal,
        field: text({ name: 'name', label: t('del.name', { name: vm.name }),
            required: true, rule: new RegExp(`^${escaped}$`),
            autocomplete: 'off', wrong: t('del.mismatch') }),
        more: hours ? [tick({ name: 'for_good', label: t('del.good'),
            hint: t('del.good.hint') })] : [],
        send: async (name, values) => {
            const task = await remove(`vms/${vm.id}`, { body: { name,
                for_good: !hours || values.for_good === 'true' } });

            done(task);
            offerUndo(task);
        },
    });
}


/**
 * @param {Vm} vm
 * @param {(task: Task) => void} done
 * @param {AbortSignal} signal
 */
export function suspend(vm, done, signal) {
    askFor({
        title: t('suspend.title', { name: vm.name }),
        lead: t('suspend.lead'), yes: t('suspend.yes'), signal,
        field: text({ name: 'reason', label: t('suspend.reason'),
            hint: t('suspend.reason.hint'), maxlength: 100,
            autocomplete: 'off' }),
        send: async (reason) => done(await post(`vms/${vm.id}/suspend`,
            reason ? { reason } : {})),
    });
}


/**
 * @param {Vm} vm
 * @param {(task: Task) => void} done
 */
export async function unsuspend(vm, done) {
    if (await ask({ title: t('unsuspend.title', { name: vm.name }),
        text: t('unsuspend.lead'), yes: t('unsuspend.yes') }))
    {
        done(await post(`vms/${vm.id}/unsuspend`));
    }
}
