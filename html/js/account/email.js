/*
 * The links that are mailed for another address: what they do is done by a
 * button, since programs that look into mails open links.
 */

import { post } from '../lib/api.js';
import { linkButton } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { form } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { more, t } from '../lib/i18n.js';

/** @param {import('../../types.d.ts').View} view */
export default async function email(view) {
    await more('account');

    const [, kind = '', token = ''] = /^(confirm|stop)-([0-9a-f]{64})$/i
        .exec(view.id ?? '') ?? [];
    const place = h('div', { role: 'status' });
    const title = t(kind === 'stop' ? 'email.link.stop'
        : 'email.link.confirm');

    const over = (/** @type {string} */ text, /** @type {boolean} */ good,
        /** @type {Node | null} */ next) => put(place,
        h('p', good ? { class: 'sent', data: { tone: 'good' } }
            : { class: 'notice' }, icon(good ? 'check' : 'warn'), text), next);

    view.title(title);
    put(view.root, h('div', { class: 'page narrow' },
        h('div', { class: 'card signin' },
            h('h1', { tabindex: -1 }, title), place)));

    if (kind === '') {
        over(t('email.link.expired'), false, null);
        return;
    }

    put(place, h('p', { class: 'lead' }, t(`email.link.${kind}.lead`)), form({
        fields: [],
        submit: t(`email.link.${kind}.yes`),
        send: async () => {
            const answer = await post(`email/${kind}`, { token },
                { quiet: true });

            if (kind === 'confirm') {
                over(t('email.link.confirmed'), true,
                    linkButton('account', t('nav.account'), 'primary'));
            } else {
                over(t(answer.undone ? 'email.link.undone'
                    : 'email.link.stopped'), true,
                linkButton('signin?forgot=1', t('email.link.password'),
                    'primary'));
            }
        },
        failed: (problem) => {
            if (problem.code === 'expired') {
                over(t('email.link.expired'), false, null);
            }
        },
    }).node);
}
