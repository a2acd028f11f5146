/* Tokens for programs: what each may do, from where, until when, last used. */

import { post } from '../lib/api.js';
import { BODIES } from '../lib/bodies.js';
import { button, copyable } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h, put } from '../ui/dom.js';
import { choice, lines, ticks } from '../ui/fields.js';
import { form, text } from '../ui/form.js';
import { ago, day, moment, t } from '../lib/i18n.js';
import { user } from '../lib/session.js';
import { end, own } from './own-list.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../types.d.ts').Token} Token */

const DAYS = [30, 90, 365];
const OWN = ['read', 'power', 'servers', 'account'];
const ADMIN = ['admin_read', 'admin_servers', 'admin_users', 'admin_orders',
    'admin_catalog', 'admin_nodes'];
const NETWORKS = /** @type {{max: number, pattern: string}} */ (
    BODIES.Token.networks);


/** The rights that one may give. */
const mine = () => (user()?.role === 'admin' ? [...OWN, ...ADMIN] : OWN);


/** @param {Token} token */
function rights(token) {
    const all = mine().every((one) => token.rights.includes(one));

    return all ? t('account.rights.all')
        : token.rights.map((one) => t(`account.right.${one}`)).join(', ');
}


/** @param {Token} token */
function lastUse(token) {
    return !token.seen ? t('account.token.never')
        : h('time', { datetime: token.seen, title: moment(token.seen) },
            token.seen_from ? t('account.token.seen.from', {
                ago: ago(token.seen), from: token.seen_from })
                : t('account.token.seen', { ago: ago(token.seen) }));
}


/**
 * @param {Token} token
 * @param {() => void} changed
 */
function row(token, changed) {
    const stop = button({
        text: t('account.token.end'), small: true,
        label: t('account.token.end.of', { name: token.name }),
        press: async () => {
            if (!await ask({ title: t('account.token.ask',
                { name: token.name }), text: t('account.token.ask.text'),
            yes: t('account.token.end'), kind: 'danger' })) {
                return;
            }

            await end(`account/tokens/${token.id}`, t('account.token.ended'),
                changed);
        },
    });

    return h('li', { class: 'login' },
        h('div', null, h('strong', null, token.name),
            h('p', { class: 'token-rights' }, rights(token)),
            token.networks.length ? h('p', { class: 'when' },
                t('account.token.only', {
                    networks: token.networks.join(', ') })) : null,
            h('p', { class: 'when' }, lastUse(token), ' · ',
                token.expires ? t('account.token.until',
                    { date: day(token.expires) })
                    : t('account.token.forever'))),
        stop);
}


/** The form that makes one. */
function fields() {
    return [
        text({ name: 'name', label: t('account.token.name'),
            required: true, maxlength: 64, autocomplete: 'off',
            hint: t('account.token.name.hint') }),
        ticks({ name: 'rights', label: t('account.rights'),
            chosen: ['read'], choices: mine().map((value) => ({
                value, text: t(`account.right.${value}`) })) }),
        lines({ name: 'networks', label: t('account.token.networks'),
            add: t('account.token.networks.add'), most: NETWORKS.max,
            line: (n) => t('account.token.networks.line', { n }),
            hint: t('account.token.networks.hint'),
            rule: new RegExp(NETWORKS.pattern, 'u') }),
        choice({ name: 'days', label: t('account.token.days'),
            value: '90', choices: [...DAYS.map((n) => ({
                value: String(n), text: t('account.token.days.n',
                    { n }) })),
            { value: '', text: t('account.token.days.none') }] }),
    ];
}


/** @param {View} view */
export function tokens(view) {
    const made = h('div', { class: 'token-made', role: 'status' });
    const list = own('account/tokens', row, t('account.tokens.none'), view);
    const place = h('div', null);

    const build = () => form({
        fields: fields(),
        submit: t('account.token.make'),
        send: async (values) => {
            const answer = await post('account/tokens', {
                name: values.name, rights: values.rights.split(' '),
                ...(values.networks
                    ? { networks: values.networks.split(' ') } : {}),
                ...(values.days ? { days: Number(values.days) } : {}),
            });

            put(made, h('p', null, t('account.token.made')),
                copyable(answer.token, t('account.token.copy'), t('copied')),
                button({ text: t('account.token.done'), small: true,
                    press: () => put(made) }));
            put(place, build());
            void list.load();
        },
    }).node;

    put(place, build());

    return h('section', { class: 'card' }, h('h2', null, t('account.tokens')),
        h('p', { class: 'lead' }, t('account.tokens.lead')), list.node, made,
        place);
}
