/* An order on its way: its steps tick until the container is there. */

import { get, listen } from '../api.js';
import { copyable, linkButton } from '../parts/button.js';
import { every, h, put, say } from '../parts/dom.js';
import { absent, faultWords } from '../parts/fault.js';
import { setting } from '../parts/header.js';
import { icon } from '../parts/icon.js';
import { filled } from '../parts/loading.js';
import { handed } from '../parts/offer.js';
import { orderMail } from '../parts/order-mail.js';
import { steps } from '../parts/steps.js';
import { number, seconds, t } from '../i18n.js';
import { advance } from '../live.js';

/** @typedef {import('../types.d.ts').Order} Order */
/** @typedef {import('../types.d.ts').View} View */
/** @typedef {import('../types.d.ts').TaskView} TaskView */

const AGAIN = 2000;

/**
 * Seconds until the container ran: every step up to its start.
 *
 * @param {Order} order
 */
function readyIn(order) {
    const last = order.steps.findIndex((step) => step.name === 'start');
    const until = last < 0 ? order.steps : order.steps.slice(0, last + 1);

    return until.reduce((sum, step) => sum + (step.seconds ?? 0), 0);
}


/** @param {Order} order */
function over(order) {
    return !['held', 'queued', 'running'].includes(order.state);
}


/**
 * The server is there; what its mail is about stands in the letter.
 *
 * @param {Order} order
 * @param {ReturnType<typeof orderMail>} letter
 */
function success(order, letter) {
    return h('section', { class: 'outcome', data: { tone: 'good' } },
        letter.line, letter.fix,
        h('dl', { class: 'facts' },
            order.account ? h('div', { class: 'fact' },
                h('dt', null, t('signin.account')),
                h('dd', null, order.account)) : null,
            order.address ? h('div', { class: 'fact' },
                h('dt', null, t('vm.address')),
                h('dd', null, copyable(order.address.split('/')[0],
                    t('vm.address.copy'), t('copied')))) : null),
        linkButton(order.account
            ? `signin?account=${encodeURIComponent(order.account)}`
            : 'signin', t('live.signin'), 'primary'));
}


/**
 * What is so, and what to do; why it failed is the provider's business.
 *
 * @param {Order} order
 */
function failure(order) {
    const rejected = order.state !== 'failed';

    return h('section', { class: 'outcome', data: { tone: 'bad' } },
        h('p', null, icon('warn'), h('span', null,
            rejected && order.error ? faultWords(order.error)
                : t('live.failed', { n: order.task ?? '' }))),
        h('p', null, t(rejected ? 'live.rejected' : 'live.failed.kept', {
            email: order.email ?? t('live.failed.mail') })),
        setting('contact') ? linkButton('contact', t('live.contact')) : null);
}


/**
 * What came to an end: also where all that failed is the mail.
 *
 * @param {Order} order
 */
function ready(order) {
    return order.state === 'done'
        || (order.state === 'failed' && order.mail !== undefined);
}


/**
 * The steps, where the mail was sent once more.
 *
 * @param {Order} order
 */
function stepsOf(order) {
    /** @type {Record<string, import('../types.d.ts').StepState>} */
    const mailed = { sent: 'done', queued: 'running' };
    const state = order.mail && mailed[order.mail.state];

    return order.state !== 'failed' || !state ? order.steps
        : order.steps.map((step) => (step.name === 'mail'
            ? { name: step.name, state } : step));
}


/** What one waits for while an administrator looks at the order. */
function review() {
    return h('ol', { class: 'steps' }, [['done', 'check', 'live.held.received'],
        ['running', 'clock', 'live.held.review'],
        ['queued', 'minus', 'live.held.create']].map(([state, mark, key]) =>
        h('li', { class: 'step', data: { state, still: '' } },
            h('span', { class: 'step-mark' }, icon(mark)),
            h('span', { class: 'step-name' }, t(key)))));
}


/**
 * @param {View} view
 * @param {Order} first
 */
