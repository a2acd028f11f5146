/* Used of limit, as a bar; and the minutes before as a line. */

import { h, say, svg } from './dom.js';
import { bytes, number, percent, t } from '../i18n.js';

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
 * @param {{thin?: boolean}} [options]
 */
export function bar(label, options = {}) {
    const fill = h('span', { class: 'bar-fill' });
    const track = h('span', {
        class: 'bar-track', role: 'meter', 'aria-label': label,
        'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': 0,
    }, fill);
    const figure = h('span', { class: 'bar-figure' });
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
         * @param {string} text         "41 MB of 64 MB"
         */
        set(part, text) {
            const shown = Math.min(1, Math.max(0, part ?? 0));
            const now = String(Math.round(shown * 100));

            fill.style.transform = `scaleX(${shown.toFixed(4)})`;
            node.dataset.level = level(shown);
            say(figure, text);

            if (track.getAttribute('aria-valuenow') !== now) {
                track.setAttribute('aria-valuenow', now);
            }

            track.setAttribute('aria-valuetext', text);

            if (!options.thin) {
                say(note, part === null ? ''
                    : level(shown) === 'full' ? t('bar.full')
                        : level(shown) === 'high' ? t('bar.high') : '');
            }
        },
    };
}


/** @typedef {import('../types.d.ts').Vm} Vm */
/** @typedef {'memory' | 'disk' | 'cpu'} Resource */

export const RESOURCES = /** @type {const} */ (['memory', 'disk', 'cpu']);


/**
 * What a bar shows of a container: how much of what, in figures and words.
 *
 * @param {Vm} vm
 * @param {Resource} resource
 * @param {boolean} [short]  for a table's cell
 * @returns {{part: number | null, text: string}}
 */
export function usage(vm, resource, short = false) {
    if (resource === 'cpu') {
        return cpuUsage(vm, short);
    }

    const used = resource === 'memory' ? vm.memory.used_bytes
        : vm.disk.used_bytes;
    const limit = (resource === 'memory' ? vm.memory.limit_bytes
        : vm.disk.total_bytes) || 0;
    const asleep = resource === 'memory' && vm.state === 'stopped';

    if (asleep || typeof used !== 'number') {
        return {
            part: null,
            text: limit > 0 && !short ? t('bar.limit', { limit: bytes(limit) })
                : '—',
        };
    }

    if (limit <= 0) {
        return { part: 0, text: bytes(used) };
    }

    return {
        part: used / limit,
        text: t(short ? 'bar.short' : 'bar.of',
            { used: bytes(used), limit: bytes(limit) }),
    };
}


/**
 * @param {Vm} vm
 * @param {boolean} short
 */
function cpuUsage(vm, short) {
    const top = vm.cpu.limit_percent || 100;
    const now = vm.cpu.percent;
    const units = vm.cpu.units;

    if (vm.state !== 'running' || typeof now !== 'number') {
        return { part: null, text: short || !units ? '—'
            : t('bar.units', { units: number(units) }) };
    }

    if (short) {
        return { part: now / top, text: percent(now) };
    }

    return {
        part: now / top,
        text: vm.cpu.limit_percent
            ? t('bar.of', { used: percent(now), limit: percent(top) })
            : t('bar.cpu.of',
                { used: percent(now), units: number(units ?? 0) }),
    };
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

    return {
        node: h('div', { class: 'spark-box' }, node, caption),

        /**
         * @param {{at: number, value: number}[]} points
         * @param {number} top
         */
        set(points, top) {
            if (points.length < 2) {
                return;
            }

            const end = points[points.length - 1].at;
            const window = Math.max(LEAST, end - points[0].at);
            const x = (/** @type {number} */ at) =>
                (WIDE - (end - at) / window * WIDE).toFixed(1);
            const y = (/** @type {number} */ value) =>
                (HIGH - 1.5 - Math.min(1, value / (top || 1)) * (HIGH - 3))
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
