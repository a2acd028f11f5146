/* What administrators shut for a server: its outgoing port 25, or everything.
 * Its owner reads it and why; an administrator changes it. */

import { replace } from '../lib/api.js';
import { button } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { icon } from '../ui/icon.js';
import { t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').User} User */
/** @typedef {import('../../schemas.d.ts').FirewallState} State */


/**
 * @param {{vm: Vm, me: User, state: State,
 *     run: (by: HTMLElement, ask: () => Promise<any>) => Promise<void>}} options
 */
export function gates({ vm, me, state, run }) {
    const reason = h('input', { type: 'text', maxlength: 200,
        'aria-label': t('fw.reason'), placeholder: t('fw.reason') });

    /** @param {'smtp' | 'all'} gate */
    const turn = (gate) => {
        const to = state[gate] === 'open' ? 'shut' : 'open';
        const usual = gate === 'smtp' ? 'shut' : 'open';
        const set = button({ text: t(`fw.gate.${gate}.${to}`), small: true,
            kind: gate === 'all' && to === 'shut' ? 'danger' : undefined,
            press: () => void run(set, () => replace(`vms/${vm.id}/gates`, {
                smtp: state.smtp, all: state.all,
                smtp_reason: state.smtp_reason, all_reason: state.all_reason,
                [gate]: to,
                [`${gate}_reason`]: to === usual ? null : reason.value || null,
            })) });

        set.dataset.gate = gate;

        return set;
    };

    const line = (/** @type {string} */ words,
        /** @type {string | null} */ why) => h('p', { class: 'notice' },
        icon('warn'), h('span', null, words, why
            ? ` ${t('fw.because', { reason: why })}` : ''));

    return [
        state.all === 'shut' ? line(t('fw.all.shut'), state.all_reason) : null,
        state.smtp === 'shut' ? line(t('fw.smtp.shut'), state.smtp_reason)
            : line(t('fw.smtp.open'), state.smtp_reason),
        me.role === 'admin' ? h('div', { class: 'fw-presets', role: 'group',
            'aria-label': t('fw.gates') }, reason, turn('smtp'), turn('all'))
            : null,
    ];
}
