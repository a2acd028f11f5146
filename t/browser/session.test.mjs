/*
 * A session that ends while somebody types, and one that cannot be asked for:
 * nothing that was typed is lost, and nobody is sent to sign in who need not.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { faults } from './boxes.mjs';
import { administrator, api, customer, launch, signIn, url }
    from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {{account: string, password: string}} */
let admin;
let path = '';


before(async () => {
    browser = await launch();
    admin = await administrator();

    path = `server?tab=hardware&id=${(await customer(await api(admin),
        'Ana')).vm}`;
    page = await browser.newPage({ locale: 'es-AR' });
    await signIn(page, admin);
});

after(async () => {
    await browser?.close();
});


/**
 * The session ends, and somebody saves what he typed. The page may have heard
 * of it by then, and its dialog be over the button already.
 */
async function saveTooLate() {
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Guardar red' })
        .dispatchEvent('click');
    await page.locator('dialog').getByText('La sesión terminó').waitFor();
}


test('typed text survives signing in again', async () => {
    const hostname = page.locator('[name=hostname]');
    const dialog = page.locator('dialog');

    await page.goto(`${url}/panel/${path}`);
    await hostname.fill('a-medias');
    await saveTooLate();
    assert.equal(await dialog.locator('[name=account]').inputValue(),
        admin.account);
    await dialog.locator('[name=password]').fill('no es');
    await dialog.getByRole('button', { name: 'Ingresar' }).click();
    await dialog.getByText('Usuario o contraseña incorrectos').waitFor();
    await dialog.locator('[name=password]').fill(admin.password);
    await dialog.getByRole('button', { name: 'Ingresar' }).click();
    await dialog.waitFor({ state: 'detached' });

    assert.equal(await hostname.inputValue(), 'a-medias');
    assert.equal(page.url(), `${url}/panel/${path}`);
    await page.getByRole('button', { name: 'Descartar' }).click();
});


test('after Escape the page asks to sign in, and returns', async () => {
    await page.locator('[name=hostname]').fill('a-medias');
    await saveTooLate();
    await page.keyboard.press('Escape');
    await page.waitForURL(`${url}/panel/signin?next=${
        encodeURIComponent(path)}`);
    await page.locator('.signin > .form [name=account]').fill(admin.account);
    await page.locator('.signin > .form [name=password]')
        .fill(admin.password);
    await page.getByRole('button', { name: 'Ingresar' }).click();
    await page.waitForURL(`${url}/panel/${path}`);
});


test('an expired session without typed text goes to sign in', async () => {
    await page.locator('[name=hostname]').waitFor();
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'Tareas' }).first().click();
    await page.waitForURL(`${url}/panel/signin?next=tasks`);
    await page.getByText('Su sesión terminó').waitFor();
    assert.deepEqual(await faults(page), []);
    assert.equal(await page.locator('dialog').count(), 0);
});


test('a database that is down is reported, and the user stays signed in',
    async () => {
        await signIn(page, admin);
        await page.route('**/api/session', (route) => route.fulfill({
            status: 503, contentType: 'application/problem+json',
            headers: { 'Retry-After': '5' },
            body: '{"status":503,"code":"database_down"}',
        }));
        await page.goto(`${url}/panel/account`);
        await page.getByText('La base de datos no responde').waitFor();
        assert.equal(page.url(), `${url}/panel/account`);

        await page.unroute('**/api/session');
        await page.getByRole('button', { name: 'Reintentar' }).click();
        await page.getByRole('heading', { name: 'Cuenta', exact: true })
            .waitFor();
    });
