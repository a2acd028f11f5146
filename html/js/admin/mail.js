/* Mail: what went out, what waits, what was refused and what came back. */

import { post } from '../lib/api.js';
import { button } from '../ui/button.js';
import { h } from '../ui/dom.js';
import { factList, guarded } from '../ui/editor.js';
import { badge } from '../ui/state.js';
import { ago, moment, number, t, word } from '../lib/i18n.js';

/**
 * @typedef {import('../../schemas.d.ts').Mail} Letter
 * @typedef {import('../ui/listing.js').Desk} Desk
 */

/** @type {Record<string, string>} */
const LOOK = { held: 'held', queued: 'queued', sent: 'done',
    failed: 'failed', bounced: 'bounced', cancelled: 'cancelled' };


/** @param {Letter} one */
function state(one) {
    return badge(LOOK[one.state] ?? 'unknown', t(`mail.${one.state}`));
}


/** @param {Letter | null} item @param {Desk} desk */
function look(item, desk) {
    const one = /** @type {Letter} */ (item);

    return h('div', { class: 'editor' }, factList([
        [t('vm.state'), state(one)],
        [t('mail.template'), word('letter', one.template)],
        [t('language'), t(`language.${one.language}`)],
        [t('mail.created'), moment(one.created)],
        [t('mail.attempts'), number(one.attempts)],
        ...(one.sent ? [/** @type {[string, any]} */ ([t('mail.sent'),
            moment(one.sent)])] : []),
        ...(one.reported ? [/** @type {[string, any]} */ ([
            t('mail.reported'), moment(one.reported)])] : []),
        ...(one.next_try && one.state === 'queued'
            ? [/** @type {[string, any]} */ ([t('mail.next'),
                moment(one.next_try)])] : []),
        ...(one.task ? [/** @type {[string, any]} */ ([t('mail.task'),
            h('a', { href: `tasks?task=${one.task}` },
                number(one.task))])] : []),
        ...(one.user ? [/** @type {[string, any]} */ ([t('mail.owner'),
            h('a', { href: `administration?section=users&item=${one.user}` },
                t('mail.owner.see'))])] : []),
    ]), one.error ? h('p', { class: 'mail-error' }, one.error) : null,
    one.user && (one.state === 'failed' || one.state === 'bounced')
        ? h('p', null, t(`mail.${one.state}.next`), ' ', h('a', {
            class: 'mail-user',
            href: `administration?section=users&item=${one.user}` },
        t('mail.user'))) : null,
    one.state === 'failed' || one.state === 'queued' ? button({
        text: t('mail.retry'), icon: 'restart', kind: 'primary',
        press: guarded(async () => {
            await post(`admin/mail/${one.id}/retry`);
            await desk.done(t('mail.retried'));
        }) }) : null);
}


export function section() {
    return {
        key: 'mail', path: 'admin/mail', empty: t('mail.none'), editor: look,
        filters: [
            { name: 'q', label: t('mail.search'),
                kind: /** @type {const} */ ('search') },
            { name: 'state', label: t('vm.state'),
                kind: /** @type {const} */ ('choice'),
                choices: ['', 'failed', 'bounced', 'queued', 'held', 'sent',
                    'cancelled']
                    .map((value) => ({ value,
                        text: t(value ? `mail.${value}` : 'adm.all') })) },
        ],
        id: (/** @type {Letter} */ one) => one.id,
        name: (/** @type {Letter} */ one) => one.recipient,
        columns: [
            { key: 'recipient', text: t('mail.to'),
                cell: (/** @type {Letter} */ one) => one.recipient },
            { key: 'template', text: t('mail.template'), quiet: true, cls: 'short',
                cell: (/** @type {Letter} */ one) => word('letter',
                    one.template) },
            { key: 'state', text: t('vm.state'), quiet: true, cls: 'mark',
                cell: state },
            { key: 'attempts', text: t('mail.attempts'), cls: 'number far',
                cell: (/** @type {Letter} */ one) => one.attempts },
            { key: 'error', text: t('mail.error'),
                cell: (/** @type {Letter} */ one) => one.error },
            { key: 'created', text: t('mail.created'), cls: 'short far',
                cell: (/** @type {Letter} */ one) => ago(one.created) },
        ],
    };
}
