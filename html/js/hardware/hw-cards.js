/* The groups of Hardware: the four of the thesis, and the rate. */

import { get } from '../lib/api.js';
import { hwCard } from './hw-card.js';
import { hwLine, hwLines, hwNumber, hwPair } from './hw-fields.js';
import { HOSTNAME } from '../lib/rules.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').LiveVm} LiveVm */
/** @typedef {import('./hw-card.js').Seen} Seen */

const MIB = 1024 * 1024;

/* Loose: the API knows what an address is. */
const ADDRESS = /^[0-9a-f.:]{2,45}(\/\d{1,3})?$/i;

const KINDS = /** @type {const} */ ([
    'vmguarpages', 'oomguarpages', 'privvmpages',
]);


/** A free address of the first pool that has one. */
async function freeAddress() {
    try {
        const pools = (await get('admin/addresses')).items;
        const pool = pools.find((/** @type {any} */ one) =>
            one.enabled && one.free > 0);

        return pool ? (await get(`admin/addresses/${pool.id}/addresses`
            + '?state=free&limit=1')).items[0]?.address ?? '' : '';
    } catch {
        return '';                  /* then it is typed by hand */
    }
}


/** @param {() => void} changed */
function network(changed) {
    return [
        hwLines({
            key: 'addresses', label: t('hw.addresses'), rule: ADDRESS,
            least: 1, most: 32, add: t('hw.addresses.add'), changed,
            line: (n) => t('hw.addresses.one', { n }), fresh: freeAddress,
            stored: (vm) => vm.addresses, forced: (now) => now.addresses,
        }),
        hwLine({
            key: 'hostname', label: t('hw.hostname'), rule: HOSTNAME,
            required: true, changed, stored: (vm) => vm.hostname ?? null,
            forced: (now) => now.hostname,
        }),
        hwLines({
            key: 'gateways', label: t('hw.gateway'), rule: ADDRESS, least: 0,
            most: 2, add: t('hw.gateway.add'), hint: t('hw.gateway.hint'),
            changed, line: (n) => t('hw.gateway.one', { n }),
            stored: (vm) => vm.gateways ?? [], forced: (now) => now.gateways,
            alike: (now, want) => want.every((/** @type {string} */ one) =>
                now.includes(one)),
        }),
        hwLines({
            key: 'dns', label: t('hw.dns'), rule: ADDRESS, least: 0, most: 3,
            add: t('hw.dns.add'), hint: t('hw.dns.hint'), changed,
            line: (n) => t('hw.dns.one', { n }),
            stored: (vm) => vm.dns ?? [], forced: (now) => now.dns,
        }),
    ];
}


/** @param {() => void} changed */
function memory(changed) {
    return KINDS.map((kind) => hwPair({
        names: [`${kind}.barrier_mib`, `${kind}.limit_mib`],
        members: ['barrier_mib', 'limit_mib'], label: t(`hw.${kind}`),
        hint: t(`hw.${kind}.why`), unlimited: true, changed,
        kept: [`memory.${kind}.barrier_mib`, `memory.${kind}.limit_mib`],
        stored: (vm) => vm.memory[kind], forced: (now) => now.memory[kind],
        body: (value) => ({ [kind]: value }),
        used: kind === 'privvmpages' ? (vm) =>
            Math.round((vm.memory.used_bytes ?? 0) / MIB) : undefined,
    }));
}


/** @param {() => void} changed */
function disk(changed) {
    const used = (/** @type {LiveVm} */ vm) =>
        Math.ceil((vm.disk.used_bytes ?? 0) / MIB);

    return [hwPair({
        names: ['soft_mib', 'hard_mib'], members: ['soft_mib', 'hard_mib'],
        label: t('hw.space'), hint: t('hw.space.why'), changed,
        kept: ['disk.soft_mib', 'disk.hard_mib'], body: (value) => value, used,
        stored: (vm) => ({ soft_mib: vm.disk.soft_mib,
            hard_mib: vm.disk.hard_mib }),
        forced: (now) => ({ soft_mib: now.disk.soft_mib,
            hard_mib: now.disk.hard_mib }),
        least: (vm) => Math.max(vm.limits?.disk_min_mib ?? 0, used(vm)),
        how: (vm, value) => (vm.state !== 'stopped'
            && vm.limits?.shrink_live === false
            && Number(value.hard_mib) < Number(vm.disk.hard_mib)
            ? 'stop' : null),
    })];
}


/** @param {() => void} changed */
function cpu(changed) {
    return [
        hwNumber({
            key: 'units', label: t('hw.units'), hint: t('hw.units.why'),
            unit: t('hw.units.unit'), least: 8, most: 500000, changed,
            kept: ['cpu.units'], stored: (vm) => vm.cpu.units ?? 0,
            forced: (now) => now.cpu.units,
        }),
        hwNumber({
            key: 'limit_percent', label: t('hw.percent'),
            hint: t('hw.percent.why'), unit: '%', unlimited: true,
            least: 1, most: 100000, changed, kept: ['cpu.limit_percent'],
            stored: (vm) => vm.cpu.limit_percent ?? 'unlimited',
            forced: (now) => now.cpu.limit_percent,
        }),
    ];
}


/** @param {() => void} changed */
function rate(changed) {
    return (/** @type {const} */ (['in_mbit', 'out_mbit'])).map((key) =>
        hwNumber({
            key, label: t(`hw.${key}`), hint: key === 'out_mbit'
                ? t('hw.rate.why') : undefined,
            unit: 'Mbit/s', unlimited: true, least: 1, most: 99999, changed,
            stored: (vm) => vm.rate[key], forced: (now) => now.rate[key],
        }));
}


/**
 * @param {() => Promise<Seen>} again
 * @param {AbortSignal} signal
 */
export function hwCards(again, signal) {
    const groups = /** @type {const} */ ([
        ['network', network], ['memory', memory],
        ['disk', disk], ['cpu', cpu], ['rate', rate],
    ]);

    return groups.map(([group, fields]) => hwCard({
        group, fields, again, signal,
        title: t(`hw.${group}`), save: t(`hw.${group}.save`),
    }));
}
