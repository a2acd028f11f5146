/* Between the screens of an order: what is offered, what was just sent. */

import { t } from '../i18n.js';

/** @typedef {import('../types.d.ts').Plans} Plans */
/** @typedef {import('../types.d.ts').Order} Order */

/* The answer to the form, so that the first picture needs no request. */
/** @type {Order | null} */
let fresh = null;


/** @param {Order} order */
export function hand(order) {
    fresh = order;
}


/**
 * The order that was handed over, once.
 *
 * @param {string | null} secret
 */
export function handed(secret) {
    const order = fresh?.order === secret ? fresh : null;

    fresh = null;

    return order;
}


/**
 * Why nothing can be contracted now, or nothing.
 *
 * @param {Plans} offer
 */
export function closed(offer) {
    return offer.soon ? t('plans.soon')
        : offer.signup === 'off' ? t('plans.off')
        : offer.stock?.addresses === 0 ? t('plans.noaddress')
            : offer.stock?.templates === 0 ? t('plans.notemplate') : '';
}
