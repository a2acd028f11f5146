/* The password typed again, over what one was doing. */

import { post } from '../lib/api.js';
import { hold } from './signin-form.js';
import { sheet } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { form, text } from '../ui/form.js';
import { t } from '../lib/i18n.js';
import { user } from '../lib/session.js';


/**
 * Answers whether it was typed, and was right.
 *
 * @returns {Promise<boolean>}
 */
export function confirmPassword() {
    return new Promise((resolve) => {
        const end = new AbortController();
        const back = document.activeElement;
        let right = false;

        const password = text({ name: 'password', label: t('signin.password'),
            required: true, type: 'password', maxlength: 128,
            autocomplete: 'current-password' });
        const made = form({
            fields: [password], submit: t('stepup.send'),
            account: user()?.account,
            send: async (values) => {
                await post('session/confirm', { password: values.password });
                right = true;
                dialog.close();
            },
            failed: (problem) => {
                if (problem.status === 429) {
                    hold(made, problem.retryAfter ?? 30, end.signal);
                } else {
                    password.input.select();
                }
            },
        });
        const dialog = sheet(t('stepup.title'), h('div', { class: 'form' },
            h('p', { class: 'lead' }, t('stepup.text')), made.node), () => {
            end.abort();

            if (back instanceof HTMLElement && back.isConnected) {
                back.focus();
            }

            resolve(right);
        });

        password.focus();
    });
}
