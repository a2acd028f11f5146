/* The shape of what comes, and only if it does not come at once. */

import { fault } from './fault.js';
import { h, put } from './dom.js';
import { t } from '../lib/i18n.js';

const DELAY = 150;

/**
 * @param {'cards' | 'page' | 'table'} shape
 */
function skeleton(shape) {
    const count = shape === 'table' ? 8 : 3;

    return h('div', { class: `skeleton ${shape}`, role: 'status' },
        h('span', { class: 'sr' }, t('loading')),
        Array.from({ length: count }, () =>
            h('div', { class: 'skeleton-part' })));
}


/**
 * Wait for something with its shape in place of it.
 *
 * @template T
 * @param {HTMLElement} root
 * @param {'cards' | 'page' | 'table'} shape
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function pending(root, shape, promise) {
    /** @type {HTMLElement | null} */
    let shown = null;
    const timer = setTimeout(() => {
        shown = skeleton(shape);
        root.append(shown);
    }, DELAY);

    try {
        return await promise;
    } finally {
        clearTimeout(timer);
        /** @type {HTMLElement | null} */ (shown)?.remove();
    }
}


/**
 * Fill a place with what is asked for, or with why that cannot be and a
 * button to try again.
 *
 * @template T
 * @param {{
 *     place: HTMLElement, shape: 'cards' | 'page' | 'table',
 *     signal: AbortSignal, ask: () => Promise<T>, draw: (what: T) => void,
 *     frame?: (node: HTMLElement, error: unknown) => HTMLElement,
 *     sorry?: string, list?: string,
 * }} options  list: where those are that are there; sorry: said to visitors where it is not theirs to know more;
 *     frame: around what went wrong
 */
export async function filled(options) {
    const { place, signal } = options;

    put(place);

    try {
        options.draw(await pending(place, options.shape, options.ask()));
    } catch (error) {
        if (!signal.aborted) {
            const what = fault(error, () => void filled(options),
                { sorry: options.sorry, list: options.list });

            put(place, options.frame?.(what, error) ?? what);
        }
    }
}
