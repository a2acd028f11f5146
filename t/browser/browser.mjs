/*
 * What the tests in a browser share: the browser, signing in, the stack's
 * own account, the API as a script asks it.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';

export const url = process.env.VZPANEL_URL ?? 'http://127.0.0.1:8080';
export const maildir = process.env.VZPANEL_MAIL ?? 'run/mail';

const shots = process.env.VZPANEL_SHOTS ?? '';


export function launch() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
            '--disable-background-networking', '--disable-component-update',
            '--disable-sync', '--no-first-run'],
    });
}


/**
 * Account and password of the stack's administrator.
 *
 * @returns {Promise<{account: string, password: string}>}
 */
export async function administrator() {
    const lines = (await readFile(join(dirname(maildir), 'credentials'),
        'utf8')).trim().split('\n');
    const found = Object.fromEntries(lines.map((line) =>
        line.split(/=(.*)/s).slice(0, 2)));

    return { account: found.account, password: found.password };
}


/**
 * What a page complains about, but for what is none of its doing: a network
 * that came or went beside it, and answers that are tested for.
 *
 * @param {import('playwright-core').Page} page
 * @param {RegExp} [expected]
 */
export function complaints(page, expected = /$^/) {
    /** @type {string[]} */
    const all = [];

    page.on('pageerror', (error) => all.push(String(error)));
    page.on('console', (message) => {
        if (message.type() === 'error'
            && !/status of 401|ERR_NETWORK_CHANGED/.test(message.text())
            && !expected.test(message.text()))
        {
            all.push(message.text());
        }
    });

    return all;
}


/**
 * @param {import('playwright-core').Page} page
 * @param {{account: string, password: string}} who
 * @param {string} [at]  another panel than the stack's
 */
export async function signIn(page, who, at = url) {
    await page.goto(`${at}/panel/signin`);
    await page.locator('.signin > .form [name=account]').fill(who.account);
    await page.locator('.signin > .form [name=password]').fill(who.password);
    await page.locator('.signin > .form [type=submit]').click();
    await page.waitForURL(/\/(status|account)/);
}


/**
 * @param {import('playwright-core').Page} page
 * @param {string} name
 */
export async function shot(page, name) {
    if (shots) {
        await page.waitForTimeout(400);         /* for what fades in */
        await page.screenshot({ path: `${shots}/${name}.png` });
    }
}


/**
 * The API, signed in.
 *
 * @param {{account: string, password: string}} who
 * @param {string} [at]  another panel than the stack's
 */
export async function api(who, at = url) {
    const answer = await fetch(`${at}/api/session`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(who),
    });

    assert.equal(answer.status, 200);

    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0];

    return async (/** @type {string} */ method, /** @type {string} */ path,
        /** @type {object | undefined} */ body = undefined) => {
        const reply = await fetch(`${at}/api/${path}`, {
            method, headers: { 'Content-Type': 'application/json',
                Cookie: cookie, Prefer: 'wait=60' },
            body: body ? JSON.stringify(body) : undefined,
        });
        const text = await reply.text();

        return { status: reply.status, body: text ? JSON.parse(text) : null };
    };
}
