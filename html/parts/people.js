/*
 * What people are called and how they write it, by the grammars of the API.
 */

import { BODIES } from './bodies.js';


/**
 * @param {string} name  of a member of an order
 * @returns {{rule: RegExp, strange: RegExp}}
 */
export function grammar(name) {
    const { pattern = '', strange = '(?!)' } = BODIES.Order[name];

    return { rule: new RegExp(pattern, 'u'), strange: new RegExp(strange, 'u') };
}


/**
 * The first character that a text of that kind can't have.
 *
 * @param {string} name
 * @param {string} value
 */
export function strangeIn(name, value) {
    return grammar(name).strange.exec(value)?.[0] ?? '';
}
