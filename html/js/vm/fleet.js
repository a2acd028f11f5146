/*
 * Many containers: search, chips, table.  The server searches, sorts and
 * pages; the stream moves what is seen.
 */

import { get } from '../lib/api.js';
import { button, linkButton } from '../ui/button.js';
import { h, put, say } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { firstSteps } from './first-steps.js';
import { icon } from '../ui/icon.js';
import { onKey } from '../keys.js';
import { style } from '../lib/style.js';
import { table } from '../ui/table.js';
import { columns, keepRows, vmRow } from './vm-row.js';
import { PAGE, vmsPath, wishOf } from './wish.js';
import { rowWindow } from '../ui/virtual-rows.js';
import { more as texts, t } from '../lib/i18n.js';
import { note, on, over, watch } from '../lib/live.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('../../schemas.d.ts').Containers} Vms */
/** @typedef {ReturnType<typeof vmRow>} Row */

const MORE = 200;
const TYPING = 250;
const FAR = 1000;       /* rows that are loaded again for the sake of one */
const CHIPS = ['', 'running', 'stopped', 'frozen', 'unknown'];

/* Tasks after which the list itself is another. */
const RESHAPES = new Set(['order', 'create', 'clone', 'adopt', 'destroy', 'trash', 'undelete',
    'suspend', 'unsuspend', 'network', 'memory', 'disk', 'cpu', 'rate']);


/**
 * The search field and the chips.
 *
 * @param {{q: string, state: string}} wish
 * @param {() => void} changed
 * @param {AbortSignal} signal
 */
function filters(wish, changed, signal) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const what = t(user()?.role === 'admin' ? 'fleet.search'
        : 'fleet.search.own');
    const input = h('input', {
        type: 'search', class: 'search-input', value: wish.q, maxlength: 64,
        'aria-label': what, placeholder: what, title: what,
        autocomplete: 'off', spellcheck: 'false',
        on: {
            input: () => {
                clearTimeout(timer);
                timer = setTimeout(() => {
                    wish.q = input.value.trim();
                    changed();
                }, TYPING);
            },
        },
    });
    const chips = CHIPS.map((state) => h('button', {
        type: 'button', class: 'chip',
        'aria-pressed': String(state === wish.state),
        on: {
            click: () => {
                wish.state = state;
                mark();
                changed();
            },
        },
    }, state ? t(`state.${state}`) : t('fleet.all')));
    const mark = () => chips.forEach((chip, i) =>
        chip.setAttribute('aria-pressed', String(CHIPS[i] === wish.state)));
    const group = h('div', { class: 'chips', role: 'group',
        'aria-label': t('fleet.states') }, chips);

    onKey('search', () => {
        input.focus();
        input.select();
    }, signal);

    return {
        input,

        /** @param {(state: string) => boolean} has  any of that state */
        offer(has) {
            chips.forEach((chip, i) => {
                chip.hidden = i > 0 && CHIPS[i] !== wish.state
                    && !has(CHIPS[i]);
            });
            group.hidden = wish.state === ''
                && chips.filter((chip) => !chip.hidden).length < 3;
        },

        clear() {
            input.value = '';
            wish.q = '';
            wish.state = '';
            mark();
            changed();
        },
        node: h('div', { class: 'filters', role: 'search' },
            h('div', { class: 'search' }, icon('search'), input,
                h('kbd', { 'aria-hidden': 'true' }, '/')),
            group),
    };
}


/**
 * An administrator makes a server for somebody.
 *
 * @param {View} view
 */
function adder(view) {
    return button({ text: t('nav.order'), icon: 'plus', kind: 'primary',
        press: async () => {
            const [{ contract }] = await Promise.all([
                import('../hardware/hw-acts.js'), style('hardware'),
                texts('admin')]);

            await contract((task) => {
                note(task);

                if (task.vm) {
                    view.go(`server?id=${task.vm.id}`);
                }
            }, view.signal);
        } });
}


/**
 * The way to the trash, where something is in it.
 *
 * @param {AbortSignal} signal
 */
function binLink(signal) {
    const node = h('a', { class: 'bin', href: 'trash', hidden: true },
        icon('trash'), t('trash.title'));
    const look = () => void get('trash?limit=1', { signal }).then((answer) => {
        node.hidden = answer.items.length === 0;
    }, () => {});                   /* then it stays as it was */

    look();

    return { node, look };
}


/**
 * @param {View} view
 * @param {Vms} first
 */
