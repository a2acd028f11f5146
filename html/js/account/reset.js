/* A new password by the link that was mailed. */

import { replace } from '../lib/api.js';
import { linkButton } from '../ui/button.js';
import { h, put } from '../ui/dom.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { chosen } from './own-words.js';
import { lostBy, losing } from './return-to.js';
import { toast } from '../ui/toast.js';
import { t } from '../lib/i18n.js';

/** @param {import('../../types.d.ts').View} view */
export default async function reset(view) {
    const token = view.id ?? '';
    const place = h('div', null);

    const expired = () => put(place,
        h('p', { class: 'notice' }, icon('warn'), t('reset.expired')),
        linkButton('signin?forgot=1', t('reset.again'), 'primary'));

    view.title(t('reset.title'));
    put(view.root, h('div', { class: 'page narrow' },
        h('div', { class: 'card signin' },
            h('h1', { tabindex: -1 }, t('reset.title')), place)));

    if (!/^[0-9a-f]{64}$/i.test(token)) {
        expired();
        return;
    }

    const field = text({ name: 'new', label: t('account.new'), required: true,
        type: 'password', autocomplete: 'new-password', maxlength: 128,
        ...chosen(lostBy()) });

    put(place, h('p', { class: 'lead' }, t('reset.lead')), form({
        fields: [field],
        account: lostBy(),
        submit: t('reset.send'),
        send: async (values) => {
            await replace('password/reset', { token, new: values.new },
                { quiet: true });
            losing('');
            toast(t('reset.done'));
            view.go('signin', { replace: true });
        },
        failed: (problem) => {
            if (problem.code === 'expired' || problem.status === 404) {
                expired();
            }
        },
    }).node);
    field.focus();
}
