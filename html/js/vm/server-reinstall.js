/* A rescue system for a server; another system for it, and the way back. */

import { get, post } from '../lib/api.js';
import { now } from '../lib/clock.js';
import { busy, button } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h, put } from '../ui/dom.js';
import { fault, refuse } from '../ui/fault.js';
import { choice } from '../ui/fields.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { moment, span, t } from '../lib/i18n.js';
import { note } from '../lib/live.js';
import { drawn } from './drawn.js';
import { firstBoot } from './first-boot.js';
import { keyTicks } from './key-ticks.js';
import { rescueCard, rescueChanged } from './rescue.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */


/**
 * What is kept of before, until when, and the button.
 *
 * @param {Vm} vm
 */
function undo(vm) {
    if (!vm.undo) {
        return null;
    }

    const back = button({
        text: t('guest.undo'), icon: 'restart',
        press: async () => {
            if (!await ask({ title: t('guest.undo.ask', { name: vm.name }),
                text: t('guest.undo.text'), yes: t('guest.undo'),
                kind: 'danger' })) {
                return;
            }

            busy(back, true);

            try {
                const task = await post(`vms/${vm.id}/reinstall/undo`);

                note({ ...task, vm: { id: vm.id, name: vm.name } });
            } catch (error) {
                refuse(error);
            } finally {
                busy(back, false);
            }
        },
    });

    return h('div', { class: 'notice' }, icon('clock'),
        h('p', null, t('guest.undo.until', {
            system: vm.undo.template, date: moment(vm.undo.until),
            left: span(Math.max(0, (Date.parse(vm.undo.until) - now())
                / 1000)) })), back);
}


/**
 * @param {Vm} vm
 * @param {import('./drawn.js').Drawn} shown
 * @param {AbortSignal} signal
 */
async function reinstall(vm, shown, signal) {
    const card = (/** @type {import('../ui/dom.js').Children[]} */ ...nodes) =>
        h('section', null, h('h2', null, t('guest.system')), ...nodes);

    /* a node whose driver can't is told before it is asked */
    if (vm.features && !vm.features.includes('reinstall')) {
        return card(undo(await get(`vms/${vm.id}`, { signal })),
            h('p', { class: 'notice' }, icon('warn'),
                t('guest.reinstall.unsupported')));
    }

    if (vm.rescue) {
        return card(h('p', { class: 'notice' }, icon('lock'),
            t('why.rescue')));
    }

    const [systems, ticks, whole] = await Promise.all([
        get('templates', { signal }), keyTicks(vm, signal),
        get(`vms/${vm.id}`, { signal })]);

    const boot = firstBoot();
    const can = vm.features?.includes('user_data') !== false;

    return card(undo(whole),
        h('p', { class: 'lead' }, t('guest.reinstall.lead')),
        form({
            fields: [
                choice({ name: 'template', label: t('guest.system.new'),
                    value: vm.template ?? '',
                    choices: systems.items.map((one) => ({
                        value: one.name, text: one.label })) }),
                ...ticks.fields, ...(can ? [boot.field] : []),
                text({ name: 'name', required: true, autocomplete: 'off',
                    label: t('guest.reinstall.name', { name: vm.name }) }),
            ],
            layout: (f) => [f.template, ticks.node,
                h('p', { class: 'field-hint' },
                    t('guest.reinstall.password')),
            can ? boot.fold : h('p', { class: 'field-hint' },
                t('boot.unsupported')), f.name],
            submit: t('guest.reinstall.go'),
            send: async (values) => {
                const answer = await post(`vms/${vm.id}/reinstall`, {
                    template: values.template, name: values.name,
                    keys: ticks.chosen(), ...boot.body() });

                shown.show(answer.password);
                note({ ...answer.task, vm: { id: vm.id, name: vm.name } });
            },
        }).node);
}


/**
 * @param {HTMLElement} root
 * @param {import('./server-tabs.js').Place} place
 */
export async function mount(root, place) {
    const { vm, live, signal } = place;
    const shown = drawn();
    const page = h('div', { class: 'stack' });
    let drawing = 0;

    /* what was begun before the server changed is not shown after it */
    const draw = async () => {
        const mine = ++drawing;

        try {
            const cards = await Promise.all([rescueCard(vm, shown, signal),
                reinstall(vm, shown, signal)]);

            if (mine === drawing) {
                put(page, ...cards);
            }
        } catch (error) {
            if (!signal.aborted && mine === drawing) {
                put(page, fault(error, () => void draw()));
            }
        }
    };

    put(root, shown.node, page);
    live.ended(() => void draw(), signal);
    rescueChanged(place, () => void draw());
    await draw();
}
