/*
 * The head of a server: what it is, whether it runs, how one gets into it,
 * the power; and under it what somebody has to know first.
 */

import { now } from '../lib/clock.js';
import { copyable, linkButton } from '../ui/button.js';
import { h, put, say } from '../ui/dom.js';
import { setting } from '../shell/header.js';
import { icon, osMark } from '../ui/icon.js';
import { ago, day, t } from '../lib/i18n.js';
import { taskOf } from '../lib/live.js';
import { power } from './power.js';
import { vmState } from '../ui/state.js';
import { user } from '../lib/session.js';
import { inTrash } from './undelete.js';
import { vmFailed } from './vm-failed.js';
import { vmName } from './vm-name.js';
import { rescueBanner } from './rescue.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {ReturnType<typeof import('./vm-live.js')['vmLive']>} Live */

/* A sample older than this is said to be old. */
const STALE = 30000;


/* Services of a container that a node has, or had. */
const MADE = new Set(['ready', 'suspended', 'deleting', 'delete_failed']);


/**
 * What its state alone does not say: the figures are old, or it is stopped
 * and nobody stopped it here.
 *
 * @param {Vm} vm
 */
function remark(vm) {
    if (vm.state === 'stopped') {
        return vm.desired_state === 'running' && vm.lifecycle === 'ready'
            && !taskOf(vm.id) ? t('vm.halted') : '';
    }

    /* where nothing is known of it, the buttons say so */
    return vm.sampled && vm.state !== 'unknown'
        && MADE.has(vm.lifecycle ?? 'ready')
        && now() - Date.parse(vm.sampled) > STALE
        ? t('vm.stale', { ago: ago(vm.sampled) }) : '';
}


/**
 * That it is suspended, since when and why, what that means, and where to go.
 *
 * @param {Vm} vm
 */
function suspension(vm) {
    const node = h('section', { class: 'vm-suspended', hidden: true });
    let shown = '';

    const set = () => {
        const now = vm.lifecycle === 'suspended'
            ? `${vm.suspended_at}${vm.suspended}` : '';

        if (now === shown) {
            return;
        }

        shown = now;
        node.hidden = !now;
        put(node, icon('pause'), h('div', null,
            h('p', null, h('strong', null, vm.suspended_at
                ? t('suspended.since', { date: day(vm.suspended_at) })
                : t('suspended.title'))),
            vm.suspended ? h('p', null, t('suspended.why', {
                reason: vm.suspended })) : null,
            h('p', null, t('suspended.kept'))),
        setting('contact') && user()?.role !== 'admin'
            ? linkButton('contact', t('live.contact')) : null);
    };

    set();

    return { node, set };
}


/**
 * How one gets into it: the address, and the command with it.
 *
 * @param {Vm} vm
 */
function access(vm) {
    const node = h('div', { class: 'vm-access' });
    let shown = '';

    const set = () => {
        const first = vm.addresses[0]?.split('/')[0] ?? '';

        if (first === shown) {
            return;
        }

        shown = first;
        put(node, first ? [
            copyable(first, t('vm.address.copy'), t('copied')),
            copyable(`ssh root@${first}`, t('vm.ssh.copy'), t('copied')),
        ] : null);
    };

    set();

    return { node, set };
}


/**
 * @param {Vm} vm
 * @param {Live} live
 * @param {AbortSignal} signal
 */
export function vmHead(vm, live, signal) {
    const state = h('span', { class: 'vm-state', 'aria-live': 'polite' });
    const known = h('span', { class: 'vm-known' });
    const name = vmName(vm, () => void live.refresh());
    const buttons = power(vm);
    const ways = access(vm);
    const stale = h('p', { class: 'stale' });
    const failed = vmFailed(vm, signal);
    const off = suspension(vm);
    const bin = inTrash(vm);
    const rescue = rescueBanner(vm, live, signal);

    const draw = () => {
        const next = vmState(vm);

        if (next.textContent !== state.textContent) {
            put(state, next);
        }

        name.set();
        say(known, [vm.template_label, vm.plan].filter(Boolean).join(' · '));
        say(stale, remark(vm));
        buttons.set();
        rescue.set();
        bin.set();
    };

    draw();
    live.drawn((tick) => {
        draw();

        if (!tick) {
            ways.set();
            failed.set();
            off.set();
        }
    });

    return [
        h('header', { class: 'vm-head' },
            h('span', { class: 'vm-mark' }, osMark(vm.template ?? '')),
            h('div', { class: 'vm-name' }, name.node,
                h('p', { class: 'vm-line' }, state, known)),
            buttons.node, ways.node),
        live.node, off.node, bin.node, rescue.node, failed.node, stale,
    ];
}
