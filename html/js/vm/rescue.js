/* A rescue system: the way in, and while it lasts a banner with the way out. */

import { get, post } from '../lib/api.js';
import { busy, button, disable } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h, put, say } from '../ui/dom.js';
import { refuse } from '../ui/fault.js';
import { form } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { obstacle } from '../ui/state.js';
import { moment, t } from '../lib/i18n.js';
import { note } from '../lib/live.js';
import { keyTicks } from './key-ticks.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {ReturnType<typeof import('./vm-live.js')['vmLive']>} Live */


/** @param {Vm} vm */
function leave(vm) {
    const self = button({
        text: t('rescue.leave'), icon: 'undo',
        press: async () => {
            if (!await ask({ title: t('rescue.leave.ask', { name: vm.name }),
                text: t('rescue.leave.text'), yes: t('rescue.leave') })) {
                return;
            }

            busy(self, true);

            try {
                const task = await post(`vms/${vm.id}/rescue/leave`);

                note({ ...task, vm: { id: vm.id, name: vm.name } });
            } catch (error) {
                refuse(error);
            } finally {
                busy(self, false);
            }
        },
    });

    return self;
}


/**
 * What rescue means, and what its node says of the server's own disk, asked each
 * time that the rescue system has started: only then it is mounted, or not.
 *
 * @param {Vm} vm
 * @param {Live} live
 * @param {AbortSignal} signal
 */
function ownDisk(vm, live, signal) {
    const means = h('p', null, t('rescue.means'));
    const node = h('div', { class: 'vm-rescue-disk', role: 'status' });
    let started = '';

    const tell = (/** @type {string | null | undefined} */ now) => {
        say(means, t(now === 'gone' ? 'rescue.means.gone' : 'rescue.means'));
        put(node, ...(now ? [h('p', null, h('strong', null,
            t(`rescue.disk.${now}`))), h('p', null,
            t(`rescue.disk.${now}.do`))] : []));
    };

    const ask = async () => {
        try {
            tell((await get(`vms/${vm.id}?live=1`, { signal })).in_force
                ?.rescue_disk);
        } catch {
            /* the banner says what is known */
        }
    };

    const set = () => {
        const now = vm.rescue && vm.state === 'running' ? vm.rescue.since : '';

        if (now !== started) {
            started = now;

            if (now) {
                void ask();
            } else {
                tell(null);
            }
        }
    };

    /* a restart may be over before anybody saw it stand still */
    live.ended(() => {
        started = '';
    }, signal);

    return { nodes: [means, node], set };
}


/**
 * That it is in rescue, since when, what that means, what is wrong with the
 * disk, and the way out.
 *
 * @param {Vm} vm
 * @param {Live} live
 * @param {AbortSignal} signal
 */
export function rescueBanner(vm, live, signal) {
    const why = h('p', { class: 'why' });
    const node = h('section', { class: 'vm-rescue', hidden: true });
    const out = leave(vm);
    const disk = ownDisk(vm, live, signal);
    let shown = '';

    const set = () => {
        const since = vm.rescue?.since ?? '';

        if (!out.hasAttribute('data-busy')) {
            disable(out, obstacle(vm), why);
        }

        disk.set();

        if (since === shown) {
            return;
        }

        shown = since;
        node.hidden = !since;
        put(node, ...(since ? [icon('warn'), h('div', null,
            h('p', null, h('strong', null, t('rescue.since', {
                date: moment(since) }))),
            ...disk.nodes, why), out] : []));
    };

    set();

    return { node, set };
}


/**
 * Call back when the server went into rescue, or left it.
 *
 * @param {import('./server-tabs.js').Place} place
 * @param {() => void} changed
 */
export function rescueChanged({ vm, live, signal }, changed) {
    let since = vm.rescue?.since;

    live.drawn(() => {
        if (vm.rescue?.since !== since) {
            since = vm.rescue?.since;
            changed();
        }
    }, signal);
}


/**
 * What it is, and the button; nothing more while it lasts.
 *
 * @param {Vm} vm
 * @param {import('./drawn.js').Drawn} shown
 * @param {AbortSignal} signal
 */
export async function rescueCard(vm, shown, signal) {
    const card = (/** @type {import('../ui/dom.js').Children[]} */ ...nodes) =>
        h('section', null, h('h2', null, t('rescue')), ...nodes);

    /* a node whose driver can't is told before it is asked */
    if (vm.features && !vm.features.includes('rescue')) {
        return card(h('p', { class: 'notice' }, icon('warn'),
            t('rescue.unsupported')));
    }

    if (vm.rescue) {
        return card(h('p', { class: 'notice' }, icon('check'),
            t('rescue.lasts')));
    }

    const ticks = await keyTicks(vm, signal);

    return card(h('p', { class: 'lead' }, t('rescue.lead')), form({
        fields: ticks.fields,
        layout: () => [ticks.node, h('p', { class: 'field-hint' },
            t('guest.reinstall.password'))],
        submit: t('rescue.go'),
        send: async () => {
            const answer = await post(`vms/${vm.id}/rescue`,
                { keys: ticks.chosen() });

            shown.show(answer.password);
            note({ ...answer.task, vm: { id: vm.id, name: vm.name } });
        },
    }).node);
}
