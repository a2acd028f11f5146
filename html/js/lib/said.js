/* What nodes and the panel say of their work, in the reader's words. */

import { has, seconds, t, word } from './i18n.js';
import { user } from './session.js';

/** @typedef {import('../../types.d.ts').Say} Say */

/**
 * The words of a code with its values; nothing for one that is newer than
 * these pages.
 *
 * @param {Say | null | undefined} say
 */
export function sayWords(say) {
    const key = `say.${say?.code}`;

    if (!say || !has(key)) {
        return '';
    }

    const values = Object.fromEntries(say.values.map(({ name, value }) =>
        [name, name === 'ms' ? seconds(Number(value) / 1000)
            : name === 'code' ? word('fault', value, value) : value]));

    return t(key, values);
}


/**
 * What was said: by its code, else, for an administrator, as it stands.
 *
 * @param {string | null | undefined} raw
 * @param {Say | null | undefined} say
 */
export function said(raw, say) {
    return sayWords(say) || (user()?.role === 'admin' && raw) || '';
}
