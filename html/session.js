/* Who is signed in. */

import { get, post, Problem, remove } from './api.js';

/** @typedef {import('./types.d.ts').User} User */

/** @type {User | null} */
let me = null;

/** @type {Set<() => void>} */
const watchers = new Set();


export function user() {
    return me;
}


/** @param {() => void} callback */
export function onChange(callback) {
    watchers.add(callback);
}


/** @param {User | null} next */
export function set(next) {
    const same = next?.id === me?.id && next?.must_change === me?.must_change;

    me = next;

    if (!same) {
        watchers.forEach((callback) => callback());
    }
}


/** @type {Promise<User | null> | null} */
let asking = null;

async function ask() {
    try {
        const answer = await get('session', { quiet: true });

        set(answer.user);
    } catch (error) {
        if (!(error instanceof Problem)) {
            throw error;
        }

        set(null);
    } finally {
        asking = null;
    }

    return me;
}


/** Ask the server who we are, once at a time; a visitor is null. */
export function load() {
    asking ??= ask();

    return asking;
}


/**
 * @param {string} account
 * @param {string} password
 */
export async function signIn(account, password) {
    const answer = await post('session', { account, password },
        { quiet: true });

    set(answer.user);
}


export async function signOut() {
    try {
        await remove('session', { quiet: true });
    } catch (error) {
        /* a session that ended already is what was asked for */
        if (!(error instanceof Problem) || error.status !== 401) {
            throw error;
        }
    }

    set(null);
}
