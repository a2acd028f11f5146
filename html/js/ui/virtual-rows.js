/*
 * The rows of a long list that are in sight, and some around them: thousands
 * cost no more than a screenful.  What a frame has no time for, the next does.
 */

import { h } from './dom.js';

const AROUND = 6;       /* rows above and below what is seen */
const BUDGET = 4;       /* ms of a frame for making rows */
const PRINTED = 1000;   /* rows on paper, at most */
const REACH = 60;       /* frames that a row which is wanted may take */
const PITCH = 53;       /* px from row to row, until two were measured */

/** @typedef {{node: HTMLElement}} Drawn */


/* One cell does: more, and those that are left out would have room again. */
function filler() {
    const cell = h('td', null);
    const node = h('tr', { class: 'filler', 'aria-hidden': 'true' }, cell);

    return {
        node,

        /** @param {number} high */
        set(high) {
            node.hidden = high <= 0;
            cell.style.height = `${Math.max(0, high)}px`;
        },
    };
}


/**
 * @template {{id: number}} T
 * @template {Drawn & {take: (item: T) => void}} R
 * @param {{
 *     body: HTMLElement, rows: Map<number, R>,
 *     make: (item: T) => R, end: () => void, signal: AbortSignal,
 *     seen: (ids: number[]) => void,
 * }} options  rows: those that are drawn; end: the last ones are near; seen:
 *     all of them are drawn
 */
export function rowWindow(options) {
    const { body, rows } = options;
    const above = filler();
    const below = filler();
    /** @type {T[]} */
    let items = [];
    let first = 0;              /* items from first to last are drawn */
    let last = 0;
    let pitch = PITCH;
    let frame = 0;

    const sight = () => {
        const { top } = body.getBoundingClientRect();
        const at = Math.floor(-top / pitch);
        const fits = Math.ceil(innerHeight / pitch);
        const from = Math.max(0, Math.min(at, items.length - fits));

        return {
            from: Math.max(0, from - AROUND),
            seen: from,
            to: Math.min(items.length, Math.max(at, 0) + fits + AROUND),
        };
    };

    const measure = () => {
        const a = rows.get(items[first]?.id)?.node;
        const b = rows.get(items[last - 1]?.id)?.node;

        if (a && b && last - first > 1) {
            pitch = (b.offsetTop - a.offsetTop) / (last - first - 1) || pitch;
        }
    };

    /** @param {T} item */
    const drop = (item) => {
        const row = rows.get(item.id);

        rows.delete(item.id);

        if (row?.node.contains(document.activeElement)) {
            /* not to the top of the page */
            body.tabIndex = -1;
            body.focus({ preventScroll: true });
        }

        row?.node.remove();
    };

    /** @param {number} i @param {Node | null} before */
    const add = (i, before) => {
        const row = rows.get(items[i].id) ?? options.make(items[i]);

        rows.set(items[i].id, row);
        row.node.setAttribute('aria-rowindex', String(i + 2));
        body.insertBefore(row.node, before);
    };

    const fill = () => {
        above.set(first * pitch);
        below.set((items.length - last) * pitch);
    };

    /** @param {{from: number, seen: number, to: number}} want */
    const trim = (want) => {
        if (want.from >= last || want.to <= first) {
            items.slice(first, last).forEach(drop);
            first = want.seen;
            last = want.seen;
            return;
        }

        for (; first < want.from; first++) {
            drop(items[first]);
        }

        for (; last > want.to; last--) {
            drop(items[last - 1]);
        }
    };

    const draw = () => {
        frame = 0;
        measure();

        const want = sight();
        const until = performance.now() + BUDGET;

        trim(want);

        do {
            if (last < want.to) {
                add(last++, below.node);
            } else if (first > want.from) {
                add(--first, above.node.nextSibling);
            }
        } while ((last < want.to || first > want.from)
            && performance.now() < until);

        fill();

        if (last < want.to || first > want.from) {
            soon();
        } else {
            options.seen([...rows.keys()]);
        }

        if (want.to > items.length - 2 * AROUND) {
            options.end();
        }
    };

    const soon = () => {
        frame ||= requestAnimationFrame(draw);
    };

    body.append(above.node, below.node);
    addEventListener('scroll', soon, { passive: true, signal: options.signal });
    addEventListener('resize', soon, { signal: options.signal });
    addEventListener('beforeprint', () => {
        for (const most = Math.min(items.length, first + PRINTED);
            last < most; last++)
        {
            add(last, below.node);
        }

        fill();
    }, { signal: options.signal });
    addEventListener('afterprint', soon, { signal: options.signal });
    options.signal.addEventListener('abort', () => cancelAnimationFrame(frame));

    return {
        all: () => items,

        /**
         * Other items, or the same ones again: rows that stay are kept.
         *
         * @param {T[]} next
         */
        set(next) {
            const end = Math.min(last, next.length);
            const keep = new Set(next.slice(first, end).map((x) => x.id));

            items.slice(first, last).filter((x) => !keep.has(x.id))
                .forEach(drop);
            items = next;
            first = Math.min(first, end);
            last = first;

            for (let at = above.node.nextSibling; last < end; last++) {
                const row = rows.get(items[last].id);

                if (!row) {
                    break;
                }

                row.take(items[last]);

                if (at === row.node) {
                    at = at.nextSibling;
                }

                add(last, at);
            }

            const drawn = new Set(items.slice(first, last).map((x) => x.id));

            for (const id of [...rows.keys()].filter((x) => !drawn.has(x))) {
                rows.get(id)?.node.remove();
                rows.delete(id);
            }

            fill();
            soon();
        },

        /**
         * Scroll to a row, and give it the focus once it is drawn.
         *
         * @param {number} i
         */
        reach(i) {
            const { top } = body.getBoundingClientRect();
            let frames = REACH;
            const look = () => {
                const link = rows.get(items[i]?.id)?.node
                    .querySelector('.row-link');

                if (link instanceof HTMLElement) {
                    link.focus();
                } else if (frames-- > 0) {
                    soon();
                    requestAnimationFrame(look);
                }
            };

            scrollTo({ top: scrollY + top + (i + 1) * pitch - innerHeight / 2 });
            look();
        },

        /** @param {T[]} more */
        push(more) {
            items = items.concat(more);
            fill();
            soon();
        },
    };
}
