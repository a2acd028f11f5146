/* Usuarios: who has an account, and what an administrator does about it. */

import { amend, get, post, remove } from '../lib/api.js';
import { bodyForm } from '../ui/body-form.js';
import { button, disable } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { editor, guarded } from '../ui/editor.js';
import { text } from '../ui/form.js';
import { askFor } from '../hardware/hw-acts.js';
import { badge, yes } from '../ui/state.js';
import { toast } from '../ui/toast.js';
import { fullName } from '../vm/vm-find.js';
import { day, number, t, word } from '../lib/i18n.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Person} Person */
/** @typedef {import('../ui/listing.js').Desk} Desk */

/**
 * @typedef {Person & {sessions?: number, tokens?: number,
 *     undelivered?: string | null,
 *     containers?: {id: number, name: string, hostname?: string | null,
 *         lifecycle: string, template: string}[]}} Whole
 */

/* Which fields stand beside each other; one that is not here follows. */
const ROWS = [['first_name', 'last_name'], ['account', 'dni'], ['email'],
    ['phone', 'province'], ['address'], ['role', 'language']];


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

    const second = button({ text: t('usr.second.end'), icon: 'lock',
        small: true, press: guarded(async () => {
            if (await ask({ title: t('usr.second.ask',
                { name: item.account }), text: t('usr.second.text'),
            yes: t('usr.second.end'), kind: 'danger' }))
            {
                await remove(`admin/users/${item.id}/second-factor`);
                await desk.done(t('usr.second.done', { name: item.account }));
            }
        }) });

    second.hidden = !item.second_factor;
    lock.dataset.action = item.locked ? 'unlock' : 'lock';
    disable(password, self ? t('usr.self.password') : '');
    disable(lock, self ? t('usr.self') : '');
    suspend.hidden = all.length === off.length;
    free.hidden = off.length === 0;

    return h('div', { class: 'row-buttons' }, password, second, lock, suspend,
        free);
}


/**
 * @param {Whole | null} item
 * @param {Desk} desk
 * @param {AbortSignal} signal
 */
function edit(item, desk, signal) {
    const form = bodyForm({ name: 'User', words: 'order', item, rows: ROWS,
        named: { account: 'usr.account', role: 'usr.role',
            language: 'language', vm_limit: 'usr.vm_limit' } });

    return editor({
        fields: form.fields, layout: form.layout,
        submit: t(item ? 'adm.save' : 'usr.add'),
        send: async (values) => {
            if (item) {
                await amend(`admin/users/${item.id}`, form.body(values));

                /* what was lost on the way can't be sent again itself */
                if (!item.undelivered || values.email === item.email
                    || item.id === user()?.id
                    || !await renew(item, values.email, desk))
                {
                    await desk.done(t('adm.saved'));
                }
            } else {
                const made = await post('admin/users', form.body(values));

                await desk.done(t('usr.added', { name: made.account,
                    email: made.email ?? '' }));
            }
        },
        facts: item ? [
            [t('usr.account'), item.account],
            ...(item.undelivered ? [/** @type {[string, any]} */ ([
                t('usr.mail'), [badge('bounced', t('usr.undelivered')), ' ',
                    item.undelivered]])] : []),
            [t('usr.since'), day(item.created)],
            [t('usr.sessions'), number(item.sessions ?? 0)],
            [t('usr.tokens'), number(item.tokens ?? 0)],
            [t('adm.vms'), item.containers?.length
                ? item.containers.map((one) => h('a', { class: 'own-vm',
                    href: `server?id=${one.id}` }, one.name)) : '0'],
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
