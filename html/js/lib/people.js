/*
 * What people are called and how they write it, by the grammars of the API.
 */

import { BODIES } from './bodies.js';


/** @typedef {import('./bodies.js').Member} Member */

/**
 * @param {string} name  of a member of an order
 * @param {Member} [member]  of another body
 * @returns {{rule: RegExp, strange: RegExp}}
 */
export function grammar(name, member = BODIES.Order[name]) {
    const { pattern = '', strange = '(?!)' } = member;

    return { rule: new RegExp(pattern, 'u'), strange: new RegExp(strange, 'u') };
}


/**
 * The first character that a text of that kind can't have.
 *
 * @param {string} name
 * @param {string} value
 * @param {Member} [member]
 */
export function strangeIn(name, value, member) {
    return grammar(name, member).strange.exec(value)?.[0] ?? '';
}
