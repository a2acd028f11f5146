/* Sheets of styles that are not there from the start. */

import { h } from '../ui/dom.js';

const CSS = new URL('../../css/', import.meta.url);


/**
 * Have a sheet; at once, where it is there.
 *
 * @param {string} name  without its folder and `.css`
 * @returns {Promise<void>}
 */
export function style(name) {
    const href = new URL(`${name}.css`, CSS).href;

    if ([...document.styleSheets].some((sheet) => sheet.href === href)) {
        return Promise.resolve();
    }

    return new Promise((resolve, reject) => {
        document.head.append(h('link', {
            rel: 'stylesheet', href, on: { load: resolve, error: reject },
        }));
    });
}
