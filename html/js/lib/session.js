/* Who is signed in. */

import { askFor, get, post, Problem, remove } from './api.js';

/** @typedef {import('../../types.d.ts').User} User */

/* Whether somebody was signed in here last: a visitor need not be asked for. */
const KEY = 'vzpanel.known';

/** @type {User | null} */
let me = null;

/* Somebody was signed in here last, and it could not be told whether he is. */
let unsure = false;

/** @type {Set<() => void>} */
const watchers = new Set();


export function user() {
    return me;
}


/** Whether the account has to be mended before anything else. */
export function barred() {
    return me !== null && (me.must_change || me.must_enroll);
}


/** Whether somebody may be signed in whom nobody could tell of. */
export function doubtful() {
    return unsure;
}


/** @param {() => void} callback */
export function onChange(callback) {
    watchers.add(callback);
}


/** @param {User | null} who */
function remember(who) {
    try {
        if (who) {
            localStorage.setItem(KEY, '1');
            localStorage.setItem(WHO, String(who.id));
        } else {
            localStorage.removeItem(KEY);
            localStorage.removeItem(WHO);
        }
    } catch {
        /* then it is asked for where it is needed */
    }
}


/** Whether it is worth asking who we are. */
export function known() {
    try {
        return localStorage.getItem(KEY) !== null;
    } catch {
        return true;
    }
}


/* Whose the browser's cookie is, as the tab that signed in wrote. */
const WHO = 'vzpanel.who';

/**
 * Be told when another tab signs in as somebody else.
 *
 * @param {() => void} callback
 */
export function onElsewhere(callback) {
    window.addEventListener('storage', (event) => {
        if (event.key === WHO && event.newValue && me
            && event.newValue !== String(me.id))
        {
            callback();
        }
    });
}


/** @param {User | null} next */
function take(next) {
    const same = next?.id === me?.id && next?.must_change === me?.must_change
        && next?.must_enroll === me?.must_enroll;

    me = next;
    unsure = false;
    askFor(next?.id ?? 0);

    if (!same) {
        watchers.forEach((callback) => callback());
    }
}


/**
 * Somebody signed in, or nobody is any more.
 *
 * @param {User | null} next
 */
export function set(next) {
    remember(next);
    take(next);
}


/** @type {Promise<User | null> | null} */
let asking = null;

async function ask() {
    try {
        const answer = await get('session', { quiet: true,
            headers: { 'Vzpanel-User': '' } });

        set(answer.user);
    } catch (error) {
        if (!(error instanceof Problem) || error.status !== 401) {
            if (!unsure && !me && known()) {
                unsure = true;
                watchers.forEach((callback) => callback());
            }

            throw error;
        }

        set(null);
    } finally {
        asking = null;
    }

    return me;
}


/**
 * Ask the server who we are, once at a time; a visitor is null.  Throws where
 * that could not be told.
 */
export function load() {
    asking ??= ask();

    return asking;
}


/**
 * Who is signed in, asked for where somebody may be and nobody said yet; null
 * for a visitor.  Throws where that could not be told.
 */
export async function whoever() {
    return me ?? (known() ? load() : null);
}


/* Who found no place in line goes first when he comes back. */
const TRIES = 4;
const NEAR = 3;


/**
 * Sign in with a passkey alone.
 *
 * @param {import('./passkey.js').Answer} answer
 */
export async function enter(answer) {
    set((await post('session/passkey', answer, { quiet: true })).user);
}


/**
 * @param {string} account
 * @param {string} password
 * @param {string} code  of the second step, or ''
 * @param {import('./passkey.js').Answer} [passkey]  or this
 */
export async function signIn(account, password, code, passkey) {
    for (let n = 1; ; n += 1) {
        try {
            const answer = await post('session',
                { account, password, ...(code ? { code } : {}), ...passkey },
                { quiet: true });

            set(answer.user);
            return;
        } catch (error) {
            const wait = error instanceof Problem
                && error.code === 'overloaded' ? error.retryAfter ?? 0 : 0;

            if (n === TRIES || wait === 0 || wait > NEAR) {
                throw error;
            }

            await new Promise((resolve) => setTimeout(resolve, wait * 1000));
        }
    }
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
