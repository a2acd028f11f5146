/*
 * A password that is little more than a word of its owner, said before it is
 * sent; the API knows more words, and the common ones.
 */

import { refusal, STRONG } from '../ui/form.js';

/* characters beside such a word, as the API asks for */
const LEFT = 8;
const KINDS = 5;


/** @param {string} text */
function fold(text) {
    return text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
}


/**
 * What is wrong with it: the code of the API, or ''.
 *
 * @param {string} password
 * @param {string[]} own
 */
function weak(password, own) {
    const text = fold(password);

    if (new Set(text).size < KINDS) {
        return 'simple';
    }

    return own.flatMap((one) => fold(one).split(/[^\p{L}\p{N}]+/u))
        .some((one) => one.length >= 4 && text.includes(one)
            && text.replaceAll(one, '').length < LEFT) ? 'own' : '';
}


/**
 * The rule of a field for a new password.
 *
 * @param {(string | undefined)[]} texts  account and name of its owner
 */
export function chosen(...texts) {
    const own = texts.filter((one) => one !== undefined);

    return {
        rule: { test: (/** @type {string} */ value) => STRONG.test(value)
            && weak(value, own) === '' },
        wrong: (/** @type {string} */ value) => refusal('new',
            STRONG.test(value) ? weak(value, own) : 'invalid'),
    };
}
