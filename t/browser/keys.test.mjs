/*
 * Keys that are for every page: Ctrl-K finds a server, "?" shows the keys that
 * there are; Escape closes either and leaves the focus where it was.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findings } from './axe.mjs';
import { cookie, shot } from './browser.mjs';
import { longPanel } from './long-stack.mjs';
import { focused, toward } from './keyboard.mjs';

const here = longPanel();


/**
 * A page of somebody, on which keys are heard.
 *
 * @param {string} account
 * @param {string} path
 * @param {{locale?: string, width?: number}} [look]
 */
async function open(account, path, { locale = 'es-AR', width = 1280 } = {}) {
    const context = await here.browser.newContext({ locale,
        viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    const [name, value] = (await cookie({ account, password: here.password },
        here.panel.url)).split('=');
    const page = await context.newPage();

    await context.addCookies([{ name, value, url: here.panel.url }]);
    await page.addInitScript(() => localStorage.setItem('vzpanel.known', '1'));
    await page.goto(`${here.panel.url}/panel/${path}`);
    await page.locator('#strip > *').first().waitFor({ state: 'attached' });

    return page;
}


for (const path of ['', 'contact', 'tasks', 'administration?section=plans',
    'no-such-page'])
{
    test(`Ctrl-K finds a server from "${path}"`, async () => {
        const page = await open('admin', path);
        const field = page.locator('dialog').getByRole('combobox',
            { name: 'Buscar un servidor' });

        await page.keyboard.press('Control+k');
        await field.waitFor();
        await focused(page, field);
        await page.locator('.combo-item').nth(5).waitFor();
        assert.deepEqual(await findings(page), []);
        await field.pressSequentially('w03');
        await page.waitForFunction(() => document.querySelectorAll(
            '.combo-item').length === 1);
        await page.keyboard.press('Enter');
        await page.waitForURL(/server\?id=104$/);
        await page.getByRole('heading', { level: 1,
            name: 'w03-' }).waitFor();
        assert.equal(await page.locator('dialog').count(), 0);
        await page.context().close();
    });
}


test('Ctrl-K finds the server of a customer who has only one', async () => {
    const page = await open(here.panel.accounts.one, 'account',
        { locale: 'en-GB', width: 360 });

    await page.keyboard.press('Control+k');
    await page.locator('dialog').getByRole('heading',
        { name: 'Find a server' }).waitFor();
    await page.locator('.combo-item').waitFor();
    assert.deepEqual(await findings(page), []);
    await shot(page, 'find-en-360');
    await page.locator('.combo-item').click();
    await page.waitForURL(/server\?id=110$/);
    await page.getByRole('heading', { level: 1, name: 'w09-' }).waitFor();
    await page.context().close();
});


for (const [locale, title, words] of /** @type {const} */ ([
    ['es-AR', 'Atajos de teclado', ['Ctrl K', '/', '↑ ↓', 'Inicio Fin',
        'Enter', 'Esc', '?']],
    ['en-GB', 'Keyboard shortcuts', ['Ctrl K', '/', '↑ ↓', 'Home End',
        'Enter', 'Esc', '?']]]))
{
    test(`"?" shows the keyboard shortcuts, ${locale}`, async () => {
        const page = await open(here.panel.accounts.many, 'status',
            { locale });
        const dialog = page.locator('dialog', { hasText: title });

        await page.locator('.row').first().waitFor();

        /* not while somebody types, and "/" is a letter then, too */
        await page.keyboard.press('/');
        await page.keyboard.type('?/');
        assert.equal(await page.locator('.search-input').inputValue(), '?/');
        assert.equal(await page.locator('dialog').count(), 0);

        const link = page.locator('.menu .nav-link').first();

        await link.focus();
        await page.keyboard.press('?');
        await dialog.waitFor();
        assert.deepEqual((await dialog.locator('dt').allInnerTexts())
            .map((one) => one.replace(/\s+/g, ' ')), words);
        assert.deepEqual(await findings(page), []);
        await page.keyboard.press('Control+k');
        await page.keyboard.press('?');
        assert.equal(await page.locator('dialog').count(), 1, 'one at a time');
        await toward(page, dialog.getByRole('button'));
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
        await focused(page, link);

        /* what finds is left at once, and while one types, too */
        await page.keyboard.press('/');
        await page.keyboard.press('Control+k');
        await page.locator('.combo-item').first().waitFor();
        await page.keyboard.press('Escape');
        await page.locator('dialog').waitFor({ state: 'detached' });
        await focused(page, page.locator('.search-input'));
        await page.context().close();
    });
}


test('the account page has a button for the keyboard shortcuts', async () => {
    const page = await open(here.panel.accounts.none, 'account');

    await page.getByRole('button', { name: 'Atajos de teclado' }).click();
    await page.locator('dialog .keys').waitFor();
    await page.context().close();
});
