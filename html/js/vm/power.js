/* Start, stop, power off, restart: the buttons and what they do. */

import { post, Problem } from '../lib/api.js';
import { ask } from '../ui/dialog.js';
import { busy, button, disable } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { obstacle } from '../ui/state.js';
import { note } from '../lib/live.js';
import { t } from '../lib/i18n.js';
import { refuse } from '../ui/fault.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {'start' | 'stop' | 'restart' | 'poweroff'} Action */

/** @type {Record<Action, string>} */
const ICON = { start: 'play', stop: 'stop', restart: 'restart',
    poweroff: 'power' };


/**
 * @param {Vm} vm
 * @param {Action} action
 * @param {HTMLElement} pressed
 */
async function act(vm, action, pressed) {
    if (action !== 'start' && !await ask({
        title: t(`ask.${action}`, { name: vm.name }),
        text: t(`ask.${action}.text`),
        yes: t(`power.${action}`),
    })) {
        return;
    }

    busy(pressed, true);

    try {
        const task = await post(`vms/${vm.id}/${action}`);

        busy(pressed, false);
        note({ ...task, vm: { id: vm.id, name: vm.name } });
    } catch (error) {
        busy(pressed, false);

        if (!(error instanceof Problem)) {
            throw error;
        }

        if (error.status !== 401) {
            refuse(error);
        }
    }
}


/**
 * The buttons of a container, of which only the one that starts it stands out.
 * set() after every change of the container or its task.
 *
 * @param {Vm} vm
 * @param {{small?: boolean}} [options]
 */
export function power(vm, options = {}) {
    const small = options.small;
    const why = h('p', { class: 'why' });

    /** @type {(action: Action, kind?: 'primary' | 'quiet') => HTMLButtonElement} */
    const make = (action, kind) => {
        const el = button({
            text: t(`power.${action}`), icon: ICON[action], small,
            kind: small ? 'quiet' : kind,
            label: small ? t(`power.${action}.of`, { name: vm.name })
                : undefined,
            press: () => void act(vm, action, el),
        });

        el.dataset.action = action;

        return el;
    };

    const start = make('start', 'primary');
    const stop = make('stop');
    const restart = make('restart');
    const poweroff = small ? null : make('poweroff', 'quiet');
    const node = h('div', { class: `power ${small ? 'small' : ''}` },
        h('div', { class: 'power-row' }, start, restart, stop, poweroff),
        small ? null : why);

    const set = () => {
        const reason = obstacle(vm);
        const off = vm.state === 'stopped';
        const idle = reason || (off ? t('why.stopped') : '');
        const held = start.hidden ? stop : start;
        const focused = document.activeElement === held;

        start.hidden = !off;
        stop.hidden = off;
        disable(start, reason, small || !reason ? undefined : why);
        disable(stop, reason, small || !reason ? undefined : why);
        disable(restart, idle, small ? undefined : why);

        if (poweroff) {
            poweroff.hidden = off;
            disable(poweroff, reason, reason ? why : undefined);
        }

        if (small) {                /* an icon alone: its title is its name */
            for (const one of [start, stop, restart]) {
                one.title ||= one.getAttribute('aria-label') ?? '';
            }
        }

        /* the button under the finger gave way to its opposite */
        if (focused && held.hidden) {
            (off ? start : stop).focus();
        }
    };

    set();

    return { node, set };
}
