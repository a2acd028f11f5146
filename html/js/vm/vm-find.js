/* Fields that search containers and people. */

import { get } from '../lib/api.js';
import { combo } from '../ui/combo.js';
import { h } from '../ui/dom.js';
import { vmState } from '../ui/state.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Person} Person */

const SHOWN = 12;


/**
 * @param {{chosen: (vm: Vm | null) => void, label: string}} options
 */
export function vmCombo(options) {
    return combo({
        name: 'vm', label: options.label, placeholder: options.label,
        bare: true, chosen: options.chosen,
        search: async (q, signal) => (await get(`vms?${new URLSearchParams({
            q, limit: String(SHOWN), sort: 'name' })}`, { signal })).items,
        text: (/** @type {Vm} */ vm) => vm.name,
        value: (vm) => vm.id,
        node: (vm) => [
            h('span', { class: 'combo-main' },
                h('strong', null, vm.name),
                h('span', { class: 'when' }, [vm.ctid, vm.owner?.account,
                    vm.addresses[0]].filter(Boolean).join(' · '))),
            vmState(vm)],
    });
}


/**
 * @param {{account: string, first_name?: string | null,
 *     last_name?: string | null}} person
 */
export function fullName(person) {
    return [person.first_name, person.last_name].filter(Boolean).join(' ')
        || person.account;
}


/**
 * @param {{name: string, label: string, required?: boolean, bare?: boolean,
 *     hint?: string, placeholder?: string,
 *     chosen?: (person: Person | null) => void}} options
 */
export function userCombo(options) {
    return combo({
        placeholder: t('user.search'), ...options,
        search: async (q, signal) => (await get(
            `admin/users?${new URLSearchParams({ q, limit: String(SHOWN) })}`,
            { signal })).items,
        text: (/** @type {Person} */ person) => person.account,
        value: (person) => person.id,
        node: (person) => [h('span', { class: 'combo-main' },
            h('strong', null, person.account),
            h('span', { class: 'when' }, [person.id, fullName(person),
                person.email].filter(Boolean).join(' · ')))],
    });
}
