/* A clone of a server: another one with its disk as it is now. */

import { get, idempotencyKey, post } from '../lib/api.js';
import { button, disable } from '../ui/button.js';
import { sheet } from '../ui/dialog.js';
import { h, put, say } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { choice } from '../ui/fields.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { obstacle } from '../ui/state.js';
import { mib, t } from '../lib/i18n.js';
import { note } from '../lib/live.js';
import { HOSTNAME } from '../lib/rules.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Plans} Plans */
/** @typedef {import('../vm/server-tabs.js').Place} Place */


/**
 * The plans whose disk is not smaller, behind the sizes that it has.
 *
 * @param {Vm} vm
 * @param {Plans} offer
 */
function choices(vm, offer) {
    return [{ value: '', text: t('clone.plan.same', { sizes: [
        mib(vm.memory.vmguarpages.barrier_mib), mib(vm.disk.hard_mib)]
        .join(' · ') }) },
    ...offer.items.filter((plan) => plan.disk_mib >= vm.disk.hard_mib)
        .map((plan) => ({ value: plan.name, text: [plan.name,
            mib(plan.memory_mib), mib(plan.disk_mib)].join(' · ') }))];
}


/**
 * @param {Place} place
 * @param {Plans} offer
 * @param {() => void} done  it was asked for
 */
function ordered({ vm, go }, offer, done) {
    let sent = '';
    let key = '';

    return form({
        fields: [text({ name: 'hostname', label: t('vm.hostname'),
            hint: t('clone.hostname'), rule: HOSTNAME, maxlength: 64,
            autocomplete: 'off' }),
        choice({ name: 'plan', label: t('vm.plan'),
            choices: choices(vm, offer) })],
        submit: t('clone.go'),
        send: async (values) => {
            const body = Object.fromEntries(Object.entries(values)
                .filter(([, value]) => value !== ''));

            /* the same sent twice acts once; changed, it is another */
            if (sent !== JSON.stringify(body)) {
                sent = JSON.stringify(body);
                key = idempotencyKey();
            }

            const task = await post(`vms/${vm.id}/clone`, body, {
                headers: { 'Idempotency-Key': key } });

            done();
            note(task);
            go(`server?id=${task.vm?.id}`);
        },
        failed: (problem) => {
            if (problem.status >= 400 && problem.status < 500) {
                sent = '';
            }
        },
    });
}


/** @param {Place} place */
function ask(place) {
    const { vm, me } = place;
    const end = new AbortController();
    const part = h('div', null);
    const dialog = sheet(t('clone.title', { name: vm.name }),
        h('div', { class: 'form' }, h('p', null, t('clone.text')), part),
        () => end.abort());

    const load = async () => {
        put(part);

        try {
            const offer = await pending(part, 'table', get('plans',
                { signal: end.signal }));
            const open = me.role === 'admin' || offer.signup === 'open';

            put(part, open
                ? ordered(place, offer, () => dialog.close()).node
                : h('p', { class: 'notice' }, icon('warn'),
                    h('span', null, t('clone.closed'))));
        } catch (error) {
            if (!end.signal.aborted) {
                put(part, fault(error, () => void load()));
            }
        }
    };

    void load();
}


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export function mount(root, place) {
    const { vm, live, signal } = place;
    const why = h('p', { class: 'why' });
    const make = button({ text: t('clone.make'), icon: 'copy',
        press: () => ask(place) });
    const unable = vm.features && !vm.features.includes('clone');

    const hold = () => {
        const reason = obstacle(vm) || (vm.rescue ? t('why.rescue') : '');

        say(why, reason);
        disable(make, reason, why);
    };

    put(root, h('div', { class: 'copies clone' },
        h('div', null, h('h2', null, t('clone')),
            h('p', { class: 'lead' }, t('clone.lead'))),
        ...(unable ? [h('p', { class: 'notice' }, icon('warn'),
            h('span', null, t('clone.unsupported')))]
            : [h('div', { class: 'row-buttons' }, make), why])));

    if (!unable) {
        hold();
        live.drawn((tick) => tick || hold(), signal);
    }
}
