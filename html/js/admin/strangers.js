/*
 * Contenedores desconocidos: what a node has and the panel does not know, and
 * what it should have.  One is adopted after another: what was done opens the
 * next.
 */

import { get, idempotencyKey, post, Problem } from '../lib/api.js';
import { button, linkButton } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { editor, guarded } from '../ui/editor.js';
import { faultWords } from '../ui/fault.js';
import { choice } from '../ui/fields.js';
import { icon } from '../ui/icon.js';
import { badge } from '../ui/state.js';
import { userCombo } from '../vm/vm-find.js';
import { bytes, day, mib, number, t, word } from '../lib/i18n.js';

/**
 * @typedef {import('../../types.d.ts').Stranger} Stranger
 * @typedef {import('../../types.d.ts').Missing} Missing
 * @typedef {import('../../types.d.ts').Plan} Plan
 * @typedef {import('../../types.d.ts').Template} Template
 * @typedef {import('../../types.d.ts').View} View
 * @typedef {import('../ui/listing.js').Desk} Desk
 * @typedef {import('../ui/form.js').Field} Field
 * @typedef {import('../../schemas.d.ts').NodeContainers} Answer
 */


/** @param {Stranger} one */
function nameOf(one) {
    return one.hostname ?? String(one.ctid);
}


/** @param {number | 'unlimited' | null} size */
function size(size) {
    return typeof size === 'number' ? bytes(size)
        : size && t('hw.unlimited');
}


/** @param {Stranger} one */
function meant(one) {
    return { ctid: one.ctid, ...(one.tag ? { tag: one.tag } : {}) };
}


/**
 * Whether a missing one looks like it: a number alone says nothing.
 *
 * @param {Stranger} one
 * @param {Missing} missing
 */
function alike(one, missing) {
    return one.hostname === missing.hostname
        && one.addresses.some((address) =>
            missing.addresses.includes(address));
}


/**
 * @param {Stranger} one
 * @param {{missing: Missing[], plans: Plan[], templates: Template[]}} known
 */
function fields(one, known) {
    const like = known.missing.filter((other) => alike(one, other));
    const others = known.missing.filter((other) => !like.includes(other));
    const fits = known.templates.some((other) => other.name === one.template);
    const fresh = h('div', { class: 'editor' });
    const as = choice({
        name: 'as', label: t('str.as'), value: like.length === 1
            ? String(like[0].id) : '',
        choices: [{ value: '', text: t('str.as.new') },
            ...[...like, ...others].map((other) => ({
                value: String(other.id), text: t('str.as.one', {
                    name: other.name, owner: other.owner.account,
                    n: String(other.ctid) }) }))],
        changed: (value) => {
            fresh.hidden = value !== '';
        },
    });
    const who = userCombo({ name: 'account', label: t('new.user'),
        required: true });
    const plan = choice({ name: 'plan', label: t('str.plan'),
        choices: [{ value: '', text: t('str.plan.none') },
            ...known.plans.map((other) => ({ value: other.name,
                text: `${other.name} · ${mib(other.memory_mib)} · ${
                    mib(other.disk_mib)}` }))] });
    const system = choice({ name: 'template', label: t('order.template'),
        required: true, value: fits ? one.template ?? '' : '',
        choices: [...(fits ? [] : [{ value: '', text: t('str.template') }]),
            ...known.templates.map((other) => ({ value: other.name,
                text: other.label }))] });

    fresh.append(who.node, plan.node, system.node);
    fresh.hidden = as.value() !== '';
    as.node.hidden = known.missing.length === 0;

    /** @type {Field[]} */
    const list = [as,
        { ...who, check: () => as.value() !== '' || who.check() }, plan,
        { ...system, check: () => {
            const bad = as.value() === '' && system.value() === '';

            system.refuse(bad ? t('field.template.required') : '');

            return !bad;
        } }];

    return { list, fresh };
}


/**
 * @param {Stranger} one
 * @param {Record<string, string>} values
 */
