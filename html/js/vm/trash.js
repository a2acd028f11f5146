/* The trash: servers that were deleted, how long each stays, and its ways. */

import { get } from '../lib/api.js';
import { button } from '../ui/button.js';
import { every, h, put, say } from '../ui/dom.js';
import { fault } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { mib, more as texts, t } from '../lib/i18n.js';
import { note, on, over } from '../lib/live.js';
import { user } from '../lib/session.js';
import { style } from '../lib/style.js';
import { stays, undeleteButton } from './undelete.js';

/** @typedef {import('../../types.d.ts').View} View */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('../../schemas.d.ts').TrashedContainer} Trashed */

/* Tasks after which the list is another. */
const KINDS = new Set(['trash', 'undelete', 'destroy']);


/**
 * @param {Trashed} one
 * @param {View} view
 */
function erase(one, view) {
    const self = button({
        text: t('trash.erase'), icon: 'trash', small: true,
        label: t('trash.erase.of', { name: one.name }),
        press: async () => {
            const [{ destroy }] = await Promise.all([
                import('../hardware/hw-acts.js'), style('hardware'),
                texts('admin')]);

            destroy({ ...one, lifecycle: 'trashed' }, (task) => note({ ...task,
                vm: { id: one.id, name: one.name } }), view.signal);
        },
    });

    self.dataset.action = 'erase';

    return self;
}


/**
 * @param {Trashed} one
 * @param {View} view
 */
function row(one, view) {
    const admin = user()?.role === 'admin';
    const until = h('p', { class: 'when' });
    const set = () => say(until, stays(one));

    set();

    return { set, node: h('li', { class: 'login trashed' },
        h('div', null,
            h('a', { href: `server?id=${one.id}` },
                h('strong', null, one.name)),
            h('p', { class: 'when' }, [admin ? one.owner.account : '',
                ...one.addresses, one.template_label ?? '', mib(one.disk_mib),
                one.suspended ? t('lifecycle.suspended') : '']
                .filter(Boolean).join(' · ')),
            until),
        admin ? h('div', { class: 'row-buttons' },
            undeleteButton(one, { small: true }), erase(one, view)) : null) };
}


/** @param {View} view */
export default async function trash(view) {
    const admin = user()?.role === 'admin';
    const list = h('ul', { class: 'logins' });
    const place = h('div', null);
    /** @type {ReturnType<typeof row>[]} */
    let rows = [];
    /** @type {number | null} */
    let next = null;

    const more = button({ text: t('fleet.more'), icon: 'down',
        press: () => void load(false) });

    /** @param {boolean} fresh */
    const load = async (fresh) => {
        try {
            const answer = await pending(place, 'table', get(`trash?limit=100${
                !fresh && next ? `&cursor=${next}` : ''}`,
            { signal: view.signal }));

            rows = [...(fresh ? [] : rows),
                ...answer.items.map((/** @type {Trashed} */ one) =>
                    row(one, view))];
            next = answer.next ?? null;
            put(list, ...rows.map(({ node }) => node));
            list.hidden = rows.length === 0;
            more.hidden = next === null;
            put(place, rows.length > 0 ? null
                : h('p', { class: 'empty' }, t('trash.none')));
        } catch (error) {
            if (!view.signal.aborted) {
                put(place, fault(error, () => void load(true)));
            }
        }
    };

    more.hidden = true;
    view.title(t('trash.title'));
    put(view.root, h('div', { class: 'page' },
        h('nav', { class: 'crumbs', 'aria-label': t('server.way') },
            h('a', { href: 'status?list=1' }, icon('left'), t('nav.status'))),
        h('h1', { tabindex: -1 }, t('trash.title')),
        h('p', { class: 'lead' }, t(admin ? 'trash.lead.admin'
            : 'trash.lead')),
        h('section', { class: 'card' }, list, place, more)));

    every(1000, () => rows.forEach((one) => one.set()), view.signal);
    on('task', (/** @type {Task} */ task) => {
        if (over(task) && KINDS.has(task.kind)) {
            void load(true);
        }
    }, view.signal);
    on('back', () => void load(true), view.signal);
    await load(true);
}