export function fleet(view, first) {
    const admin = user()?.role === 'admin';
    const wish = wishOf(view.query);
    /** @type {Map<number, Row>} */
    const rows = new Map();
    let next = first.next ?? null;
    let asked = 0;
    let paging = false;

    /** @type {Set<string>} states that some container is in, or was */
    const states = new Set();

    const place = () => {
        const query = new URLSearchParams(Object.entries(wish)
            .filter(([, value]) => value));

        return query.size ? `status?${query}` : 'status';
    };

    const count = h('p', { class: 'count', role: 'status' });
    const none = h('div', null);
    const more = button({ text: t('fleet.more'), icon: 'down',
        press: () => void page() });
    const search = filters(wish, () => other(), view.signal);
    const list = table({
        label: t('nav.status'), columns: columns(admin), sort: wish.sort,
        ends: (last) => shown.reach(last ? shown.all().length - 1 : 0),
        sorted: (sort) => {
            wish.sort = sort;
            other();
        },
    });

    const see = watch([], view.signal);
    const shown = rowWindow({
        body: list.body, rows, signal: view.signal,
        make: (/** @type {Vm} */ vm) => vmRow(vm, admin),
        seen: (ids) => see(ids),
        end: () => {
            if (next !== null) {
                void page();
            }
        },
    });

    /* of those that are not loaded yet nobody knows */
    const offer = () => search.offer((state) => states.has(state)
        || next !== null);

    const drawn = () => {
        const empty = shown.all().length === 0;
        const filtered = wish.q !== '' || wish.state !== '';

        shown.all().forEach((vm) => states.add(vm.state));
        offer();

        more.hidden = next === null;
        list.node.hidden = empty;
        say(count, empty ? '' : t(next === null ? 'fleet.count'
            : 'fleet.first', { n: shown.all().length }));
        list.node.querySelector('table')?.setAttribute('aria-rowcount',
            String(next === null ? shown.all().length + 1 : -1));
        put(none, empty ? h('section', { class: 'empty' },
            h('p', null, t(filtered ? 'fleet.nomatch'
                : admin ? 'fleet.none.admin' : 'fleet.none')),
            filtered ? button({ text: t('fleet.clear'),
                press: () => search.clear() })
                : admin ? null
                    : linkButton('order', t('nav.order'), 'primary')) : null);

        if (empty && !filtered && admin) {
            void firstSteps(view.signal).then((steps) => steps
                && none.replaceChildren(steps));
        }
    };

    /** @param {() => Promise<void>} work */
    const guard = async (work) => {
        try {
            await work();
        } catch (error) {
            if (!view.signal.aborted) {
                put(none, fault(error, again));
            }
        }
    };

    /** @param {number} least  as many as there were, or a first page */
    const reload = (least) => guard(async () => {
        const turn = ++asked;
        /** @type {Vm[]} */
        const items = [];
        /** @type {string | null} */
        let cursor = null;

        view.go(place(), { replace: true, quiet: true });

        do {
            /** @type {Vms} */
            const answer = await get(vmsPath(wish, cursor,
                Math.min(MORE, Math.max(PAGE, least - items.length))),
            { signal: view.signal });

            items.push(...answer.items);
            cursor = answer.next ?? null;
        } while (turn === asked && cursor !== null && items.length < least);

        if (turn === asked) {
            asked++;                /* a page that is on its way is old now */
            next = cursor;
            shown.set(items);
            drawn();
        }
    });
    const again = () => void reload(shown.all().length);
    const other = () => {
        scrollTo({ top: 0 });
        void reload(PAGE);
    };

    const page = () => guard(async () => {
        const turn = asked;

        if (paging) {
            return;
        }

        paging = true;

        try {
            const answer = await get(vmsPath(wish, next, MORE),
                { signal: view.signal });

            if (turn === asked) {
                next = answer.next ?? null;
                shown.push(answer.items);
                drawn();
            }
        } finally {
            paging = false;
        }
    });

    /**
     * Back from a server: its row, with the focus, and all before it.
     *
     * @param {{row: number, many: number}} before
     */
    const returned = async ({ row, many }) => {
        if (many > shown.all().length) {
            await reload(many);
        }

        const at = shown.all().findIndex((vm) => vm.id === row);

        if (at >= 0 && !view.signal.aborted) {
            shown.reach(at);
        }
    };

    /* what the browser keeps of this page while one looks at a server */
    list.body.addEventListener('click', (event) => {
        const link = event.target instanceof Element
            ? event.target.closest('.row-link') : null;
        const row = [...rows.values()].find((one) => one.link === link);
        const many = shown.all().findIndex((vm) => vm.id === row?.vm.id) + 1;

        if (row && many <= FAR) {
            history.replaceState({ row: row.vm.id, many }, '');
        }
    });

    const bin = binLink(view.signal);
    const body = h('div', { class: 'fleet' },
        h('div', { class: 'fleet-main' }, list.node, none,
            h('div', { class: 'fleet-foot' }, count, more, bin.node)));

    shown.set(first.items);
    drawn();
    keepRows(rows, view.signal);
    on('vm', ({ state }) => {
        if (state && !states.has(state)) {
            states.add(state);
            offer();
        }
    }, view.signal);
    on('task', (/** @type {Task} */ task) => {
        if (over(task) && RESHAPES.has(task.kind)) {
            again();
            bin.look();
        }
    }, view.signal);
    on('back', again, view.signal);
    put(view.root, h('div', { class: 'page wide' },
        h('div', { class: 'fleet-head' },
            h('h1', { tabindex: -1 }, t('nav.status')), search.node,
            admin ? adder(view) : linkButton('order', t('nav.order'))),
        body));

    if (history.state?.row) {
        void returned(history.state);
    }
}
