/*
 * xterm.js, loaded when a console is opened and not before: it is larger than
 * all else of a page.
 */

import { style } from '../lib/style.js';
import { strictDocument, strictly } from './strict-document.js';

/** @typedef {import('@xterm/xterm').Terminal} Xterm */

const VENDOR = new URL('../../vendor/', import.meta.url);
const LINES = 5000;             /* that can be scrolled back to */


/** @returns {Promise<[typeof import('@xterm/xterm'), typeof import('@xterm/addon-fit')]>} */
function load() {
    return Promise.all([
        import(new URL('xterm.js', VENDOR).href),
        import(new URL('xterm-fit.js', VENDOR).href),
        style('../vendor/xterm'),
    ]).then(([xterm, fit]) => [xterm, fit]);
}


/**
 * Rows are made by the page's document, whatever documentOverride says (xterm.js
 * 6.0.0), and colours of 24 bits are style attributes of theirs.
 *
 * @param {any} term
 * @param {Document} strict
 */
function rowsBy(term, strict) {
    const factory = term._core?._renderService?._renderer?.value?._rowFactory;

    if (factory) {
        factory._document = strict;
    }
}


/**
 * A terminal in an element, as large as that is.
 *
 * term: xterm.js's own
 * fit: take the element's size again
 * dispose: take it away
 *
 * @param {HTMLElement} place
 * @param {string} label  of what one types into
 */
export async function terminal(place, label) {
    const [{ Terminal }, { FitAddon }] = await load();
    const css = getComputedStyle(place);
    const strict = strictDocument();
    const term = new Terminal({
        scrollback: LINES, cursorBlink: true, macOptionIsMeta: true,
        fontFamily: css.fontFamily, fontSize: parseFloat(css.fontSize),
        theme: { background: css.backgroundColor, foreground: css.color,
            cursor: css.color },
        documentOverride: strict,
    });
    const addon = new FitAddon();

    term.loadAddon(addon);
    strictly(() => term.open(place));
    rowsBy(term, strict);
    term.textarea?.setAttribute('aria-label', label);
    addon.fit();

    const size = new ResizeObserver(() => addon.fit());

    size.observe(place);

    return {
        term,
        fit: () => addon.fit(),
        dispose: () => {
            size.disconnect();
            term.dispose();
        },
    };
}
