/*
 * Why a server is slow, or fails: what its limits did to it, in words, with
 * the figure and with what can be done.
 */

import { get, Problem } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { icon } from '../ui/icon.js';
import { bytes, has, more, moment, number, percent, t } from '../lib/i18n.js';
import { style } from '../lib/style.js';

/** @typedef {import('../../schemas.d.ts').Reason} Reason */

/* A sample is taken every ten seconds; a moment later it can be read. */
const STEP = 10000;
const MOMENT = 700;

/* Unit of the figures of a reason; others are per cent of the time. */
/** @type {Record<string, (value: number) => string>} */
const UNITS = {
    killed: (value) => number(value),
    refused: (value) => number(value),
    processes: (value) => number(value),
    memory_nearly: bytes,
    disk_full: bytes,
    disk_nearly: bytes,
};

/* Unit of its limit, where that is another one. */
/** @type {Record<string, (value: number) => string>} */
const LIMITS = { killed: bytes, cpu_share: percent };


/** @param {Reason} reason */
function sentence(reason) {
    const unit = UNITS[reason.code] ?? percent;
    const limit = LIMITS[reason.code] ?? unit;
    const vars = {
        n: reason.value ?? 0,
        value: reason.value === null ? '' : unit(reason.value),
        limit: reason.limit === null ? '' : limit(reason.limit),
        hour: reason.hour === null ? '' : unit(reason.hour),
        name: reason.name ?? t('graph.unnamed'),
        at: reason.at ? moment(reason.at) : '',
    };
    const key = `reason.${reason.code}`;
    const whole = reason.limit !== null && has(`${key}.limit`)
        ? `${key}.limit` : key;

    return { text: t(whole, vars), act: t(`${key}.do`, vars) };
}


/** @param {Reason[]} reasons */
function list(reasons) {
    return reasons.filter((reason) => has(`reason.${reason.code}`))
        .map((reason) => {
            const { text, act } = sentence(reason);

            return h('li', { data: { reason: reason.code } },
                icon('warn'), h('div', null,
                    h('strong', null, text), h('p', null, act)));
        });
}


/**
 * The block; empty, and not there, while nothing is wrong.
 *
 * @param {number} vm
 * @param {AbortSignal} signal
 */
export function reasons(vm, signal) {
    const items = h('ul', { class: 'reasons' });
    const node = h('section', { class: 'slow-why', hidden: true,
        'aria-live': 'polite' }, h('h2', null, t('reason.title')), items);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    let told = '';

    const again = () => {
        clearTimeout(timer);

        if (!signal.aborted) {
            timer = setTimeout(() => void load(),
                STEP - Date.now() % STEP + MOMENT);
        }
    };
    const load = async () => {
        try {
            const reply = document.hidden ? null
                : await get(/** @type {'vms/0/reasons'} */ (
                    `vms/${vm}/reasons`), { signal });
            const next = JSON.stringify(reply?.reasons ?? []);

            if (reply && next !== told) {
                const found = list(reply.reasons);

                told = next;
                put(items, ...found);
                node.hidden = found.length === 0;
            }
        } catch (error) {
            if (signal.aborted) {
                return;
            }

            /* the page stands without it */

            if (!(error instanceof Problem)) {
                throw error;
            }
        }

        again();
    };

    signal.addEventListener('abort', () => clearTimeout(timer));

    return { node, load };
}


/**
 * Draw it into a place of a page that has neither its texts nor its styles.
 *
 * @param {HTMLElement} place
 * @param {number} vm
 * @param {AbortSignal} signal
 */
export async function mountReasons(place, vm, signal) {
    await Promise.all([more('history'), style('history')]);

    if (!signal.aborted) {
        const block = reasons(vm, signal);

        put(place, block.node);
        await block.load();
    }
}