function bodyOf(one, values) {
    return { ...meant(one), ...(values.as ? { as: Number(values.as) } : {
        account: Number(values.account), template: values.template,
        ...(values.plan ? { plan: values.plan } : {}) }) };
}


/**
 * @param {Stranger} one
 * @param {Answer} answer
 * @param {Desk} desk
 */
function leaving(one, answer, desk) {
    return h('div', { class: 'editor-end' },
        h('p', { class: 'field-hint' }, t('str.leave.why')),
        button({ text: t('str.leave'), icon: 'eye', small: true,
            press: guarded(async () => {
                await post(`admin/nodes/${answer.node.id}/leave`, meant(one));
                await desk.next(t('str.leave.done', { name: nameOf(one) }));
            }) }));
}


/**
 * One that goes on on another node, because this one was lost.
 *
 * @param {Stranger} one
 * @param {Answer} answer
 * @param {Desk} desk
 */
function moved(one, answer, desk) {
    const name = one.moved?.name ?? '';

    return one.moved === null || one.moved === undefined ? null
        : h('div', { class: 'editor-end' },
            h('p', { class: 'notice' }, icon('warn'),
                h('span', null, t('str.moved', { name }))),
            one.moved.removing ? h('p', { class: 'when' },
                t('str.remove.done', { name }))
                : button({ text: t('str.remove'), icon: 'trash', small: true,
                    press: guarded(async () => {
                        if (await ask({ title: t('str.remove.ask', { name }),
                            text: t('str.remove.text'), yes: t('str.remove'),
                            kind: 'danger' }))
                        {
                            await post(`admin/nodes/${answer.node.id}/remove`,
                                { tag: one.tag });
                            await desk.next(t('str.remove.done', { name }));
                        }
                    }) }));
}


/**
 * @param {Missing[]} missing
 * @param {number} count
 */
function missingCard(missing, count) {
    return missing.length === 0 ? null : h('section',
        { class: 'card found-card missing-card' },
        h('h3', null, t('str.missing', { n: number(count) })),
        h('p', { class: 'when' }, t('str.missing.why')),
        h('ul', null, missing.map((one) => h('li', { class: 'login' },
            h('div', null, h('strong', null, one.name),
                h('p', { class: 'when' }, [one.owner.account, one.ctid,
                    ...one.addresses, one.lifecycle === 'suspended'
                        ? word('lifecycle', one.lifecycle) : '',
                    day(one.created)].filter(Boolean).join(' · '))),
            linkButton(`server?id=${one.id}&tab=hardware`, t('str.missing.open'),
                'small')))));
}


/**
 * @param {Answer} answer
 * @param {Desk} desk
 */
function leftCard(answer, desk) {
    return answer.left.length === 0 ? null : h('section',
        { class: 'card found-card left-card' },
        h('h3', null, t('str.left', { n: number(answer.counts.left) })),
        h('ul', null, answer.left.map((one) => h('li', { class: 'login' },
            h('div', null, h('strong', null, nameOf(one)),
                h('p', { class: 'when' }, [one.ctid, ...one.addresses]
                    .join(' · '))),
            button({ text: t('str.unleave'), small: true,
                label: t('str.unleave.of', { name: nameOf(one) }),
                press: guarded(async () => {
                    await post(`admin/nodes/${answer.node.id}/leave`,
                        { ...meant(one), left: false });
                    await desk.reload();
                }) })))));
}


