/* What somebody has changed and not saved: who leaves it is asked before. */

import { t } from '../lib/i18n.js';

/** @type {Set<() => boolean>} */
const all = new Set();


/**
 * @param {() => boolean} held  whether something is unsaved there now
 * @param {AbortSignal} signal  ends with what holds it
 */
export function unsaved(held, signal) {
    all.add(held);
    signal.addEventListener('abort', () => all.delete(held));
}


/** Whether anything is. */
export const isUnsaved = () => [...all].some((held) => held());


/**
 * Whether to leave: at once where nothing is unsaved.
 *
 * @returns {Promise<boolean>}
 */
export async function mayLeave() {
    if (!isUnsaved()) {
        return true;
    }

    const { ask } = await import('./dialog.js');

    return ask({ title: t('unsaved.ask'),
        text: t('unsaved.text'), yes: t('unsaved.leave'), kind: 'danger' });
}


window.addEventListener('beforeunload', (event) => {
    if (isUnsaved()) {
        event.preventDefault();
    }
});
