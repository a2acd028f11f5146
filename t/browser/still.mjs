/*
 * When a page has come to rest: everything that it asked for has arrived and is
 * drawn.  A test that measures a page, or walks it, does so then; what a busy
 * machine delivers late would change the page under its hands.
 */

import assert from 'node:assert/strict';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Request} Request */

const LIMIT = 30000;        /* ms */

/** @type {WeakMap<Page, Set<Request>>} */
const pages = new WeakMap();


/**
 * The same wait, with an end and a name: what runs in a page (evaluate) has no
 * deadline of its own, and one that hangs would tell nothing.
 *
 * @template T
 * @param {string} what  it is that is waited in
 * @param {Promise<T>} wait
 * @param {number} [most]  ms
 * @returns {Promise<T>}
 */
export async function within(what, wait, most = 2 * LIMIT) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    try {
        return await Promise.race([wait, new Promise((_, fail) => {
            timer = setTimeout(() => fail(new Error(
                `took more than ${most / 1000} s`)), most);
        })]);
    } catch (error) {
        throw new Error(`${what}: ${/** @type {Error} */ (error).message}`,
            { cause: error });
    } finally {
        clearTimeout(timer);
    }
}


/**
 * Note what a page asks for, from now on.  A stream of events never ends: it
 * has arrived when it has begun.
 *
 * @param {Page} page
 */
export function follow(page) {
    const known = pages.get(page);

    if (known) {
        return known;
    }

    /** @type {Set<Request>} */
    const open = new Set();

    page.on('request', (one) => open.add(one));
    page.on('requestfinished', (one) => open.delete(one));
    page.on('requestfailed', (one) => open.delete(one));
    page.on('response', (answer) => {
        if (answer.request().headers().accept === 'text/event-stream') {
            open.delete(answer.request());
        }
    });
    pages.set(page, open);

    return open;
}


/** @param {Page} page */
function drawn(page) {
    return page.evaluate(() => new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() =>
            setTimeout(() => done(!document.querySelector(
                '.skeleton, [data-busy]:not(.strip)')))))));
}


/**
 * Wait until a page that is followed has nothing on its way and shows nothing
 * that waits, twice in a row: an answer is often followed by a question.
 *
 * @param {Page} page
 */
export async function still(page) {
    const open = follow(page);

    for (let quiet = 0, until = Date.now() + LIMIT; quiet < 2;) {
        quiet = await drawn(page) && open.size === 0 ? quiet + 1 : 0;
        assert.ok(quiet > 0 || Date.now() < until,
            `${page.url()} does not come to rest, and waits for ${
                [...open].map((one) => one.url()).join(' ') || 'itself'}`);
    }
}
