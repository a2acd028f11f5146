/*
 * The API as the pages use it: JSON requests whose refusals are Problems, and
 * event streams that heal themselves.
 */

import { hear } from './clock.js';

/** @typedef {import('../../schemas.d.ts').FieldError} FieldError */
/**
 * @template {keyof import('../../schemas.d.ts').Replies} M
 * @template {string} P
 * @typedef {import('../../types.d.ts').Reply<M, P>} Reply
 */

const BASE = document.querySelector('meta[name="vzpanel-api"]')
    ?.getAttribute('content') || '/api';

/* A request that got lost on the way, where it may be repeated. */
const REPEATS = [200, 800, 2000];

/* A stream that says nothing for this long is dead: heartbeats come sooner. */
const SILENCE = 40000;
const BACKOFF = { first: 250, most: 15000 };

/* A tab nobody looks at gives its connection back after this long. */
const HIDDEN = 60000;


/** What the API refused, or that it could not be reached (code `offline`). */
export class Problem extends Error {
    /**
     * @param {number} status
     * @param {any} body  problem+json, or what came instead
     * @param {number} [retryAfter]  seconds
     */
    constructor(status, body, retryAfter) {
        super(body?.detail || body?.title || `status ${status}`);
        this.status = status;
        /** @type {string} */
        this.code = typeof body?.code === 'string' ? body.code
            : status === 0 ? 'offline' : `http_${status}`;
        /** @type {string} */
        this.detail = body?.detail ?? '';
        /** @type {FieldError[]} */
        this.errors = Array.isArray(body?.errors) ? body.errors : [];
        this.retryAfter = retryAfter;
        /** @type {any} */
        this.body = body;
    }
}


/** Whose page this is; 0: nobody's, or not known yet. */
let owner = 0;

/**
 * Say for whom is asked from now on.  The cookie is the browser's and may be
 * another account's by then, signed in from another tab: the API refuses what
 * is asked for one and would be done by the other.
 *
 * @param {number} user
 */
export function askFor(user) {
    owner = user;
}


/** @returns {Record<string, string>} */
function meant() {
    return owner ? { 'Vzpanel-User': String(owner) } : {};
}


/** @type {() => void} */
let signedOut = () => {};

/** @type {() => void} */
let otherAccount = () => {};

/**
 * What to do when the cookie has come to be somebody else's.
 *
 * @param {() => void} callback
 */
export function onOtherAccount(callback) {
    otherAccount = callback;
}


/**
 * What to do when the API says that nobody is signed in any more.
 *
 * @param {() => void} callback
 */
export function onSignedOut(callback) {
    signedOut = callback;
}


/** @type {() => Promise<boolean>} */
let askPassword = async () => false;

/** @type {Promise<boolean> | null} it is being asked for */
let asking = null;

/**
 * What to do when the API wants the password typed again before it does
 * something: answers whether that was done.
 *
 * @param {() => Promise<boolean>} callback
 */
export function onStepUp(callback) {
    askPassword = callback;
}


/** Whether the password was typed; all that ask at once wait for one dialog. */
function typedAgain() {
    asking ??= askPassword().finally(() => {
        asking = null;
    });

    return asking;
}


/**
 * Where the API has it, for a link that the browser follows by itself.
 *
 * @param {string} path
 */
export function address(path) {
    return `${BASE}/${path}`;
}


/**
 * A websocket of the API.
 *
 * @param {string} path
 * @param {string[]} protocols
 */
export function webSocket(path, protocols) {
    const url = new URL(address(path), location.href);

    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';

    return new WebSocket(url, protocols);
}


/** @param {Response} reply */
async function problem(reply) {
    const retry = Number(reply.headers.get('Retry-After'));
    let body = null;

    try {
        body = await reply.json();
    } catch {
        /* a page of some proxy: the status has to do */
    }

    return new Problem(reply.status, body, retry > 0 ? retry : undefined);
}


/**
 * Networks change under a page, and what was on its way is lost: what may be
 * sent twice is sent again before anybody is told.
 *
 * @param {string | URL} url
 * @param {RequestInit} init
 * @param {boolean} repeat
 */
export async function send(url, init, repeat) {
    for (const wait of [...REPEATS, 0]) {
        try {
            return await fetch(url, init);
        } catch (error) {
            if (init.signal?.aborted) {
                throw error;
            }
        }

        if (!repeat || wait === 0) {
            break;
        }

        await new Promise((resolve) => setTimeout(resolve, wait));
    }

    throw new Problem(0, null);
}


