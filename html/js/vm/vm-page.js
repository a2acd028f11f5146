/* One container, whole: the customer's page and the side panel. */

import { get, Problem } from '../lib/api.js';
import { now } from '../lib/clock.js';
import { bar, limitOf, RESOURCES, spark, usage } from '../ui/bar.js';
import { copyable, linkButton } from '../ui/button.js';
import { every, h, put, say } from '../ui/dom.js';
import { setting } from '../shell/header.js';
import { icon, osMark } from '../ui/icon.js';
import { ago, day, span, t } from '../lib/i18n.js';
import { adopt, history, merge, on, over, taskOf, watch } from '../lib/live.js';
import { fault } from '../ui/fault.js';
import { power } from './power.js';
import { steps } from '../task/steps.js';
import { taskTitle } from '../task/task-strip.js';
import { taskState, vmState } from '../ui/state.js';
import { user } from '../lib/session.js';
import { vmFailed } from './vm-failed.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('../../types.d.ts').Sample} Sample */

const LAST = 5;

/* What is over in a blink is told by the state; its steps would only flash. */
const BLINK = 500;

/* A sample older than this is said to be old. */
const STALE = 30000;

/**
 * What a task wants the container to be from then on.
 *
 * @type {Record<string, Vm['desired_state']>}
 */
const WANTS = { start: 'running', restart: 'running', stop: 'stopped',
    poweroff: 'stopped' };


/** @param {Vm} vm */
function uptime(vm) {
    if (vm.state !== 'running' || typeof vm.uptime_s !== 'number') {
        return '—';
    }

    const since = vm.sampled ? (now() - Date.parse(vm.sampled)) / 1000 : 0;

    return span(Math.max(0, vm.uptime_s + Math.max(0, since)));
}


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
 * @param {string} name
 * @param {...import('../ui/dom.js').Children} value
 */
function fact(name, ...value) {
    return h('div', { class: 'fact' }, h('dt', null, name),
        h('dd', null, h('bdi', null, ...value)));
}


/** @param {string} address */
function family(address) {
    return address.includes(':') ? 'IPv6' : 'IPv4';
}


/** @param {Vm} vm */
function facts(vm) {
    const time = h('span', { class: 'uptime' }, uptime(vm));
    const first = vm.addresses[0]?.split('/')[0];
    const both = new Set(vm.addresses.map(family)).size > 1;
    const node = h('dl', { class: 'facts' },
        vm.addresses.map((address) => fact(both ? family(address)
            : t('vm.address'),
            copyable(address.split('/')[0], t('vm.address.copy'),
                t('copied')))),
        first ? fact(t('vm.ssh'), copyable(`ssh root@${first}`,
            t('vm.ssh.copy'), t('copied'))) : null,
        fact(t('vm.uptime'), time),
        vm.hostname ? fact(t('vm.hostname'), vm.hostname) : null,
        vm.plan ? fact(t('vm.plan'), vm.plan) : null,
        user()?.role === 'admin' && vm.owner
            ? fact(t('vm.owner'), vm.owner.account) : null,
        user()?.role === 'admin' && vm.ctid
            ? fact(t('vm.ctid'), [vm.ctid, vm.node].filter(Boolean)
                .join(' · ')) : null);

    return { node, tick: () => say(time, uptime(vm)) };
}


