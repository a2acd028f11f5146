/* What stands beside a list: the form of one thing, facts, and taking away. */

import { ask } from './dialog.js';
import { busy, button, disable } from './button.js';
import { h } from './dom.js';
import { attempt } from './fault.js';
import { form } from './form.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('./dom.js').Children} Children */


/**
 * Facts of a thing, by name.
 *
 * @param {[string, Children][]} list
 */
export function factList(list) {
    return h('dl', { class: 'facts column' }, list.map(([name, value]) =>
        h('div', { class: 'fact' }, h('dt', null, name),
            h('dd', null, value))));
}


/**
 * @param {{
 *     fields: import('./form.js').Field[], submit: string,
 *     send: (values: Record<string, string>) => Promise<void>,
 *     facts?: [string, Children][], after?: Children,
 *     layout?: (fields: Record<string, Node>) => Children[],
 * }} options
 */
export function editor(options) {
    const made = form({ fields: options.fields, submit: options.submit,
        legend: true, layout: options.layout, send: options.send });

    return h('div', { class: 'editor' },
        options.facts && options.facts.length > 0 ? factList(options.facts)
            : null, made.node, options.after);
}


/**
 * A press whose refusal is told at the edge.
 *
 * @param {() => Promise<void>} act
 */
export function guarded(act) {
    return async (/** @type {Event} */ event) => {
        const self = /** @type {HTMLElement} */ (event.currentTarget);

        busy(self, true);

        try {
            await attempt(act);
        } finally {
            busy(self, false);
        }
    };
}


/**
 * The button that takes a thing away, after asking.
 *
 * @param {{name: string, why: string, send: () => Promise<void>}} options
 *     why: it cannot be, if anything
 */
export function removal(options) {
    const why = h('p', { class: 'why' });
    const self = button({ text: t('adm.remove'), icon: 'trash', small: true,
        press: guarded(async () => {
            if (await ask({ title: t('adm.remove.ask', { name: options.name }),
                text: t('adm.remove.text'), yes: t('adm.remove'),
                kind: 'danger' }))
            {
                await options.send();
            }
        }) });

    disable(self, options.why, why);

    return h('div', { class: 'editor-end' }, self, why);
}
