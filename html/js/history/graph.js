/*
 * One graph: lines over a time, with gaps where nothing was recorded, the
 * limit, the marks, and the crosshair that all graphs of a page share.
 */

import { h, put, say, svg } from '../ui/dom.js';
import { t } from '../lib/i18n.js';
import { figure, tick, top, values } from './model.js';

/** @typedef {import('./model.js').History} History */
/** @typedef {import('./model.js').Chart} Chart */
/** @typedef {import('./model.js').Range} Range */
/** @typedef {{at: number, kind: string, text: string}} Mark */

const WIDE = 720;
const HIGH = 140;
const TICKS = 4;


/**
 * A path over the points that follow each other, one piece for each stretch.
 *
 * @param {number[]} at
 * @param {(number | null)[]} line
 * @param {number} step
 * @param {(at: number) => number} x
 * @param {(value: number) => number} y
 */
function path(at, line, step, x, y) {
    let text = '';
    let last = -Infinity;

    for (let i = 0; i < at.length; i += 1) {
        const value = line[i];

        if (typeof value !== 'number') {
            last = -Infinity;
            continue;
        }

        text += at[i] - last > step * 1.5
            ? `M${x(at[i]).toFixed(1)} ${y(value).toFixed(1)}h0.01`
            : `L${x(at[i]).toFixed(1)} ${y(value).toFixed(1)}`;
        last = at[i];
    }

    return text;
}


/**
 * @param {Chart} chart
 * @param {(part: number) => void} pointed  at which part of the time
 */
export function graph(chart, pointed) {
    const drawing = svg('svg', { class: 'graph-drawing',
        viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: 'none',
        'aria-hidden': 'true' });
    const cross = h('div', { class: 'graph-cross', hidden: true });
    const high = h('span', { class: 'graph-high' });
    const half = h('span', { class: 'graph-half' });
    const ticks = h('div', { class: 'graph-ticks', 'aria-hidden': 'true' });
    const marks = h('div', { class: 'graph-marks' });
    const field = h('div', { class: 'graph-field' }, drawing, high, half,
        marks, cross);
    const keys = chart.lines.map((name, i) => ({
        name,
        value: h('span', { class: 'graph-value' }),
        node: h('span', { class: 'graph-key', data: { line: i } }),
    }));
    const limits = h('span', { class: 'graph-limit-words' });
    const node = h('section', { class: 'graph', data: { chart: chart.id } },
        h('div', { class: 'graph-head' },
            h('h2', null, t(`graph.${chart.id}`)),
            h('p', { class: 'graph-keys' }, keys.map((key) => {
                put(key.node, h('span', null, t(`graph.line.${key.name}`)),
                    key.value);
                return key.node;
            }), limits)),
        field, ticks);
    /** @type {{history: History, lines: (number | null)[][]} | null} */
    let shown = null;

    field.addEventListener('pointermove', (event) => {
        const box = field.getBoundingClientRect();

        pointed((event.clientX - box.left) / box.width);
    });

    return {
        node,

        /**
         * @param {History} history
         * @param {Mark[]} marked
         * @param {{from: number, until: number}} time  seconds
         */
        set(history, marked, { from, until }) {
            const lines = chart.lines.map((name) => values(history, name));
            const most = chart.lines.map((name) =>
                values(history, name, 'most'));
            const limit = chart.limit
                ? history.limits?.[chart.limit] ?? null : null;
            const all = most.flat().filter((value) => value !== null);
            const end = top(/** @type {number[]} */ (all), limit, chart.unit);
            const x = (/** @type {number} */ at) =>
                (at - from) / (until - from) * WIDE;
            const y = (/** @type {number} */ value) =>
                HIGH - Math.min(value / end, 1) * HIGH;
            const middle = history.step_s / 2;
            const centre = history.at.map((at) => at + middle);

            shown = { history, lines };
            node.hidden = all.length === 0;

            put(drawing,
                svg('path', { class: 'graph-grid',
                    d: `M0 0H${WIDE}M0 ${HIGH / 2}H${WIDE}M0 ${HIGH}H${WIDE}` }),
                ...most.map((line, i) => svg('path', { class: 'graph-most',
                    'data-line': i, d: history.step_s > 10
                        ? path(centre, line, history.step_s, x, y) : '' })),
                ...lines.map((line, i) => svg('path', { class: 'graph-line',
                    'data-line': i,
                    d: path(centre, line, history.step_s, x, y) })),
                limit === null || limit > end ? null : svg('path', {
                    class: 'graph-limit', d: `M0 ${y(limit)}H${WIDE}` }));
            say(high, figure(end, chart.unit));
            say(half, figure(end / 2, chart.unit));
            say(limits, limit === null ? '' : t('graph.limit', {
                n: figure(limit, chart.unit) }));
            put(ticks, ...Array.from({ length: TICKS + 1 }, (_, i) =>
                h('span', null, tick(from + (until - from) * i / TICKS,
                    /** @type {Range} */ (history.range)))));
            put(marks, ...marked.map((mark) => {
                const one = h('span', { class: 'graph-mark',
                    data: { kind: mark.kind }, title: mark.text });

                one.style.insetInlineStart = `${x(mark.at) / WIDE * 100}%`;
                return one;
            }));
        },

        /**
         * Move the crosshair to a point; null: there is none.
         *
         * @param {number | null} i
         * @param {number} part  of the time
         */
        cross(i, part) {
            cross.hidden = i === null;
            cross.style.insetInlineStart = `${part * 100}%`;

            keys.forEach((key, k) => {
                const line = shown?.lines[k] ?? [];
                const last = line.findLast((value) => value !== null);
                const value = i === null ? last : line[i];

                say(key.value, typeof value === 'number'
                    ? figure(value, chart.unit) : '—');
            });
        },
    };
}
