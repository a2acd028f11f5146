/*
 * Where the mail of an order goes, and how its buyer corrects a mistyped
 * address: while the API says that it is possible.
 */

import { get, listen, post } from '../api.js';
import { h, put } from './dom.js';
import { form, text } from './form.js';
import { words } from './fault.js';
import { setting } from './header.js';
import { icon } from './icon.js';
import { addressOf, remember } from './offer.js';
import { person } from './rules.js';
import { hour, t } from '../i18n.js';

/** @typedef {import('../types.d.ts').Order} Order */
/** @typedef {import('../types.d.ts').TaskView} TaskView */

/* ms until it is asked for again: what is on its way, and what may come back */
const SOON = 5000;
const LATER = 30000;

/* Refusals that stay. */
const FINAL = new Set(['mail_final', 'mail_spent']);

/** @type {Record<string, [string, string, string]>} icon, tone and words */
const LOOK = {
    sent: ['check', 'good', 'live.mail.to'],
    queued: ['clock', 'calm', 'live.mail.sending'],
    failed: ['warn', 'bad', 'live.mail.failed'],
    bounced: ['undo', 'bad', 'live.mail.bounced'],
};


/**
 * Two parts for the end of an order: `line` says to whom its mail goes, `fix`
 * corrects that.
 *
 * @param {{
 *     path: string, secret: string, signal: AbortSignal,
 *     took: (order: Order) => void,
 * }} options  took: what hears of the order as it is then
 */
export function orderMail({ path, secret, signal, took }) {
    const line = h('p', { tabindex: -1 });
    const place = h('div', null);
    const summary = h('summary', null, t('live.correct'));
    const fix = h('details', { class: 'forgot', hidden: true, on: {
        toggle: () => fix.open && !place.firstChild && fill() } },
    summary, place);
    const wrap = h('div', { 'aria-live': 'off' }, fix);

    /** @type {Order | null} */
    let order = null;
    let shown = '';
    let asking = false;
    /** @type {AbortController | null} */
    let stream = null;
    /** Whether the stream has said that there is nothing to hear. */
    let silent = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    const refresh = async () => {
        if (asking || signal.aborted) {
            return;
        }

        asking = true;

        try {
            took(await get(path, { signal, quiet: true }));
        } catch {
            later();
        } finally {
            asking = false;
        }
    };

    /* while somebody looks */
    const later = () => {
        clearTimeout(timer);

        if (signal.aborted || !order?.mail) {
            return;
        }

        const { state, correctable } = order.mail;

        if (state === 'queued' || correctable) {
            timer = setTimeout(() => {
                if (document.hidden) {
                    later();
                } else {
                    void refresh();
                }
            }, state === 'queued' && !stream ? SOON : LATER);
        }
    };

    const hear = () => {
        const now = new AbortController();

        stream = now;
        signal.addEventListener('abort', () => now.abort(),
            { signal: now.signal });

        void listen(() => path, {
            event(_type, /** @type {TaskView} */ task) {
                if (task.state !== 'queued' && task.state !== 'running') {
                    now.abort();
                    stream = null;
                    void refresh();
                }
            },
            link() { /* it is asked for now and then, too */ },
            gone() {
                stream = null;
                silent = true;
                void refresh();
            },
        }, now.signal);
    };

    const follow = () => {
        if (order?.mail?.state !== 'queued') {
            silent = false;
        } else if (!stream && !silent) {
            hear();
        }

        later();
    };

    const close = () => {
        fix.open = false;
        put(place);
    };

    const fill = () => {
        const field = text({ name: 'email', required: true, type: 'email',
            label: t('order.email'), autocomplete: 'email', maxlength: 300,
            value: addressOf(secret, order?.email) ?? '',
            ...person('email') });

        put(place, h('p', null, t('live.correct.text', {
            n: order?.mail?.left ?? 1,
            time: order?.mail ? hour(order.mail.until) : '' })),
        form({
            fields: [field], submit: t('live.correct.send'),
            send: async ({ email }) => {
                const next = await post(`${path}/mail`, { email },
                    { quiet: true });

                remember(secret, email);
                silent = false;
                close();
                took(next);
                line.focus();
            },
            failed: (problem) => {
                if (FINAL.has(problem.code)) {
                    const why = h('p', { tabindex: -1 }, words(problem));

                    close();
                    put(wrap, why);
                    why.focus();
                }

                void refresh();
            },
        }).node);
        field.focus();
    };

    return {
        line, fix: wrap,

        /** @param {Order} next */
        set(next) {
            const state = next.mail?.state ?? 'sent';
            const email = addressOf(secret, next.email) ?? next.email;
            const [mark, tone, key] = LOOK[state] ?? LOOK.queued;
            const said = email ? t(key, { email, n: next.task })
                : t('live.mail');
            const lost = tone === 'bad' && !next.mail?.correctable
                && setting('contact');

            order = next;

            if (`${lost} ${said}` !== shown) {
                shown = `${lost} ${said}`;
                line.dataset.tone = tone;
                put(line, icon(mark), h('span', null, said, lost ? ' ' : null,
                    lost ? h('a', { href: 'contact' }, t('live.contact'))
                        : null));
            }

            /* who is typing is told when it is sent */
            fix.hidden = !next.mail?.correctable && !fix.open;
            follow();
        },
    };
}