/** @param {View} view */
export function section(view) {
    const node = view.query.get('node') ?? '';
    const offers = Promise.all([get('admin/templates'), get('admin/plans')])
        .then(([templates, plans]) => ({ templates: templates.items,
            plans: plans.items }));
    /** @type {Answer} */
    let answer;
    /** What the adopted ones have and the panel can't have. @type {string[]} */
    const out = [];

    /**
     * @param {Stranger} one
     * @param {{templates: Template[], plans: Plan[]}} known
     * @param {Desk} desk
     */
    const edit = (one, known, desk) => {
        const key = idempotencyKey();
        let turn = 0;
        const { list, fresh } = fields(one, { ...known,
            missing: answer.missing });

        return editor({
            facts: [[t('str.ctid'), String(one.ctid)],
                [t('vm.address'), one.addresses.join(', ') || '—'],
                [t('order.template'), one.template ?? '—'],
                [t('hw.memory'), size(one.memory_limit_bytes) ?? '—'],
                [t('hw.disk'), size(one.disk_total_bytes) ?? '—']],
            fields: list,
            layout: (f) => [one.vm ? h('p', { class: 'notice' }, icon('warn'),
                t('str.namesake', { name: one.vm.name ?? '' })) : null, f.as, fresh,
            h('p', { class: 'notice' }, icon('warn'), t('str.warn'))],
            submit: t('str.adopt'),
            send: async (values) => {
                const { task, left_out: left } = await post(
                    `admin/nodes/${answer.node.id}/adopt`,
                    bodyOf(one, values), { headers: { Prefer: 'wait=30',
                        'Idempotency-Key': `${key}${++turn}` } });
                const name = task.vm?.name ?? '';

                if (left.length > 0) {
                    out.push(t('str.out', { name,
                        addresses: left.map((/** @type {any} */ other) =>
                            `${other.address} (${t(`str.out.${other.code}`)})`)
                            .join(', ') }));
                }

                if (task.state === 'failed') {
                    await desk.reload();
                    throw new Problem(409, { code: 'adopt_failed',
                        detail: task.error ? faultWords(task.error) : '' });
                }

                await desk.next(t(task.state === 'done' ? 'str.adopted'
                    : 'str.adopting', { name }));
            },
            after: [moved(one, answer, desk), leaving(one, answer, desk)],
        });
    };

    /** @type {{templates: Template[], plans: Plan[]}} */
    let known = { templates: [], plans: [] };

    return {
        key: 'strangers', path: `admin/nodes/${encodeURIComponent(node)
            }/containers`, params: { node }, empty: t('str.none'),
        lead: t('str.lead'),

        /* what its editor offers is there before it; one that is gone has none */
        more: async (/** @type {Stranger} */ one) => {
            known = await offers;

            return one.ctid ? one : null;
        },
        editor: (/** @type {Stranger | null} */ one,
            /** @type {Desk} */ desk) =>
            edit(/** @type {Stranger} */ (one), known, desk),
        above: (/** @type {Answer} */ told) => {
            answer = told;

            return h('div', null, h('p', { class: 'str-back' },
                h('a', { href: 'administration?section=nodes' },
                    icon('left'), t('adm.nodes')),
                h('strong', null, told.node.name),
                h('span', null, t('str.counts', { strangers: number(told.counts.strangers),
                    missing: number(told.counts.missing),
                    left: number(told.counts.left) }))),
            out.map((text) => h('p', { class: 'notice' }, icon('warn'),
                text)));
        },
        below: (/** @type {Answer} */ told, /** @type {Desk} */ desk) =>
            h('div', { class: 'found' },
                missingCard(told.missing, told.counts.missing),
                leftCard(told, desk)),
        id: (/** @type {Stranger} */ one) => one.ctid,
        name: nameOf,
        columns: [
            { key: 'name', text: t('vm.hostname'), cell: nameOf },
            { key: 'ctid', text: t('str.ctid'), cls: 'number',
                cell: (/** @type {Stranger} */ one) => String(one.ctid) },
            { key: 'state', text: t('vm.state'), quiet: true, cls: 'mark',
                cell: (/** @type {Stranger} */ one) => badge(one.state,
                    t(`state.${one.state}`)) },
            { key: 'addresses', text: t('vm.address'),
                cell: (/** @type {Stranger} */ one) =>
                    one.addresses.join(', ') },
            { key: 'template', text: t('order.template'), cls: 'far',
                cell: (/** @type {Stranger} */ one) => one.template },
            { key: 'memory', text: t('hw.memory'), cls: 'number far',
                cell: (/** @type {Stranger} */ one) =>
                    size(one.memory_limit_bytes) },
            { key: 'disk', text: t('hw.disk'), cls: 'number far',
                cell: (/** @type {Stranger} */ one) =>
                    size(one.disk_total_bytes) },
        ],
    };
}
