/*
 * Nodes that do not answer, for administrators: a line above every screen for
 * as long as it lasts, with since when and why.
 */

import { get, Problem } from '../lib/api.js';
import { clock, number, t, word } from '../lib/i18n.js';
import { on } from '../lib/live.js';
import { barred, user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Bar} Bar */
/**
 * @typedef {{
 *     id: number, name: string, answers: boolean, configured: boolean,
 *     error: string | null, heard: string | null, vms: number,
 * }} Node
 */

/** @type {Node[]} */
let down = [];

const KINDS = new Set(['node_down', 'node_up']);


/** @returns {Bar[]} */
export function silent() {
    return down.map((node) => ({
        name: `node-${node.id}`,
        text: [t(node.heard ? 'silent.since' : 'silent', { name: node.name,
            at: node.heard ? clock(node.heard) : '' }),
        word('silent', node.error, ''),
        node.vms > 0 ? t('silent.vms', { n: number(node.vms) }) : '']
            .filter(Boolean).join(' '),
        link: { href: `administration?section=nodes&item=${node.id}`,
            text: t('news.to.node') },
    }));
}


/**
 * @param {() => void} changed
 * @param {AbortSignal} signal
 */
export function listen(changed, signal) {
    const look = async () => {
        const who = user();

        if (who?.role !== 'admin' || barred()) {
            down = [];
            return;
        }

        try {
            const { items } = await get('admin/nodes', { signal });

            down = items.filter((/** @type {Node} */ one) =>
                one.configured && !one.answers);
            changed();
        } catch (error) {
            if (!(error instanceof Problem) && !signal.aborted) {
                throw error;
            }
        }
    };

    on('notice', ({ kind }) => KINDS.has(kind) && void look(), signal);
    on('start', () => void look(), signal);
    on('back', () => void look(), signal);
    on('stop', () => {
        down = [];
        changed();
    }, signal);

    void look();
}
