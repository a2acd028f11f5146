/*
 * Proving again who one is, over what one was doing: by the password, a code of
 * the app, or a passkey.
 */

import { post } from '../lib/api.js';
import { busy, button } from '../ui/button.js';
import { sheet } from '../ui/dialog.js';
import { h, put, say } from '../ui/dom.js';
import { words } from '../ui/fault.js';
import { form, refusal, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { t } from '../lib/i18n.js';
import { answerOf, passkeysWork } from '../lib/passkey.js';
import { user } from '../lib/session.js';
import { hold } from './signin-form.js';

/** @typedef {import('../../schemas.d.ts').Confirming} Offer */
/** @typedef {import('../lib/api.js').Problem} Problem */


/**
 * The form of what is typed: the password, or a code.
 *
 * @param {'password' | 'code'} name
 * @param {AbortSignal} signal
 * @param {() => void} done
 */
function typed(name, signal, done) {
    const field = text(name === 'password' ? { name, required: true,
        label: t('signin.password'), type: 'password', maxlength: 128,
        autocomplete: 'current-password' } : { name, required: true,
        label: t('signin.code'), maxlength: 40, inputmode: 'numeric',
        autocomplete: 'one-time-code' });
    const made = form({
        fields: [field], submit: t('stepup.send'), account: user()?.account,
        send: async (values) => {
            await post('session/confirm', { [name]: values[name] });
            done();
        },
        failed: (problem) => {
            if (problem.status === 429) {
                hold(made, problem.retryAfter ?? 30, signal);
            } else {
                field.input.select();
            }
        },
    });

    return { node: made.node, focus: field.focus };
}


/**
 * A button by which a passkey confirms, and what became of it.
 *
 * @param {() => void} done
 */
function byPasskey(done) {
    const said = h('p', { class: 'field-error', role: 'alert' });

    const tell = (/** @type {string} */ what) =>
        put(said, ...(what ? [icon('warn'), what] : []));

    /* a challenge is good for two minutes, a dialog may stand for longer */
    const go = async () => {
        const { passkeys } = await post('session/confirm/begin');
        const answer = passkeys && await answerOf(passkeys, true);

        if (answer) {
            await post('session/confirm', answer);
            done();
        } else {
            tell(t('stepup.passkey.none'));
        }
    };

    return [button({ text: t('stepup.passkey'), icon: 'key',
        press: async (event) => {
            const self = /** @type {HTMLElement} */ (event.currentTarget);

            tell('');
            busy(self, true);

            try {
                await go();
            } catch (error) {
                const [first] = /** @type {Problem} */ (error).errors ?? [];

                tell(first ? refusal(first.field, first.code) : words(error));
            } finally {
                busy(self, false);
            }
        } }), said];
}


/**
 * The other ways, which are there when the API has told of them; the password
 * is there at once.
 *
 * @param {AbortSignal} signal
 * @param {() => void} done
 */
function ways(signal, done) {
    const place = h('div', null);
    const others = h('div', { class: 'step-up-ways' });
    /** @type {'password' | 'code'} */
    let now = 'password';
    let made = typed(now, signal, done);

    const turn = button({ text: t('stepup.code'), kind: 'quiet', press: () => {
        now = now === 'password' ? 'code' : 'password';
        made = typed(now, signal, done);
        put(place, made.node);
        say(/** @type {HTMLElement} */ (turn.querySelector('.button-text')),
            t(now === 'password' ? 'stepup.code' : 'stepup.password'));
        made.focus();
    } });

    const offered = async () => {
        /** @type {Offer} */
        const offer = await post('session/confirm/begin', undefined,
            { signal });

        put(others,
            ...(offer.passkeys && passkeysWork() ? byPasskey(done) : []),
            offer.code ? turn : null);
    };

    put(place, made.node);
    offered().catch(() => {});      /* the password is enough */

    return { nodes: [place, others], focus: () => made.focus() };
}


/**
 * Answers whether it was proven.
 *
 * @returns {Promise<boolean>}
 */
export function confirmAgain() {
    return new Promise((resolve) => {
        const end = new AbortController();
        const back = document.activeElement;
        let right = false;
        const all = ways(end.signal, () => {
            right = true;
            dialog.close();
        });
        const dialog = sheet(t('stepup.title'), h('div', { class: 'form' },
            h('p', { class: 'lead' }, t('stepup.text')), ...all.nodes), () => {
            end.abort();

            if (back instanceof HTMLElement && back.isConnected) {
                back.focus();
            }

            resolve(right);
        });

        all.focus();
    });
}
