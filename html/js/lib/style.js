/* Sheets of styles that are not there from the start. */

import { h } from '../ui/dom.js';

const CSS = new URL('../../css/', import.meta.url);


/**
 * Have a sheet; at once, where it is there.  One that did not come is a part
 * that was lost, and whoever wants it may ask again: it is not what makes the
 * page load again (early-theme.js), which would want it again.
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
        const link = h('link', {
            rel: 'stylesheet', href, data: { later: '' }, on: {
                load: resolve,
                error: () => {
                    link.remove();
                    reject(new TypeError(`failed to fetch ${href}`));
                },
            },
        });

        document.head.append(link);
    });
}
