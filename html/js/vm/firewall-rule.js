/* A rule of a firewall: as a sentence, and the form for another one. */

import { button } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { choice } from '../ui/fields.js';
import { text } from '../ui/form.js';
import { t } from '../lib/i18n.js';

/** @typedef {'in' | 'out'} Way */
/**
 * @typedef {{direction: Way, action: 'accept' | 'drop',
 *     protocol: 'any' | 'tcp' | 'udp' | 'icmp', ports?: string | null,
 *     address?: string | null, note?: string | null}} Rule
 */

const PORTS = /^[1-9]\d{0,4}(-[1-9]\d{0,4})?$/;
const ADDRESS = /^[0-9A-Fa-f:.]{2,45}(\/[1-9]\d{0,2})?$/;


/** @param {Rule} rule */
export function sentence(rule) {
    const what = rule.ports
        ? t('fw.say.ports', { protocol: rule.protocol.toUpperCase(),
            ports: rule.ports })
        : t(`fw.protocol.${rule.protocol}`);

    return t(`fw.say.${rule.direction}.${rule.action}`, { what,
        where: rule.address ?? t('fw.anywhere') });
}


/**
 * @param {{add: (rule: Rule) => void}} options
 */
export function ruleForm({ add }) {
    const options = (/** @type {string} */ kind,
        /** @type {string[]} */ values) =>
        values.map((value) => ({ value, text: t(`fw.${kind}.${value}`) }));
    const way = choice({ name: 'direction', label: t('fw.direction'),
        choices: options('way', ['in', 'out']) });
    const action = choice({ name: 'action', label: t('fw.action'),
        choices: options('policy', ['accept', 'drop']) });
    const protocol = choice({ name: 'protocol', label: t('fw.protocol'),
        choices: options('protocol', ['tcp', 'udp', 'icmp', 'any']),
        changed: (value) => {
            ports.input.disabled = value !== 'tcp' && value !== 'udp';
        } });
    const ports = text({ name: 'ports', label: t('fw.ports'), rule: PORTS,
        wrong: t('fw.wrong.ports'), hint: t('fw.ports.hint'),
        autocomplete: 'off' });
    const address = text({ name: 'address', label: t('fw.address'),
        rule: ADDRESS, wrong: t('fw.wrong.address'), autocomplete: 'off',
        hint: t('fw.address.hint') });
    const note = text({ name: 'note', label: t('fw.note'), maxlength: 60,
        autocomplete: 'off' });
    const all = [way, action, protocol, ports, address, note];

    return h('form', { class: 'fw-form', novalidate: true,
        'aria-label': t('fw.add'), on: { submit: (/** @type {Event} */ event) => {
            event.preventDefault();

            const bad = all.find((one) => !one.check());

            if (bad) {
                bad.focus();
                return;
            }

            add({
                direction: /** @type {Way} */ (way.value()),
                action: /** @type {Rule['action']} */ (action.value()),
                protocol: /** @type {Rule['protocol']} */ (protocol.value()),
                ports: (!ports.input.disabled && ports.value()) || null,
                address: address.value() || null, note: note.value() || null,
            });
        } } }, all.map((one) => one.node),
    button({ text: t('fw.add'), icon: 'plus', type: 'submit' }));
}
