/* Acceso Clientes. */

import { post } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { losing, nextOf } from './return-to.js';
import { signInForm } from './signin-form.js';
import { t } from '../lib/i18n.js';
import { passkeysWork } from '../lib/passkey.js';
import { passkeyButton } from './signin-passkey.js';

/** @typedef {import('../../types.d.ts').View} View */

/**
 * A link to choose another password, by mail.  The answer is the same
 * whether there is such an account or not.
 *
 * @param {import('../ui/form.js').Field} known  what was typed already
 * @param {boolean} open
 */
function forgot(known, open) {
    const place = h('div', null);

    const fill = () => {
        const field = text({ name: 'account', required: true,
            label: t('signin.forgot.account'), autocomplete: 'username',
            maxlength: 254, value: known.value() });

        put(place, form({
            fields: [field], submit: t('signin.forgot.send'),
            send: async (values) => {
                await post('password/reset', { account: values.account },
                    { quiet: true });
                losing(values.account);
                put(place, h('p', { class: 'sent', role: 'status',
                    tabindex: -1, data: { tone: 'good' } },
                icon('check'), t('signin.forgot.sent')));
                /** @type {HTMLElement | null} */ (place.firstElementChild)
                    ?.focus();
            },
        }).node);
        field.focus();
    };

    return h('details', { class: 'forgot', open,
        on: { toggle: () => {
            if (!place.firstChild) {
                fill();
            }
        } } }, h('summary', null, t('signin.forgot')),
    h('p', null, t('signin.forgot.text')), place);
}


/** @param {View} view */
export default async function signin(view) {
    const account = view.query.get('account') ?? '';
    const made = signInForm({ account, signal: view.signal,
        done: () => view.go(nextOf(view), { replace: true }) });

    view.title(t('nav.signin'));
    put(view.root, h('div', { class: 'page narrow' },
        h('div', { class: 'card signin' },
            h('h1', { tabindex: -1 }, t('nav.signin')),
            view.query.has('next') ? h('p', { class: 'lead' },
                t(history.state?.ended ? 'signin.over' : 'signin.first'))
                : null,
            made.node,
            passkeysWork() ? passkeyButton(() => view.go(nextOf(view),
                { replace: true })) : null,
            forgot(made.account, view.query.has('forgot')))));

    if (!view.query.has('forgot')) {
        (account ? made.password : made.account).focus();
    }
}
