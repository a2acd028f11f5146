/*
 * The graphs of a server or a node: a time to choose, all graphs under one
 * crosshair, and the same figures as a table and as a file.
 */

import { get, Problem } from '../lib/api.js';
import { now } from '../lib/clock.js';
import { button } from '../ui/button.js';
import { every, h, put, say, uid } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { ago, moment, t, word } from '../lib/i18n.js';
import { graph } from './graph.js';
import { CHARTS, csv, exact, figure, RANGES, values } from './model.js';

/** @typedef {import('./model.js').History} History */
/** @typedef {import('./model.js').Range} Range */

/* ms between two looks: at what is new every ten seconds, and at the rest */
const SOON = 10000;
const LATER = 60000;

/* ms without a sample after which the recorder is told to be silent */
const SILENT = 45000;

/** @type {Record<string, (at: number, n: number) => number>} */
const KEYS = {
    ArrowRight: (at, n) => Math.min(at + 1, n - 1),
    ArrowLeft: (at) => Math.max(at - 1, 0),
    Home: () => 0,
    End: (_, n) => n - 1,
};


/**
 * The times to choose from.
 *
 * @param {(range: Range) => void} chosen
 */
function ranges(chosen) {
    const name = uid();

    return h('fieldset', { class: 'graph-ranges' },
        h('legend', { class: 'sr' }, t('graph.range')),
        RANGES.map((range, i) => h('label', { class: 'graph-range' },
            h('input', { type: 'radio', name, value: range,
                checked: i === 0, on: { change: () => chosen(range) } }),
            h('span', null, t(`graph.range.${range}`)))));
}


/** @param {History} history */
function marksOf(history) {
    return [
        ...(history.tasks ?? []).map((task) => ({
            at: Date.parse(task.at) / 1000, kind: 'task',
            text: `${word('kind', task.kind)} · ${moment(task.at)}` })),
        ...history.marks.filter((mark) => mark.at).map((mark) => ({
            at: Date.parse(mark.at ?? '') / 1000, kind: mark.kind,
            text: `${t(`graph.mark.${mark.kind}`, { n: mark.count,
                name: mark.name ?? t('graph.unnamed') })} · ${
                moment(mark.at ?? '')}` })),
    ];
}


/**
 * What is shown, for who can't see it; made when it is opened.
 *
 * @param {() => History | null} current
 * @param {string} name  of the file
 */
function asTable(current, name) {
    const place = h('div', { class: 'graph-table', tabindex: 0,
        role: 'region', 'aria-label': t('graph.table') });
    const save = button({ text: t('graph.csv'), small: true, press: () => {
        const history = current();

        if (history) {
            const url = URL.createObjectURL(new Blob([csv(history)],
                { type: 'text/csv' }));

            h('a', { href: url, download: `${name}-${history.range}.csv` })
                .click();
            setTimeout(() => URL.revokeObjectURL(url), SOON);
        }
    } });
    const box = h('details', { class: 'graph-details' },
        h('summary', null, t('graph.table')), save, place);
    const draw = () => {
        const history = current();

        if (!box.open || !history) {
            return;
        }

        const lines = CHARTS.flatMap((chart) => chart.lines.map((line) => ({
            line, unit: chart.unit, all: values(history, line) })))
            .filter(({ all }) => all.some((value) => value !== null));

        put(place, h('table', { class: 'table', 'aria-label':
            t('graph.table') },
        h('thead', null, h('tr', null, h('th', { scope: 'col' },
            t('graph.time')), lines.map(({ line }) =>
            h('th', { scope: 'col' }, t(`graph.line.${line}`))))),
        h('tbody', null, history.at.map((at, i) => h('tr', null,
            h('th', { scope: 'row' }, exact(at)),
            lines.map(({ unit, all }) => h('td', null,
                typeof all[i] === 'number'
                    ? figure(/** @type {number} */ (all[i]), unit) : '—'))))
            .reverse())));
    };

    box.addEventListener('toggle', draw);

    return { node: box, draw };
}


/**
 * The bar that names the moment of the crosshair, moved by arrows, too.
 *
 * @param {(to: (at: number, n: number) => number) => void} moved
 */