/**
 * @typedef {{
 *     body?: any, headers?: Record<string, string>, signal?: AbortSignal,
 *     quiet?: boolean, heads?: (headers: Headers) => void,
 * }} Options  quiet: a 401 is an answer here, not the end of the session;
 *     heads: what wants the headers of a good answer
 */

/**
 * One request.  Throws Problem, or AbortError when the signal says so.
 *
 * @param {string} method
 * @param {string} path  below the API, without a leading slash
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function request(method, path, options = {}) {
    /** @type {Record<string, string>} */
    const headers = { Accept: 'application/json', ...meant(),
        ...options.headers };

    /* the content type is what tells our requests from a foreign form's */
    if (method !== 'GET') {
        headers['Content-Type'] = 'application/json';
    }

    const reply = await send(address(path), {
        method, headers, signal: options.signal, cache: 'no-store',
        body: options.body === undefined ? undefined
            : JSON.stringify(options.body),
    }, method === 'GET' || 'Idempotency-Key' in headers);

    hear(reply.headers);

    if (!reply.ok) {
        const refused = await problem(reply);

        if (refused.code === 'step_up' && await typedAgain()) {
            return request(method, path, options);
        }

        if (refused.code === 'other_account') {
            otherAccount();
        } else if (reply.status === 401 && !options.quiet) {
            signedOut();
        }

        throw refused;
    }

    window.dispatchEvent(new CustomEvent('vzpanel.answered',
        { detail: method !== 'GET' }));
    options.heads?.(reply.headers);

    if (reply.status === 204) {
        return null;
    }

    try {
        return await reply.json();
    } catch (error) {
        if (options.signal?.aborted) {
            throw error;
        }

        throw new Problem(0, null);
    }
}


/**
 * Whether it may be over by itself in a moment.
 *
 * @param {unknown} error
 */
export function passing(error) {
    return error instanceof Problem
        && (error.status === 0 || error.status >= 500);
}


/**
 * One request of each method; what it replies is told by the path, where that
 * is written as the API has it (`vms/${id}`, the id a number).
 *
 * @template {string} P
 * @param {P} path
 * @param {Options} [options]
 * @returns {Promise<Reply<'GET', P>>}
 */
export const get = (path, options) => request('GET', path, options);

/**
 * @template {string} P
 * @param {P} path
 * @param {any} [body]
 * @param {Options} [options]
 * @returns {Promise<Reply<'POST', P>>}
 */
export const post = (path, body, options) =>
    request('POST', path, { ...options, body });

/**
 * @template {string} P
 * @param {P} path
 * @param {any} [body]
 * @param {Options} [options]
 * @returns {Promise<Reply<'PUT', P>>}
 */
export const replace = (path, body, options) =>
    request('PUT', path, { ...options, body });

/**
 * @template {string} P
 * @param {P} path
 * @param {any} [body]
 * @param {Options} [options]
 * @returns {Promise<Reply<'PATCH', P>>}
 */
export const amend = (path, body, options) =>
    request('PATCH', path, { ...options, body });

/**
 * @template {string} P
 * @param {P} path
 * @param {Options} [options]
 * @returns {Promise<Reply<'DELETE', P>>}
 */
export const remove = (path, options) => request('DELETE', path, options);


/** A key that makes a POST sent twice act once. */
export function idempotencyKey() {
    const random = crypto.getRandomValues(new Uint8Array(16));

    return Array.from(random, (b) => b.toString(16).padStart(2, '0')).join('');
}


/**
 * The text of an event stream, in any pieces, to events.  An id counts at the
 * end of its block, which may have no event (HTML, 9.2.6).
 *
 * @param {(type: string, data: string) => void} emit
 * @param {(id: string) => void} seen
 */
function eventParser(emit, seen) {
    let rest = '';
    let type = '';
    /** @type {string | null} */
    let id = null;
    /** @type {string[]} */
    let data = [];

    /** @param {string} line */
    const take = (line) => {
        if (line === '') {
            if (data.length > 0) {
                emit(type || 'message', data.join('\n'));
            }

            if (id !== null) {
                seen(id);
            }

            type = '';
            id = null;
            data = [];
            return;
        }

        const colon = line.indexOf(':');
        const name = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');

        if (name === 'data') {
            data.push(value);
        } else if (name === 'event') {
            type = value;
        } else if (name === 'id') {
            id = value;
        }
    };

    /** @param {string} chunk */
    return (chunk) => {
        const lines = (rest + chunk).split('\n');

        rest = lines.pop() ?? '';
        lines.forEach((line) => take(line.replace(/\r$/, '')));
    };
}


