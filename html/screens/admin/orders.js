/* Pedidos por aprobar: what waits for somebody to look at it. */

import { post } from '../../api.js';
import { button } from '../../parts/button.js';
import { h } from '../../parts/dom.js';
import { factList, guarded } from '../../parts/editor.js';
import { text } from '../../parts/form.js';
import { askFor } from '../../parts/hw-acts.js';
import { note } from '../../live.js';
import { fullName } from '../../parts/vm-find.js';
import { ago, moment, t } from '../../i18n.js';

/**
 * @typedef {import('../../schemas.d.ts').WaitingOrder} Held
 * @typedef {import('../../parts/listing.js').Desk} Desk
 */


/**
 * @param {Held | null} item
 * @param {Desk} desk
 * @param {AbortSignal} signal
 */
function look(item, desk, signal) {
    const one = /** @type {Held} */ (item);
    const who = one.user;
    const yes = button({ text: t('ord.approve'), kind: 'primary',
        icon: 'check', press: guarded(async () => {
            note(await post(`admin/orders/${one.task}/approve`));
            await desk.done(t('ord.approved', { name: one.vm.name ?? '' }));
        }) });
    const no = button({ text: t('ord.reject'), icon: 'cross',
        press: () => askFor({
            title: t('ord.reject.title', { name: fullName(who) }),
            lead: t('ord.reject.lead'), yes: t('ord.reject'), danger: true,
            signal, field: text({ name: 'reason',
                label: t('suspend.reason'), hint: t('ord.reject.hint'),
                maxlength: 100, autocomplete: 'off' }),
            send: async (reason) => {
                await post(`admin/orders/${one.task}/reject`,
                    reason ? { reason } : {});
                await desk.done(t('ord.rejected'));
            } }) });

    return h('div', { class: 'editor' }, factList([
        [t('vm.name'), fullName(who)], [t('order.dni'), who.dni ?? '—'],
        [t('order.email'), who.email ?? '—'],
        [t('order.phone'), who.phone ?? '—'],
        [t('order.plan.short'), one.plan],
        [t('order.template.short'), one.template],
        [t('vm.address'), one.address],
        [t('ord.when'), moment(one.created)]]),
    h('div', { class: 'row-buttons' }, yes, no));
}


export function section() {
    return {
        key: 'orders', path: 'admin/orders', empty: t('ord.none'),
        editor: look,
        below: () => h('p', null, h('a', {
            href: 'administration?section=audit&action=order.',
        }, t('ord.decided'))),
        id: (/** @type {Held} */ one) => one.task,
        name: (/** @type {Held} */ one) => fullName(one.user),
        columns: [
            { key: 'name', text: t('vm.name'),
                cell: (/** @type {Held} */ one) => fullName(one.user) },
            { key: 'dni', text: t('order.dni'), cls: 'far',
                cell: (/** @type {Held} */ one) => one.user.dni },
            { key: 'email', text: t('order.email'), quiet: true,
                cell: (/** @type {Held} */ one) => one.user.email },
            { key: 'plan', text: t('order.plan.short'),
                cell: (/** @type {Held} */ one) => one.plan },
            { key: 'template', text: t('order.template.short'), cls: 'far',
                cell: (/** @type {Held} */ one) => one.template },
            { key: 'created', text: t('ord.when'), cls: 'short',
                cell: (/** @type {Held} */ one) => ago(one.created) },
        ],
    };
}
