/* Usuarios: who has an account, and what an administrator does about it. */

import { amend, get, post } from '../lib/api.js';
import { button, disable } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { editor, guarded } from '../ui/editor.js';
import { choice } from '../ui/fields.js';
import { text } from '../ui/form.js';
import { askFor } from '../hardware/hw-acts.js';
import { person } from '../lib/rules.js';
import { badge, yes } from '../ui/state.js';
import { toast } from '../ui/toast.js';
import { fullName } from '../vm/vm-find.js';
import { day, LANGUAGES, number, t, word } from '../lib/i18n.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Person} Person */
/** @typedef {import('../ui/listing.js').Desk} Desk */

/**
 * @typedef {Person & {sessions?: number, tokens?: number,
 *     undelivered?: string | null,
 *     containers?: {id: number, name: string, hostname?: string | null,
 *         lifecycle: string, template: string}[]}} Whole
 */

const NAMES = /** @type {const} */ (['first_name', 'last_name', 'dni',
    'email', 'phone', 'address', 'province']);
const NEEDED = new Set(['first_name', 'email']);

/* Those that null clears. */
const CLEARED = new Set(['last_name', 'phone', 'address', 'province', 'dni']);


/** @param {Record<string, string>} values @param {Whole | null} item */
function bodyOf(values, item) {
    return Object.fromEntries(Object.entries(values)
        .filter(([name, value]) => (item
            ? value !== (Reflect.get(item, name) ?? '') : value !== ''))
        .map(([name, value]) => [name, value === '' && CLEARED.has(name)
            ? null : value]));
}


/** @param {any} answer */
function told(answer) {
    const left = answer.items.filter((/** @type {any} */ one) => one.code);

    toast(left.length === 0
        ? t('usr.suspended', { n: answer.items.length })
        : t('usr.suspended.but', { n: answer.items.length - left.length,
            left: left.map((/** @type {any} */ one) => `${one.vm}: ${
                word('error', one.code)}`).join(' ') }),
    left.length === 0 ? 'good' : 'bad');
}


/**
 * A new password by mail, after asking.
 *
 * @param {Whole} item
 * @param {string} email
 * @param {Desk} desk
 */
async function renew(item, email, desk) {
    const sure = await ask({ yes: t('usr.password'),
        title: t('usr.password.ask', { name: item.account }),
        text: t('usr.password.text', { email }) });

    if (sure) {
        await post(`admin/users/${item.id}/password`);
        await desk.done(t('usr.password.done', { email }));
    }

    return sure;
}


/** @param {Whole} item @param {Desk} desk @param {AbortSignal} signal */
function acts(item, desk, signal) {
    const self = item.id === user()?.id;
    const password = button({ text: t('usr.password'), icon: 'key',
        small: true, press: guarded(async () => {
            await renew(item, item.email ?? '', desk);
        }) });
    const lock = button({ text: t(item.locked ? 'usr.unlock' : 'usr.lock'),
        icon: 'lock', small: true, press: guarded(async () => {
            if (item.locked || await ask({ title: t('usr.lock.ask',
                { name: item.account }), text: t('usr.lock.text'),
            yes: t('usr.lock'), kind: 'danger' }))
            {
                await amend(`admin/users/${item.id}`,
                    { locked: !item.locked });
                await desk.done(t(item.locked ? 'usr.unlocked'
                    : 'usr.locked.done', { name: item.account }));
            }
        }) });
    const all = item.containers ?? [];
    const off = all.filter((one) => one.lifecycle === 'suspended');
    const suspend = button({ text: t('usr.suspend'), icon: 'pause',
        small: true, press: () => askFor({
            title: t('usr.suspend.title', { name: item.account }),
            lead: t('usr.suspend.lead', { n: all.length - off.length }),
            yes: t('suspend.yes'), signal,
            field: text({ name: 'reason', label: t('suspend.reason'),
                hint: t('suspend.reason.hint'), maxlength: 100,
                autocomplete: 'off' }),
            send: async (reason) => {
                told(await post(`admin/users/${item.id}/suspend`,
                    reason ? { reason } : {}));
                desk.close();
                await desk.reload();
            } }) });
    const free = button({ text: t('usr.unsuspend'), icon: 'play',
        small: true, press: guarded(async () => {
            told(await post(`admin/users/${item.id}/unsuspend`));
            desk.close();
            await desk.reload();
        }) });

    lock.dataset.action = item.locked ? 'unlock' : 'lock';
    disable(password, self ? t('usr.self.password') : '');
    disable(lock, self ? t('usr.self') : '');
    suspend.hidden = all.length === off.length;
    free.hidden = off.length === 0;

    return h('div', { class: 'row-buttons' }, password, lock, suspend, free);
}


/**
 * @param {Whole | null} item
 * @param {Desk} desk
 * @param {AbortSignal} signal
 */
