/* Signing in with a passkey alone: it tells whose it is. */

import { post } from '../lib/api.js';
import { busy, button } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { words } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { t } from '../lib/i18n.js';
import { answerOf } from '../lib/passkey.js';
import { enter } from '../lib/session.js';


/** @param {() => void} done */
export function passkeyButton(done) {
    const said = h('p', { class: 'field-error', role: 'alert' });

    const tell = (/** @type {string} */ text) =>
        put(said, ...(text ? [icon('warn'), text] : []));

    const go = async () => {
        const answer = await answerOf(
            await post('session/passkey/begin', undefined, { quiet: true }));

        if (answer) {
            await enter(answer);
            done();
        } else {
            tell(t('signin.passkey.none'));
        }
    };

    return h('div', { class: 'signin-passkey' },
        button({ text: t('signin.passkey'), icon: 'key', press: async (event) => {
            const self = /** @type {HTMLElement} */ (event.currentTarget);

            tell('');
            busy(self, true);

            try {
                await go();
            } catch (error) {
                tell(words(error));
            } finally {
                busy(self, false);
            }
        } }), said);
}
