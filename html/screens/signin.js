/* Acceso Clientes. */

import { h, put } from '../parts/dom.js';
import { disable } from '../parts/button.js';
import { form, text } from '../parts/form.js';
import { setting } from '../parts/header.js';
import { t } from '../i18n.js';
import { signIn } from '../session.js';

/** @typedef {import('../types.d.ts').View} View */

/**
 * Where to go after: only a path of ours.
 *
 * @param {View} view
 */
function next(view) {
    const path = view.query.get('next') ?? '';

    return /^(status|tasks|account)(\?[\w=&-]*)?$/.test(path) ? path : 'status';
}


/** @param {View} view */
export default async function signin(view) {
    const account = view.query.get('account') ?? '';
    const fields = [
        text({ name: 'account', label: t('signin.account'), required: true,
            autocomplete: 'username', value: account, maxlength: 64 }),
        text({ name: 'password', label: t('signin.password'), required: true,
            type: 'password', autocomplete: 'current-password',
            maxlength: 128 }),
    ];

    const made = form({
        fields,
        submit: t('signin.send'),
        send: async (values) => {
            await signIn(values.account, values.password);
            view.go(next(view), { replace: true });
        },
        failed: (problem) => {
            if (problem.code === 'bad_credentials') {
                fields[1].input.select();
                fields[1].focus();
            }

            if (problem.status === 429) {
                hold(problem.retryAfter ?? 30);
            }
        },
        after: h('details', { class: 'forgot' },
            h('summary', null, t('signin.forgot')),
            h('p', null, t('signin.forgot.text')),
            setting('contact') ? h('p', null,
                h('a', { href: 'contact' }, t('nav.contact'))) : null),
    });

    const hold = (/** @type {number} */ wait) => {
        let left = wait;

        const tick = () => {
            left -= 1;
            disable(made.send, left > 0
                ? t('signin.wait', { n: left }) : '');

            if (left <= 0) {
                clearInterval(timer);
                made.say('');
            }
        };
        const timer = setInterval(tick, 1000);

        view.signal.addEventListener('abort', () => clearInterval(timer));
        /* after the form gave the button back */
        setTimeout(() => disable(made.send, t('signin.wait', { n: left })));
    };

    view.title(t('nav.signin'));
    put(view.root, h('div', { class: 'page narrow' },
        h('div', { class: 'card signin' },
            h('h1', { tabindex: -1 }, t('nav.signin')),
            view.query.has('next') ? h('p', { class: 'lead' },
                t('signin.first')) : null,
            made.node)));

    (account ? fields[1] : fields[0]).focus();
}
