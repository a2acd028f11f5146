/* Start, stop, power off, restart: the buttons and what they do. */

import { post, Problem } from '../lib/api.js';
import { ask } from '../ui/dialog.js';
import { busy, button, copyPress, disable } from '../ui/button.js';
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
 * The buttons of a container.  The one that stands out is what one comes for:
 * to start it, or to get into it; not to stop it.  set() after every change of
 * the container or its task.
 *
 * @param {Vm} vm
 * @param {{small?: boolean, ssh?: boolean}} [options]  ssh: false where the
 *     command stands beside
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
    const address = vm.addresses[0]?.split('/')[0];
    const ssh = small || options.ssh === false || !address ? null : button({ text: t('power.ssh'),
        icon: 'copy', kind: 'primary',
        press: copyPress(() => `ssh root@${address}`) });
    const node = h('div', { class: `power ${small ? 'small' : ''}` },
        h('div', { class: 'power-row' }, start, ssh, restart, stop,
            poweroff),
        small ? null : why);

    const set = () => {
        const reason = obstacle(vm);
        const off = vm.state === 'stopped';
        const idle = reason || (off ? t('why.stopped') : '');
        const held = start.hidden ? stop : start;
        const focused = document.activeElement === held;

        start.hidden = !off;
        stop.hidden = off;
        ssh?.toggleAttribute('hidden', vm.state !== 'running');
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
