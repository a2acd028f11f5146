/* What went wrong, in words that say what to do. */

import { passing, Problem } from '../lib/api.js';
import { every, h, say } from './dom.js';
import { icon } from './icon.js';
import { has, t, word } from '../lib/i18n.js';
import { button, linkButton } from './button.js';
import { said } from '../lib/said.js';
import { toast } from './toast.js';

/** @typedef {import('../../types.d.ts').Fault} Fault */

/**
 * Whether a part of the page did not come: that is no fault of the page.
 *
 * @param {unknown} error
 */
export function partLost(error) {
    return error instanceof TypeError
        && /import|module|fetch/i.test(error.message);
}


/** @param {unknown} error */
export function words(error) {
    if (!(error instanceof Problem)) {
        return t('error.page');
    }

    const key = `error.${error.code}`;

    if (has(key)) {
        return t(key, {
            seconds: error.retryAfter ?? 30,
            n: error.body?.limit,
            task: word('kind', error.body?.task?.kind, t('doing.other')),
        });
    }

    return error.status >= 500 ? t('error.server')
        : error.detail || t('error.other', { code: error.code });
}


/**
 * The words of a task's error: ours for its code, and what was said of it.
 *
 * @param {Fault} error
 */
export function faultWords(error) {
    const ours = word('fault', error.code, '');

    const more = error.code === 'rejected' ? error.detail
        : said(error.detail, error.say);

    return [ours, more !== ours && more].filter(Boolean).join(' — ')
        || t('fault.other');
}


/**
 * Whether it is so that what was asked for is not there: to ask again is no
 * use.
 *
 * @param {unknown} error
 */
export function absent(error) {
    return error instanceof Problem && error.status === 404;
}


/* s until it is tried again, where nobody says. */
const PAUSE = 10;

/* What was said last: the same again is not read out again. */
let heard = '';


/**
 * A button to try again, which presses itself after a while, and when the
 * network comes back.
 *
 * @param {unknown} error
 * @param {() => void} again
 */
function retry(error, again) {
    const left = h('span', { 'aria-hidden': 'true', class: 'when' });
    const over = new AbortController();
    const press = () => {
        over.abort();
        again();
    };
    const node = h('div', { class: 'again' },
        button({ text: t('again'), icon: 'restart', press }), left);
    let wait = (error instanceof Problem && error.retryAfter) || PAUSE;

    if (passing(error)) {
        const tick = () => {
            if (!node.isConnected) {
                over.abort();
            } else if (wait <= 0) {
                press();
            } else {
                say(left, t('again.in', { n: wait }));
                wait -= 1;
            }
        };

        setTimeout(tick);
        every(1000, tick, over.signal);
        window.addEventListener('online', () => node.isConnected && press(),
            { signal: over.signal });
    }

    return node;
}


/**
 * In place of what could not be shown.
 *
 * @param {unknown} cause
 * @param {() => void} [again]
 * @param {{list?: string, sorry?: string}} [options]  list: where those are
 *     that are there; sorry: what is said to a visitor, whom it is no help to
 *     know which part of the panel does not answer
 */
export function fault(cause, again, options = {}) {
    const error = partLost(cause) ? new Problem(0, null) : cause;
    const text = options.sorry && passing(error)
        && /** @type {Problem} */ (error).status > 0 ? options.sorry
        : words(error);
    const known = text === heard;

    heard = text;

    return h('section', { class: 'empty', role: known ? null : 'alert' },
        icon('warn', 'empty-icon'),
        h('p', null, text),
        absent(error) ? options.list
            ? linkButton(options.list, t('back.list')) : null
            : again ? retry(error, again) : null);
}


/**
 * A refusal at the edge, taken back when it is over: what could not be
 * reached, when it can; what was not done, when something is.
 *
 * @param {unknown} error
 */
export function refuse(error) {
    const node = toast(words(error), 'bad');
    const over = new AbortController();

    window.addEventListener('vzpanel.answered', (event) => {
        if (passing(error) || /** @type {CustomEvent} */ (event).detail) {
            over.abort();
            node.remove();
        }
    }, { signal: over.signal });
}


/**
 * Do what the API may refuse, and tell its refusal.
 *
 * @param {() => Promise<unknown>} act
 * @param {(problem: Problem) => void} [told]  at the edge, if nothing else
 */
export async function attempt(act, told = refuse) {
    try {
        await act();
    } catch (error) {
        if (!(error instanceof Problem)) {
            throw error;
        }

        told(error);
    }
}
