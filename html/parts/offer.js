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


/* The address that was typed, for the tab it was typed in: the API tells who
   has the link no more than its first letter. */
const TYPED = 'vzpanel.typed.';


/**
 * @param {string} secret  of the order
 * @param {string} email
 */
export function remember(secret, email) {
    try {
        sessionStorage.setItem(`${TYPED}${secret}`, email);
    } catch {
        /* it is shown as others see it, then */
    }
}


/**
 * The whole address of an order, where it was typed here and is still it.
 *
 * @param {string} secret
 * @param {string | null | undefined} masked  as the API tells it
 */
export function addressOf(secret, masked) {
    let typed = null;

    try {
        typed = sessionStorage.getItem(`${TYPED}${secret}`);
    } catch {
        /* storage refused */
    }

    return typed && typed.replace(/^([^@])[^@]*@/u, '$1***@') === masked
        ? typed : null;
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
