/* The second step of signing in: set up with an app, recovery codes, off. */

import { get, post, remove } from '../lib/api.js';
import { button, copyable } from '../ui/button.js';
import { ask } from '../ui/dialog.js';
import { h, put } from '../ui/dom.js';
import { fault, refuse } from '../ui/fault.js';
import { form, text } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { toast } from '../ui/toast.js';
import { t } from '../lib/i18n.js';
import { set, user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../schemas.d.ts').SecondFactorSecret} Secret */

/* modules of margin that a QR code needs */
const MARGIN = 4;


/** @param {Secret['qr']} qr */
function picture(qr) {
    const SVG = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(SVG, 'svg');
    const path = document.createElementNS(SVG, 'path');
    const side = qr.size + 2 * MARGIN;

    svg.setAttribute('viewBox', `${-MARGIN} ${-MARGIN} ${side} ${side}`);
    svg.setAttribute('class', 'qr');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', t('second.qr'));
    path.setAttribute('d', qr.path);
    svg.append(path);

    return svg;
}


/**
 * Recovery codes, shown once.
 *
 * @param {string[]} codes
 * @param {() => void} done
 */
export function recovery(codes, done) {
    const all = codes.join('\n');

    return h('div', { class: 'second-codes' },
        h('p', { class: 'notice' }, icon('warn'), t('second.codes.lead')),
        copyable(all, t('second.codes.copy'), t('copied')),
        button({ text: t('second.codes.done'), press: done }));
}


/**
 * @param {Secret} made
 * @param {(codes: string[]) => void} confirmed
 */
function setUp(made, confirmed) {
    const code = text({ name: 'code', label: t('second.code'),
        required: true, autocomplete: 'one-time-code', inputmode: 'numeric',
        maxlength: 7 });

    return { node: h('div', { class: 'second-set' },
        h('p', null, t('second.scan')),
        picture(made.qr),
        h('p', null, t('second.type')),
        copyable(made.secret, t('second.secret.copy'), t('copied')),
        form({
            fields: [code], submit: t('second.confirm'),
            send: async (values) => {
                const answer = await post('account/second-factor/confirm',
                    { code: values.code.replaceAll(' ', '') });

                toast(t('second.on.done'));
                confirmed(answer.recovery);
            },
        }).node), code };
}


/**
 * @param {View} view
 * @param {() => void} [required]  it has to be set up; called when it is
 */
export function secondFactor(view, required) {
    const place = h('div', { class: 'second', 'aria-live': 'polite' });

    /** @param {() => Promise<void>} act */
    const tried = async (act) => {
        try {
            await act();
        } catch (error) {
            refuse(error);
            void load();
        }
    };

    const shown = (/** @type {string[]} */ codes) =>
        put(place, recovery(codes, () => {
            const who = user();

            if (required && who) {
                set({ ...who, must_enroll: false });
                required();
            } else {
                void load();
            }
        }));

    const begin = () => tried(async () => {
        const made = setUp(await post('account/second-factor'), shown);

        put(place, made.node);
        made.code.focus();
    });

    const renew = () => tried(async () => {
        if (await ask({ title: t('second.renew'),
            text: t('second.renew.text'), yes: t('second.renew.yes') }))
        {
            shown((await post('account/second-factor/recovery')).recovery);
        }
    });

    const end = () => tried(async () => {
        if (await ask({ title: t('second.end.ask'),
            text: t('second.end.text'), yes: t('second.end'),
            kind: 'danger' }))
        {
            await remove('account/second-factor');
            toast(t('second.end.done'));
            void load();
        }
    });

    const load = async () => {
        try {
            const now = await pending(place, 'table',
                get('account/second-factor', { signal: view.signal }));

            /* a passkey alone is a second step, too, and has codes */
            put(place,
                now.enabled ? h('p', { class: 'second-state',
                    data: { tone: 'good' } }, icon('check'), t('second.on'))
                    : button({ text: t('second.begin'), icon: 'lock',
                        press: () => void begin() }),
                now.enabled || now.passkeys ? [
                    h('p', { class: 'when' },
                        t('second.left', { n: now.recovery_left })),
                    h('div', { class: 'row-buttons' },
                        button({ text: t('second.renew'), small: true,
                            press: () => void renew() }),
                        now.enabled ? button({ text: t('second.end'),
                            small: true, press: () => void end() }) : null),
                ] : null);
        } catch (error) {
            if (!view.signal.aborted) {
                put(place, fault(error, () => void load()));
            }
        }
    };

    void load();

    return h('section', { class: 'card' }, h('h2', null, t('second')),
        required ? h('p', { class: 'notice' }, icon('warn'), t('second.must'))
            : null, h('p', { class: 'lead' }, t('second.lead')), place);
}
