/*
 * Administration: its sections as tabs at the left on wide screens, as a list
 * on phones.  Each is loaded when somebody looks at it.
 */

import { get, Problem } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { firstSteps } from '../vm/first-steps.js';
import { listing } from '../ui/listing.js';
import { pending } from '../ui/loading.js';
import { sectionOf } from '../shell/notifications.js';
import { on, over } from '../lib/live.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').View} View */

/** @type {Record<string, () => Promise<{section: (view: View) => any}>>} */
const SECTIONS = {
    templates: () => import('./templates.js'),
    plans: () => import('./plans.js'),
    users: () => import('./users.js'),
    addresses: () => import('./addresses.js'),
    nodes: () => import('./nodes.js'),
    orders: () => import('./orders.js'),
    backups: () => import('./backups.js'),
    lost: () => import('./lost.js'),
    mail: () => import('./mail.js'),
    audit: () => import('./audit.js'),
    strangers: () => import('./strangers.js'),
};

/* Those that are part of another, and have no tab of their own. */
/** @type {Record<string, string>} */
const WITHIN = { strangers: 'nodes', lost: 'backups' };

/** @type {Record<string, string>} */
const MARK = {
    templates: 'box', plans: 'card', users: 'person', addresses: 'net',
    nodes: 'server', orders: 'clock', backups: 'copy', mail: 'mail', audit: 'eye',
};

const FIRST = 'templates';
const wide = () => matchMedia('(min-width: 56.25em)').matches;


/**
 * Orders wait for somebody only where the provider wants to see them first.
 *
 * @param {AbortSignal} signal
 */
async function ordersWait(signal) {
    try {
        return (await get('plans', { signal })).signup === 'approve'
            || (await get('admin/orders?limit=1', { signal }))
                .items.length > 0;
    } catch {
        return true;                /* then they can at least be looked for */
    }
}


/**
 * What is left to be done where nothing was ever sold.
 *
 * @param {AbortSignal} signal
 */
async function toSell(signal) {
    try {
        return (await get('plans', { signal })).soon
            ? await firstSteps(signal) : null;
    } catch {
        return null;
    }
}


/** @param {View} view */
export default async function administration(view) {
    /** @type {{key: string, node: string | null, life: AbortController,
     *     list: ReturnType<typeof listing>} | null} */
    let shown = null;
    const place = h('div', { class: 'adm-place' });
    const first = h('div', null);
    const tabs = Object.keys(MARK).map((key) => h('a', {
        class: 'adm-tab', href: `administration?section=${key}`,
        data: { section: key },
    }, icon(MARK[key]), h('span', null, t(`adm.${key}`)),
    icon('right', 'adm-more')));
    const back = h('a', { class: 'adm-back', href: 'administration' },
        icon('left'), t('nav.administration'));
    const body = h('div', { class: 'adm' },
        h('nav', { class: 'adm-tabs', 'aria-label': t('nav.administration') },
            tabs, h('a', { class: 'adm-tab adm-own', href: 'account' },
                icon('key'), h('span', null, t('adm.own')))),
        place);

    const mark = (/** @type {string | null} */ key) => {
        for (const tab of tabs) {
            if (tab.dataset.section === (WITHIN[key ?? ''] ?? key)) {
                tab.setAttribute('aria-current', 'page');
            } else {
                tab.removeAttribute('aria-current');
            }
        }

        body.toggleAttribute('data-list', key === null);
    };

    /** @param {boolean} wait */
    const offer = (wait) => {
        const tab = tabs.find((one) => one.dataset.section === 'orders');

        if (tab) {
            tab.hidden = !wait && view.id !== 'orders';
        }
    };

    const leave = () => {
        shown?.life.abort();
        shown = null;
        put(place);
    };

    /** @param {string} key */
    const enter = async (key) => {
        const life = new AbortController();

        leave();
        put(place, back, h('h2', { tabindex: -1 }, t(`adm.${key}`)));

        const { section } = await pending(place, 'table', SECTIONS[key]());

        if (view.signal.aborted || key !== (view.id ?? FIRST)) {
            return;
        }

        const list = listing(section(view), view, life.signal);

        shown = { key, node: view.query.get('node'), life, list };
        put(place, back, list.node);
        view.title(`${t(`adm.${key}`)} · ${t('nav.administration')}`);
        await list.load();
    };

    const left = async () => {
        put(first, await toSell(view.signal));
    };

    const show = async () => {
        const known = view.id === null || Object.hasOwn(SECTIONS, view.id);
        const key = known && view.id ? view.id : wide() ? FIRST : null;

        mark(known ? key : '');

        if (!known) {
            leave();
            put(place, fault(new Problem(404, { code: 'not_found' }),
                undefined, { list: 'administration' }));
            return;
        }

        if (first.firstChild) {
            void left();
        }

        if (key === null) {
            leave();
            view.title(t('nav.administration'));
            return;
        }

        try {
            const fresh = shown?.key !== key
                || shown.node !== view.query.get('node');

            if (fresh) {
                await enter(key);
            }

            await shown?.list.show(view.query.get('item'));

            if (fresh && view.id && !view.query.get('item')) {
                place.querySelector('h2')?.focus({ preventScroll: true });
            }
        } catch (error) {
            if (!view.signal.aborted) {
                put(place, fault(error, () => void show()));
            }
        }
    };

    view.signal.addEventListener('abort', () => shown?.life.abort());
    view.onId = () => void show();
    on('task', (task) => {
        if (over(task) && shown?.key === 'orders') {
            void shown.list.load();
        }
    }, view.signal);
    on('notice', (notice) => {
        const key = sectionOf(notice);

        if (key === 'orders') {
            offer(true);
        }

        if (key && shown?.key === key) {
            void shown.list.load();
        }
    }, view.signal);
    put(view.root, h('div', { class: 'page wide' },
        h('h1', { tabindex: -1, class: 'adm-title' },
            t('nav.administration')), first, body));
    view.title(t('nav.administration'));

    void ordersWait(view.signal).then(offer);
    void left();
    await show();
}
