/* What is in a backup or a snapshot: folders to walk through, files and folders
   to take. */

import { address, get } from '../lib/api.js';
import { button } from '../ui/button.js';
import { sheet } from '../ui/dialog.js';
import { h, put } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { bytes, moment, t } from '../lib/i18n.js';

/** @typedef {import('../../schemas.d.ts').BackupFiles} Files */
/** @typedef {import('../../schemas.d.ts').BackupFile} File */

/** @typedef {{name: string, path: string}} Part */


/**
 * @param {string} base  of the API
 * @param {string} path
 * @param {boolean} folder
 */
function hrefOf(base, path, folder) {
    const query = new URLSearchParams({ path, ...(folder ? { folder: '1' }
        : {}) });

    return address(`${base}/file?${query}`);
}


/**
 * @param {string} base  of the API
 * @param {string} title
 */
export function browse(base, title) {
    const end = new AbortController();
    const crumbs = h('nav', { class: 'backup-crumbs',
        'aria-label': t('backups.where') });
    const list = h('div', { class: 'backup-files' });
    const whole = h('p', { class: 'backup-take' });
    let turn = 0;

    /** @param {Part[]} at */
    const pathOf = (at) => `/${at.map((one) => one.path).join('/')}`;

    /** @param {Part[]} at */
    const trail = (at) => {
        const parts = [{ name: t('backups.root'), at: /** @type {Part[]} */ (
            []) }, ...at.map((one, i) => ({ name: one.name,
            at: at.slice(0, i + 1) }))];

        put(crumbs, h('ol', null, parts.map((one, i) => h('li', null,
            i === parts.length - 1
                ? h('span', { 'aria-current': 'page', tabindex: -1 },
                    h('bdi', null, one.name))
                : button({ text: one.name, small: true, kind: 'quiet',
                    press: () => void open(one.at) })))));
    };

    /** @param {Part[]} at @param {File} one */
    const row = (at, one) => {
        const there = [...at, { name: one.name, path: one.path }];
        const folder = one.type === 'dir';
        const about = [folder || one.type === 'other' ? '' : bytes(one.bytes),
            one.modified ? moment(one.modified) : ''].filter(Boolean)
            .join(' · ');

        return h('li', { class: 'backup-file' },
            folder ? button({ text: one.name, icon: 'right', small: true,
                kind: 'quiet', press: () => void open(there) })
                : h('bdi', { class: 'backup-name' }, one.name),
            h('span', { class: 'when' }, one.type === 'link'
                ? t('backups.link') : one.type === 'other'
                    ? t('backups.special') : about),
            folder || one.type === 'file' ? h('a', { class: 'button small',
                href: hrefOf(base, pathOf(there), folder), download: '',
                'aria-label': t(folder ? 'backups.take.folder.of'
                    : 'backups.take.of', { name: one.name }) },
            icon('down'), t(folder ? 'backups.take.folder' : 'backups.take'))
                : null);
    };

    /** @param {Part[]} at @param {Files} files */
    const draw = (at, files) => {
        put(list, files.items.length > 0 ? h('ul', null,
            files.items.map((one) => row(at, one)))
            : h('p', { class: 'when' }, t('backups.empty')),
        files.more ? h('p', { class: 'notice' }, icon('warn'),
            h('span', null, t('backups.more'))) : null);
        put(whole, h('a', { href: hrefOf(base, pathOf(at), true),
            download: '' }, t('backups.take.this')));
    };

    /** @param {Part[]} at */
    const open = async (at) => {
        const mine = ++turn;
        const first = turn === 1;

        trail(at);
        put(list);
        put(whole);

        try {
            const files = await pending(list, 'table', get(`${base}/files?${
                new URLSearchParams({ path: pathOf(at) })}`,
            { signal: end.signal }));

            if (mine === turn) {
                draw(at, files);

                if (!first) {
                    /** @type {HTMLElement | null} */ (crumbs.querySelector(
                        '[aria-current]'))?.focus();
                }
            }
        } catch (error) {
            if (!end.signal.aborted && mine === turn) {
                put(list, fault(error, () => void open(at)));
            }
        }
    };

    sheet(title, h('div', { class: 'backup-browse' },
        h('p', { class: 'lead' }, t('backups.browse.lead')), crumbs, list,
        whole), () => end.abort());
    void open([]);
}
