/*
 * The pages: which screen an address is, who may see it, and what stands
 * around every screen.
 */

import { onOtherAccount, onSignedOut, onStepUp, Problem } from './lib/api.js';
import { header, setting } from './shell/header.js';
import { moved } from './shell/moved.js';
import { every, h, put, say } from './ui/dom.js';
import { icon } from './ui/icon.js';
import { fault, partLost, refuse } from './ui/fault.js';
import { isUnsaved, mayLeave } from './ui/unsaved.js';
import { more, preferred, seconds, t, use } from './lib/i18n.js';
import * as session from './lib/session.js';
import { style } from './lib/style.js';

/** @typedef {import('../types.d.ts').View} View */
/** @typedef {{default: (view: View) => Promise<void>}} Screen */
/** @typedef {import('../types.d.ts').Bar} Bar */
/**
 * @typedef {{
 *     path: string, id?: string, must?: boolean, secret?: boolean,
 *     own?: boolean, admin?: boolean, sheet?: boolean,
 *     load: () => Promise<Screen>,
 * }} Route  id: the query argument that names one thing, must: only with it,
 *     secret: behind #, which stays in the browser: no log, no Referer has it,
 *     own: for somebody who is signed in, admin: and administers,
 *     sheet: it has styles of its own, named as its path
 */

/** @type {Route[]} */
const ROUTES = [
    { path: '', load: () => import('./order/plans.js') },
    { path: 'order', id: 'follow', must: true, secret: true,
        load: () => import('./order/order-live.js') },
    { path: 'order', load: () => import('./order/order.js') },
    { path: 'signin', load: () => import('./account/signin.js') },
    { path: 'reset', id: 'token', secret: true,
        load: () => import('./account/reset.js') },
    { path: 'email', id: 'token', must: true, secret: true,
        load: () => import('./account/email.js') },
    { path: 'contact', load: () => import('./order/contact.js') },
    { path: 'status', own: true, load: () => import('./vm/status.js') },
    { path: 'trash', own: true, load: () => import('./vm/trash.js') },
    { path: 'server', id: 'id', must: true, own: true, sheet: true,
        load: () => import('./vm/server.js') },
    { path: 'administration', id: 'section', own: true,
        admin: true, sheet: true, load: () => import('./admin/administration.js') },
    { path: 'node', id: 'id', must: true, own: true, admin: true,
        load: () => import('./admin/node.js') },
    { path: 'tasks', id: 'task', own: true,
        load: () => import('./task/tasks.js') },
    { path: 'account', own: true,
        load: () => import('./account/account.js') },
];

/* The stream may be away this long before anybody is told. */
const PATIENCE = 3000;

/* What came with the page is shown this long, at most, instead of a shape. */
const SERVED = 1000;

const BASE = new URL('..', import.meta.url);
const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const head = /** @type {HTMLElement} */ (document.getElementById('header'));
const notices = /** @type {HTMLElement} */ (document.getElementById('notices'));
const strip = /** @type {HTMLElement} */ (document.getElementById('strip'));
const skip = /** @type {HTMLAnchorElement} */ (document.getElementById('skip'));

/** @type {{route: Route | null, view: View, end: AbortController} | null} */
let shown = null;

/** @type {typeof import('./lib/live.js') | null} the stream, once it is needed */
let live = null;

/** @type {AbortController} */
let frame = new AbortController();

/* Whether a form of the screen that is shown has something typed in it. */
let typed = false;

/* Where the browser was when it was shown: to stay there. */
let address = location.href;

/* Whether somebody is signing in over that screen. */
let resuming = false;

/* Whether the browser's cookie is another account's than this page's. */
let foreign = false;

/** @type {() => Bar[]} nodes that do not answer, for who may know */
let silent = () => [];


/** The path below the base, without slashes at its ends. */
function here() {
    return location.pathname.startsWith(BASE.pathname)
        ? location.pathname.slice(BASE.pathname.length) : '';
}


/** @param {Route | null} route */
function idOf(route) {
    return route?.id
        ? new URLSearchParams(route.secret ? location.hash.slice(1)
            : location.search).get(route.id) : null;
}


/**
 * @param {string} path  below the base
 * @param {{replace?: boolean, quiet?: boolean}} [options]  quiet: the screen
 *     that is shown has taken care already
 */
