/* The head of every page: where one can go, who is signed in, how it looks. */

import { h, put } from '../ui/dom.js';
import { icon } from '../ui/icon.js';
import { chooseTheme, dark } from '../lib/theme.js';
import { current, LANGUAGES, t } from '../lib/i18n.js';
import { doubtful, user } from '../lib/session.js';

/**
 * What the provider wrote in index.html.
 *
 * @param {string} name
 */
export function setting(name) {
    return document.querySelector(`meta[name="vzpanel-${name}"]`)
        ?.getAttribute('content')?.trim() ?? '';
}


function themeButton() {
    const self = h('button', {
        type: 'button', class: 'icon-button',
        on: {
            click: () => {
                chooseTheme(dark() ? 'light' : 'dark');
                draw();
            },
        },
    });

    const draw = () => {
        const label = t(dark() ? 'theme.light' : 'theme.dark');

        put(self, icon(dark() ? 'sun' : 'moon'),
            h('span', { class: 'menu-word' }, label));
        self.setAttribute('aria-label', label);
        self.title = label;
    };

    draw();

    return { node: self, draw };
}


/* chosen elsewhere, or the system's changed */
let redraw = () => {};

window.addEventListener('vzpanel.theme', () => redraw());


/* How wide a window has to be for all that there is to stand in a line. */
const ROOM = { admin: '68.75em', other: '54em' };

/** @type {AbortController} */
let before = new AbortController();


/**
 * @param {HTMLElement} root
 * @param {boolean} admin  who has more places to go
 */
function fit(root, admin) {
    const room = matchMedia(`(min-width: ${admin ? ROOM.admin : ROOM.other})`);
    const draw = () => root.toggleAttribute('data-wide', room.matches);

    before.abort();
    before = new AbortController();
    room.addEventListener('change', draw, { signal: before.signal });
    draw();
}


/* What asks for an administrator, by the place where it stands: how many, and
   in words. */
/** @type {Record<string, {count: string, words: string}>} */
const marks = {
    administration: { count: '', words: '' },
    tasks: { count: '', words: '' },
};


/** @param {HTMLElement} node */
function drawMark(node) {
    const { count, words } = marks[node.dataset.mark ?? ''];

    node.hidden = count === '';
    put(node, h('span', { 'aria-hidden': 'true' }, count),
        h('span', { class: 'sr' }, words));
}


/**
 * @param {'administration' | 'tasks'} name
 * @param {string} count  '' for none
 * @param {string} words
 */
export function setMark(name, count, words) {
    marks[name] = { count, words };
    document.querySelectorAll(`.nav-count[data-mark="${name}"]`)
        .forEach((node) => drawMark(/** @type {HTMLElement} */ (node)));
}


/** @param {'administration' | 'tasks'} name */
function mark(name) {
    const node = h('span', { class: 'nav-count', data: { mark: name } });

    drawMark(node);

    return node;
}


/** @param {(name: 'es' | 'en') => void} choose */
function languageButtons(choose) {
    return h('div', {
        class: 'languages', role: 'group', 'aria-label': t('language'),
    }, LANGUAGES.map((name) => h('button', {
        type: 'button', lang: name, class: 'language',
        'aria-pressed': String(name === current()),
        title: t(`language.${name}`),
        on: { click: () => choose(name) },
    }, name.toUpperCase())));
}


function brand() {
    return h('a', { class: 'brand', href: '.' },
        icon('server', 'brand-mark'), setting('brand') || 'vzpanel');
}


/**
 * @typedef {{
 *     here: string, language: (name: 'es' | 'en') => void,
 *     signOut: () => void,
 * }} Options  here: the first part of the path
 */

/**
 * @param {HTMLElement} root
 * @param {Options} options
 */
export function header(root, options) {
    const who = user();
    const admin = who?.role === 'admin';

    /**
     * @type {(href: string, text: import('../ui/dom.js').Children, name: string,
     *     c?: string) => HTMLElement}
     */
    const item = (href, text, name, cls = 'nav-link') => h('a', {
        class: cls, href,
        'aria-current': options.here === name ? 'page' : null,
    }, text);

    /** There may be no room for the whole of a name. */
    const mine = (/** @type {HTMLElement} */ link) => {
        link.title = link.textContent ?? '';

        return link;
    };

    const places = [
        item('.', t('nav.plans'), ''),
        who ? item('status', t('nav.status'), 'status') : null,
        admin ? item('administration', [t('nav.administration'),
            mark('administration')], 'administration') : null,
        who ? item('tasks', [t('nav.tasks'), mark('tasks')], 'tasks') : null,
        item('contact', t('nav.contact'), 'contact'),
    ];
    const personal = who
        ? [mine(item('account', who.name || who.account, 'account',
            'nav-link account-link')),
        h('button', {
            type: 'button', class: 'nav-link', on: { click: options.signOut },
        }, t('nav.signout'))]
        : [doubtful() ? item('account', t('nav.account'), 'account')
            : item('signin', t('nav.signin'), 'signin')];

    const tone = themeButton();
    const menu = h('nav', {
        class: 'menu', id: 'menu', 'aria-label': t('nav.label'),
    }, h('div', { class: 'menu-part' }, places),
    h('div', { class: 'menu-part menu-end' }, personal,
        h('div', { class: 'menu-tools' }, languageButtons(options.language),
            tone.node)));

    const toggle = h('button', {
        type: 'button', class: 'icon-button menu-toggle',
        'aria-expanded': 'false', 'aria-controls': 'menu',
        'aria-label': t('nav.menu'),
        on: {
            click: () => show(toggle.getAttribute('aria-expanded') !== 'true'),
        },
    }, icon('menu'));

    const show = (/** @type {boolean} */ open) => {
        toggle.setAttribute('aria-expanded', String(open));
        root.toggleAttribute('data-open', open);
        put(toggle, icon(open ? 'cross' : 'menu'));
    };

    redraw = tone.draw;
    root.onkeydown = (event) => {
        if (event.key === 'Escape' && root.hasAttribute('data-open')) {
            show(false);
            toggle.focus();
        }
    };

    root.removeAttribute('data-open');
    fit(root, admin);
    put(root, h('div', { class: 'header-row' }, brand(), menu,
        who || doubtful() ? null : h('a', {
            class: 'button primary small header-order',
            href: 'order', 'aria-current': options.here === 'order'
                ? 'page' : null }, t('nav.order')),
        toggle));
}
