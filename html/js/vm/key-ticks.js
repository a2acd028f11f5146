/* The SSH keys of a server's owner, each to be ticked. */

import { get } from '../lib/api.js';
import { linkButton } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { tick } from '../ui/fields.js';
import { t } from '../lib/i18n.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */

/** @typedef {{name: string, type: string, fingerprint: string,
 *     has?: boolean}} Key */


/**
 * @param {Key[]} items
 * @param {boolean} own  they are those of the reader
 * @param {string} [hint]
 */
export function ticksOf(items, own, hint) {
    const ticks = items.map((key) => ({
        print: key.fingerprint,
        field: tick({ name: key.fingerprint, label: key.name, value: key.has,
            hint: `${key.type} ${key.fingerprint}` }),
    }));

    return {
        none: items.length === 0,
        fields: ticks.map((one) => one.field),
        chosen: () => ticks.filter((one) => one.field.value() !== '')
            .map((one) => one.print),
        node: h('fieldset', { class: 'field' },
            h('legend', null, t('guest.keys')),
            items.length ? ticks.map((one) => one.field.node)
                : h('p', { class: 'field-hint' }, t('guest.keys.none')),
            hint && items.length
                ? h('p', { class: 'field-hint' }, hint) : null,
            own ? linkButton('account', t('guest.keys.add')) : null),
    };
}


/**
 * @param {Vm} vm
 * @param {AbortSignal} signal
 */
export async function keyTicks(vm, signal) {
    const { items } = await get(`vms/${vm.id}/keys`, { signal });

    return ticksOf(items, vm.owner?.id === user()?.id);
}
