/* Account and password: a screen of its own, and over what one was doing. */

import { Problem } from '../lib/api.js';
import { sheet } from '../ui/dialog.js';
import { disable } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { form, text } from '../ui/form.js';
import { t } from '../lib/i18n.js';
import { answerOf, passkeysWork } from '../lib/passkey.js';
import { signIn } from '../lib/session.js';


/**
 * After too many tries: a form whose button counts down.
 *
 * @param {ReturnType<typeof form>} made
 * @param {number} wait  s
 * @param {AbortSignal} signal
 */
export function hold(made, wait, signal) {
    let left = wait;

    const tick = () => {
        left -= 1;
        disable(made.send, left > 0 ? t('signin.wait', { n: left }) : '');

        if (left <= 0) {
            clearInterval(timer);
            made.say('');
        }
    };
    const timer = setInterval(tick, 1000);

    signal.addEventListener('abort', () => clearInterval(timer));
    /* after the form gave the button back */
    setTimeout(() => disable(made.send, t('signin.wait', { n: left })));
}


/**
 * @param {{account: string, done: () => void, signal: AbortSignal}} options
 */
export function signInForm(options) {
    const account = text({ name: 'account', label: t('signin.account'),
        required: true, autocomplete: 'username', value: options.account,
        maxlength: 254 });
    const password = text({ name: 'password', label: t('signin.password'),
        required: true, type: 'password', autocomplete: 'current-password',
        maxlength: 128 });

    const code = text({ name: 'code', label: t('signin.code'),
        hint: t('signin.code.hint'), autocomplete: 'one-time-code',
        maxlength: 40 });

    /* behind the right password alone */
    code.node.hidden = true;

    /**
     * Behind the right password: a passkey where the account has one, or else
     * the code; whether it is done.
     *
     * @param {Record<string, string>} values
     * @param {Problem} problem
     */
    const second = async (values, problem) => {
        const offer = problem.body?.passkeys;
        const answer = offer && passkeysWork() ? await answerOf(offer) : null;

        if (answer) {
            await signIn(values.account, values.password, '', answer);
            return true;
        }

        code.node.hidden = false;
        code.focus();
        return false;
    };

    const made = form({
        fields: [account, password, code],
        submit: t('signin.send'),
        send: async (values) => {
            try {
                await signIn(values.account, values.password, values.code);
            } catch (error) {
                if (!(error instanceof Problem)
                    || error.code !== 'code_required')
                {
                    throw error;
                }

                if (!await second(values, error)) {
                    return;
                }
            }

            options.done();
        },
        failed: (problem) => {
            if (problem.code === 'bad_code' || problem.code === 'bad_passkey') {
                code.node.hidden = false;
                code.input.select();
                code.focus();
            }

            if (problem.code === 'bad_credentials') {
                password.input.select();
                password.focus();
            }

            if (problem.status === 429) {
                hold(made, problem.retryAfter ?? 30, options.signal);
            }
        },
    });

    return { node: made.node, account, password };
}


/**
 * Sign in over a page whose session ended, which keeps what was typed into
 * it; ends when that is done, or given up.
 *
 * @param {string} account
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function signInAgain(account, signal) {
    return new Promise((resolve) => {
        const end = new AbortController();
        const made = signInForm({ account, signal: end.signal,
            done: () => dialog.close() });
        const dialog = sheet(t('signin.ended'), h('div', { class: 'form' },
            h('p', { class: 'lead' }, t('signin.ended.text')), made.node), () => {
            end.abort();
            resolve();
        });

        made.account.input.readOnly = true;
        made.password.focus();
        signal.addEventListener('abort', () => dialog.close());
    });
}
