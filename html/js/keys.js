/*
 * Keys that do something: one table of them, by which they are heard, and
 * which the dialog behind "?" shows.
 */

import { sheet } from './ui/dialog.js';
import { h } from './ui/dom.js';
import { vmCombo } from './vm/vm-find.js';
import { t } from './lib/i18n.js';

/** @typedef {(event: KeyboardEvent) => boolean} Hit */
/**
 * @typedef {{
 *     keys: () => string[], words: string, hit?: Hit, any?: boolean,
 * }} Key  keys: as they stand on the keyboard; hit: whether that is it, where
 *     no part of the browser hears it; any: also while one types
 */

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** @type {(key: string) => Hit} */
const plain = (key) => (event) => event.key === key && !event.ctrlKey
    && !event.metaKey && !event.altKey;

/** @satisfies {Record<string, Key>} */
const KEYS = {
    find: {
        keys: () => [MAC ? '⌘' : 'Ctrl', 'K'], words: 'keys.find', any: true,
        hit: (/** @type {KeyboardEvent} */ event) =>
            event.key?.toLowerCase() === 'k' && !event.altKey
            && !event.shiftKey && (MAC ? event.metaKey && !event.ctrlKey
            : event.ctrlKey && !event.metaKey),
    },
    search: { keys: () => ['/'], words: 'keys.search', hit: plain('/') },
    rows: { keys: () => ['↑', '↓'], words: 'keys.rows' },
    ends: { keys: () => [t('keys.home'), t('keys.end')], words: 'keys.ends' },
    open: { keys: () => ['Enter'], words: 'keys.open' },
    close: { keys: () => ['Esc'], words: 'keys.close' },
    help: { keys: () => ['?'], words: 'keys.help', hit: plain('?') },
};


/**
 * Call back when a key of the table is pressed: not within a dialog, nor
 * while somebody types, but for those that are for that, too.
 *
 * @param {'find' | 'search' | 'help'} name
 * @param {() => void} press
 * @param {AbortSignal} signal
 */
export function onKey(name, press, signal) {
    /** @type {Key} */
    const { hit, any } = KEYS[name];

    document.addEventListener('keydown', (event) => {
        const at = event.target instanceof Element ? event.target
            : document.body;

        if (hit?.(event) && !event.repeat
            && !document.querySelector('dialog[open]')
            && (any || !at.closest('input, textarea, select,'
                + ' [contenteditable]')))
        {
            event.preventDefault();
            press();
        }
    }, { signal });
}


/** All of them, in a dialog. */
export function showKeys() {
    sheet(t('keys.title'), h('dl', { class: 'keys' },
        Object.values(KEYS).map(({ keys, words }) => h('div', null,
            h('dt', null, keys().flatMap((key, i) => [i > 0 ? ' ' : null,
                h('kbd', null, key)])),
            h('dd', null, t(words))))));
}


/** @param {(path: string) => void} go */
function find(go) {
    const field = vmCombo({ label: t('keys.find'), chosen: (vm) => {
        if (vm) {
            dialog.close();
            go(`server?id=${vm.id}`);
        }
    } });
    const dialog = sheet(t('keys.find'), h('div', { class: 'find' },
        field.node));

    /* at once, also where the list is open */
    dialog.addEventListener('keydown', (event) => {
        if (event.key === 'Escape') {
            event.stopPropagation();
            dialog.close();
        }
    }, { capture: true });
    field.focus();
    void field.open();
}


/**
 * Those that are for every page.
 *
 * @param {{go: (path: string) => void, dressed: () => Promise<unknown>}} page
 *     dressed: the styles of the dialogs are there
 * @param {AbortSignal} signal
 */
export function keys(page, signal) {
    const then = (/** @type {() => void} */ press) => () =>
        void page.dressed().then(() => {
            if (!signal.aborted && !document.querySelector('dialog[open]')) {
                press();
            }
        });

    onKey('find', then(() => find(page.go)), signal);
    onKey('help', then(showKeys), signal);
}
