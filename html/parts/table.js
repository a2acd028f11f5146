/*
 * A table whose rows the server sorts and pages: heads that sort, rows that
 * arrows walk and Enter opens.
 */

import { h } from './dom.js';
import { icon } from './icon.js';

/**
 * @typedef {{
 *     key: string, text: string, sort?: string, cls?: string,
 *     hidden?: boolean,
 * }} Column  hidden: the head is for screen readers
 */

/**
 * @param {{
 *     label: string, columns: Column[], sort?: string, cls?: string,
 *     sorted?: (sort: string) => void, still?: boolean,
 *     ends?: (last: boolean) => void, groups?: boolean,
 * }} options  ends: go to the first or the last row, which may not be drawn;
 *     sort: the key, with a - in front for downwards, still: nothing
 *     in it takes the focus, so that the keyboard scrolls it as a whole;
 *     groups: its body is the table itself, which takes a tbody at a time
 */
export function table(options) {
    const whole = h('table', { class: options.cls ?? 'table',
        'aria-label': options.label });
    /** @type {HTMLElement} */
    const body = options.groups ? whole : h('tbody', null);
    let sort = options.sort ?? '';

    const heads = options.columns.map((column) => {
        const head = h('th', { scope: 'col', class: column.cls ?? column.key });

        if (!column.sort) {
            head.append(h('span', { class: column.hidden ? 'sr' : '' },
                column.text));
            head.title = column.hidden ? '' : column.text;
            return head;
        }

        head.append(h('button', {
            type: 'button', class: 'sort', title: column.text,
            on: {
                click: () => {
                    sort = sort === column.sort ? `-${column.sort}`
                        : column.sort ?? '';
                    mark();
                    options.sorted?.(sort);
                },
            },
        }, column.text, icon('up')));

        return head;
    });

    const mark = () => {
        options.columns.forEach((column, i) => {
            const way = column.sort === undefined ? null
                : sort === column.sort ? 'ascending'
                    : sort === `-${column.sort}` ? 'descending' : null;

            if (way) {
                heads[i].setAttribute('aria-sort', way);
            } else {
                heads[i].removeAttribute('aria-sort');
            }
        });
    };

    mark();
    whole.append(h('thead', null, h('tr', null, heads)),
        ...(options.groups ? [] : [body]));
    body.addEventListener('keydown', (event) => {
        const end = event.key === 'End';

        if (options.ends && (end || event.key === 'Home')
            && /** @type {HTMLElement} */ (event.target).matches('.row-link'))
        {
            event.preventDefault();
            options.ends(end);
        } else {
            walk(body, event);
        }
    });

    return {
        body,
        node: h('div', { class: 'table-scroll', tabindex: options.still
            ? 0 : null, role: options.still ? 'group' : null,
        'aria-label': options.still ? options.label : null }, whole),
    };
}


/**
 * Arrows, Home and End go from row to row: each row's link is its handle.
 *
 * @param {HTMLElement} body
 * @param {KeyboardEvent} event
 */
function walk(body, event) {
    const target = /** @type {HTMLElement} */ (event.target);

    if (!target.matches('.row-link')) {
        return;
    }

    const links = [...body.querySelectorAll('.row-link')]
        .map((el) => /** @type {HTMLElement} */ (el));
    const at = links.indexOf(target);
    /** @type {Record<string, number>} */
    const to = {
        ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1,
    };
    const next = links[to[event.key]];

    if (next) {
        event.preventDefault();
        next.focus();
    }
}