function go(path, options = {}) {
    if (options.replace || options.quiet || !isUnsaved()) {
        turn(path, options);
        return;
    }

    void mayLeave().then((yes) => yes && turn(path, options));
}


/** The browser has gone back, or on: the screen follows, or it returns. */
async function back() {
    if (!isUnsaved() || await mayLeave()) {
        await show();
    } else {
        history.pushState(null, '', address);
    }
}


/** @type {typeof go} */
function turn(path, options = {}) {
    const url = new URL(path || '.', BASE);

    history[options.replace ? 'replaceState' : 'pushState'](null, '', url);

    if (options.quiet && shown) {
        address = location.href;
        shown.view.id = idOf(shown.route);
        shown.view.query = url.searchParams;
        return;
    }

    void show();
}


/**
 * Sign in first, and come back.
 *
 * @param {boolean} [ended]  one was signed in until now
 */
function toSignIn(ended = false) {
    const next = encodeURIComponent(here() + location.search);

    history.replaceState({ ended }, '', new URL(`signin?next=${next}`, BASE));
    void show();
}


/**
 * Sign in over the screen, whose forms keep what was typed into them.
 *
 * @param {import('../types.d.ts').User} who
 * @param {AbortSignal} signal
 */
async function resume(who, signal) {
    const { signInAgain } = await twice(
        () => import('./account/signin-form.js'));

    await signInAgain(who.account, signal);

    if (!session.user()) {
        toSignIn();

    } else if (session.barred()) {
        await show();
    }
}


/** The session ended under somebody's hands. */
function ended() {
    const who = session.user();

    session.set(null);

    if (!shown?.route?.own || resuming) {
        return;
    }

    if (who && typed) {
        resuming = true;
        resume(who, shown.end.signal).catch(() => toSignIn()).finally(() => {
            resuming = false;
        });
    } else {
        toSignIn(who !== null);
    }
}


/** Another tab signed in as somebody else: this one is of nobody any more. */
function noticed() {
    if (!foreign && session.user()) {
        foreign = true;
        live?.stop();
        drawNotices();
    }
}


/** @param {string} text */
function title(text) {
    document.title = `${text} · ${setting('brand') || 'vzpanel'}`;
}


function notFound() {
    title(t('notfound.title'));
    put(main, h('div', { class: 'page' }, h('section', { class: 'empty' },
        h('h1', { tabindex: -1 }, t('notfound.title')),
        h('p', null, t('notfound.text')),
        h('a', { class: 'button primary', href: '.' }, t('nav.plans')))));
}


/**
 * Whether the screen that is shown takes the new address itself.
 *
 * @param {Route | null} route
 * @param {string | null} id
 */
function handOver(route, id) {
    if (!shown?.view.onId || shown.route !== route) {
        return false;
    }

    shown.view.id = id;
    shown.view.query = new URLSearchParams(location.search);
    shown.view.onId(id);

    return true;
}


/**
 * What got lost on the way is asked for once more.
 *
 * @template T
 * @param {() => Promise<T>} load
 */
async function twice(load) {
    try {
        return await load();
    } catch {
        await new Promise((resolve) => setTimeout(resolve, 500));

        return load();
    }
}


/** The styles of who is signed in. */
function ownStyles() {
    return Promise.all([style('containers'), style('work')]);
}


/**
 * All that a screen is made of: itself, and the styles and texts that not
 * everybody needs.
 *
 * @param {Route} route
 * @returns {Promise<Screen>}
 */
async function parts(route) {
    const [screen] = await Promise.all([
        route.load(),
        ...(route.own ? [ownStyles(), more('own')] : []),
        ...(route.sheet ? [style(route.path)] : []),
        ...(route.admin ? [more('admin')] : []),
    ]);

    /* a breath between reading the code and drawing */
    await new Promise((resolve) => setTimeout(resolve));

    return screen;
}


/**
 * In place of a screen that cannot be shown.
 *
 * @param {unknown} error
 * @param {View} view
 * @param {() => void} again
 */
function broken(error, view, again) {
    if (view.signal.aborted) {
        return;
    }

    if (!(error instanceof Problem) && !partLost(error)) {
        console.error(error);
    }

    put(main, h('div', { class: 'page' }, fault(error, again)));
}


