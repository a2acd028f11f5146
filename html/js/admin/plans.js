/* Plans: what a visitor can contract. */

import { bodyEditor } from '../ui/body-form.js';
import { yes } from '../ui/state.js';
import { mib, number, percent, t } from '../lib/i18n.js';

/** @typedef {import('../../schemas.d.ts').Plan} Plan */
/** @typedef {import('../ui/listing.js').Desk} Desk */


/** @param {Plan | null} item @param {Desk} desk */
function edit(item, desk) {
    return bodyEditor({
        name: 'Plan', words: 'plan', item, path: 'admin/plans', desk,
        add: t('plan.add'), called: item?.name ?? '',
        why: item && item.vms > 0 && t('plan.inuse'),
        facts: item ? [[t('adm.vms'), String(item.vms)]] : [],
        rows: [['name'], ['memory_mib', 'disk_mib'],
            ['cpu_units', 'cpu_percent'], ['traffic_gib', 'throttle_rate'],
            ['traffic_action'], ['rate_in', 'rate_out'], ['snapshots'],
            ['backup_daily', 'backup_weekly'], ['backup_monthly']],
        choices: { traffic_action: ['nothing', 'throttle', 'suspend'].map(
            (value) => ({ value, text: t(`plan.traffic_action.${value}`) })) },
    });
}


export function section() {
    /** @type {(key: string, text: string, cell: (one: Plan) => any,
     *     cls?: string) => any} */
    const figure = (key, title, cell, cls = 'number') => ({ key, text: title,
        cell, cls });

    return {
        key: 'plans', path: 'admin/plans', add: t('plan.add'),
        empty: t('plan.none'), editor: edit,
        id: (/** @type {Plan} */ one) => one.id,
        name: (/** @type {Plan} */ one) => one.name,
        columns: [
            { key: 'name', text: t('plan.name'),
                cell: (/** @type {Plan} */ one) => one.name },
            figure('memory', t('plan.memory'), (one) => mib(one.memory_mib)),
            figure('disk', t('plan.disk'), (one) => mib(one.disk_mib)),
            figure('units', t('plan.cpu_units'), (one) =>
                number(one.cpu_units), 'number far'),
            figure('percent', t('plan.cpu_percent'), (one) =>
                (one.cpu_percent === 'unlimited' ? t('hw.unlimited')
                    : percent(one.cpu_percent)), 'number far'),
            figure('traffic', t('plan.traffic'), (one) =>
                (one.traffic_gib === 'unlimited' ? t('hw.unlimited')
                    : mib(one.traffic_gib * 1024))),
            { key: 'visible', text: t('plan.visible'), quiet: true, cls: 'mark',
                cell: (/** @type {Plan} */ one) => yes(one.visible,
                    t(one.visible ? 'plan.shown' : 'plan.hidden')) },
            figure('vms', t('adm.vms'), (one) => one.vms),
        ],
    };
}
