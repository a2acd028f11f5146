/*
 * A list of Administration: filters, a table that the server pages, and an
 * editor beside it.  What it lists is described by a section.
 */

import { get, Problem } from '../lib/api.js';
import { button } from './button.js';
import { choice } from './fields.js';
import { h, put, say } from './dom.js';
import { fault } from './fault.js';
import { icon } from './icon.js';
import { pending } from './loading.js';
import { side } from './side-panel.js';
import { table } from './table.js';
import { toast } from './toast.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').View} View */

/**
 * @template T
 * @typedef {{
 *     key: string, text: string, cell: (item: T) => import('./dom.js').Child
 *         | import('./dom.js').Child[], quiet?: boolean, cls?: string,
 * }} ListColumn  quiet: its name is not needed beside it on a phone
 */

/**
 * @typedef {{
 *     name: string, label: string, kind: 'search' | 'choice' | 'date',
 *     choices?: {value: string, text: string}[],
 *     send?: (value: string) => string,
 * }} Filter  send: its value as the server wants it
 */

/**
 * @typedef {{
 *     reload: () => Promise<void>, close: () => void,
 *     done: (text: string) => Promise<void>,
 *     next: (text: string) => Promise<void>,
 *     open: (id: string) => void, view: View,
 * }} Desk  what an editor does around itself; done: say so, close, reload;
 *     next: say so, reload, and open the one behind, of those that stay
 */

/**
 * @template T
 * @typedef {{
 *     key: string, path: string, columns: ListColumn<T>[],
 *     id: (item: T) => string | number, name: (item: T) => string,
 *     filters?: Filter[], add?: string, empty: string, lead?: string,
 *     more?: (item: T) => Promise<T>,
 *     editor?: (item: T | null, desk: Desk, signal: AbortSignal)
 *         => HTMLElement,
 *     above?: (answer: any, desk: Desk) => Node | null,
 *     below?: (answer: any, desk: Desk, query: URLSearchParams)
 *         => Node | null,
 *     params?: Record<string, string>,
 * }} Section  more: the item whole, before it is edited; params: what else its
 *     address has
 */

const PAGE = 50;
const MOST = 200;
const TYPING = 250;

/** What ?item= says for one that is being added. */
export const NEW = 'new';


/**
 * @template T
 * @param {Section<T>} section
 * @param {T} item
 */
function rowOf(section, item) {
    const id = section.id(item);

    return h('tr', { class: 'line', data: { id },
        on: section.editor ? { click: (/** @type {Event} */ event) => {
            const at = /** @type {HTMLElement} */ (event.target);

            if (!at.closest('a, button')) {
                /** @type {HTMLElement | null} */ (
                    /** @type {HTMLElement} */ (event.currentTarget)
                        .querySelector('.row-link'))?.click();
            }
        } } : undefined },
    section.columns.map((column, i) => {
        const content = column.cell(item);
        const none = content === null || content === undefined
            || content === '';
        const words = h('span', { class: 'line-value' },
            ...(none ? ['—'] : [content].flat()));

        /* there may be no room for all of it */
        const title = words.textContent;

        return i === 0
            ? h('th', { scope: 'row', class: 'line-name', title },
                section.editor ? h('a', { class: 'row-link', href:
                    `administration?${new URLSearchParams({
                        section: section.key, ...section.params,
                        item: String(id) })}` },
                ...words.childNodes) : words)
            : h('td', { title, class: `${column.cls ?? ''} ${
                none ? 'none' : ''} ${column.quiet ? 'quiet' : ''}` },
                h('span', { class: column.quiet ? 'sr' : 'line-label',
                    'aria-hidden': 'true' }, column.text), words);
    }));
}


/**
 * @param {Filter[]} filters
 * @param {Record<string, string>} wish
 * @param {() => void} changed
 */
function filterFields(filters, wish, changed) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    return filters.map((filter) => {
        if (filter.kind === 'choice') {
            const one = choice({ name: filter.name, label: filter.label,
                value: wish[filter.name], choices: filter.choices ?? [],
                changed: (value) => {
                    wish[filter.name] = value;
                    changed();
                } });

            return one.node;
        }

        const search = filter.kind === 'search';
        const input = h('input', {
            type: search ? 'search' : 'date', name: filter.name,
            value: wish[filter.name], maxlength: 64, autocomplete: 'off',
            class: search ? 'search-input' : '', 'aria-label': filter.label,
            placeholder: search ? filter.label : null, spellcheck: 'false',
            title: search ? filter.label : null,
            on: { input: () => {
                clearTimeout(timer);
                timer = setTimeout(() => {
                    wish[filter.name] = input.value.trim();
                    changed();
                }, search ? TYPING : 0);
            } },
        });

        return search
            ? h('div', { class: 'search' }, icon('search'), input)
            : h('div', { class: 'field' }, h('span', { class: 'label',
                'aria-hidden': 'true' }, filter.label), input);
    });
}


/**
 * @template T
 * @param {Section<T>} section
 * @param {View} view
 * @param {AbortSignal} signal  of this section
 */
