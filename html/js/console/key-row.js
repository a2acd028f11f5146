/* Keys that the keyboard of a phone does not have. */

import { h } from '../ui/dom.js';
import { icon } from '../ui/icon.js';
import { t } from '../lib/i18n.js';

/** @type {{id: string, bytes: string, text?: string, icon?: string}[]} */
const KEYS = [
    { id: 'escape', bytes: '\x1b', text: 'Esc' },
    { id: 'tab', bytes: '\t', text: 'Tab' },
    { id: 'left', bytes: '\x1b[D', icon: 'left' },
    { id: 'down', bytes: '\x1b[B', icon: 'down' },
    { id: 'up', bytes: '\x1b[A', icon: 'up' },
    { id: 'right', bytes: '\x1b[C', icon: 'right' },
];


/**
 * ctrl: what a text becomes while Ctrl is held, which one key lets go
 *
 * @param {(bytes: string) => void} press
 */
export function keyRow(press) {
    const ctrl = h('button', { type: 'button', class: 'button small',
        'aria-pressed': 'false' }, 'Ctrl');

    /** @param {boolean} on */
    const hold = (on) => ctrl.setAttribute('aria-pressed', String(on));
    const held = () => ctrl.getAttribute('aria-pressed') === 'true';

    ctrl.addEventListener('click', () => hold(!held()));

    const node = h('div', { class: 'console-keys', role: 'toolbar',
        'aria-label': t('console.keys') }, ctrl, KEYS.map((key) =>
        h('button', {
            type: 'button', class: 'button small',
            'aria-label': t(`console.key.${key.id}`),
            on: { click: () => press(key.bytes) },
        }, key.icon ? icon(key.icon) : key.text)));

    /* the keyboard stays: the terminal keeps the focus */
    node.addEventListener('pointerdown', (event) => event.preventDefault());

    return {
        node,

        /** @param {string} text */
        ctrl: (text) => {
            const code = text.toUpperCase().charCodeAt(0);

            if (!held() || text.length !== 1 || code < 64 || code > 95) {
                return text;
            }

            hold(false);

            return String.fromCharCode(code - 64);
        },
    };
}
