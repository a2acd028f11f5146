/* Contratación: the form of the thesis. */

import { get, idempotencyKey, post } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { form, text, tiles } from '../ui/form.js';
import { icon, osMark } from '../ui/icon.js';
import { filled } from '../ui/loading.js';
import { closed, hand, remember } from './offer.js';
import { HOSTNAME, person } from '../lib/rules.js';
import { whoever } from '../lib/session.js';
import { fingerprint } from '../lib/ssh-key.js';
import { current, mib, number, t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Plan} Plan */
/** @typedef {import('../../types.d.ts').Template} Template */
/** @typedef {import('../ui/form.js').Field} Field */
/** @typedef {import('../../types.d.ts').View} View */

/* What was typed survives a change of language, a look at the plans and, as
   long as the tab lives, a page that is loaded again. */
const KEPT = 'vzpanel.order';

/** @type {Record<string, string>} */
const draft = {};

try {
    Object.assign(draft, JSON.parse(sessionStorage.getItem(KEPT) ?? '{}'));
} catch {
    /* storage refused, or somebody else's */
}


function keep() {
    try {
        sessionStorage.setItem(KEPT, JSON.stringify(draft));
    } catch {
        /* for this page only, then */
    }
}

/* it was ordered */
function forget() {
    Object.keys(draft).forEach((name) => delete draft[name]);
    keep();
}

/** @type {{body: string, key: string} | null} */
let sent = null;


/**
 * The key of an order: the same order sent twice has the same.
 *
 * @param {string} body
 */
function keyOf(body) {
    if (sent?.body !== body) {
        sent = { body, key: idempotencyKey() };
    }

    return sent.key;
}


/** @param {string} name */
function kept(name) {
    return {
        name, value: draft[name], label: t(`order.${name}`),
        changed: (/** @type {string} */ value) => {
            draft[name] = value;
            keep();
        },
    };
}


/** @param {Plan} plan */
function planTile(plan) {
    return h('span', { class: 'tile-plan' }, h('strong', null, plan.name),
        h('span', null, `${mib(plan.memory_mib)} · ${mib(plan.disk_mib)}`));
}


/**
 * What is ordered.
 *
 * @param {Plan[]} plans
 * @param {Template[]} templates
 * @param {() => void} changed
 */
function server(plans, templates, changed) {
    const choice = (/** @type {string} */ name) => {
        const options = kept(name);

        return {
            ...options, required: true,
            changed: (/** @type {string} */ value) => {
                options.changed(value);
                changed();
            },
        };
    };

    return [
        tiles({ ...choice('plan'), choices: plans.map((plan) => ({
            value: plan.name, node: planTile(plan) })) }),
        tiles({ ...choice('template'), choices: templates.map((one) => ({
            value: one.name,
            node: h('span', { class: 'tile-os' }, osMark(one.name),
                h('span', null, one.label)) })) }),
        text({ ...kept('hostname'), rule: HOSTNAME, maxlength: 64,
            autocomplete: 'off', hint: t('order.hostname.hint') }),
    ];
}


/* a key, with its fingerprint as soon as it is one */
function publicKey() {
    const options = kept('key');
    const print = h('output', { class: 'field-hint' });

    const show = async (/** @type {string} */ line) => {
        const found = await fingerprint(line);

        put(print, found ? t('order.key.print', { print: found }) : '');
    };

    const field = text({ ...options, autocomplete: 'off', maxlength: 2048,
        hint: t('order.key.hint'),
        changed: (/** @type {string} */ line) => {
            options.changed(line);
            void show(line);
        } });

    field.input.spellcheck = false;
    field.node.append(print);
    void show(field.value());

    return field;
}


/** Who orders. */
function buyer() {
    /* too long is told, and not cut */
    const one = (/** @type {string} */ name,
        /** @type {Record<string, unknown>} */ more) => text({
        ...kept(name), ...person(name), maxlength: 300, ...more });

    return [
        one('first_name', { required: true, autocomplete: 'given-name' }),
        one('last_name', { autocomplete: 'family-name' }),
        one('dni', { required: true, autocomplete: 'off' }),
        one('email', { required: true, type: 'email', autocomplete: 'email',
            hint: t('order.email.hint') }),
        one('phone', { type: 'tel', autocomplete: 'tel' }),
        one('address', { autocomplete: 'street-address' }),
        one('province', { autocomplete: 'address-level1' }),
    ];
}


/**
 * @param {Plan[]} plans
 * @param {Template[]} templates
 */
