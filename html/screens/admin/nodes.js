/* Nodos: where containers run. */

import { amend } from '../../api.js';
import { h } from '../../parts/dom.js';
import { editor } from '../../parts/editor.js';
import { tick, whole } from '../../parts/fields.js';
import { text } from '../../parts/form.js';
import { icon } from '../../parts/icon.js';
import { badge } from '../../parts/state.js';
import { bytes, number, t } from '../../i18n.js';

/**
 * @typedef {{
 *     driver: string, version: string, kernel: string, hostname: string,
 *     cpus: number, load: number | number[], memory_total_bytes: number,
 *     memory_free_bytes: number, disk_total_bytes: number,
 *     disk_free_bytes: number, containers: number, running: number,
 * }} Facts
 * @typedef {{
 *     id: number, name: string, enabled: boolean, ctid_min: number,
 *     ctid_max: number, configured: boolean, answers: boolean,
 *     error: string | null, vms: number, facts: Facts | null,
 * }} Node
 * @typedef {import('../../parts/listing.js').Desk} Desk
 */

const NUMBER = /^\d{3,10}$/;


/** @param {number} free @param {number} total */
function left(free, total) {
    return t('node.free', { free: bytes(free), total: bytes(total) });
}


/** @param {Node} one */
function state(one) {
    return !one.enabled ? badge('cancelled', t('node.off'))
        : one.answers ? badge('done', t('node.answers'))
            : badge('failed', t('node.silent'));
}


/** @param {Node} one @returns {[string, any][]} */
function facts(one) {
    const { facts: now } = one;

    return now ? [
        [t('node.driver'), `${now.driver} ${now.version}`],
        [t('node.kernel'), now.kernel],
        [t('vm.hostname'), now.hostname],
        [t('node.cpus'), number(now.cpus)],
        [t('node.load'), [now.load].flat().map((x) => number(x, 2))
            .join(' · ')],
        [t('hw.memory'), left(now.memory_free_bytes, now.memory_total_bytes)],
        [t('hw.disk'), left(now.disk_free_bytes, now.disk_total_bytes)],
        [t('node.containers'), t('node.running', { n: now.running,
            all: number(now.containers) })],
    ] : [[t('node.error'), one.error ?? t('node.silent')]];
}


/** @param {Node | null} item @param {Desk} desk */
function edit(item, desk) {
    const one = /** @type {Node} */ (item);
    const range = (/** @type {'ctid_min' | 'ctid_max'} */ name) => text({
        name, label: t(`node.${name}`), required: true, rule: NUMBER,
        inputmode: 'numeric', value: String(one[name]), maxlength: 10,
        autocomplete: 'off', wrong: t('rule.number') });

    return editor({
        facts: facts(one),
        fields: [range('ctid_min'), range('ctid_max'),
            tick({ name: 'enabled', label: t('node.enabled'),
                value: one.enabled, hint: t('node.enabled.hint') })],
        layout: (f) => [h('div', { class: 'pair' }, f.ctid_min, f.ctid_max),
            f.enabled],
        submit: t('adm.save'),
        send: async (values) => {
            await amend(`admin/nodes/${one.id}`, {
                ctid_min: whole(values.ctid_min),
                ctid_max: whole(values.ctid_max),
                enabled: values.enabled === 'true' });
            await desk.done(t('adm.saved'));
        },
    });
}


export function section() {
    return {
        key: 'nodes', path: 'admin/nodes', empty: t('node.none'),
        lead: t('node.lead'), editor: edit,
        above: (/** @type {any} */ answer) => (answer.unregistered?.length > 0
            ? h('p', { class: 'notice' }, icon('warn'), t('node.unregistered',
                { names: answer.unregistered.join(', ') })) : null),
        id: (/** @type {Node} */ one) => one.id,
        name: (/** @type {Node} */ one) => one.name,
        columns: [
            { key: 'name', text: t('node.name'),
                cell: (/** @type {Node} */ one) => one.name },
            { key: 'state', text: t('vm.state'), quiet: true, cell: state },
            { key: 'driver', text: t('node.driver'),
                cell: (/** @type {Node} */ one) => one.facts
                    && `${one.facts.driver} ${one.facts.version}` },
            { key: 'memory', text: t('hw.memory'),
                cell: (/** @type {Node} */ one) => one.facts && left(
                    one.facts.memory_free_bytes,
                    one.facts.memory_total_bytes) },
            { key: 'disk', text: t('hw.disk'),
                cell: (/** @type {Node} */ one) => one.facts && left(
                    one.facts.disk_free_bytes, one.facts.disk_total_bytes) },
            { key: 'ctids', text: t('node.ctids'),
                cell: (/** @type {Node} */ one) =>
                    `${one.ctid_min}–${one.ctid_max}` },
            { key: 'vms', text: t('adm.vms'), cls: 'number',
                cell: (/** @type {Node} */ one) => one.vms },
        ],
    };
}