/**
 * Draw a screen into the page, if nobody has gone elsewhere meanwhile.
 *
 * @param {Route} route
 * @param {View} view
 */
async function draw(route, view) {
    try {
        const screen = await twice(() => parts(route));

        if (view.signal.aborted) {
            return;
        }

        /* what the module wrote stays until there is something better */
        const drawn = main.querySelector('[data-served]')
            ? screen.default(view) : null;

        await Promise.race([drawn, drawn && new Promise((resolve) =>
            setTimeout(resolve, SERVED))]);

        if (view.signal.aborted) {
            return;
        }

        main.replaceChildren(view.root);
        window.scrollTo(0, 0);
        await (drawn ?? screen.default(view));
    } catch (error) {
        broken(error, view, () => location.reload());
    }
}


/** Focus goes to the new screen's head, unless it put it somewhere. */
function settle() {
    if (!main.contains(document.activeElement)
        && !document.querySelector('dialog[open]'))
    {
        main.querySelector('h1')?.focus({ preventScroll: true });
    }
}


/**
 * Show the screen of the address.
 *
 * @param {boolean} [first]  the browser has just come: leave the focus alone
 */
async function show(first = false) {
    const path = here();
    const query = new URLSearchParams(location.search);
    const now = moved(path, query.get('vm'));

    if (now) {
        go(now, { replace: true });
        return;
    }

    address = location.href;

    const route = ROUTES.find((one) => one.path === path
        && (!one.must || idOf(one) !== null)) ?? null;
    const id = idOf(route);

    if (handOver(route, id)) {
        return;
    }

    shown?.end.abort();

    const end = new AbortController();
    const view = {
        root: h('div', { class: 'screen' }), id, title, go, query,
        signal: end.signal,
    };

    shown = { route, view, end };
    typed = false;
    drawHead();

    if (!route) {
        notFound();
        return;
    }

    try {
        if (route.own && !session.user() && !await session.load()) {
            if (!end.signal.aborted) {
                toSignIn();
            }

            return;
        }
    } catch (error) {
        broken(error, view, () => void show());
        return;
    }

    /* a password that went by mail, or a second step that is missing, lets one
       do nothing but mend that */
    if (route.own && route.path !== 'account' && session.barred()) {
        go(`account?next=${encodeURIComponent(path + location.search)}`,
            { replace: true });
        return;
    }

    if (route.admin && session.user()?.role !== 'admin') {
        notFound();
        return;
    }

    await draw(route, view);

    if (!first && !end.signal.aborted) {
        settle();
    }
}


/** @param {unknown} error */
function report(error) {
    if (error instanceof DOMException && error.name === 'AbortError') {
        return;
    }

    if (!(error instanceof Problem)) {
        console.error(error);
    }

    refuse(error);
}


/** @param {'es' | 'en'} name */
async function speak(name) {
    try {
        await use(name, true);
    } catch (error) {
        report(error);
        return;
    }

    drawFrame();

    if (shown) {
        shown.view.onId = undefined;
    }

    await show();
    /** @type {HTMLElement | null} */ (head.querySelector(
        '.language[aria-pressed="true"]'))?.focus();
}


async function leave() {
    try {
        await session.signOut();
        go('signin');
    } catch (error) {
        report(error);
    }
}


function drawHead() {
    header(head, {
        here: here(), language: (name) => void speak(name),
        signOut: () => void leave(),
    });
}


/**
 * What stands above every screen, and what of it is read out: the age of what
 * is shown while the stream is away, a node that is silent.
 *
 * @returns {Bar[]}
 */
function wantedNotices() {
    const who = session.user();
    const link = live?.connection();
    const age = Date.now() - (link?.heard ?? 0);
    /** @type {Bar[]} */
    const wanted = [];

    if (foreign) {
        wanted.push({ name: 'other', text: t('notice.other'),
            link: { href: 'status', text: t('notice.other.link') } });
    } else if (who && link && !link.up && age > PATIENCE) {
        wanted.push({ name: 'lost', icon: 'restart', once: t('link.heard'),
            text: t('link.lost', { age: seconds(Math.floor(age / 1000)) }) });
    }

    if (session.barred() && here() !== 'account') {
        wanted.push({ name: 'change', text: t(who?.must_change
            ? 'notice.change' : 'notice.enroll'),
        link: { href: 'account', text: t('notice.change.link') } });
    }

    return [...wanted, ...(who ? silent() : [])];
}