function summary(plans, templates) {
    const node = h('aside', { class: 'card summary',
        'aria-label': t('order.summary') });

    const set = () => {
        const plan = plans.find((one) => one.name === draft.plan);
        const system = templates.find((one) => one.name === draft.template);

        put(node, h('h2', null, t('order.summary')), plan
            ? h('dl', { class: 'facts column' },
                ...[
                    [t('order.plan.short'), plan.name],
                    [t('plan.memory'), mib(plan.memory_mib)],
                    [t('plan.disk'), mib(plan.disk_mib)],
                    [t('plan.cpu'),
                        t('plan.weight',
                            { n: number(plan.cpu_units / 1000, 2) })],
                    [t('plan.traffic'), typeof plan.traffic_gib === 'number'
                        ? t('plan.traffic.month',
                            { n: mib(plan.traffic_gib * 1024) })
                        : t('plan.traffic.free')],
                    [t('order.template.short'), system?.label ?? '—'],
                ].map(([name, value]) => h('div', { class: 'fact' },
                    h('dt', null, name),
                    h('dd', null, h('bdi', null, value)))))
            : h('p', null, t('order.summary.none')),
        plan?.ready_seconds ? h('p', { class: 'ready' }, icon('clock'),
            t('plans.ready', {
                n: Math.max(1, Math.round(plan.ready_seconds)) })) : null);
    };

    set();

    return { node, set };
}


/**
 * The form of who has an account already.
 *
 * @param {View} view
 */
async function another(view) {
    const { fullUp, ownOrder, ownThings } = await import('./own-order.js');
    const { keys, left } = await ownThings(view.signal);

    return {
        full: fullUp(left),
        form: (/** @type {Field[]} */ fields, /** @type {Node} */ side) =>
            ownOrder(view, fields, keys, side, forget),
    };
}


/**
 * @param {View} view
 * @param {Plan[]} plans
 * @param {Template[]} templates
 * @param {((fields: Field[], side: Node) => HTMLElement) | null} own
 */
function build(view, plans, templates, own) {
    const wished = view.query.get('plan');

    if (wished && plans.some((plan) => plan.name === wished)) {
        draft.plan = wished;
    }

    if (templates.length === 1) {
        draft.template = templates[0].name;
    }

    const side = summary(plans, templates);
    const fields = server(plans, templates, side.set);

    if (own) {
        return own(fields, side.node);
    }

    const made = form({
        fields: [...fields, publicKey(), ...buyer()],
        submit: t('order.send'),
        legend: true,
        layout: (f) => [
            h('section', { class: 'form-part' },
                h('h2', null, t('order.part.server')),
                f.plan, f.template, f.hostname),
            h('section', { class: 'form-part' },
                h('h2', null, t('order.part.access')), f.key),
            h('section', { class: 'form-part' },
                h('h2', null, t('order.part.you')),
                h('div', { class: 'pair' }, f.first_name, f.last_name),
                h('div', { class: 'pair' }, f.dni, f.email),
                h('div', { class: 'pair' }, f.phone, f.province), f.address),
        ],
        send: async (values) => {
            const body = Object.fromEntries(
                [...Object.entries(values), ['language', current()]]
                    .filter(([, value]) => value !== ''));
            const answer = await post('orders', body, {
                headers: { 'Idempotency-Key': keyOf(JSON.stringify(body)) },
            });

            sent = null;
            forget();
            hand(answer);
            remember(answer.order, body.email);
            view.go(`order#follow=${answer.order}`);
        },
        help: (problem) => (problem.code === 'user_exists'
            ? h('a', { href: 'signin' }, t('nav.signin')) : null),
        failed: (problem) => {
            /* an answer that is no: the next try is another order */
            if (problem.status >= 400 && problem.status < 500) {
                sent = null;
            }
        },
    });

    return h('div', { class: 'order' }, made.node, side.node);
}


/** @param {View} view */
export default async function order(view) {
    view.title(t('order.title'));

    const place = h('div', null);

    put(view.root, h('div', { class: 'page' },
        h('h1', { tabindex: -1 }, t('order.title')), place));

    await filled({
        place, sorry: t('plans.sorry'), shape: 'page', signal: view.signal,
        ask: () => Promise.all([
            get('plans', { signal: view.signal }),
            get('templates', { signal: view.signal }),
            whoever().then((who) => who ? another(view) : null),
        ]),
        draw: ([offer, systems, own]) => {
            const why = closed(offer) || own?.full;

            put(place, why
                ? h('p', { class: 'notice' }, icon('warn'), why)
                : build(view, offer.items, systems.items, own?.form ?? null));
        },
    });
}