function build(view, first) {
    const title = h('h1', { tabindex: -1 });
    const lead = h('p', { class: 'lead' });
    const list = steps(stepsOf(first), view.signal);
    const secret = first.order || view.id || '';
    const letter = orderMail({ path: `orders/${secret}`, secret,
        signal: view.signal, took: (next) => set(next) });
    const where = h('div', null);
    const end = h('div', { 'aria-live': 'polite' });
    const lost = h('p', { class: 'stale', role: 'status' });
    const begun = Date.now();
    let order = first;
    let shown = '';

    const headline = () => {
        say(title, t(`live.title.${!ready(order) ? order.state
            : order.state === 'done' || order.mail?.state === 'sent' ? 'done'
                : 'ready'}`, { seconds: seconds(readyIn(order)) }));
        view.title(title.textContent ?? '');
    };

    const set = (/** @type {Order} */ next) => {
        order = next;
        list.set(stepsOf(order));
        headline();

        if (ready(order)) {
            letter.set(order);
        }

        if (order.state !== shown) {
            shown = order.state;
            put(where, order.state === 'held' ? review()
                : order.state === 'cancelled' ? null : list.node);
            say(lead, over(order) ? '' : t(order.state === 'held'
                ? 'live.lead.held' : 'live.lead'));
            put(end, ready(order) ? success(order, letter)
                : order.state === 'failed' || order.state === 'cancelled'
                    ? failure(order) : null);
        }
    };

    set(first);
    every(1000, () => {
        if (!over(order) && order.state !== 'held') {
            say(lead, `${t('live.lead')} ${t('live.elapsed', {
                n: number(Math.floor((Date.now() - begun) / 1000)) })}`);
        }
    }, view.signal);

    return {
        set,
        lost: (/** @type {boolean} */ yes) =>
            say(lost, yes && !over(order) ? t('link.order') : ''),
        node: h('div', { class: 'page narrow' }, h('div', {
            class: 'card live' }, title, lead, lost, where, end)),
    };
}


/**
 * Follow the order by events until it is over.  An event says which step it
 * is in; the seconds of those behind it, and what comes at the end, are asked
 * for.
 *
 * @param {View} view
 * @param {Order} first
 */
function follow(view, first) {
    const page = build(view, first);
    const done = new AbortController();
    const path = `orders/${first.order || view.id}`;
    let order = first;
    let asking = false;
    let again = false;
    let before = false;

    const take = (/** @type {Order} */ next) => {
        order = next;
        page.set(order);

        if (over(order)) {
            done.abort();
        }
    };

    const refresh = async () => {
        again = true;

        if (asking || done.signal.aborted) {
            return;
        }

        asking = true;

        try {
            while (again && !done.signal.aborted) {
                again = false;
                take(await get(path, { signal: done.signal, quiet: true }));
            }
        } catch {
            setTimeout(() => void refresh(), AGAIN);
        } finally {
            asking = false;
        }
    };

    put(view.root, page.node);

    if (over(first)) {
        return;
    }

    view.signal.addEventListener('abort', () => done.abort());

    void listen(() => path, {
        event(_type, /** @type {TaskView} */ data) {
            const step = order.steps[Number(data.step)];
            const moved = step?.state !== 'running'
                || data.state !== 'running';

            order = { ...order, steps: advance(order.steps, data) };
            page.set(order);

            if (moved) {
                void refresh();
            }
        },
        link(up) {
            if (!done.signal.aborted) {
                page.lost(!up);
            }

            if (up && before) {
                void refresh();
            }

            before ||= up;
        },
        gone() {
            void refresh();
        },
    }, done.signal);
}


/** An address of no order: what to do with it. */
function lostLink() {
    return h('section', { class: 'empty', role: 'alert' },
        h('h1', { tabindex: -1 }, t('live.absent.title')),
        h('p', null, t('live.absent')),
        h('div', { class: 'row-links' },
            linkButton('signin', t('nav.signin'), 'primary'),
            linkButton('contact', t('nav.contact'))));
}


/** @param {View} view */
export default async function orderLive(view) {
    const secret = view.id ?? '';
    const known = handed(secret);

    view.title(t('order.title'));

    if (known) {
        follow(view, known);
        return;
    }

    await filled({
        place: view.root, shape: 'page', signal: view.signal,
        frame: (node, error) => h('div', { class: 'page' },
            absent(error) ? lostLink() : node),
        ask: () => get(`orders/${encodeURIComponent(secret)}`,
            { signal: view.signal, quiet: true }),
        draw: (found) => follow(view, found),
    });
}
