/*
 * What the graphs of a server or a node are: which series, in which unit, and
 * the reply of the API as lines.
 */

import { bytes, current, number, percent, t } from '../lib/i18n.js';

/** @typedef {import('../../schemas.d.ts').History} History */

/**
 * @typedef {'percent' | 'bytes' | 'bytes_per_second' | 'count' | 'events'} Unit
 * @typedef {{
 *     id: string, unit: Unit, lines: string[],
 *     limit?: 'cpu_percent' | 'memory_bytes' | 'disk_bytes',
 * }} Chart  lines: series of the API, limit: whose line is drawn
 */

/* What there is to choose from, the first one at the start. */
export const RANGES = /** @type {const} */ (['1h', '6h', '1d', '1w', '1m',
    '3m', '1y']);

/** @typedef {typeof RANGES[number]} Range */

/** @type {Chart[]} */
export const CHARTS = [
    { id: 'cpu', unit: 'percent', lines: ['cpu'], limit: 'cpu_percent' },
    { id: 'cpu_wait', unit: 'percent', lines: ['cpu_wait'] },
    { id: 'memory', unit: 'bytes', lines: ['memory', 'swap'],
        limit: 'memory_bytes' },
    { id: 'disk', unit: 'bytes', lines: ['disk'], limit: 'disk_bytes' },
    { id: 'disk_io', unit: 'bytes_per_second',
        lines: ['disk_read', 'disk_write'] },
    { id: 'network', unit: 'bytes_per_second', lines: ['rx', 'tx'] },
    { id: 'processes', unit: 'count', lines: ['processes'] },
    { id: 'pressure', unit: 'percent',
        lines: ['cpu_pressure', 'memory_pressure', 'io_pressure'] },
];


/**
 * @param {number} value
 * @param {Unit} unit
 */
export function figure(value, unit) {
    return unit === 'percent' ? percent(value)
        : unit === 'bytes' ? bytes(value)
            : unit === 'bytes_per_second'
                ? t('graph.per_second', { n: bytes(value) })
                : number(value, value < 10 ? 1 : 0);
}


/**
 * The figures of one series; none where the node does not know it.
 *
 * @param {History} history
 * @param {string} name
 * @param {'mean' | 'most'} [kind]
 * @returns {(number | null)[]}
 */
export function values(history, name, kind = 'mean') {
    return history.series.find((one) => one.name === name)?.[kind] ?? [];
}


/**
 * The top of a chart: the limit where there is one, and more than was used.
 *
 * @param {number[]} all
 * @param {number | null} limit
 * @param {Unit} unit
 */
export function top(all, limit, unit) {
    const most = all.reduce((max, value) => Math.max(max, value), 0);
    const least = unit === 'percent' ? 10 : unit === 'count' ? 5 : 1024;
    const wanted = Math.max(most, limit ?? 0, least);
    const base = unit.startsWith('bytes') ? 1024 ** Math.floor(
        Math.log2(wanted) / 10) : 1;
    const rest = wanted / base;
    const step = 10 ** Math.floor(Math.log10(rest));
    const nice = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]
        .find((n) => n * step >= rest * 0.999) ?? 10;

    return nice * step * base;
}


/**
 * A time as an axis has it.
 *
 * @param {number} at  seconds
 * @param {Range} range
 */
export function tick(at, range) {
    const form = range === '1h' || range === '6h' || range === '1d'
        ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
        : range === '1w' ? { weekday: 'short', hour: '2-digit',
            minute: '2-digit', hourCycle: 'h23' }
            : range === '1y' ? { month: 'short', year: '2-digit' }
                : { day: 'numeric', month: 'short' };

    return new Intl.DateTimeFormat(current(),
        /** @type {Intl.DateTimeFormatOptions} */ (form))
        .format(new Date(at * 1000));
}


/**
 * The same as the crosshair has it.
 *
 * @param {number} at
 */
export function exact(at) {
    return new Intl.DateTimeFormat(current(), { dateStyle: 'medium',
        timeStyle: 'short', hourCycle: 'h23' }).format(new Date(at * 1000));
}


/**
 * All of a history as a table of commas: the times in UTC, a column a series.
 *
 * @param {History} history
 */
export function csv(history) {
    const head = ['time', 'running_percent', ...history.series.flatMap(
        (one) => [`${one.name}_${one.unit}`, `${one.name}_most`])];
    const rows = history.at.map((at, i) => [
        new Date(at * 1000).toISOString(), history.up[i],
        ...history.series.flatMap((one) => [one.mean[i] ?? '',
            one.most[i] ?? '']),
    ]);

    return [head, ...rows].map((row) => row.join(',')).join('\r\n') + '\r\n';
}
