/* What was done by and to one's own account, the newest first. */

import { get } from '../lib/api.js';
import { button } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { choice } from '../ui/fields.js';
import { pending } from '../ui/loading.js';
import { badge } from '../ui/state.js';
import { has, moment, t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../schemas.d.ts').Activity} Activity */

const PAGE = 10;

/* Actions by how their names begin. */
const KINDS = ['session', 'vm', 'token', 'key', 'account', 'user'];


/** @param {Activity} one */
function sentence(one) {
    const refused = `did.${one.action}.not`;
    const key = one.result !== 'ok' && has(refused) ? refused
        : `did.${one.action}`;

    return has(key) ? t(key) : one.action;
}


/** @param {Activity} one */
function row(one) {
    const by = one.actor === 'staff' ? t('did.staff')
        : one.via && has(`did.via.${one.via}`) ? t(`did.via.${one.via}`) : '';
    const browser = one.action === 'session.open' && one.detail !== '-'
        ? one.detail : '';
    const what = one.name ? [' ', one.vm
        ? h('a', { href: `server?id=${one.vm}` }, h('bdi', null, one.name))
        : h('bdi', null, one.name)] : null;

    return h('li', { class: 'login' },
        h('div', null,
            h('strong', null, sentence(one)), what, ' ',
            one.result === 'ok' ? null : badge('failed', t('did.refused')),
            h('p', { class: 'when' }, h('time', { datetime: one.at },
                moment(one.at)), [by, one.remote, browser].filter(Boolean)
                .map((text) => ` · ${text}`).join(''))));
}


/** @param {View} view */
export function activity(view) {
    const list = h('ul', { class: 'logins' });
    const wrong = h('div', null);
    /** @type {number | null} */
    let next = null;
    let turn = 0;

    const load = async (fresh = true) => {
        const mine = ++turn;
        const query = new URLSearchParams({ limit: String(PAGE) });

        if (kind.value()) {
            query.set('action', `${kind.value()}.`);
        }

        if (!fresh && next) {
            query.set('cursor', String(next));
        }

        try {
            const answer = await pending(wrong, 'table',
                get(`account/activity?${query}`, { signal: view.signal }));

            if (mine !== turn) {
                return;
            }

            const rows = answer.items.map(row);

            next = answer.next;
            put(wrong, fresh && rows.length === 0
                ? h('p', { class: 'when' }, t('did.none')) : null);
            more.hidden = next === null;

            if (fresh) {
                put(list, ...rows);
            } else {
                list.append(...rows);
            }
        } catch (error) {
            if (!view.signal.aborted && mine === turn) {
                put(wrong, fault(error, () => void load(fresh)));
            }
        }
    };

    const kind = choice({ name: 'kind', label: t('did.kind'), value: '',
        choices: [{ value: '', text: t('did.kind.all') }, ...KINDS.map(
            (value) => ({ value, text: t(`did.kind.${value}`) }))],
        changed: () => void load() });
    const more = button({ text: t('did.more'), icon: 'down', small: true,
        press: () => void load(false) });

    more.hidden = true;
    void load();

    return h('section', { class: 'card activity' },
        h('h2', null, t('did')), h('p', { class: 'lead' }, t('did.lead')),
        kind.node, list, wrong, more);
}
