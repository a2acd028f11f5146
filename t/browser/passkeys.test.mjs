/*
 * A customer adds a passkey with an authenticator that Chromium simulates, signs
 * in by it behind the password and alone, gives up, and removes it.
 */

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { findings } from './axe.mjs';
import { administrator, api, complaints, launch, maildir, settled, shot,
    signIn, url } from './browser.mjs';
import { query, stackOf } from './own-stack.mjs';

/* passkeys need a name, and a page that counts as secure */
const here = url.replace('127.0.0.1', 'localhost');

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {import('playwright-core').CDPSession} */
let cdp;
let authenticator = '';
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;
/** @type {string[]} */
let wrong;
/** @type {string[]} */
let codes = [];


before(async () => {
    ana = await settled(await api(await administrator()), 'Ana');
    browser = await launch();
    page = await browser.newPage({ locale: 'es-AR', reducedMotion: 'reduce',
        viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(15000);
    wrong = complaints(page, /status of (401|403)/);
    cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    authenticator = (await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: { protocol: 'ctap2', transport: 'internal',
            hasResidentKey: true, hasUserVerification: true,
            isUserVerified: true } })).authenticatorId;
    await signIn(page, ana, here);
});

after(async () => {
    await shot(page, 'passkeys-last');
    await browser?.close();
});


/** @param {string} name */
function pressed(name) {
    return page.getByRole('button', { name, exact: true }).click();
}


/** Whether somebody is there to touch it. @param {boolean} there */
function touched(there) {
    return cdp.send('WebAuthn.setUserVerified', {
        authenticatorId: authenticator, isUserVerified: there });
}


async function signOut() {
    await page.context().clearCookies();
    await page.goto(`${here}/panel/signin`);
    await page.locator('.signin > .form [name=account]').waitFor();
}


test('a passkey is added, and recovery codes are shown once', async () => {
    await page.goto(`${here}/panel/account`);

    const card = page.locator('.card.passkeys');

    await card.getByText('No hay llaves de acceso.').waitFor();
    await card.locator('[name=name]').fill('Mi teléfono');
    await pressed('Agregar una llave');
    await card.locator('.second-codes .copy-text').waitFor();
    codes = (await card.locator('.second-codes .copy-text').innerText())
        .trim().split(/\s+/);
    assert.equal(codes.length, 10);
    await card.getByText('Mi teléfono', { exact: true }).waitFor();
    assert.deepEqual(await findings(page), []);
    await shot(page, 'passkeys-added-es-1280');
    await pressed('Ya los guardé');
    await page.getByText('Quedan 10 códigos').waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    await shot(page, 'passkeys-es-360');
    await page.setViewportSize({ width: 1280, height: 900 });
});


test('it is the second step behind the password', async () => {
    await signOut();
    await page.locator('.signin > .form [name=account]').fill(ana.account);
    await page.locator('.signin > .form [name=password]').fill(ana.password);
    await pressed('Ingresar');
    await page.waitForURL(/\/panel\/(status|server)/);
});


test('it signs in alone, without a name', async () => {
    await signOut();
    assert.deepEqual(await findings(page), []);
    await shot(page, 'passkeys-signin-es-1280');
    await pressed('Usar una llave de acceso');
    await page.waitForURL(/\/panel\/(status|server)/);
    await page.goto(`${here}/panel/account`);
    await page.locator('.card.passkeys').getByText(/usado .* desde/).waitFor();
});


test('it confirms what asks for the password again', async () => {
    const { base } = await stackOf(dirname(maildir));

    await query(base, 'UPDATE vzpanel.session s JOIN vzpanel.user u'
        + ' ON u.id = s.user_id SET s.proven = s.proven - INTERVAL 16 MINUTE'
        + ` WHERE u.account = '${ana.account}'`);
    await page.locator('.card:has(.token-made) [name=name]').fill('copia');
    await pressed('Crear token');

    const dialog = page.locator('dialog[open]');
    const key = dialog.getByRole('button', { name: 'Usar una llave de acceso' });

    await key.waitFor();
    assert.equal(await page.locator(':focus').getAttribute('name'), 'password');
    assert.deepEqual(await findings(page), []);
    await shot(page, 'passkeys-confirm-es-1280');
    await touched(false);
    await key.click();
    await dialog.getByText('No se usó ninguna llave de acceso').waitFor();
    await touched(true);
    await key.click();
    await page.locator('.token-made code').waitFor();
    assert.equal(await dialog.count(), 0);
});


test('who is not verified is told, and a recovery code serves', async () => {
    await signOut();
    await touched(false);
    await pressed('Usar una llave de acceso');
    await page.getByText('No se usó ninguna llave de acceso').waitFor();
    await touched(true);
    await cdp.send('WebAuthn.clearCredentials',
        { authenticatorId: authenticator });
    await page.locator('.signin > .form [name=account]').fill(ana.account);
    await page.locator('.signin > .form [name=password]').fill(ana.password);
    await pressed('Ingresar');
    await page.locator('.signin > .form [name=code]').fill(codes[2]);
    await pressed('Ingresar');
    await page.waitForURL(/\/panel\/(status|server)/);
});


test('its owner removes it, and the password is enough', async () => {
    await page.goto(`${here}/panel/account`);
    await pressed('Quitar Mi teléfono');
    await page.getByRole('dialog').getByRole('button',
        { name: 'Quitar' }).click();
    await page.getByText('Llave de acceso quitada.').waitFor();
    await page.locator('.card.passkeys').getByText('No hay llaves de acceso.')
        .waitFor();
    await signOut();
    await page.locator('.signin > .form [name=account]').fill(ana.account);
    await page.locator('.signin > .form [name=password]').fill(ana.password);
    await pressed('Ingresar');
    await page.waitForURL(/\/panel\/(status|server)/);
    assert.deepEqual(wrong, []);
});
