/* What went wrong, in words that say what to do. */

import { Problem } from '../api.js';
import { h } from './dom.js';
import { icon } from './icon.js';
import { has, t, word } from '../i18n.js';
import { button, linkButton } from './button.js';

/** @typedef {import('../types.d.ts').Fault} Fault */

/** @param {unknown} error */
export function words(error) {
    if (!(error instanceof Problem)) {
        return t('error.page');
    }

    const key = `error.${error.code}`;

    if (has(key)) {
        return t(key, {
            seconds: error.retryAfter ?? 30,
            task: word('kind', error.body?.task?.kind, t('doing.other')),
        });
    }

    return error.status >= 500 ? t('error.server')
        : error.detail || t('error.other', { code: error.code });
}


/**
 * The words of a task's error: ours for its code, and the daemon's own.
 *
 * @param {Fault} error
 */
export function faultWords(error) {
    const ours = word('fault', error.code, '');

    return [ours, error.detail].filter(Boolean).join(' — ')
        || t('fault.other');
}


/**
 * Whether it is so that what was asked for is not there: to ask again is no
 * use.
 *
 * @param {unknown} error
 */
export function absent(error) {
    return error instanceof Problem && error.status === 404;
}


/**
 * In place of what could not be shown.
 *
 * @param {unknown} error
 * @param {() => void} [again]
 * @param {string} [list]  where those are that are there
 */
export function fault(error, again, list) {
    return h('section', { class: 'empty', role: 'alert' },
        icon('warn', 'empty-icon'),
        h('p', null, words(error)),
        absent(error) ? list ? linkButton(list, t('back.list')) : null
            : again ? button({ text: t('again'), icon: 'restart',
                press: again }) : null);
}