function momentBar(moved) {
    const node = h('div', { class: 'graph-moment', role: 'slider',
        tabindex: 0, 'aria-label': t('graph.moment'), 'aria-valuemin': 0,
        'aria-valuenow': 0,
        on: { keydown: (/** @type {KeyboardEvent} */ event) => {
            if (KEYS[event.key] && !event.ctrlKey && !event.altKey) {
                event.preventDefault();
                moved(KEYS[event.key]);
            }
        } } });

    return {
        node,

        /**
         * @param {number | null} i
         * @param {number} n
         * @param {string} text
         */
        set(i, n, text) {
            node.setAttribute('aria-valuemax', String(Math.max(n - 1, 0)));
            node.setAttribute('aria-valuenow', String(i ?? n - 1));
            node.setAttribute('aria-valuetext', text);
            say(node, text);
        },
    };
}


/**
 * @param {string} path  of the API: what is shown
 * @param {string} name  of the file
 * @param {AbortSignal} signal
 */
export function graphs(path, name, signal) {
    /** @type {History | null} */
    let history = null;
    /** @type {Range} */
    let range = RANGES[0];
    /** @type {number | null} */
    let at = null;
    let asked = 0;
    let byKeys = false;         /* then no pointer that leaves takes it away */

    const time = () => ({
        from: Date.parse(history?.from ?? '') / 1000,
        until: Date.parse(history?.until ?? '') / 1000,
    });
    const show = () => {
        if (history) {
            const { from, until } = time();
            const middle = history.step_s / 2;
            const i = at;
            const part = i === null ? 1
                : (history.at[i] + middle - from) / (until - from);

            each.forEach((one) => one.cross(i, part));
            bar.set(i, history.at.length, i === null ? t('graph.now')
                : exact(history.at[i]));
        }
    };
    const bar = momentBar((to) => {
        const n = history?.at.length ?? 0;

        at = n ? to(at ?? n - 1, n) : null;
        byKeys = true;
        show();
    });
    const each = CHARTS.map((chart) => graph(chart, (part) => {
        if (!history?.at.length) {
            return;
        }

        const { from, until } = time();
        const there = from + part * (until - from) - history.step_s / 2;

        at = history.at.reduce((best, one, i) => Math.abs(one - there)
            < Math.abs((history?.at[best] ?? 0) - there) ? i : best, 0);
        byKeys = false;
        show();
    }));
    const place = h('div', { class: 'graphs', on: { pointerleave: () => {
        at = byKeys ? at : null;
        show();
    } } }, each.map((one) => one.node));
    const silent = h('p', { class: 'stale', role: 'status' });
    const wrong = h('div', null);
    const table = asTable(() => history, name);

    const draw = (/** @type {History} */ next) => {
        const marks = marksOf(next);
        const last = next.recorded ? Date.parse(next.recorded) : 0;

        history = next;
        at = at !== null && at < next.at.length ? at : null;
        each.forEach((one) => one.set(next, marks, time()));
        say(silent, !next.recorded ? t('graph.never')
            : now() - last > SILENT ? t('graph.silent', {
                ago: ago(next.recorded) }) : '');
        table.draw();
        show();
    };
    const load = async () => {
        const mine = ++asked;

        try {
            const next = await get(/** @type {'vms/0/history'} */ (
                `${path}?range=${range}`), { signal });

            if (mine === asked) {
                put(wrong);
                draw(next);
            }
        } catch (error) {
            if (signal.aborted || mine !== asked) {
                return;
            }

            if (!(error instanceof Problem)) {
                throw error;
            }

            put(wrong, error.code === 'unsupported'
                ? h('p', { class: 'notice' }, t('graph.unsupported'))
                : fault(error, () => void load()));
        }
    };
    const choose = (/** @type {Range} */ next) => {
        range = next;
        at = null;
        void load();
    };

    every(SOON, () => void (range === '1h' && load()), signal);
    every(LATER, () => void (range !== '1h' && load()), signal);

    return {
        node: h('div', { class: 'graph-page' },
            h('div', { class: 'tab-bar' }, ranges(choose), bar.node),
            wrong, silent, place, table.node),
        load,
    };
}
