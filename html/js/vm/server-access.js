/* How one gets into a server: root's password, its SSH keys, its names. */

import { post, replace } from '../lib/api.js';
import { busy, button, disable } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h, put } from '../ui/dom.js';
import { fault, refuse } from '../ui/fault.js';
import { form, text } from '../ui/form.js';
import { obstacle } from '../ui/state.js';
import { toast } from '../ui/toast.js';
import { t } from '../lib/i18n.js';
import { note } from '../lib/live.js';
import { drawn } from './drawn.js';
import { keyTicks } from './key-ticks.js';
import { rescueChanged } from './rescue.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Task} Task */


/**
 * @param {Vm} vm
 * @param {any} task
 */
function begun(vm, task) {
    note({ ...task, vm: { id: vm.id, name: vm.name } });
}


/** @param {Vm} vm */
function password(vm) {
    const shown = drawn();
    const why = h('p', { class: 'why' });
    const draw = button({
        text: t('guest.password.draw'), icon: 'key',
        press: async () => {
            if (!await ask({ title: t('guest.password.ask',
                { name: vm.name }), text: t('guest.password.ask.text'),
            yes: t('guest.password.draw') })) {
                return;
            }

            busy(draw, true);

            try {
                const answer = await post(`vms/${vm.id}/password`, undefined,
                    { headers: { Prefer: 'wait=60' } });

                shown.show(answer.password);
                begun(vm, answer.task);
            } catch (error) {
                refuse(error);
            } finally {
                busy(draw, false);
            }
        },
    });

    const set = () => disable(draw, vm.rescue ? t('why.rescue')
        : obstacle(vm), why);

    set();

    return {
        set,
        node: h('section', null, h('h2', null, t('guest.password')),
            h('p', { class: 'lead' }, t('guest.password.lead')), shown.node,
            h('div', { class: 'power-row' }, draw), why),
    };
}


/**
 * @param {Vm} vm
 * @param {AbortSignal} signal
 */
async function keys(vm, signal) {
    const ticks = await keyTicks(vm, signal);

    return h('section', null, h('h2', null, t('guest.keys.title')),
        h('p', { class: 'lead' }, t('guest.keys.lead')),
        vm.rescue ? h('p', { class: 'why' }, t('why.rescue'))
            : ticks.none ? ticks.node : form({
            fields: ticks.fields,
            layout: () => [ticks.node],
            submit: t('guest.keys.save'),
            send: async () => {
                begun(vm, await replace(`vms/${vm.id}/keys`,
                    { keys: ticks.chosen() }));
            },
        }).node);
}


/** @param {Vm} vm */
function names(vm) {
    return h('section', null, h('h2', null, t('guest.names')),
        form({
            fields: [text({ name: 'name', label: t('guest.name'),
                value: vm.name, required: true, maxlength: 64,
                autocomplete: 'off', hint: t('guest.name.hint') })],
            submit: t('guest.name.save'),
            send: async (values) => {
                await replace(`vms/${vm.id}/name`, { name: values.name });
                vm.name = values.name;
                toast(t('guest.name.saved'));
            },
        }).node,
        form({
            fields: [text({ name: 'hostname', label: t('guest.hostname'),
                value: vm.hostname, required: true, maxlength: 64,
                autocomplete: 'off', hint: t('guest.hostname.hint') })],
            submit: t('guest.hostname.save'),
            send: async (values) => {
                begun(vm, await replace(`vms/${vm.id}/hostname`,
                    { hostname: values.hostname }));
            },
        }).node);
}


/**
 * @param {HTMLElement} root
 * @param {import('./server-tabs.js').Place} place
 */
export async function mount(root, place) {
    const { vm, live, signal } = place;
    const access = password(vm);
    const page = h('div', null);

    const draw = async () => {
        try {
            put(page, await keys(vm, signal));
        } catch (error) {
            if (!signal.aborted) {
                put(page, fault(error, () => void draw()));
            }
        }
    };

    put(root, h('div', { class: 'stack' }, access.node, page, names(vm)));
    live.drawn(access.set, signal);
    live.ended(() => void draw(), signal);
    rescueChanged(place, () => void draw());
    await draw();
}
