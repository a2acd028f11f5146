/*
 * The six screens as docs/screens.md shows them, in both themes: each comes
 * up with its heading and nothing missing, and is pictured.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, launch, shot, signIn, url } from './browser.mjs';

/** @type {[string, string, string][]} name, path, what must be there */
const SCREENS = [
    ['plans', '', 'h1'],
    ['order', 'order?plan=Básico', '[name=dni]'],
    ['signin', 'signin', '[name=password]'],
    ['status', 'status', '[role=meter]'],
    ['hardware', 'hardware', 'form'],
    ['administration', 'administration?section=templates', 'table'],
];

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {{account: string, password: string}} */
let admin;
let vm = 0;


before(async () => {
    browser = await launch();
    admin = await administrator();
    vm = (await (await api(admin))('GET', 'vms?state=running&limit=1'))
        .body.items[0].id;
});

after(async () => {
    await browser?.close();
});


for (const theme of /** @type {const} */ (['light', 'dark'])) {
    test(`the six screens, ${theme}`, async () => {
        const context = await browser.newContext({
            locale: 'es-AR', colorScheme: theme,
            viewport: { width: 1280, height: 860 },
        });
        const page = await context.newPage();

        for (const [name, path, sign] of SCREENS) {
            if (name === 'status') {
                await signIn(page, admin);
            }

            await page.goto(`${url}/panel/${path}`
                + (name === 'hardware' ? `?vm=${vm}` : ''));
            await page.locator(sign).first().waitFor();
            assert.notEqual(await page.locator('h1').first().innerText(), '');
            await shot(page, `${name}-${theme}`);
        }

        await context.close();
    });
}
