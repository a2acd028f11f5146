/* The state of a container: icon, word and colour, never colour alone. */

import { h } from './dom.js';
import { icon } from './icon.js';
import { ago, t, word } from '../lib/i18n.js';
import { taskOf } from '../lib/live.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Task} Task */

/** @type {Record<string, [string, string]>} icon and tone of each state */
const LOOK = {
    running: ['play', 'good'],
    stopped: ['stop', 'calm'],
    frozen: ['pause', 'cold'],
    unknown: ['question', 'doubt'],
    working: ['work', 'work'],
    rescue: ['warn', 'doubt'],
    suspended: ['pause', 'doubt'],
    create_failed: ['warn', 'bad'],
    delete_failed: ['warn', 'bad'],
    trashed: ['trash', 'doubt'],
    held: ['clock', 'doubt'],
    queued: ['clock', 'calm'],
    done: ['check', 'good'],
    failed: ['warn', 'bad'],
    bounced: ['undo', 'bad'],
    cancelled: ['cross', 'calm'],
};

/* Services in which the power state says what there is to say. */
const PLAIN = new Set(['ready', '', undefined]);


/**
 * @param {string} look
 * @param {string} text
 */
export function badge(look, text) {
    const [mark, tone] = LOOK[look] ?? LOOK.unknown;

    return h('span', { class: 'state', data: { tone } }, icon(mark), text);
}


/**
 * One word for a container: what is being done to it, else what its service
 * is, else whether it runs.
 *
 * @param {Vm} vm
 */
export function vmState(vm) {
    const task = taskOf(vm.id);

    if (task) {
        return badge('working', word('doing', task.kind, t('doing.other')));
    }

    if (!PLAIN.has(vm.lifecycle)) {
        return badge(LOOK[vm.lifecycle ?? ''] ? vm.lifecycle ?? '' : 'working',
            word('lifecycle', vm.lifecycle));
    }

    const state = vm.rescue && vm.state === 'running' ? 'rescue' : vm.state;

    return badge(state, word('state', state, t('state.unknown')));
}


/**
 * Whether it could not be made, or could not go.
 *
 * @param {Vm} vm
 */
export function stuck(vm) {
    return vm.lifecycle === 'create_failed' || vm.lifecycle === 'delete_failed';
}


/**
 * Why no button works now, or nothing.
 *
 * @param {Vm} vm
 */
export function obstacle(vm) {
    const task = taskOf(vm.id);

    if (task) {
        return t('why.task', { task: word('kind', task.kind) });
    }

    if (vm.lifecycle === 'suspended' && vm.suspended) {
        return vm.traffic?.suspended ? t('why.suspended.traffic')
            : t('why.suspended.for', { reason: vm.suspended });
    }

    if (!PLAIN.has(vm.lifecycle)) {
        return user()?.role === 'admin' && stuck(vm) ? t('why.retry')
            : word('why', vm.lifecycle, t('why.lifecycle'));
    }

    return vm.state !== 'unknown' ? '' : vm.sampled
        ? t('vm.stale', { ago: ago(vm.sampled) }) : t('why.unknown');
}


/** @param {Task['state']} state */
export function taskState(state) {
    return badge(state === 'running' ? 'working' : state,
        word('task', state, state));
}


/**
 * Yes or no, in a word that says of what.
 *
 * @param {boolean} on
 * @param {string} text
 */
export function yes(on, text) {
    return badge(on ? 'done' : 'cancelled', text);
}


/**
 * Whether the node has the container.
 *
 * @param {{lifecycle: string}} vm
 */
export function made(vm) {
    return vm.lifecycle === 'ready' || vm.lifecycle === 'suspended';
}