/** @param {Vm} vm */
function meters(vm) {
    const each = RESOURCES.map((resource) => ({
        resource,
        bar: bar(t(`bar.${resource}`)),
        spark: spark(t(`spark.${resource}`)),
    }));

    const set = () => {
        const past = history(vm.id);

        for (const one of each) {
            const now = usage(vm, one.resource);

            one.bar.set(now.part, now.text, now.rest);
            one.spark.set(past.map((point) => ({
                at: point.at, value: point[one.resource],
            })), limitOf(vm, one.resource));
        }
    };

    set();

    return {
        set,
        node: h('div', { class: 'meters' }, each.map((one) =>
            h('div', { class: 'meter-row' }, one.bar.node,
                one.spark.node))),
    };
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
 * The task a container is under, in place, with its steps.
 *
 * @param {Vm} vm
 * @param {AbortSignal} signal
 */
function underWay(vm, signal) {
    const node = h('div', { class: 'under-way', hidden: true });
    /** @type {{id: number, steps: ReturnType<typeof steps>} | null} */
    let shown = null;

    const set = () => {
        const heard = taskOf(vm.id);
        const age = heard ? Date.now() - heard.seen : 0;
        const task = age < BLINK ? undefined : heard;

        if (heard && !task) {
            setTimeout(set, BLINK - age);
        }

        node.hidden = !task;

        if (!task) {
            shown = null;
            put(node);

        } else if (shown?.id === task.id) {
            shown.steps.set(task.steps ?? []);

        } else {
            shown = { id: task.id, steps: steps(task.steps ?? [], signal) };
            put(node, h('h2', null, taskTitle(task)), shown.steps.node);
        }
    };

    set();

    return { node, set };
}


/**
 * @param {Vm} vm
 * @param {AbortSignal} signal
 */
function lastTasks(vm, signal) {
    const list = h('ul', { class: 'last-tasks' });
    const node = h('section', { class: 'last' },
        h('h2', null, t('vm.tasks')), list);

    const load = async () => {
        /** @type {Task[]} */
        let items = [];

        try {
            items = (await get(`tasks?vm=${vm.id}&limit=${LAST}`,
                { signal })).items;
        } catch (error) {
            if (signal.aborted || error instanceof Problem) {
                return;             /* the page stands without it */
            }

            throw error;
        }

        put(list, ...items.map((task) => h('li', null,
            h('a', { href: `tasks?task=${task.id}` }, taskTitle({
                ...task, vm: null })),
            taskState(task.state),
            h('span', { class: 'when' }, ago(task.finished ?? task.started
                ?? task.created ?? new Date().toISOString())))));
        node.hidden = items.length === 0;
    };

    node.hidden = true;
    void load();

    return { node, load };
}


/**
 * What is looked at rarely, loaded when it is opened.
 *
 * @param {Vm} vm
 * @param {AbortSignal} signal
 */
function tools(vm, signal) {
    return [
        { text: t('guest.access'), load: () => import('./server-access.js') },
        { text: t('guest.reinstall'),
            load: () => import('./server-reinstall.js') },
    ].map((one) => {
        const place = h('div', null);
        const node = h('details', { class: 'tool', on: {
            toggle: async () => {
                if (node.open) {
                    await (await one.load()).mount(place, { vm, signal });
                }
            },
        } }, h('summary', null, one.text), place);

        return node;
    });
}


/**
 * @param {Vm} vm
 * @param {AbortSignal} signal
 * @param {{level?: 'h1' | 'h2'}} [options]
 */
export function vmPage(vm, signal, options = {}) {
    adopt(vm);

    const state = h('span', { class: 'vm-state', 'aria-live': 'polite' });
    const buttons = power(vm);
    const known = facts(vm);
    const bars = meters(vm);
    const work = underWay(vm, signal);
    const failed = vmFailed(vm, signal);
    const off = suspension(vm);
    const last = lastTasks(vm, signal);
    const stale = h('p', { class: 'stale' });
    const wrong = h('div', null);

    const drawState = () => {
        const next = vmState(vm);

        if (next.textContent !== state.textContent) {
            put(state, next);
        }

        say(stale, remark(vm));
    };

    const draw = () => {
        drawState();
        buttons.set();
        bars.set();
        work.set();
        failed.set();
        off.set();
        known.tick();
    };

    const refresh = async () => {
        try {
            Object.assign(vm, await get(`vms/${vm.id}`, { signal }));
            adopt(vm);
            put(wrong);
            draw();
        } catch (error) {
            if (!signal.aborted) {
                put(wrong, fault(error, () => void refresh()));
            }
        }
    };

    drawState();
    watch([vm.id], signal);
    on('vm', (sample) => {
        if (sample.id === vm.id) {
            merge(vm, sample);
            draw();
        }
    }, signal);
    on('back', () => void refresh(), signal);
    on('task', (task) => {
        if (task.vm?.id !== vm.id) {
            return;
        }

        vm.desired_state = WANTS[task.kind] ?? vm.desired_state;
        draw();

        if (over(task)) {
            void last.load();
            void refresh();
        }
    }, signal);
    every(1000, () => {
        known.tick();
        drawState();
        buttons.set();
    }, signal);

    const admin = user()?.role === 'admin';
    const node = h('article', { class: 'vm' }, off.node,
        h('header', { class: 'vm-head' },
            h('span', { class: 'vm-mark' }, osMark(vm.template ?? '')),
            h('div', { class: 'vm-name' },
                h(options.level ?? 'h1', { tabindex: -1 }, vm.name), state),
            buttons.node,
            admin ? linkButton(`hardware?vm=${vm.id}`, t('hw.open'), 'quiet')
                : null),
        wrong, failed.node, stale, work.node, known.node, bars.node, last.node,
        tools(vm, signal),
        admin ? linkButton(`administration?${new URLSearchParams({
            section: 'audit', q: `${vm.name} (${vm.ctid})` })}`,
        t('vm.activity'), 'quiet') : null);

    return node;
}