function edit(item, desk, signal) {
    const line = (/** @type {string} */ name) => text({
        name, label: t(`order.${name}`), required: NEEDED.has(name),
        value: (item && Reflect.get(item, name)) ?? undefined,
        type: name === 'email' ? 'email' : 'text', autocomplete: 'off',
        ...person(name), maxlength: 300 });
    const fields = [...NAMES.map(line),
        text({ name: 'account', label: t('signin.account'), maxlength: 32,
            value: item?.account, required: item !== null,
            hint: item ? undefined : t('usr.account.hint'),
            autocomplete: 'off' }),
        choice({ name: 'role', label: t('usr.role'),
            value: item?.role ?? 'customer',
            choices: ['customer', 'admin'].map((value) => ({ value,
                text: t(`role.${value}`) })) }),
        choice({ name: 'language', label: t('language'),
            value: item?.language ?? 'es',
            choices: LANGUAGES.map((value) => ({ value,
                text: t(`language.${value}`) })) })];

    return editor({
        fields, submit: t(item ? 'adm.save' : 'usr.add'),
        layout: (f) => [
            h('div', { class: 'pair' }, f.first_name, f.last_name),
            h('div', { class: 'pair' }, f.account, f.dni), f.email,
            h('div', { class: 'pair' }, f.phone, f.province), f.address,
            h('div', { class: 'pair' }, f.role, f.language)],
        send: async (values) => {
            if (item) {
                await amend(`admin/users/${item.id}`, bodyOf(values, item));

                /* what was lost on the way can't be sent again itself */
                if (!item.undelivered || values.email === item.email
                    || item.id === user()?.id
                    || !await renew(item, values.email, desk))
                {
                    await desk.done(t('adm.saved'));
                }
            } else {
                const made = await post('admin/users', bodyOf(values, null));

                await desk.done(t('usr.added', { name: made.account,
                    email: made.email ?? '' }));
            }
        },
        facts: item ? [
            ...(item.undelivered ? [/** @type {[string, any]} */ ([
                t('usr.mail'), [badge('bounced', t('usr.undelivered')), ' ',
                    item.undelivered]])] : []),
            [t('usr.since'), day(item.created)],
            [t('usr.sessions'), number(item.sessions ?? 0)],
            [t('usr.tokens'), number(item.tokens ?? 0)],
            [t('adm.vms'), item.containers?.length
                ? item.containers.map((one) => h('a', { class: 'own-vm',
                    href: `hardware?vm=${one.id}` }, one.name)) : '0'],
            [t('adm.audit'), h('a', { href: `administration?${
                new URLSearchParams({ section: 'audit',
                    user: item.account })}` }, t('usr.activity'))]] : [],
        after: item ? h('div', { class: 'editor-end' },
            acts(item, desk, signal)) : null,
    });
}


export function section() {
    return {
        key: 'users', path: 'admin/users', add: t('usr.add'),
        empty: t('usr.none'), editor: edit,
        more: (/** @type {Whole} */ one) => get(`admin/users/${one.id}`),
        filters: [
            { name: 'q', label: t('user.search'),
                kind: /** @type {const} */ ('search') },
            { name: 'role', label: t('usr.role'),
                kind: /** @type {const} */ ('choice'),
                choices: ['', 'customer', 'admin'].map((value) => ({ value,
                    text: t(value ? `role.${value}` : 'adm.all') })) },
            { name: 'locked', label: t('usr.state'),
                kind: /** @type {const} */ ('choice'),
                choices: [['', 'adm.all'], ['false', 'usr.open'],
                    ['true', 'usr.locked']].map(([value, key]) => ({ value,
                    text: t(key) })) },
        ],
        id: (/** @type {Whole} */ one) => one.id,
        name: (/** @type {Whole} */ one) => one.account,
        columns: [
            { key: 'account', text: t('signin.account'),
                cell: (/** @type {Whole} */ one) => one.account },
            { key: 'name', text: t('vm.name'), quiet: true,
                cell: (/** @type {Whole} */ one) => fullName(one) },
            { key: 'email', text: t('order.email'), quiet: true,
                cell: (/** @type {Whole} */ one) => (one.undelivered
                    ? [one.email, ' ', badge('bounced', t('usr.undelivered'))]
                    : one.email) },
            { key: 'dni', text: t('order.dni'), cls: 'far',
                cell: (/** @type {Whole} */ one) => one.dni },
            { key: 'role', text: t('usr.role'), cls: 'short far',
                cell: (/** @type {Whole} */ one) => t(`role.${one.role}`) },
            { key: 'vms', text: t('adm.vms'), cls: 'number',
                cell: (/** @type {Whole} */ one) => one.vms },
            { key: 'locked', text: t('usr.state'), quiet: true, cls: 'mark',
                cell: (/** @type {Whole} */ one) => (one.locked
                    ? badge('failed', t('usr.locked'))
                    : yes(true, t('usr.open'))) },
        ],
    };
}
