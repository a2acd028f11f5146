/*
 * What the tests in a browser share: the browser, signing in, the stack's
 * own account, the API as a script asks it.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { mails, value } from './mailbox.mjs';

export const url = process.env.VZPANEL_URL ?? 'http://127.0.0.1:8080';
export const maildir = process.env.VZPANEL_MAIL ?? 'run/mail';

/* How most of them look at a page: at a desk, and by a phone. */
export const DESK = { locale: 'es-AR', viewport: { width: 1280, height: 900 } };
export const PHONE = { locale: 'es-AR', viewport: { width: 360, height: 740 } };

const shots = process.env.VZPANEL_SHOTS ?? '';


/** @param {string[]} more  arguments */
export function launch(...more) {
    return chromium.launch({
        executablePath: process.env.CHROMIUM
            ?? fileURLToPath(new URL('chromium', import.meta.url)),
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
            '--disable-background-networking', '--disable-component-update',
            '--disable-sync', '--no-first-run', ...more],
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
 * What a page complains about, but for answers that are tested for.
 *
 * @param {import('playwright-core').Page} page
 * @param {RegExp} [expected]
 * @param {string[]} [all]  where they are gathered, those of other pages, too
 */
export function complaints(page, expected = /$^/, all = []) {
    page.on('pageerror', (error) => all.push(String(error)));
    page.on('console', (message) => {
        if (message.type() === 'error'
            && !/status of 401/.test(message.text())
            && !expected.test(message.text()))
        {
            all.push(`${message.text()} ${message.location().url}`);
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
    await page.waitForURL(/\/(status|server|account)/);
}


/**
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {number} [fades]  ms, for what fades in
 */
export async function shot(page, name, fades = 400) {
    if (shots) {
        await page.waitForTimeout(fades);
        await page.screenshot({ path: `${shots}/${name}.png` });
    }
}


/**
 * What a browser sends of somebody's session.
 *
 * @param {{account: string, password: string}} who
 * @param {string} [at]  another panel than the stack's
 */
export async function cookie({ account, password }, at = url) {
    const answer = await fetch(`${at}/api/session`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ account, password }),
    });

    assert.equal(answer.status, 200);

    return (answer.headers.get('set-cookie') ?? '').split(';')[0];
}


/**
 * The API, signed in.
 *
 * @param {{account: string, password: string}} who
 * @param {string} [at]  another panel than the stack's
 */
export async function api(who, at = url) {
    const signed = await cookie(who, at);

    return async (/** @type {string} */ method, /** @type {string} */ path,
        /** @type {object | undefined} */ body = undefined) => {
        const reply = await fetch(`${at}/api/${path}`, {
            method, headers: { 'Content-Type': 'application/json',
                Cookie: signed, Prefer: 'wait=60' },
            body: body ? JSON.stringify(body) : undefined,
        });
        const text = await reply.text();

        return { status: reply.status, body: text ? JSON.parse(text) : null };
    };
}


/** @typedef {Awaited<ReturnType<typeof api>>} Ask */

let people = 0;


/**
 * Somebody new, with a small container that runs.
 *
 * @param {Ask} ask
 * @param {string} name
 */
export async function customer(ask, name) {
    const dni = String(Date.now() + people++).slice(-8);
    const email = `${dni}@example.org`;
    const templates = (await ask('GET', 'templates')).body.items;
    const { body } = await ask('POST', 'orders', { first_name: name,
        last_name: 'Ruiz', dni, email, plan: 'Básico', template:
            templates.find((/** @type {{name: string}} */ one) =>
                one.name.startsWith('busybox')).name });

    assert.equal(body.state, 'done', JSON.stringify(body.error));

    const [mail] = await mails(maildir, email, 20);

    return { account: body.account, email, link: body.order, vm: body.vm.id,
        task: body.task,
        password: value(mail, 'Contraseña') || value(mail, 'Password') };
}


/**
 * The same, with a password of one's own instead of the mailed one.
 *
 * @param {Ask} ask
 * @param {string} name
 */
export async function settled(ask, name) {
    const who = await customer(ask, name);
    const password = `${who.password}-x`;
    const changed = await (await api(who))('PUT', 'account/password',
        { old: who.password, new: password });

    assert.equal(changed.status, 204);

    return { ...who, password };
}
