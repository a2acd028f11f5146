/*
 * A customer sets up the second step of signing in with a real generator of
 * codes, signs in by one, and by a recovery code when the phone is lost.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { findings } from './axe.mjs';
import { administrator, api, complaints, launch, maildir, settled, shot,
    signIn, url } from './browser.mjs';
import { query, stackOf } from './own-stack.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;
/** @type {string[]} */
let wrong;
let key = '';
/** @type {string[]} */
let codes = [];


before(async () => {
    ana = await settled(await api(await administrator()), 'Ana');
    browser = await launch();
    page = await browser.newPage({ locale: 'es-AR',
        viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(15000);
    wrong = complaints(page, /status of (403|422)/);
    await signIn(page, ana);
});

after(async () => {
    await shot(page, 'second-last');
    await browser?.close();
});


/** The code of these 30 s, or of others. */
function code(steps = 0) {
    const now = Math.floor(Date.now() / 1000) + 30 * steps;

    return execFileSync('oathtool', ['--totp', '--base32', `--now=@${now}`,
        key], { encoding: 'utf8' }).trim();
}


/** @param {string} name */
function pressed(name) {
    return page.getByRole('button', { name, exact: true }).click();
}


async function signOut() {
    await page.context().clearCookies();
    await page.goto(`${url}/panel/signin`);
    await page.locator('.signin > .form [name=account]').fill(ana.account);
    await page.locator('.signin > .form [name=password]').fill(ana.password);
}


test('it is set up by a code of the app', async () => {
    await page.goto(`${url}/panel/account`);
    await pressed('Configurar');
    await page.locator('.qr').waitFor();
    assert.deepEqual(await findings(page), []);
    await shot(page, 'second-set-es-1280');

    key = await page.locator('.second .copy-text').innerText();
    await page.locator('[name=code]').fill('000000');
    await pressed('Activar');
    await page.getByText('No es el código que la aplicación muestra').waitFor();
    await page.locator('[name=code]').fill(code());
    await pressed('Activar');
    await page.locator('.second-codes .copy-text').waitFor();
    codes = (await page.locator('.second-codes .copy-text').innerText())
        .trim().split(/\s+/);
    assert.equal(codes.length, 10);
    assert.deepEqual(await findings(page), []);
    await page.setViewportSize({ width: 360, height: 740 });
    await shot(page, 'second-codes-es-360');
    await page.setViewportSize({ width: 1280, height: 900 });
    await pressed('Ya los guardé');
    await page.getByText('Quedan 10 códigos').waitFor();
});


test('signing in asks for a code behind the password alone', async () => {
    const field = page.locator('.signin > .form [name=code]');

    await signOut();
    assert.equal(await field.isVisible(), false);
    await pressed('Ingresar');
    await field.waitFor();
    assert.equal(await page.evaluate(() => document.activeElement
        ?.getAttribute('name')), 'code');
    assert.deepEqual(await findings(page), []);
    await shot(page, 'second-signin-es-1280');
    await field.fill('000000');
    await pressed('Ingresar');
    await page.getByText('El código no es correcto').waitFor();
    await field.fill(code(1));
    await pressed('Ingresar');
    await page.waitForURL(/\/panel\/(status|server)/);
});


test('a recovery code serves who lost the phone', async () => {
    await signOut();
    await pressed('Ingresar');
    await page.locator('.signin > .form [name=code]').fill(codes[3]
        .toLowerCase());
    await pressed('Ingresar');
    await page.waitForURL(/\/panel\/(status|server)/);
    await page.goto(`${url}/panel/account`);
    await page.getByText('Quedan 9 códigos').waitFor();
});


test('its owner turns it off, and confirms that by a code', async () => {
    const { base } = await stackOf(dirname(maildir));

    /* as half an hour later */
    await query(base, 'UPDATE vzpanel.session s JOIN vzpanel.user u'
        + ' ON u.id = s.user_id JOIN vzpanel.second_factor f'
        + ' ON f.user_id = u.id SET f.last_step = 0,'
        + ' s.proven = s.proven - INTERVAL 30 MINUTE'
        + ` WHERE u.account = '${ana.account}'`);
    await pressed('Desactivar');
    await page.getByRole('dialog').getByRole('button',
        { name: 'Desactivar' }).click();

    const dialog = page.locator('dialog[open]');

    await dialog.locator('[name=password]').waitFor();
    await dialog.getByRole('button', { name: 'Usar un código' }).click();
    assert.equal(await page.locator(':focus').getAttribute('name'), 'code');
    assert.deepEqual(await findings(page), []);
    await shot(page, 'second-confirm-es-1280');
    await dialog.getByRole('button', { name: 'Usar la contraseña' }).click();
    assert.equal(await page.locator(':focus').getAttribute('name'),
        'password');
    await dialog.getByRole('button', { name: 'Usar un código' }).click();
    await dialog.locator('[name=code]').fill('000000');
    await page.keyboard.press('Enter');
    await dialog.getByText('No es el código que la aplicación muestra')
        .first().waitFor();
    await dialog.locator('[name=code]').fill(code());
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Configurar' }).waitFor();
});


test('its owner turned it off, and the password is enough', async () => {
    await signOut();
    await pressed('Ingresar');
    await page.waitForURL(/\/panel\/(status|server)/);
    assert.deepEqual(wrong, []);
});
