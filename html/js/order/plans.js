/* Servidor Virtual: what can be contracted. */

import { get } from '../lib/api.js';
import { h, put } from '../ui/dom.js';
import { icon, osMark } from '../ui/icon.js';
import { linkButton } from '../ui/button.js';
import { filled } from '../ui/loading.js';
import { closed } from './offer.js';
import { mib, number, t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Plans} Plans */
/** @typedef {import('../../types.d.ts').Plan} Plan */
/** @typedef {import('../../types.d.ts').Template} Template */

/**
 * A figure of a plan, with its share of the largest plan's.
 *
 * @param {string} name
 * @param {string} value
 * @param {number} part
 */
function figure(name, value, part) {
    const fill = h('span', { class: 'bar-fill' });

    fill.style.transform = `scaleX(${part})`;

    return h('div', { class: 'figure' }, h('dt', null, name),
        h('dd', null, h('bdi', null, value)),
        h('span', { class: 'bar-track', 'aria-hidden': 'true' }, fill));
}


/**
 * @param {Plan} plan
 * @param {Plan[]} all
 * @param {string} why
 */
function card(plan, all, why) {
    const most = (/** @type {(p: Plan) => number} */ of) =>
        of(plan) / Math.max(...all.map(of), 1);
    const name = `plan-${plan.id}`;
    const link = linkButton(`order?plan=${encodeURIComponent(plan.name)}`,
        t('nav.order'), 'primary');

    if (why) {
        link.removeAttribute('href');
        link.setAttribute('aria-disabled', 'true');
        link.setAttribute('role', 'link');
        link.setAttribute('aria-describedby', 'plans-closed');
        link.title = why;
    } else {
        link.setAttribute('aria-label',
            t('plans.order', { plan: plan.name }));
    }

    return h('li', null, h('article', {
        class: 'card plan', 'aria-labelledby': name,
    }, h('h2', { id: name }, plan.name),
    h('dl', { class: 'figures' },
        figure(t('plan.memory'), mib(plan.memory_mib),
            most((p) => p.memory_mib)),
        figure(t('plan.disk'), mib(plan.disk_mib), most((p) => p.disk_mib)),
        figure(t('plan.cpu'), t('plan.weight',
            { n: number(plan.cpu_units / 1000, 2) }), most((p) => p.cpu_units)),
        typeof plan.traffic_gib === 'number' ? figure(t('plan.traffic'),
            t('plan.traffic.month', { n: mib(plan.traffic_gib * 1024) }),
            most((p) => (typeof p.traffic_gib === 'number' ? p.traffic_gib
                : 0))) : null),
    plan.ready_seconds ? h('p', { class: 'ready' }, icon('clock'),
        t('plans.ready', { n: Math.max(1, Math.round(plan.ready_seconds)) }))
        : null,
    link));
}


/**
 * @param {Plans} offer
 * @param {Template[]} templates
 */
function more(offer, templates) {
    const stock = offer.stock;

    return h('section', { class: 'more' },
        h('ul', { class: 'gains' }, ['ssh', 'address', 'live'].map((key) =>
            h('li', null, icon('check'), t(`plans.gain.${key}`)))),
        templates.length > 0 ? h('div', { class: 'systems' },
            h('h2', null, t('plans.systems')),
            h('ul', null, templates.map((template) =>
                h('li', null, osMark(template.name), template.label)))) : null,
        stock ? h('p', { class: 'stock' },
            t('plans.stock', { n: stock.addresses })) : null);
}


/** @param {import('../../types.d.ts').View} view */
export default async function plans(view) {
    view.title(t('nav.plans'));

    const head = h('header', { class: 'hero' },
        h('h1', { tabindex: -1 }, t('nav.plans')),
        h('p', null, t('plans.tagline')));
    const place = h('div', null);

    put(view.root, h('div', { class: 'page' }, head, place));

    await filled({
        place, sorry: t('plans.sorry'), shape: 'cards', signal: view.signal,
        ask: () => Promise.all([
            get('plans', { signal: view.signal }),
            get('templates', { signal: view.signal }),
        ]),
        draw: ([offer, systems]) => {
            const why = closed(offer);

            if (offer.soon) {
                put(place, h('section', { class: 'empty' }, h('p', null, why),
                    linkButton('contact', t('plans.ask'))));
                return;
            }

            put(place,
                why ? h('p', { class: 'notice', id: 'plans-closed' },
                    icon('warn'), why)
                    : offer.signup === 'approve' ? h('p', { class: 'notice' },
                        icon('clock'), t('plans.approve')) : null,
                offer.items.length > 0
                    ? h('ul', { class: 'plans' }, offer.items.map(
                        (/** @type {Plan} */ plan) =>
                            card(plan, offer.items, why)))
                    : h('p', { class: 'empty' }, t('plans.none')),
                more(offer, systems.items));
        },
    });
}
