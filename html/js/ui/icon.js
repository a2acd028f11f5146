/* Our own marks, one colour, drawn on a grid of 20. */

import { svg } from './dom.js';

/** @type {Record<string, string>} */
const PATHS = {
    play: 'M6.5 4.2v11.6L15.8 10z',
    stop: 'M5.5 5.5h9v9h-9z',
    pause: 'M7 5v10M13 5v10',
    restart: 'M15.6 8.2A6 6 0 1 0 16 11M16 4.4v4h-4',
    question: 'M7.4 7.4a2.6 2.6 0 1 1 3.8 2.5c-.8.4-1.2 1-1.2 1.9M10 14.8v.1',
    check: 'M4.5 10.5l3.7 3.7 7.3-8.2',
    cross: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
    left: 'M12 5.5L7.5 10l4.5 4.5',
    undo: 'M7.8 5.5L4 9.2l3.8 3.8M4 9.2h8.3a3.7 3.7 0 0 1 0 7.3H9.5',
    box: 'M10 3l6.5 3.3v7.4L10 17l-6.5-3.3V6.3zM3.8 6.5L10 9.8l6.2-3.3'
        + 'M10 9.8V17',
    card: 'M3 5h14v10H3zM3 8.5h14M6 12h3',
    person: 'M10 10a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM3.8 16.8'
        + 'c.6-3 3-4.6 6.2-4.6s5.6 1.6 6.2 4.6',
    net: 'M8 3.5h4v4H8zM3 12.5h4v4H3zM13 12.5h4v4h-4zM10 7.5V10'
        + 'M5 12.5V10h10v2.5',
    mail: 'M3 5h14v10.5H3zM3.3 5.5L10 10.8l6.7-5.3',
    key: 'M12.5 11.5a4 4 0 1 0-3.8-2.7L3.5 14v2.5H6l.1-1.9H8'
        + 'l.1-1.9h1.6l.9-1.2zM13.5 6.5v.1',
    lock: 'M5 9h10v7.5H5zM7 9V6.8a3 3 0 0 1 6 0V9',
    minus: 'M5.5 10h9',
    plus: 'M10 4.5v11M4.5 10h11',
    pencil: 'M4 16l.8-3.4L13 4.4l2.6 2.6-8.2 8.2zM11.4 6l2.6 2.6',
    trash: 'M4.5 6h11M8 6V4.2h4V6M6 6l.7 10h6.6L14 6M8.6 8.7v4.6'
        + 'M11.4 8.7v4.6',
    warn: 'M10 3.2l7.3 13H2.7zM10 8v3.8M10 14v.1',
    copy: 'M7.5 7.5h8v8h-8zM4.5 12.5v-8h8',
    search: 'M8.8 14.1a5.3 5.3 0 1 0 0-10.6 5.3 5.3 0 0 0 0 10.6zM13 13l4 4',
    power: 'M10 3.5v6M6.2 5.6a6 6 0 1 0 7.6 0',
    menu: 'M3.5 6h13M3.5 10h13M3.5 14h13',
    sun: 'M10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM10 2.5v1.6'
        + 'M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1'
        + ' 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1',
    moon: 'M16.3 11.6A6.7 6.7 0 0 1 8.4 3.7a6.7 6.7 0 1 0 7.9 7.9z',
    up: 'M5.5 12l4.5-4.5 4.5 4.5',
    down: 'M5.5 8l4.5 4.5L14.5 8',
    right: 'M8 5.5l4.5 4.5L8 14.5',
    eye: 'M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5'
        + '-5zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
    clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.2l2.7 1.6',
    work: 'M10 3a7 7 0 1 1-7 7',
    server: 'M3.5 4h13v4.5h-13zM3.5 11.5h13V16h-13zM6 6.25h.1M6 13.75h.1',
};

/* Filled rather than stroked. */
const SOLID = new Set(['play', 'stop']);


/**
 * An icon that says nothing by itself: the word stands beside it.
 *
 * @param {string} name
 * @param {string} [cls]
 */
export function icon(name, cls = '') {
    const solid = SOLID.has(name);

    return svg('svg', {
        viewBox: '0 0 20 20', class: `icon ${cls}`.trim(),
        'aria-hidden': 'true', focusable: 'false',
    }, svg('path', {
        d: PATHS[name] ?? PATHS.question,
        fill: solid ? 'currentColor' : 'none',
        stroke: 'currentColor',
        'stroke-width': '1.7',
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
    }));
}


/* The swirl: a spiral of two turns that thins towards its end. */
const SWIRL = 'M22.6 8.3C18.8 5.3 12.8 5.8 9.7 9.8c-3.3 4.2-2.4'
    + ' 10.6 2 13.6M22.6 8.3c4.3 3.2 4 9.3.3 11.3-3.2 1.7-7.3'
    + '-.3-7.3-3.7 0-2.4 2-3.9 4-3.4';
const BOX = 'M16 4.5l10 5v12.5l-10 5.5-10-5.5V9.5zM6.3 9.7L16 15l9.7-5.3'
    + 'M16 15v12';


/**
 * The mark of an operating system, by the name its template begins with: a
 * swirl, a box, or its letter in a ring.
 *
 * @param {string} template
 */
export function osMark(template) {
    const name = template.toLowerCase();
    const line = {
        fill: 'none', stroke: 'currentColor', 'stroke-width': '2',
        'stroke-linecap': 'round', 'stroke-linejoin': 'round',
    };
    const mark = svg('svg', {
        viewBox: '0 0 32 32', class: 'os-mark', 'aria-hidden': 'true',
        focusable: 'false',
    });

    if (name.startsWith('debian')) {
        mark.append(svg('path', { ...line, d: SWIRL }));

    } else if (name.startsWith('busybox') || !/^[a-z]/.test(name)) {
        mark.append(svg('path', { ...line, d: BOX }));

    } else {
        mark.append(
            svg('circle', { ...line, cx: 16, cy: 16, r: 12 }),
            svg('text', {
                x: 16, y: 21.2, 'text-anchor': 'middle', 'font-size': '15',
                'font-weight': '600', fill: 'currentColor',
            }, name.charAt(0).toUpperCase()));
    }

    return mark;
}
