/*
 * One server on a page of its own: its head, and the tabs of server-tabs.js,
 * of which the one that the address names is open.
 */

import { get } from '../lib/api.js';
import { h, put, uid } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { filled, pending } from '../ui/loading.js';
import { more, t } from '../lib/i18n.js';
import { style } from '../lib/style.js';
import { user } from '../lib/session.js';
import { TABS } from './server-tabs.js';
import { vmHead } from './vm-head.js';
import { vmLive } from './vm-live.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../types.d.ts').User} User */
/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('./server-tabs.js').Tab} Tab */
/** @typedef {import('./server-tabs.js').Place} Place */

/* Keys that go from tab to tab: by how many, or to which. */
/** @type {Record<string, (at: number, n: number) => number>} */
const KEYS = {
    ArrowRight: (at, n) => (at + 1) % n,
    ArrowLeft: (at, n) => (at + n - 1) % n,
    Home: () => 0,
    End: (_, n) => n - 1,
};


/**
 * A tab's module, and the styles and texts that come with it.
 *
 * @param {Tab} tab
 */
async function parts(tab) {
    const [module] = await Promise.all([tab.load(),
        ...(tab.styles ?? []).map((name) => style(name)),
        ...(tab.texts ?? []).map((name) => more(name))]);

    return module;
}


/**
 * The row of tabs.  Arrows go from one to the next, Enter or a blank opens
 * it: one that is passed by loads nothing.
 *
 * @param {Vm} vm
 * @param {User} me
 * @param {string} panel  the id of what they open
 */
function tabRow(vm, me, panel) {
    const all = TABS.map((tab) => ({ tab, link: h('a', {
        class: 'tab', role: 'tab', id: uid(), 'aria-controls': panel,
        href: `server?id=${vm.id}&tab=${tab.id}`, data: { tab: tab.id },
    }, t(tab.label)) }));
    const there = () => all.filter(({ link }) => !link.hidden);

    const move = (/** @type {KeyboardEvent} */ event) => {
        const links = there().map(({ link }) => link);
        const at = links.findIndex((one) => one === document.activeElement);

        if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) {
            return;
        }

        if (event.key === ' ') {
            event.preventDefault();
            links[at].click();
        } else if (KEYS[event.key]) {
            event.preventDefault();
            links[KEYS[event.key](at, links.length)].focus();
        }
    };

    return {
        /** Those that are for this container, as it is now. */
        offer: () => all.forEach(({ tab, link }) => {
            link.hidden = !(tab.shown?.(vm, me) ?? true);
        }),

        /** @param {string | null} id  of the address */
        named: (id) => there().find(({ tab }) => tab.id === id) ?? all[0],

        /** @param {Tab} open */
        mark: (open) => all.forEach(({ tab, link }) => {
            link.setAttribute('aria-selected', String(tab === open));
            link.tabIndex = tab === open ? 0 : -1;

            if (tab === open) {
                link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
            }
        }),
        node: h('div', { class: 'tabs', role: 'tablist',
            'aria-label': t('server.tabs'), on: { keydown: move } },
        all.map(({ link }) => link)),
    };
}


/**
 * The tabs and what is open of them.
 *
 * @param {Omit<Place, 'signal'>} given
 * @param {View} view
 * @param {AbortSignal} signal
 */
function tabbed(given, view, signal) {
    const { vm, me, live } = given;
    const panel = h('div', { class: 'tab-panel', role: 'tabpanel',
        id: uid(), tabindex: 0 });
    const row = tabRow(vm, me, panel.id);
    /** @type {AbortController | null} */
    let life = null;
    /** @type {Tab | null} */
    let open = null;

    /** @param {Tab} tab @param {HTMLElement} link */
    const enter = async (tab, link) => {
        life?.abort();
        life = new AbortController();
        open = tab;

        const mine = life;
        const root = h('div', null);

        row.mark(tab);
        panel.setAttribute('aria-labelledby', link.id);
        view.title(tab === TABS[0] ? vm.name : `${t(tab.label)} · ${vm.name}`);
        put(panel);

        try {
            const { mount } = await pending(panel, 'page', parts(tab));

            if (mine.signal.aborted) {
                return;
            }

            put(panel, root);

            const down = await mount(root, { ...given, signal: mine.signal });

            if (down && mine.signal.aborted) {
                down();
            } else if (down) {
                mine.signal.addEventListener('abort', down);
            }
        } catch (error) {
            if (!mine.signal.aborted) {
                put(panel, fault(error, () => void enter(tab, link)));
            }
        }
    };

    const show = async () => {
        row.offer();

        const { tab, link } = row.named(view.query.get('tab'));

        if (tab !== open) {
            await enter(tab, link);
        }
    };

    signal.addEventListener('abort', () => life?.abort());
    live.drawn((tick) => {
        if (!tick) {
            void show();
        }
    });

    return { nodes: [row.node, panel], show };
}


/** @param {View} view */
export default async function server(view) {
    const place = h('div', null);
    /** @type {{id: string | null, end: AbortController,
     *     show?: () => Promise<void>}} */
    let shown = { id: null, end: new AbortController() };

    const title = () => h('h1', { tabindex: -1, class: 'sr' },
        t('nav.status'));

    /** @param {Vm} vm */
    const draw = (vm) => {
        const me = /** @type {User} */ (user());
        const { signal } = shown.end;
        const live = vmLive(vm, signal);
        const { nodes, show } = tabbed({ vm, me, live, go: view.go }, view,
            signal);

        shown.show = show;
        put(place, h('nav', { class: 'crumbs', 'aria-label': t('server.way') },
            h('a', { href: 'status?list=1' }, icon('left'), t('nav.status')),
            me.role === 'admin' ? h('a', { href:
                `administration?section=users&item=${vm.owner.id}` },
            vm.owner.account) : null),
        h('article', { class: 'vm' }, vmHead(vm, live, signal), nodes));
    };

    const enter = async () => {
        const id = view.id ?? '';

        shown.end.abort();
        shown = { id: view.id, end: new AbortController() };
        view.title(t('nav.status'));

        const { signal } = shown.end;

        await filled({
            place, shape: 'page', signal, list: 'status?list=1',
            ask: () => get(`vms/${encodeURIComponent(id)}`, { signal }),
            draw, frame: (what) => h('div', null, title(), what),
        });
    };

    const show = async () => {
        if (view.id !== shown.id) {
            await enter();
        }

        await shown.show?.();
    };

    view.signal.addEventListener('abort', () => shown.end.abort());
    view.onId = () => void show();
    put(view.root, h('div', { class: 'page server' }, place));
    await show();
}
