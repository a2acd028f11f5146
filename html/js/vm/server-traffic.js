/* The tab of a server with what it received and sent: this month against what
 * it may, and the months before. */

import { amend, get } from '../lib/api.js';
import { bar } from '../ui/bar.js';
import { bodyForm } from '../ui/body-form.js';
import { h, put } from '../ui/dom.js';
import { form } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { filled } from '../ui/loading.js';
import { toast } from '../ui/toast.js';
import { bytes, day, monthName, number, t } from '../lib/i18n.js';

/** @typedef {import('../../schemas.d.ts').TrafficMonths} Months */
/** @typedef {import('../../schemas.d.ts').TrafficMonth} Month */
/** @typedef {import('./server-tabs.js').Place} Place */

const GIB = 1024 ** 3;
const ACTIONS = ['nothing', 'throttle', 'suspend'];


/** @param {Month | undefined} month */
function total(month) {
    return month ? month.in_bytes + month.out_bytes : 0;
}


/** @param {Months} state */
function present(state) {
    return state.items.find((one) => one.month === state.month);
}


/** What is so, beside the figures. @param {Months} state */
function notice(state) {
    const words = !state.counted ? t('traffic.uncounted')
        : state.suspended ? t('traffic.suspended')
            : state.throttled ? t('traffic.throttled',
                { n: number(state.throttle_mbit) }) : '';

    return words && h('p', { class: 'notice' }, icon('warn'),
        h('span', null, words));
}


/**
 * This month, and what comes of it.
 *
 * @param {Months} state
 */
function thisMonth(state) {
    const now = present(state);
    const used = total(now);
    const quota = state.quota_gib;
    const meter = bar(monthName(state.month));

    if (typeof quota === 'number') {
        meter.set(used / quota / GIB, bytes(used),
            t('bar.of', { limit: bytes(quota * GIB) }));
    }

    return h('section', { class: 'card traffic-now' },
        h('h2', null, t('traffic.month')),
        typeof quota === 'number' ? meter.node
            : h('p', { class: 'traffic-all' }, h('strong', null, bytes(used)),
                ' ', t('traffic.free')),
        h('dl', { class: 'facts' },
            ...[['traffic.in', bytes(now?.in_bytes ?? 0)],
                ['traffic.out', bytes(now?.out_bytes ?? 0)],
                ['traffic.anew', day(state.starts_anew)]].map(([key, value]) =>
                h('div', { class: 'fact' }, h('dt', null, t(key)),
                    h('dd', null, h('bdi', null, value))))),
        typeof quota === 'number' ? h('p', { class: 'traffic-then' },
            t(`traffic.then.${state.action}`,
                { n: number(state.throttle_mbit) })) : null);
}


/** @param {Months} state */
function months(state) {
    const quota = state.quota_gib;
    const most = typeof quota === 'number' ? quota * GIB
        : Math.max(...state.items.map(total), 1);

    const row = (/** @type {Month} */ one) => {
        const name = monthName(one.month);
        const meter = bar(name, { thin: true,
            progress: typeof quota !== 'number' || one.month !== state.month });

        meter.set(total(one) / most, bytes(total(one)));

        return h('tr', null, h('th', { scope: 'row' }, name),
            h('td', { class: 'number' }, bytes(one.in_bytes)),
            h('td', { class: 'number' }, bytes(one.out_bytes)),
            h('td', { class: 'number traffic-sum' }, meter.node));
    };

    return h('section', { class: 'card' }, h('h2', null, t('traffic.months')),
        state.items.length === 0 ? h('p', null, t('traffic.none'))
            : h('table', { class: 'traffic-table' },
                h('thead', null, h('tr', null, ['when', 'in', 'out', 'sum']
                    .map((key) => h('th', { scope: 'col',
                        class: key === 'when' ? '' : 'number' },
                    t(`traffic.${key}`))))),
                h('tbody', null, state.items.map(row))),
        h('p', { class: 'traffic-note' }, t('traffic.note')));
}


/**
 * What an administrator sets.
 *
 * @param {number} id
 * @param {Months} state
 * @param {(state: Months) => void} draw
 */
function quotaForm(id, state, draw) {
    const made = bodyForm({ name: 'Traffic', words: 'traffic', item: null,
        start: state, rows: [['quota_gib', 'throttle_mbit'], ['action']],
        choices: { action: ACTIONS.map((value) => ({ value,
            text: t(`traffic.action.${value}`) })) } });

    return h('section', { class: 'card' }, h('h2', null, t('traffic.quota')),
        form({
            fields: made.fields, layout: made.layout,
            submit: t('traffic.save'),
            send: async (values) => {
                const body = made.body(values);

                draw(await amend(`vms/${id}/traffic`, body));
                toast(t('traffic.saved'));
            },
        }).node);
}


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, { vm, me, live, signal }) {
    const page = h('div', { class: 'traffic' });

    const draw = (/** @type {Months} */ state) => {
        put(page, h('h2', { class: 'sr' }, t('tab.traffic')), notice(state),
            thisMonth(state), months(state),
            me.role === 'admin' ? quotaForm(vm.id, state, draw) : null);
    };

    const load = () => filled({ place: page, shape: 'page', signal,
        ask: () => get(`vms/${vm.id}/traffic`, { signal }), draw });

    put(root, page);
    live.ended(() => void load(), signal);
    await load();
}
