/* Account: the password, where one is signed in, keys, look and language. */

import { post, replace } from '../lib/api.js';
import { button } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { choice } from '../ui/fields.js';
import { form, STRONG, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { showKeys } from '../keys.js';
import { nextOf } from './return-to.js';
import { end, own } from './own-list.js';
import { passkeys } from './passkeys.js';
import { secondFactor } from './second-factor.js';
import { tokens } from './tokens.js';
import { chooseTheme, chosenTheme } from '../lib/theme.js';
import { toast } from '../ui/toast.js';
import { ago, current, LANGUAGES, moment, t } from '../lib/i18n.js';
import { barred, set, user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../types.d.ts').Login} Login */
/** @typedef {import('../../types.d.ts').Key} Key */

const THEMES = /** @type {const} */ (['system', 'light', 'dark']);


/** @param {() => void} changed */
function password(changed) {
    const must = user()?.must_change;
    const build = () => form({
        fields: [
            text({ name: 'old', label: t('account.old'), required: true,
                type: 'password', autocomplete: 'current-password' }),
            text({ name: 'new', label: t('account.new'), required: true,
                type: 'password', autocomplete: 'new-password', rule: STRONG,
                hint: t('account.new.hint') }),
        ],
        account: user()?.account,
        submit: t('account.change'),
        send: async (values) => {
            const who = user();

            await replace('account/password',
                { old: values.old, new: values.new });
            toast(t('account.changed'));

            if (who) {
                set({ ...who, must_change: false });
            }

            place.replaceChildren(build());
            changed();
        },
    }).node;

    const place = h('div', null);

    place.append(build());

    return h('section', { class: 'card' }, h('h2', null, t('account.password')),
        must ? h('p', { class: 'notice' }, icon('warn'), t('account.must'))
            : null, place);
}


/**
 * The browser and system of a User-Agent, as short as people say it.
 *
 * @param {string} agent
 */
function device(agent) {
    const browser = [
        ['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'],
        ['Chrome/', 'Chrome'], ['Safari/', 'Safari'], ['curl/', 'curl'],
    ].find(([mark]) => agent.includes(mark))?.[1];
    const system = [
        ['Android', 'Android'], ['iPhone', 'iPhone'], ['iPad', 'iPad'],
        ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['Linux', 'Linux'],
    ].find(([mark]) => agent.includes(mark))?.[1];

    return [browser, system].filter(Boolean).join(' · ')
        || agent.slice(0, 60) || t('account.session.unknown');
}


/**
 * @param {Login} login
 * @param {() => void} changed
 */
function sessionRow(login, changed) {
    const stop = button({
        text: t('account.session.end'), small: true,
        press: () => end(`account/sessions/${login.id}`,
            t('account.session.ended'), changed),
    });

    return h('li', { class: 'login' },
        h('div', null,
            h('strong', { title: login.agent }, device(login.agent ?? '')),
            login.current ? h('span', { class: 'tag' },
                t('account.session.this')) : null,
            h('p', { class: 'when' }, login.remote, ' · ',
                h('time', { datetime: login.seen,
                    title: moment(login.seen) },
                t('account.session.seen', { ago: ago(login.seen) })))),
        login.current ? null : stop);
}


/**
 * @param {Key} key
 * @param {() => void} changed
 */
function keyRow(key, changed) {
    return h('li', { class: 'login' },
        h('div', null, h('strong', null, key.name),
            h('p', { class: 'when' }, [key.type, key.fingerprint,
                key.servers ? t('account.key.servers', { n: key.servers })
                    : ''].filter(Boolean).join(' · '))),
        button({ text: t('account.key.end'), small: true,
            label: t('account.key.end.of', { name: key.name }),
            press: () => end(`account/keys/${key.id}`,
                t('account.key.ended'), changed) }));
}


/** @param {View} view */
function keys(view) {
    const list = own('account/keys', keyRow, t('account.keys.none'), view);
    const place = h('div', null);

    const build = () => form({
        fields: [
            text({ name: 'key', label: t('account.key'), required: true,
                autocomplete: 'off', hint: t('account.key.hint') }),
            text({ name: 'name', label: t('account.key.name'), maxlength: 64,
                autocomplete: 'off', hint: t('account.key.name.hint') }),
        ],
        submit: t('account.key.add'),
        send: async (values) => {
            await post('account/keys', { key: values.key,
                ...(values.name ? { name: values.name } : {}) });
            put(place, build());
            void list.load();
        },
    }).node;

    put(place, build());

    return h('section', { class: 'card' }, h('h2', null, t('account.keys')),
        h('p', { class: 'lead' }, t('account.keys.lead')), list.node, place);
}


/** Theme and language, as the head of the page has them. */
function look() {
    const theme = choice({
        name: 'theme', label: t('account.theme'), value: chosenTheme(),
        choices: THEMES.map((value) => ({ value,
            text: t(`account.theme.${value}`) })),
        changed: (name) => chooseTheme(
            /** @type {typeof THEMES[number]} */ (name)),
    });
    const language = choice({
        name: 'language', label: t('language'), value: current(),
        choices: LANGUAGES.map((value) => ({ value,
            text: t(`language.${value}`) })),
        changed: (name) => window.dispatchEvent(
            new CustomEvent('vzpanel.language', { detail: name })),
    });

    window.addEventListener('vzpanel.theme', () => {
        theme.input.value = chosenTheme();
    });

    return h('section', { class: 'card' }, h('h2', null, t('account.look')),
        h('div', { class: 'pair' }, theme.node, language.node),
        button({ text: t('keys.title'), icon: 'key', press: showKeys }));
}


/** @param {View} view */
export default async function account(view) {
    const who = user();

    view.title(t('nav.account'));

    const head = h('header', { class: 'fleet-head' },
        h('h1', { tabindex: -1 }, t('nav.account')),
        h('p', { class: 'lead' }, [who?.name, who?.account]
            .filter(Boolean).join(' · ')));

    if (barred()) {
        const on = () => view.go(nextOf(view), { replace: true });

        put(view.root, h('div', { class: 'page narrow' }, head,
            ...(who?.must_change ? [password(on)]
                : [secondFactor(view, on), passkeys(view, on)])));
        return;
    }

    const where = own('account/sessions', sessionRow, '', view);
    const second = h('div', null, secondFactor(view));
    const changed = () => put(second, secondFactor(view));

    put(view.root, h('div', { class: 'page' }, head,
        h('div', { class: 'halves' },
            h('div', { class: 'stack' }, password(() => void where.load()),
                second, passkeys(view, changed), look()),
            h('div', { class: 'stack' },
                h('section', { class: 'card' },
                    h('h2', null, t('account.sessions')), where.node),
                keys(view), tokens(view)))));
}
