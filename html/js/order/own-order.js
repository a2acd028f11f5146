/* Contratación for who has an account: another server for it. */

import { get, idempotencyKey, post } from '../lib/api.js';
import { h } from '../ui/dom.js';
import { form } from '../ui/form.js';
import { toast } from '../ui/toast.js';
import { firstBoot } from '../vm/first-boot.js';
import { ticksOf } from '../vm/key-ticks.js';
import { more, t } from '../lib/i18n.js';

/** @typedef {import('../ui/form.js').Field} Field */
/** @typedef {import('../vm/key-ticks.js').Key} Key */
/** @typedef {import('../../types.d.ts').View} View */


/**
 * The keys of who is signed in, how many servers he has and may have, and the
 * words of this page.
 *
 * @param {AbortSignal} signal
 */
export async function ownThings(signal) {
    const [keys, left] = await Promise.all([get('account/keys', { signal }),
        get('account/orders', { signal }), more('own')]);

    return { keys: keys.items, left };
}


/**
 * Why no other server can be ordered, or ''.
 *
 * @param {import('../../schemas.d.ts').OrdersLeft} left
 */
export function fullUp({ servers, limit }) {
    return limit !== null && servers >= limit
        ? t('error.vm_limit', { n: limit }) : '';
}


/**
 * @param {View} view
 * @param {Field[]} fields  plan, template and hostname
 * @param {Key[]} keys
 * @param {Node} summary
 * @param {() => void} done  it was ordered
 */
export function ownOrder(view, fields, keys, summary, done) {
    const ticks = ticksOf(keys, true, t('guest.keys.mail'));
    const boot = firstBoot();
    let sent = '';
    let key = '';

    const made = form({
        fields: [...fields, ...ticks.fields, boot.field],
        submit: t('order.send'),
        legend: true,
        layout: (f) => [
            h('p', { class: 'lead' }, t('order.own.lead')),
            h('section', { class: 'form-part' },
                h('h2', null, t('order.part.server')),
                f.plan, f.template, f.hostname),
            h('section', { class: 'form-part' },
                h('h2', null, t('order.part.access')),
                ticks.node, boot.fold),
        ],
        send: async (values) => {
            const body = {
                plan: values.plan, template: values.template,
                keys: ticks.chosen(), ...boot.body(),
                ...(values.hostname ? { hostname: values.hostname } : {}),
            };

            /* the same sent twice acts once; changed, it is another */
            if (sent !== JSON.stringify(body)) {
                sent = JSON.stringify(body);
                key = idempotencyKey();
            }

            const task = await post('account/orders', body, {
                headers: { 'Idempotency-Key': key } });

            done();

            if (task.state === 'held') {
                toast(t('order.own.waits'));
                view.go(`tasks?task=${task.id}`);
            } else {
                view.go(`server?id=${task.vm?.id}`);
            }
        },
        failed: (problem) => {
            if (problem.status >= 400 && problem.status < 500) {
                sent = '';
            }
        },
    });

    return h('div', { class: 'order' }, made.node, summary);
}
