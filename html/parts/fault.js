/* What went wrong, in words that say what to do. */

import { Problem } from '../api.js';
import { h } from './dom.js';
import { icon } from './icon.js';
import { has, t, word } from '../i18n.js';
import { button } from './button.js';
import { said } from './said.js';

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
 * The words of a task's error: ours for its code, and what was said of it.
 *
 * @param {Fault} error
 */
export function faultWords(error) {
    const ours = word('fault', error.code, '');

    const more = error.code === 'rejected' ? error.detail
        : said(error.detail, error.say);

    return [ours, more !== ours && more].filter(Boolean).join(' — ')
        || t('fault.other');
}


/**
 * In place of what could not be shown.
 *
 * @param {unknown} error
 * @param {() => void} [again]
 */
export function fault(error, again) {
    return h('section', { class: 'empty', role: 'alert' },
        icon('warn', 'empty-icon'),
        h('p', null, words(error)),
        again ? button({ text: t('again'), icon: 'restart', press: again })
            : null);
}
