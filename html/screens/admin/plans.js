/* Plans: what a visitor can contract. */

import { amend, post, remove } from '../../api.js';
import { editor, removal } from '../../parts/editor.js';
import { tick, whole } from '../../parts/fields.js';
import { h } from '../../parts/dom.js';
import { text } from '../../parts/form.js';
import { yes } from '../../parts/state.js';
import { mib, number, percent, t } from '../../i18n.js';

/**
 * @typedef {{
 *     id: number, name: string, memory_mib: number, disk_mib: number,
 *     cpu_units: number, cpu_percent: number | 'unlimited',
 *     visible: boolean, position: number, vms: number,
 * }} Plan
 * @typedef {import('../../parts/listing.js').Desk} Desk
 */

const NUMBER = /^\d{1,9}$/;


/** @param {Plan | null} item @param {Desk} desk */
function edit(item, desk) {
    const amount = (/** @type {string} */ name, /** @type {any} */ value,
        required = true) => text({
        name, label: t(`plan.${name}`), required, rule: NUMBER,
        inputmode: 'numeric', maxlength: 9, autocomplete: 'off',
        value: value === undefined || value === 'unlimited' ? ''
            : String(value), hint: t(`plan.${name}.hint`),
        wrong: t('rule.number') });

    return editor({
        fields: [
            text({ name: 'name', label: t('plan.name'), required: true,
                value: item?.name, maxlength: 64, autocomplete: 'off' }),
            amount('memory_mib', item?.memory_mib),
            amount('disk_mib', item?.disk_mib),
            amount('cpu_units', item?.cpu_units ?? 1000),
            amount('cpu_percent', item?.cpu_percent, false),
            amount('position', item?.position ?? 0, false),
            tick({ name: 'visible', label: t('plan.visible'),
                value: item?.visible ?? true,
                hint: t('plan.visible.hint') }),
        ],
        layout: (f) => [f.name,
            h('div', { class: 'pair' }, f.memory_mib, f.disk_mib),
            h('div', { class: 'pair' }, f.cpu_units, f.cpu_percent),
            f.position, f.visible],
        submit: t(item ? 'adm.save' : 'plan.add'),
        send: async (values) => {
            const body = {
                name: values.name, memory_mib: whole(values.memory_mib),
                disk_mib: whole(values.disk_mib),
                cpu_units: whole(values.cpu_units),
                cpu_percent: values.cpu_percent === '' ? 'unlimited'
                    : whole(values.cpu_percent),
                position: Number(values.position || 0),
                visible: values.visible === 'true',
            };

            await (item ? amend(`admin/plans/${item.id}`, body)
                : post('admin/plans', body));
            await desk.done(t('adm.saved'));
        },
        facts: item ? [[t('adm.vms'), String(item.vms)]] : [],
        after: item ? removal({ name: item.name, why: item.vms > 0
            ? t('plan.inuse') : '', send: async () => {
            await remove(`admin/plans/${item.id}`);
            await desk.done(t('adm.removed'));
        } }) : null,
    });
}


export function section() {
    /** @type {(key: string, text: string, cell: (one: Plan) => any) => any} */
    const figure = (key, title, cell) => ({ key, text: title, cell,
        cls: 'number' });

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
                number(one.cpu_units)),
            figure('percent', t('plan.cpu_percent'), (one) =>
                (one.cpu_percent === 'unlimited' ? t('hw.unlimited')
                    : percent(one.cpu_percent))),
            { key: 'visible', text: t('plan.visible'), quiet: true, cls: 'mark',
                cell: (/** @type {Plan} */ one) => yes(one.visible,
                    t(one.visible ? 'plan.shown' : 'plan.hidden')) },
            figure('vms', t('adm.vms'), (one) => one.vms),
        ],
    };
}