/**
 * Sleep, but wake when the network or the person comes back.
 *
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
    return new Promise((resolve) => {
        const done = new AbortController();
        const end = () => {
            clearTimeout(timer);
            done.abort();
            resolve();
        };
        const timer = setTimeout(end, ms);
        const once = { signal: done.signal };

        window.addEventListener('online', end, once);
        document.addEventListener('visibilitychange', () => {
            if (!document.hidden) {
                end();
            }
        }, once);
        signal.addEventListener('abort', end, once);
    });
}


/**
 * One connection of a stream, until it breaks.
 *
 * @param {string} path
 * @param {string | null} last
 * @param {Listener} listener
 * @param {AbortSignal} outer
 * @param {(id: string) => void} seen
 */
async function connection(path, last, listener, outer, seen) {
    const inner = new AbortController();
    const cut = () => inner.abort();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let hidden;
    let silence = setTimeout(cut, SILENCE);
    const look = () => {
        clearTimeout(hidden);
        hidden = document.hidden ? setTimeout(cut, HIDDEN) : undefined;
    };

    listener.opening?.(cut);
    outer.addEventListener('abort', cut, { signal: inner.signal });
    document.addEventListener('visibilitychange', look,
        { signal: inner.signal });
    look();

    try {
        const reply = await fetch(address(path), {
            headers: {
                Accept: 'text/event-stream', ...meant(),
                ...(last === null ? {} : { 'Last-Event-ID': last }),
            },
            signal: inner.signal, cache: 'no-store',

            /* it never ends: what is shown comes first */
            priority: 'low',
        });

        hear(reply.headers);

        /* 204: there is nothing more to come (HTML, 9.2.3) */
        if (!reply.ok || !reply.body || reply.status === 204) {
            throw await problem(reply);
        }

        const reader = reply.body.pipeThrough(new TextDecoderStream())
            .getReader();
        const feed = eventParser((type, data) => {
            listener.event(type, JSON.parse(data));
        }, seen);

        listener.link(true);

        for (;;) {
            const { done, value } = await reader.read();

            if (done) {
                return;
            }

            clearTimeout(silence);
            silence = setTimeout(cut, SILENCE);
            listener.heard?.();
            feed(value);
        }
    } finally {
        clearTimeout(silence);
        clearTimeout(hidden);
        inner.abort();
    }
}


/**
 * @typedef {{
 *     event(type: string, data: any): void,
 *     link(up: boolean): void,
 *     heard?(): void, opening?(again: () => void): void,
 *     gone?(problem: Problem): void,
 * }} Listener  gone: the API refused, or there will be no more; opening: a
 *     connection, and how to have another, whose path is another by now
 */

/**
 * Listen to a path until the signal is aborted: reconnects with growing
 * pauses and tells the server the last event seen.
 *
 * @param {() => string} path
 * @param {Listener} listener
 * @param {AbortSignal} signal
 */
export async function listen(path, listener, signal) {
    /** @type {string | null} */
    let last = null;
    let wait = BACKOFF.first;

    while (!signal.aborted) {
        let stood = false;
        let another = false;

        try {
            await connection(path(), last, { ...listener, link: (up) => {
                stood = up;
                listener.link(up);
            }, opening: (cut) => listener.opening?.(() => {
                another = true;
                cut();
            }) }, signal, (id) => {
                last = id;
            });
        } catch (error) {
            if (error instanceof Problem && error.status !== 429
                && error.status > 0 && error.status < 500)
            {
                listener.gone?.(error);
                return;
            }
        }

        if (signal.aborted) {
            return;
        }

        if (another) {
            continue;
        }

        listener.link(false);
        wait = stood ? BACKOFF.first : Math.min(wait * 2, BACKOFF.most);

        /* not all browsers at once when a server comes back */
        await pause(document.hidden ? HIDDEN * 60
            : wait * (0.5 + Math.random() / 2), signal);
    }
}