function drawNotices() {
    const wanted = wantedNotices();

    for (const old of [...notices.children]) {
        const name = /** @type {HTMLElement} */ (old).dataset.name;

        if (!wanted.some((one) => one.name === name)) {
            old.remove();
        }
    }

    for (const one of wanted) {
        let node = notices.querySelector(
            `[data-name="${one.name}"] .bar-words`);

        if (!node) {
            /* what counts is for the eye; it is read out once, without */
            node = h('span', { class: 'bar-words',
                'aria-hidden': one.once ? 'true' : null });
            notices.append(h('p', { class: 'notice bar-notice',
                role: 'status', data: { name: one.name } },
            icon(one.icon ?? 'warn'), node,
            one.once ? h('span', { class: 'sr' }, one.once) : null,
            one.link ? h('a', { href: one.link.href,
                target: one.name === 'other' ? '_self' : null },
            one.link.text) : null));
        }

        say(node, one.text);
    }
}


/** theme.js loads the page again where a part of it was lost. */
function lost() {
    window.dispatchEvent(new Event('vzpanel.lost'));
}


/** For who is signed in: the stream, and what is being done. */
async function wake() {
    const { signal } = frame;

    /* who has to mend his account first is told nothing else */
    if (session.barred()) {
        live?.stop();
        drawNotices();
        return;
    }

    const [stream, { taskStrip }, { news }, nodes, { keys }] = await twice(
        () => Promise.all([import('./lib/live.js'),
            import('./task/task-strip.js'), import('./shell/notifications.js'),
            import('./shell/silent-nodes.js'), import('./keys.js'),
            more('own')]));

    if (signal.aborted || !session.user()) {
        return;
    }

    live = stream;
    live.start();

    if (!strip.firstChild) {
        taskStrip(strip, signal);
        news(signal);
        keys({ go, dressed: ownStyles }, signal);
        silent = nodes.silent;
        nodes.listen(drawNotices, signal);
        live.on('link', drawNotices, signal);
    }

    drawNotices();
}


/** Everything around the screen, in the language of now. */
function drawFrame() {
    frame.abort();
    frame = new AbortController();
    skip.textContent = t('skip');
    put(notices);
    put(strip);
    drawHead();
    every(1000, drawNotices, frame.signal);

    if (session.user()) {
        wake().catch(lost);
    } else {
        drawNotices();
    }
}


/**
 * A link of ours is followed without leaving the page.
 *
 * @param {MouseEvent} event
 */
function follow(event) {
    const target = event.target instanceof Element
        ? event.target.closest('a') : null;

    if (!target || event.defaultPrevented || event.button !== 0
        || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
        || target.target || !target.href)
    {
        return;
    }

    const url = new URL(target.href);

    if (url.origin !== BASE.origin || url.pathname.includes('.')
        || !url.pathname.startsWith(BASE.pathname))
    {
        return;
    }

    event.preventDefault();

    if (target === skip) {
        main.focus();
        return;
    }

    go(url.pathname.slice(BASE.pathname.length) + url.search);
}


async function begin() {
    if (session.known()) {
        session.load().catch(() => {});     /* who needs it asks again */
    }

    await use(preferred());

    document.addEventListener('click', follow);
    document.addEventListener('input', (event) => {
        typed ||= event.target instanceof Element
            && event.target.closest('form') !== null;
    });
    window.addEventListener('popstate', () => void back());
    window.addEventListener('vzpanel.language', (event) =>
        void speak(/** @type {CustomEvent} */ (event).detail));
    window.addEventListener('unhandledrejection',
        (event) => report(event.reason));

    onSignedOut(ended);
    onOtherAccount(noticed);
    onStepUp(async () => {
        const [{ confirmAgain }] = await Promise.all([twice(() =>
            import('./account/step-up.js')), ownStyles(), more('own')]);

        return confirmAgain();
    });
    session.onElsewhere(noticed);

    session.onChange(() => {
        drawHead();

        if (session.user()) {
            wake().catch(lost);
        } else {
            live?.stop();
            drawNotices();
        }
    });

    drawFrame();
    await show(true);
}


begin().then(() => window.dispatchEvent(new Event('vzpanel.begun')), lost);
