/* Back from the trash: what a deletion offers while its time lasts. */

import { get, post, Problem } from '../lib/api.js';
import { now } from '../lib/clock.js';
import { busy, button } from '../ui/button.js';
import { h, put, say } from '../ui/dom.js';
import { attempt } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { toast } from '../ui/toast.js';
import { day, moment, span, t } from '../lib/i18n.js';
import { note } from '../lib/live.js';
import { user } from '../lib/session.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {{id: number, name: string}} Named */

/* How often it is asked for while the task that stops the server goes on. */
const TRIES = 4;


/**
 * Ask for it, behind the task that still stops the server.
 *
 * @param {Named} vm
 */
async function undelete(vm) {
    for (let i = 1; ; i++) {
        try {
            const task = await post(`vms/${vm.id}/undelete`);

            note({ ...task, vm: { id: vm.id, name: vm.name } });
            return;
        } catch (error) {
            if (!(error instanceof Problem) || error.code !== 'vm_busy'
                || i === TRIES)
            {
                throw error;
            }

            await get(`tasks/${error.body?.task}`,
                { headers: { Prefer: 'wait=30' } });
        }
    }
}


/**
 * The button that takes a server out of the trash.
 *
 * @param {Named} vm
 * @param {{small?: boolean, text?: string, done?: () => void}} [options]
 */
export function undeleteButton(vm, options = {}) {
    const self = button({
        text: options.text ?? t('trash.back'), icon: 'undo',
        small: options.small, label: t('trash.back.of', { name: vm.name }),
        press: async () => {
            busy(self, true);
            await attempt(async () => {
                await undelete(vm);
                options.done?.();
            });
            busy(self, false);
        },
    });

    self.dataset.action = 'undelete';

    return self;
}


/**
 * What a deletion says: how long it can be undone, and the button.
 *
 * @param {Task} task
 */
export function offerUndo(task) {
    if (!task.undo || !task.vm) {
        return;
    }

    const { id, name = '' } = task.vm;
    const node = toast(t('trash.done', { name,
        left: span(task.undo.left_s) }), 'news',
    { href: 'trash', text: t('trash.title') },
    undeleteButton({ id, name }, { small: true, text: t('trash.undo'),
        done: () => node.remove() }));
}


/**
 * How long one stays, of this moment.
 *
 * @param {{until: string}} trash
 */
export function stays(trash) {
    const left = (Date.parse(trash.until) - now()) / 1000;

    return left > 0 ? t('trash.until', { left: span(left),
        date: moment(trash.until) }) : t('trash.over');
}


/**
 * On the page of a server: that it is in the trash, until when, and the way
 * back for who may go it.
 *
 * @param {Vm} vm
 */
export function inTrash(vm) {
    const until = h('p', null);
    const node = h('section', { class: 'vm-suspended', hidden: true });
    let shown = '';

    const set = () => {
        const since = vm.trash?.since ?? '';

        if (vm.trash) {
            say(until, stays(vm.trash));
        }

        if (since === shown) {
            return;
        }

        shown = since;
        node.hidden = !since;
        put(node, ...(since ? [icon('trash'), h('div', null,
            h('p', null, h('strong', null,
                t('trash.since', { date: day(since) }))), until,
            user()?.role === 'admin' ? null
                : h('p', null, t('trash.ask'))),
        user()?.role === 'admin' ? undeleteButton(vm) : ''] : []));
    };

    set();

    return { node, set };
}
