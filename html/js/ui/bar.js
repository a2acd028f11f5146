/* Used of limit, as a bar; and the minutes before as a line. */

import { h, say, svg } from './dom.js';
import { bytes, number, percent, t } from '../lib/i18n.js';

/**
 * How full: what decides the colour, and the word beside it.
 *
 * @param {number} part  0 to 1
 */
function level(part) {
    return part >= 0.95 ? 'full' : part >= 0.8 ? 'high' : 'fine';
}


/**
 * A bar and how to move it.
 *
 * @param {string} label
 * @param {{thin?: boolean, progress?: boolean}} [options]  progress: it is
 *     good when it is full
 */
export function bar(label, options = {}) {
    const fill = h('span', { class: 'bar-fill' });
    const track = h('span', {
        class: 'bar-track', role: 'meter', 'aria-label': label,
        'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': 0,
    }, fill);
    const now = h('bdi', null);
    const rest = h('bdi', { class: 'bar-rest' });
    const figure = h('span', { class: 'bar-figure' }, now, rest);
    const note = h('span', { class: 'bar-note' });
    const node = options.thin
        ? h('span', { class: 'bar thin' }, figure, track)
        : h('div', { class: 'bar' },
            h('div', { class: 'bar-head' },
                h('span', { class: 'bar-label' }, label), note),
            figure, track);

    return {
        node,

        /**
         * @param {number | null} part  0 to 1; null: not known
         * @param {string} text         "41 MB"
         * @param {string} [more]       "of 64 MB"
         */
        set(part, text, more = '') {
            const shown = Math.min(1, Math.max(0, part ?? 0));
            const value = String(Math.round(shown * 100));

            fill.style.transform = `scaleX(${shown.toFixed(4)})`;
            node.dataset.level = options.progress ? 'fine' : level(shown);
            say(now, text);
            say(rest, more ? ` ${more}` : '');
            track.setAttribute('aria-valuenow', value);
            track.setAttribute('aria-valuetext', `${text} ${more}`.trim());

            if (!options.thin) {
                say(note, part === null ? ''
                    : level(shown) === 'full' ? t('bar.full')
                        : level(shown) === 'high' ? t('bar.high') : '');
            }
        },
    };
}


/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {'memory' | 'disk' | 'cpu'} Resource */

export const RESOURCES = /** @type {const} */ (['memory', 'disk', 'cpu']);


/** @param {import('../../types.d.ts').Amount | undefined} value */
function finite(value) {
    return typeof value === 'number' && value > 0 ? value : 0;
}


/**
 * What a full bar of a container means; 0 where there is no limit.
 *
 * @param {Vm} vm
 * @param {Resource} resource
 */
export function limitOf(vm, resource) {
    return resource === 'memory' ? finite(vm.memory.limit_bytes)
        : resource === 'disk' ? finite(vm.disk.total_bytes)
            : finite(vm.cpu.limit_percent) || 100;
}


/**
 * What a bar shows of a container: how much of what, in figures and words.
 * The rest is what a narrow place can do without.
 *
 * @param {Vm} vm
 * @param {Resource} resource
 * @returns {{part: number | null, text: string, rest: string}}
 */
export function usage(vm, resource) {
    const limit = limitOf(vm, resource);
    const used = resource === 'cpu' ? vm.cpu.percent
        : vm[resource].used_bytes;
    const asleep = resource !== 'disk' && vm.state !== 'running'
        && vm.state !== 'frozen';
    const words = resource === 'cpu' ? percent : bytes;
    const units = vm.cpu.units;
    const rest = resource !== 'cpu' ? limit ? t('bar.of',
        { limit: bytes(limit) }) : ''
        : finite(vm.cpu.limit_percent) ? t('bar.of', { limit: percent(limit) })
            : units ? t('bar.units', { n: number(units / 1000, 2) }) : '';

    if (asleep || typeof used !== 'number') {
        return { part: null, text: '—', rest };
    }

    return { part: limit ? used / limit : 0, text: words(used), rest };
}


/* The line grows with what was seen, from one minute to ten. */
const LEAST = 60000;
const WIDE = 200;
const HIGH = 40;

/**
 * The last minutes as a line, 0 to the limit.
 *
 * @param {string} label
 */
export function spark(label) {
    const line = svg('path', { class: 'spark-line' });
    const area = svg('path', { class: 'spark-area' });
    const node = svg('svg', {
        class: 'spark', viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'img',
        preserveAspectRatio: 'none', 'aria-label': label,
    }, area, line);
    const caption = h('span', { class: 'spark-caption' });
    const box = h('div', { class: 'spark-box' }, node, caption);

    box.style.visibility = 'hidden';            /* and its room kept */

    return {
        node: box,

        /**
         * @param {{at: number, value: number}[]} points
         * @param {number} top  0: the largest seen
         */
        set(points, top) {
            if (points.length < 2) {
                return;
            }

            box.style.visibility = '';

            const most = top || Math.max(...points.map((p) => p.value), 1);
            const end = points[points.length - 1].at;
            const window = Math.max(LEAST, end - points[0].at);
            const x = (/** @type {number} */ at) =>
                (WIDE - (end - at) / window * WIDE).toFixed(1);
            const y = (/** @type {number} */ value) =>
                (HIGH - 1.5 - Math.min(1, value / most) * (HIGH - 3))
                    .toFixed(1);
            const path = points.map((p) => `${x(p.at)} ${y(p.value)}`)
                .join('L');

            line.setAttribute('d', `M${path}`);
            area.setAttribute('d',
                `M${path}V${HIGH}H${x(points[0].at)}Z`);
            say(caption, t('spark.window', {
                n: Math.round(window / 60000) }));
        },
    };
}
