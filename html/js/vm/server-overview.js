/* The tab of a server that says how it is: what it has, what it uses, what was
 * done to it last. */

import { get, Problem } from '../lib/api.js';
import { now } from '../lib/clock.js';
import { bar, limitOf, RESOURCES, spark, usage } from '../ui/bar.js';
import { copyable } from '../ui/button.js';
import { h, put, say } from '../ui/dom.js';
import { ago, bytes, span, t } from '../lib/i18n.js';
import { history, taskOf } from '../lib/live.js';
import { steps } from '../task/steps.js';
import { taskTitle } from '../task/task-strip.js';
import { made, taskState } from '../ui/state.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').User} User */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('./server-tabs.js').Place} Place */

const LAST = 5;

/* What is over in a blink is told by the state; its steps would only flash. */
const BLINK = 500;


/** @param {Vm} vm */
function uptime(vm) {
    if (vm.state !== 'running' || typeof vm.uptime_s !== 'number') {
        return '—';
    }

    const since = vm.sampled ? (now() - Date.parse(vm.sampled)) / 1000 : 0;

    return span(Math.max(0, vm.uptime_s + Math.max(0, since)));
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


/**
 * What of it stands in the list of facts.
 *
 * @param {Vm} vm
 * @param {User} me
 * @returns {(HTMLElement | null)[]}
 */
function known(vm, me) {
    const admin = me.role === 'admin';
    const both = new Set(vm.addresses.map(family)).size > 1;

    return [
        /* one alone stands in the head */
        ...vm.addresses.slice(vm.addresses.length > 1 ? 0 : 1)
            .map((address) => fact(both ? family(address) : t('vm.address'),
                copyable(address.split('/')[0], t('vm.address.copy'),
                    t('copied')))),
        vm.hostname ? fact(t('vm.hostname'), vm.hostname) : null,
        vm.template_label ? fact(t('vm.system'), vm.template_label) : null,
        vm.plan ? fact(t('vm.plan'), vm.plan) : null,
        admin ? fact(t('vm.owner'), h('a', { href:
            `administration?section=users&item=${vm.owner.id}` },
        vm.owner.account)) : null,
        admin ? fact(t('vm.ctid'), vm.ctid) : null,
    ];
}


/**
 * @param {Vm} vm
 * @param {User} me
 */
function facts(vm, me) {
    const time = h('span', { class: 'uptime' });
    const up = fact(t('vm.uptime'), time);
    const node = h('dl', { class: 'facts' });
    let shown = '';

    const set = () => {
        const next = JSON.stringify([vm.addresses, vm.hostname, vm.plan,
            vm.template_label, vm.owner, vm.ctid]);

        say(time, uptime(vm));

        if (next !== shown) {
            shown = next;
            put(node, up, known(vm, me));
        }
    };

    set();

    return { node, set };
}


/**
 * What of its month's traffic is used, where it has a quota.
 *
 * @param {Vm} vm
 */
function month(vm) {
    const quota = vm.traffic?.quota_gib;

    if (typeof quota !== 'number') {
        return null;
    }

    const used = vm.traffic.in_bytes + vm.traffic.out_bytes;
    const all = quota * 1024 ** 3;
    const one = bar(t('traffic.bar'));

    one.set(used / all, bytes(used), t('bar.of', { limit: bytes(all) }));

    return h('a', { class: 'meter-row traffic-month',
        href: `server?id=${vm.id}&tab=traffic` }, one.node);
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
                one.spark.node)), month(vm)),
    };
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
        h('h2', null, t('vm.tasks')), list, h('a', {
            href: `server?id=${vm.id}&tab=activity` }, t('vm.tasks.all')));

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
 * @param {HTMLElement} root
 * @param {Place} place
 */
export function mount(root, { vm, me, live, signal }) {
    const about = facts(vm, me);
    const bars = meters(vm);
    const work = underWay(vm, signal);
    const last = lastTasks(vm, signal);
    const why = h('div', null);

    live.drawn((tick) => {
        about.set();

        if (!tick) {
            bars.set();
            work.set();
        }
    }, signal);
    live.ended(() => void last.load(), signal);
    put(root, work.node, why, about.node, bars.node, last.node);

    if (made(vm)) {
        void import('../history/reasons.js').then(({ mountReasons }) =>
            mountReasons(why, vm.id, signal));
    }
}
