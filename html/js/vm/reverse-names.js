/* The names that a server's addresses have in DNS: beside each address, edited
 * where it stands. */

import { get, Problem, replace } from '../lib/api.js';
import { busy, button } from '../ui/button.js';
import { every, h, put, say } from '../ui/dom.js';
import { words } from '../ui/fault.js';
import { refusal } from '../ui/form.js';
import { icon } from '../ui/icon.js';
import { t, word } from '../lib/i18n.js';

/** @typedef {import('../../schemas.d.ts').ReverseNameState} Item */

const LONGEST = 253;
const AGAIN = 3000;


/**
 * Why nobody may name its addresses now, or ''.
 *
 * @param {import('./server-tabs.js').Place} place
 */
function barred({ vm, me }) {
    if (vm.lifecycle === 'ready'
        || vm.lifecycle === 'suspended' && me.role === 'admin')
    {
        return '';
    }

    return vm.suspended && vm.lifecycle === 'suspended'
        ? t('why.suspended.for', { reason: vm.suspended })
        : word('why', vm.lifecycle, t('why.lifecycle'));
}


/** @param {Item} item */
function waits(item) {
    return !item.published && item.problem !== 'delegated';
}


/**
 * @param {Item} item
 * @returns {[string, string]}  what is said about it, and its icon
 */
function told(item) {
    if (item.problem === 'no_zone' || item.problem === 'delegated') {
        return [t(`rdns.why.${item.problem}`), 'warn'];
    }

    return item.published ? ['', '']
        : [t(item.problem === 'away' ? 'rdns.away' : 'rdns.publishing'),
            'clock'];
}


/**
 * @param {import('./server-tabs.js').Place} place
 * @param {Item} first
 */
function row(place, first) {
    const { vm } = place;
    const { address } = first;
    const name = h('bdi', { class: 'rdns-name' });
    const note = h('p', { class: 'rdns-note', role: 'status' });
    const pencil = h('button', { type: 'button', class: 'icon-button',
        'aria-label': t('rdns.edit', { address }),
        title: t('rdns.edit', { address }),
        on: { click: () => edit() } }, icon('pencil'));
    const shown = h('div', { class: 'rdns-shown' }, name, pencil);
    const value = h('dd', null, shown, note);
    let item = first;
    let advice = '';

    const draw = () => {
        const [text, sign] = told(item);
        const why = item.problem === 'no_zone' ? '' : barred(place);
        const all = [text, advice, why].filter(Boolean).join(' ');

        say(name, item.name ?? t('rdns.none'));
        name.classList.toggle('none', !item.name);
        pencil.hidden = item.problem === 'no_zone' || why !== '';

        if (note.dataset.text !== all) {
            note.dataset.text = all;
            put(note, sign ? icon(sign) : null, h('span', null, all));
        }

        note.hidden = all === '';
    };

    const close = () => {
        put(value, shown, note);
        draw();
        pencil.focus();
    };

    const edit = () => {
        const wrong = h('p', { class: 'field-error', role: 'alert' });
        const input = h('input', { name: 'rdns', type: 'text',
            value: item.chosen ? item.name ?? '' : '', maxlength: LONGEST,
            autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
            placeholder: 'www.example.com',
            'aria-label': t('rdns.name', { address }) });
        const save = button({ text: t('name.save'), kind: 'primary',
            small: true, type: 'submit' });

        const send = async (/** @type {string | null} */ wish) => {
            say(wrong, '');
            busy(save, true);

            try {
                const answer = await replace(`vms/${vm.id}/rdns`,
                    { address, name: wish });

                item = answer.items[0] ?? { ...item, name: wish };
                advice = answer.points_back === false
                    ? t(address.includes(':') ? 'rdns.back.six'
                        : 'rdns.back.four', { name: item.name ?? '', address })
                    : '';
                close();
            } catch (error) {
                if (!(error instanceof Problem)) {
                    throw error;
                }

                const [one] = error.errors;

                say(wrong, one?.field === 'address'
                    ? word('rdns.why', one.code, one.message)
                    : one ? refusal('rdns', one.code, one.message)
                        : words(error));
                input.focus();
            } finally {
                busy(save, false);
            }
        };

        put(value, h('form', { class: 'vm-rename', novalidate: true, on: {
            submit: (/** @type {Event} */ event) => {
                event.preventDefault();

                const text = input.value.trim().replace(/\.$/, '');

                void send(text === '' ? null : text);
            },
            keydown: (/** @type {KeyboardEvent} */ event) => {
                if (event.key === 'Escape') {
                    close();
                }
            },
        } }, input, save,
        button({ text: t('cancel'), small: true, press: close }), wrong,
        h('p', { class: 'hint' }, t('rdns.hint'))));
        input.focus();
        input.select();
    };

    draw();

    return {
        node: h('div', { class: 'fact' }, h('dt', null, h('bdi', null,
            address)), value),
        waits: () => waits(item),
        draw,

        /** @param {Item} next */
        set: (next) => {
            item = next;
            draw();
        },
    };
}


/**
 * The card with all of them; hidden where this panel has no such thing.
 *
 * @param {import('./server-tabs.js').Place} place
 */
export function reverseNames(place) {
    const { vm, live, signal } = place;
    const list = h('dl', { class: 'facts rdns' });
    const node = h('section', { class: 'card rdns-card', hidden: true },
        h('h2', null, t('rdns.title')),
        h('p', { class: 'lead' }, t('rdns.lead')), list);
    /** @type {Map<string, ReturnType<typeof row>>} */
    let rows = new Map();

    const load = async () => {
        /** @type {{available: boolean, items: Item[]}} */
        let answer;

        try {
            answer = await get(`vms/${vm.id}/rdns`, { signal });
        } catch (error) {
            if (signal.aborted || error instanceof Problem) {
                return;             /* the page stands without it */
            }

            throw error;
        }

        const { items } = answer;

        node.hidden = !answer.available || items.length === 0;

        if (items.map((item) => item.address).join() === [...rows.keys()].join())
        {
            items.forEach((item) => rows.get(item.address)?.set(item));
            return;
        }

        rows = new Map(items.map((item) => [item.address, row(place, item)]));
        put(list, ...[...rows.values()].map((one) => one.node));
    };

    live.drawn(() => rows.forEach((one) => one.draw()), signal);
    live.ended(() => void load(), signal);
    every(AGAIN, () => {
        if ([...rows.values()].some((one) => one.waits())) {
            void load();
        }
    }, signal);
    void load();

    return node;
}