export function listing(section, view, signal) {
    const names = (section.filters ?? []).map((one) => one.name);
    /** @type {Record<string, string>} */
    const wish = Object.fromEntries(names.map((name) =>
        [name, view.query.get(name) ?? '']));
    /** @type {Map<string, T>} */
    const items = new Map();
    /** @type {string | null} */
    let next = null;
    let turn = 0;
    /** @type {string | null} */
    let opened = null;

    const given = (/** @type {Record<string, string>} */ other = {}) =>
        new URLSearchParams(Object.entries({ ...wish, ...other })
            .filter(([, value]) => value !== ''));
    /* what is given, as the server wants it */
    const asked = () => new URLSearchParams([...given()].map(([name, value]) =>
        [name, section.filters?.find((one) => one.name === name)
            ?.send?.(value) ?? value]));
    const place = (/** @type {string | null} */ item) =>
        `administration?${given({ section: section.key, ...section.params,
            item: item ?? '' })}`;

    const list = table({ label: t(`adm.${section.key}`), cls: 'table list',
        still: !section.editor,
        columns: section.columns.map((column) => ({ key: column.key,
            text: column.text, cls: column.cls ?? '' })) });
    const none = h('div', null);
    const wrong = h('div', null);
    const above = h('div', { class: 'list-above' });
    const below = h('div', null);
    const count = h('p', { class: 'count', role: 'status' });
    const more = button({ text: t('fleet.more'), icon: 'down',
        press: () => void load(false) });
    const aside = h('aside', { class: 'panel card', hidden: true,
        'aria-label': t('adm.editor') });
    const add = section.add ? button({ text: section.add, icon: 'plus',
        kind: 'primary', press: () => desk.open(NEW) }) : null;

    const draw = () => {
        put(list.body, ...[...items.values()].map((item) =>
            rowOf(section, item)));
        list.node.hidden = items.size === 0;
        more.hidden = next === null;
        say(count, items.size === 0 ? '' : t(next === null ? 'adm.count'
            : 'adm.first', { n: items.size }));
        put(none, items.size > 0 ? null : h('p', { class: 'empty' },
            given().size > 0 ? t('adm.nomatch') : section.empty));
        mark();
    };

    const mark = () => {
        for (const row of list.body.children) {
            row.toggleAttribute('data-open', /** @type {HTMLElement} */ (row)
                .dataset.id === opened);
        }

        body.toggleAttribute('data-panel', opened !== null);
    };

    /** @param {boolean} fresh @param {number} [rows] */
    const load = async (fresh, rows = PAGE) => {
        const mine = ++turn;
        const query = asked();

        query.set('limit', String(rows));

        if (!fresh && next) {
            query.set('cursor', next);
        }

        try {
            const answer = await pending(none, 'table',
                get(`${section.path}?${query}`, { signal }));

            if (mine !== turn) {
                return;
            }

            if (fresh) {
                items.clear();
            }

            for (const item of answer.items) {
                items.set(String(section.id(item)), item);
            }

            next = answer.next ?? null;
            put(above, section.above?.(answer, desk) ?? null);
            put(below, section.below?.(answer, desk, asked())
                ?? null);
            draw();
        } catch (error) {
            if (!signal.aborted) {
                items.clear();
                list.node.hidden = true;
                more.hidden = true;
                put(none, fault(error, () => void load(true)));
            }
        }
    };

    const forget = () => {
        const last = opened;

        opened = null;
        view.go(place(null), { quiet: true });
        open.shut();
        mark();
        /** @type {HTMLElement | null} */ (last === NEW ? add
            : list.body.querySelector(`[data-id="${CSS.escape(last ?? '')}"]`
                + ' .row-link'))?.focus();
    };
    const open = side(aside, forget);

    /** @type {Desk} */
    const desk = {
        view,
        reload: () => load(true),
        close: forget,
        done: async (text) => {
            toast(text);
            forget();
            await load(true);
        },
        next: async (text) => {
            const ids = [...items.keys()];
            const at = ids.indexOf(opened ?? '');

            toast(text);
            await load(true, Math.min(Math.max(PAGE, ids.length), MOST));

            const behind = [...ids.slice(at + 1), ...ids.slice(0, at)]
                .find((id) => items.has(id));

            if (behind) {
                view.go(place(behind), { replace: true });
            } else {
                forget();
            }
        },
        open: (id) => view.go(place(id)),
    };

    /** @param {string | null} id */
    const show = async (id) => {
        const { editor } = section;

        put(wrong);

        if (id === null || !editor) {
            opened = null;
            open.shut();
            mark();
            return;
        }

        opened = id;

        try {
            /** @type {any} */
            let item = id === NEW ? null : items.get(id) ?? null;

            if (id !== NEW && section.more) {
                item = await section.more(item ?? { id: Number(id) });
            }

            if (opened !== id) {
                return;
            }

            if (id !== NEW && !item) {
                throw new Problem(404, { code: 'not_found' });
            }

            open.show(item ? section.name(item) : section.add ?? '',
                (life) => editor(item, desk, life), { head: true });
            mark();
        } catch (error) {
            if (!signal.aborted) {
                opened = null;
                put(wrong, fault(error, () => void show(id),
                    { list: place(null) }));
            }
        }
    };

    const changed = () => {
        view.go(place(opened), { replace: true, quiet: true });
        void load(true);
    };

    const body = h('div', { class: 'fleet' },
        h('div', { class: 'fleet-main' },
            section.filters ? h('div', { class: 'list-filters',
                role: 'search' }, filterFields(section.filters, wish,
                changed)) : null,
            wrong, above, list.node, none,
            h('div', { class: 'fleet-foot' }, count, more), below), aside);

    more.hidden = true;
    list.node.hidden = true;
    signal.addEventListener('abort', () => open.shut());

    return {
        node: h('section', { class: 'listing', data: { section: section.key } },
            h('div', { class: 'list-head' },
                h('h2', { tabindex: -1 }, t(`adm.${section.key}`)), add),
            section.lead ? h('p', { class: 'lead' }, section.lead) : null,
            body),
        show,
        load: () => load(true),
    };
}
