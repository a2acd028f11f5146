/*
 * The alerts of a server: what its owner is told of by mail, which are raised
 * now, and the form that changes them.
 */

import { amend, get } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { tick } from '../ui/fields.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { moment, number, percent, t } from '../lib/i18n.js';
import { on } from '../lib/live.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../../schemas.d.ts').Alert} Alert */
/** @typedef {import('../../types.d.ts').Notice} Notice */


/**
 * A figure of an alert, or its limit.
 *
 * @param {Alert} alert
 * @param {number} value
 */
function figure(alert, value) {
    return alert.unit === 'percent' ? percent(value)
        : t('alert.mbit', { n: number(value) });
}


/** @param {Alert} alert */
function rule(alert) {
    if (!alert.enabled) {
        return t('alert.off');
    }

    return t(`${alert.limit === null ? 'alert.rule.down' : 'alert.rule'}${
        alert.minutes === 0 ? '.now' : ''}`, { n: alert.minutes,
        limit: alert.limit === null ? '' : figure(alert, alert.limit) });
}


/** @param {Alert} alert */
function line(alert) {
    const value = alert.value === null ? '' : figure(alert, alert.value);

    return h('li', { data: { alert: alert.kind,
        raised: alert.raised ? 'true' : 'false' } },
    icon(alert.raised ? 'warn' : alert.enabled ? 'check' : 'cross'),
    h('div', null,
        h('strong', null, t(`alert.${alert.kind}`),
            alert.value === null ? '' : ` · ${value}`),
        alert.raised ? h('p', { class: 'alert-raised' },
            t('alert.raised', { at: moment(alert.raised) })) : null,
        h('p', null, rule(alert))));
}


/**
 * The fields of one kind.
 *
 * @param {Alert} alert
 */
function fieldsOf(alert) {
    const { kind } = alert;
    const whole = (/** @type {string} */ name, /** @type {string} */ label,
        /** @type {number} */ value) => text({ name, label: t(label),
        value: String(value), required: true, inputmode: 'numeric',
        rule: /^\d{1,6}$/, wrong: t('alert.number'), maxlength: 6 });

    return [
        tick({ name: kind, label: t('alert.switch'), value: alert.enabled }),
        ...(alert.limit === null ? [] : [whole(`${kind}_limit`,
            alert.unit === 'percent' ? 'alert.limit' : 'alert.limit.mbit',
            alert.limit)]),
        whole(`${kind}_minutes`, 'alert.minutes', alert.minutes),
    ];
}


/**
 * @param {Alert[]} alerts
 * @param {(values: Record<string, string>) => Promise<void>} send
 */
function editForm(alerts, send) {
    const groups = alerts.map((alert) => ({ alert,
        fields: fieldsOf(alert) }));

    return form({
        submit: t('alert.save'),
        fields: groups.flatMap(({ fields }) => fields),
        layout: (nodes) => groups.map(({ alert, fields }) =>
            h('fieldset', { class: 'alert-group' },
                h('legend', null, t(`alert.${alert.kind}`)),
                fields.map(({ name }) => nodes[name]))),
        send,
    }).node;
}


/**
 * What of the form is another value than before, as the API takes it.
 *
 * @param {Alert[]} alerts
 * @param {Record<string, string>} values
 */
function changes(alerts, values) {
    /** @type {Record<string, boolean | number>} */
    const body = {};

    for (const { kind, enabled, limit, minutes } of alerts) {
        if ((values[kind] === 'true') !== enabled) {
            body[kind] = !enabled;
        }

        if (limit !== null && Number(values[`${kind}_limit`]) !== limit) {
            body[`${kind}_limit`] = Number(values[`${kind}_limit`]);
        }

        if (Number(values[`${kind}_minutes`]) !== minutes) {
            body[`${kind}_minutes`] = Number(values[`${kind}_minutes`]);
        }
    }

    return body;
}


/**
 * @param {number} vm
 * @param {AbortSignal} signal
 */
export function alertsCard(vm, signal) {
    const path = `vms/${vm}/alerts`;
    const list = h('ul', { class: 'alert-list' });
    const edit = h('div', null);
    const details = h('details', { class: 'alert-details' },
        h('summary', null, t('alert.change')), edit);
    const broken = h('div', null);
    const node = h('section', { class: 'alerts' },
        h('h2', null, t('alert.title')),
        h('p', { class: 'lead' }, t('alert.lead')), broken, list, details);

    /** @param {Alert[]} alerts @param {boolean} whole */
    const draw = (alerts, whole) => {
        put(list, ...alerts.map(line));

        if (whole) {
            put(edit, editForm(alerts, async (values) => {
                const answer = await amend(path, changes(alerts, values));

                details.removeAttribute('open');
                draw(answer.items, true);
                toast(t('alert.saved'), 'good');
            }));
        }
    };

    const load = async (whole = true) => {
        try {
            draw((await get(path, { signal })).items, whole);
            put(broken);
        } catch (error) {
            if (!signal.aborted) {
                put(broken, fault(error, () => void load()));
            }
        }
    };

    /* what is being typed stays */
    on('notice', (/** @type {Notice} */ notice) => {
        if (notice.object === vm && notice.kind.startsWith('alert_')) {
            void load(!details.hasAttribute('open'));
        }
    }, signal);

    return { node, load };
}
