/* One's own passkeys: added, listed, deleted. */

import { post } from '../lib/api.js';
import { button } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h, put } from '../ui/dom.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { toast } from '../ui/toast.js';
import { ago, day, moment, t } from '../lib/i18n.js';
import { makePasskey, passkeysWork } from '../lib/passkey.js';
import { set, user } from '../lib/session.js';
import { end, own } from './own-list.js';
import { recovery } from './second-factor.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../schemas.d.ts').Passkey} Passkey */


/**
 * @param {Passkey} one
 * @param {() => void} changed
 */
function row(one, changed) {
    const stop = button({
        text: t('passkey.end'), small: true,
        label: t('passkey.end.of', { name: one.name }),
        press: async () => {
            if (await ask({ title: t('passkey.ask', { name: one.name }),
                text: t('passkey.ask.text'), yes: t('passkey.end'),
                kind: 'danger' }))
            {
                await end(`account/passkeys/${one.id}`, t('passkey.ended'),
                    changed);
            }
        },
    });

    return h('li', { class: 'login' },
        h('div', null, h('strong', null, one.name),
            h('p', { class: 'when' },
                t('passkey.made', { date: day(one.created) }), ' · ',
                one.seen ? h('time', { datetime: one.seen,
                    title: moment(one.seen) }, t('account.token.seen.from', {
                    ago: ago(one.seen), from: one.seen_from ?? '' }))
                    : t('passkey.never'))),
        stop);
}


/**
 * @param {View} view
 * @param {() => void} changed  the second step may be on or off now
 */
export function passkeys(view, changed) {
    const shown = h('div', { 'aria-live': 'polite' });
    const place = h('div', null);
    const list = own('account/passkeys', row, t('passkey.none'), view);

    const done = async (/** @type {string[]} */ codes) => {
        const who = user();

        if (who?.must_enroll) {
            set({ ...who, must_enroll: false });
        }

        toast(t('passkey.added'));
        put(place, build());

        if (codes.length) {
            put(shown, recovery(codes, () => {
                put(shown);
                changed();
            }));
        } else {
            changed();
        }

        await list.load();
    };

    const build = () => form({
        fields: [text({ name: 'name', label: t('passkey.name'),
            required: true, maxlength: 64, autocomplete: 'off',
            hint: t('passkey.name.hint') })],
        submit: t('passkey.add'),
        send: async (values) => {
            const made = await makePasskey(
                await post('account/passkeys/begin'));

            if (!made) {
                toast(t('passkey.cancelled'), 'bad');
                return;
            }

            const answer = await post('account/passkeys',
                { name: values.name, ...made });

            await done(answer.recovery);
        },
    }).node;

    put(place, passkeysWork() ? build()
        : h('p', { class: 'notice' }, icon('warn'), t('passkey.no')));

    return h('section', { class: 'card passkeys' },
        h('h2', null, t('passkeys')),
        h('p', { class: 'lead' }, t('passkeys.lead')), list.node, shown,
        place);
}
