/* One's own profile: what the provider knows of a person, and the address. */

import { amend, get, post, remove } from '../lib/api.js';
import { button } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { guarded } from '../ui/editor.js';
import { fault } from '../ui/fault.js';
import { choice } from '../ui/fields.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { toast } from '../ui/toast.js';
import { BODIES } from '../lib/bodies.js';
import { LANGUAGES, moment, t } from '../lib/i18n.js';
import { person } from '../lib/rules.js';
import { set, user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../schemas.d.ts').Profile} Profile */

const COMPLETE = /** @type {Record<string, string>} */ ({
    first_name: 'given-name', last_name: 'family-name', phone: 'tel',
    address: 'street-address', province: 'address-level1',
});


/** @param {Profile} now */
function personForm(now) {
    const one = (/** @type {keyof Profile & string} */ name) => text({
        name, label: t(`order.${name}`), value: String(now[name] ?? ''),
        required: name === 'first_name', maxlength: 300,
        autocomplete: COMPLETE[name],
        ...person(name, BODIES.ProfileChange[name]) });
    const language = choice({ name: 'language', label: t('profile.language'),
        value: now.language, choices: LANGUAGES.map((value) => ({ value,
            text: t(`language.${value}`) })) });

    return form({
        fields: [...Object.keys(COMPLETE).map((name) =>
            one(/** @type {keyof Profile & string} */ (name))), language],
        layout: (f) => [
            h('div', { class: 'pair' }, f.first_name, f.last_name),
            h('div', { class: 'pair' }, f.phone, f.province), f.address,
            f.language],
        submit: t('profile.save'),
        send: async (values) => {
            const who = user();
            const after = await amend('account', Object.fromEntries(
                Object.entries(values).map(([name, value]) =>
                    [name, value === '' ? null : value])));

            if (who) {
                set({ ...who, name: [after.first_name, after.last_name]
                    .filter(Boolean).join(' ') });
            }

            toast(t('profile.saved'));
        },
    }).node;
}


/**
 * The address that waits for its link.
 *
 * @param {Profile} now
 * @param {() => void} changed
 */
function waiting(now, changed) {
    const email = now.email_asked;

    return h('div', { class: 'notice', role: 'status' }, icon('clock'),
        h('div', null,
            h('p', null, t('email.waits', { email: email ?? '',
                date: moment(now.email_asked_until ?? '') })),
            h('div', { class: 'row-buttons' },
                button({ text: t('email.again'), small: true,
                    press: guarded(async () => {
                        await post('account/email', { email });
                        toast(t('email.sent'));
                        changed();
                    }) }),
                button({ text: t('email.cancel'), small: true,
                    press: guarded(async () => {
                        await remove('account/email');
                        toast(t('email.cancelled'));
                        changed();
                    }) }))));
}


/**
 * @param {Profile} now
 * @param {() => void} changed
 */
function email(now, changed) {
    const unproven = now.email_state !== 'proven' && !now.email_asked;

    return [
        h('p', null, h('bdi', null, h('strong', null, now.email)), ' ',
            h('span', { class: 'tag' }, t(`email.state.${now.email_state}`))),
        now.email_asked ? waiting(now, changed) : null,
        unproven ? button({ text: t('email.prove'), small: true,
            press: guarded(async () => {
                await post('account/email', { email: now.email });
                toast(t('email.sent'));
                changed();
            }) }) : null,
        form({
            fields: [text({ name: 'email', label: t('email.new'),
                required: true, type: 'email', autocomplete: 'email',
                maxlength: 300, hint: t('email.new.hint'),
                ...person('email', BODIES.OwnEmail.email) })],
            submit: t('email.ask'),
            send: async (values) => {
                await post('account/email', { email: values.email });
                toast(t('email.sent'));
                changed();
            },
        }).node,
    ];
}


/** @param {View} view */
export function profile(view) {
    const place = h('div', { class: 'profile' });
    const address = h('div', { class: 'profile-email form' });

    const load = async (whole = true) => {
        try {
            /** @type {Profile} */
            const now = await pending(whole ? place : address, 'table',
                get('account', { signal: view.signal }));

            put(address, ...email(now, () => void load(false)));

            if (whole) {
                put(place, personForm(now), h('dl', { class: 'facts column' },
                    h('div', { class: 'fact' }, h('dt', null, t('order.dni')),
                        h('dd', null, h('bdi', null, now.dni ?? '—')))),
                h('p', { class: 'field-hint' }, t('profile.dni')));
            }
        } catch (error) {
            if (!view.signal.aborted) {
                put(whole ? place : address,
                    fault(error, () => void load(whole)));
            }
        }
    };

    void load();

    return [
        h('section', { class: 'card' }, h('h2', null, t('profile')), place),
        h('section', { class: 'card' }, h('h2', null, t('email')), address),
    ];
}
