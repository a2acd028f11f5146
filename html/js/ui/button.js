/* Buttons, and the one rule they all keep: a disabled one says why. */

import { h, uid } from './dom.js';
import { icon } from './icon.js';

/* ms that the tick of a copy stands */
const DONE = 1600;


/**
 * @param {{
 *     text: string, icon?: string, kind?: 'primary' | 'quiet' | 'danger',
 *     small?: boolean, type?: 'button' | 'submit', label?: string,
 *     press?: (event: Event) => void,
 * }} options  label: what a screen reader says where the text is too short
 */
export function button(options) {
    return h('button', {
        type: options.type ?? 'button',
        class: `button ${options.kind ?? ''} ${options.small ? 'small' : ''}`,
        'aria-label': options.label,
        on: {
            click: (/** @type {Event} */ event) => {
                const self = /** @type {HTMLElement} */ (event.currentTarget);

                if (self.getAttribute('aria-disabled') === 'true') {
                    event.preventDefault();
                    return;
                }

                options.press?.(event);
            },
        },
    }, options.icon ? icon(options.icon) : null,
    h('span', { class: 'button-text' }, options.text));
}


/**
 * Disable with a reason, or enable (no reason).  It stays focusable, so that
 * the reason can be read by everybody; where no place for the reason is
 * given, it is the button's title.
 *
 * @param {HTMLElement} el
 * @param {string} reason
 * @param {HTMLElement} [place]
 */
export function disable(el, reason, place) {
    if (reason) {
        el.setAttribute('aria-disabled', 'true');
    } else {
        el.removeAttribute('aria-disabled');
    }

    if (place) {
        place.id ||= uid();
        el.setAttribute('aria-describedby', place.id);
        place.textContent = reason;
    } else {
        el.title = reason;
    }
}


/**
 * While work is under way: the button keeps its size and takes no press.
 *
 * @param {HTMLElement} el
 * @param {boolean} on
 */
export function busy(el, on) {
    el.toggleAttribute('data-busy', on);

    if (on) {
        el.setAttribute('aria-disabled', 'true');
    } else {
        el.removeAttribute('aria-disabled');
    }
}


/**
 * @param {string} href
 * @param {string} text
 * @param {'primary' | 'quiet' | 'small' | ''} [kind]
 */
export function linkButton(href, text, kind = '') {
    return h('a', { class: `button ${kind}`, href },
        h('span', { class: 'button-text' }, text));
}


/**
 * A press that copies, and a tick that says so.
 *
 * @param {() => string} text
 * @param {HTMLElement} [shown]  where it is seen
 * @param {() => void} [told]
 */
export function copyPress(text, shown, told) {
    return async (/** @type {Event} */ event) => {
        const self = /** @type {HTMLElement} */ (event.currentTarget);

        await copy(text(), shown ?? self);
        self.querySelector('.icon')?.replaceWith(icon('check'));
        told?.();
        setTimeout(() => self.querySelector('.icon')
            ?.replaceWith(icon('copy')), DONE);
    };
}


/**
 * A button that copies what is shown elsewhere.
 *
 * @param {HTMLElement} shown
 * @param {() => string} text
 * @param {string} label  "Copy the address"
 * @param {string} done   "Copied"
 */
export function copyButton(shown, text, label, done) {
    const heard = h('span', { class: 'sr', role: 'status' });
    const self = h('button', {
        type: 'button', class: 'icon-button', 'aria-label': label, title: label,
        on: { click: copyPress(text, shown, () => {
            heard.textContent = done;
            setTimeout(() => {
                heard.textContent = '';
            }, DONE);
        }) },
    }, icon('copy'));

    return [self, heard];
}


/**
 * Text to copy with its button: an address, a command.
 *
 * @param {string} text
 * @param {string} label
 * @param {string} done
 */
export function copyable(text, label, done) {
    const value = h('code', { class: 'copy-text' }, text);

    return h('span', { class: 'copy' }, value,
        copyButton(value, () => text, label, done));
}


/**
 * @param {string} text
 * @param {HTMLElement} shown
 */
async function copy(text, shown) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        /* no clipboard without TLS: select it, the old command may do it */
        const held = /** @type {HTMLElement} */ (document.activeElement);
        const field = h('textarea', { class: 'sr', 'aria-hidden': 'true' },
            text);

        shown.append(field);
        field.select();
        document.execCommand('copy');
        field.remove();
        held.focus();
        getSelection()?.selectAllChildren(shown);
    }
}
