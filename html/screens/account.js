/* Account: the password, and where one is signed in. */

import { get, remove, replace } from '../api.js';
import { button } from '../parts/button.js';
import { h, put } from '../parts/dom.js';
import { fault, words } from '../parts/fault.js';
import { form, text } from '../parts/form.js';
import { pending } from '../parts/loading.js';
import { toast } from '../parts/toast.js';
import { ago, moment, t } from '../i18n.js';
import { set, user } from '../session.js';

/** @typedef {import('../types.d.ts').View} View */
/** @typedef {import('../types.d.ts').Login} Login */

/* As the API asks it: 10 to 128 characters, none of them a control one. */
const STRONG = /^[^\p{Cc}]{10,128}$/u;


/** @param {() => void} changed */
function password(changed) {
    const build = () => form({
        fields: [
            text({ name: 'old', label: t('account.old'), required: true,
                type: 'password', autocomplete: 'current-password' }),
            text({ name: 'new', label: t('account.new'), required: true,
                type: 'password', autocomplete: 'new-password', rule: STRONG,
                hint: t('account.new.hint') }),
        ],
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
        place);
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
function row(login, changed) {
    const end = button({
        text: t('account.session.end'), small: true,
        press: async () => {
            try {
                await remove(`account/sessions/${login.id}`);
                toast(t('account.session.ended'));
            } catch (error) {
                toast(words(error), 'bad');
            }

            changed();
        },
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
        login.current ? null : end);
}


/** @param {View} view */
function sessions(view) {
    const list = h('ul', { class: 'logins' });

    const load = async () => {
        try {
            const answer = await pending(list, 'table',
                get('account/sessions', { signal: view.signal }));

            put(list, ...answer.items.map((/** @type {Login} */ login) =>
                row(login, () => void load())));
        } catch (error) {
            if (!view.signal.aborted) {
                put(list, h('li', null, fault(error, () => void load())));
            }
        }
    };

    void load();

    return {
        load,
        node: h('section', { class: 'card' },
            h('h2', null, t('account.sessions')), list),
    };
}


/** @param {View} view */
export default async function account(view) {
    const who = user();
    const where = sessions(view);

    view.title(t('nav.account'));
    put(view.root, h('div', { class: 'page' },
        h('header', { class: 'fleet-head' },
            h('h1', { tabindex: -1 }, t('nav.account')),
            h('p', { class: 'lead' }, [who?.name, who?.account]
                .filter(Boolean).join(' · '))),
        h('div', { class: 'halves' }, password(() => void where.load()),
            where.node)));
}
