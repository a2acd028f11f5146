/*
 * The screens as docs/screens.md shows them, in both themes.  Every state of
 * them is in boxes-es and boxes-en.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, customer, launch, shot, signIn, url }
    from './browser.mjs';

/** @type {[string, string, string][]} name, path, what must be there */
const SCREENS = [
    ['plans', '', 'h1'],
    ['order', 'order?plan=Básico', '[name=dni]'],
    ['signin', 'signin', '[name=password]'],
    ['status', 'status', '[role=meter]'],
    ['server', 'server?', '[role=meter]'],
    ['hardware', 'server?tab=hardware&', '.hw-card'],
    ['administration', 'administration?section=templates', 'table'],
];

/** @type {{account: string, password: string}} */
let admin;
/** @type {import('playwright-core').Browser} */
let browser;
let vm = 0;

before(async () => {
    admin = await administrator();
    ({ vm } = await customer(await api(admin), 'Ana'));
    browser = await launch();
});

after(async () => {
    await browser?.close();
});


for (const theme of /** @type {const} */ (['light', 'dark'])) {
    test(`the screens come up, ${theme}`, async () => {
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
                + (path.startsWith('server') ? `id=${vm}` : ''));
            await page.locator(sign).first().waitFor();
            assert.notEqual(await page.locator('h1').first().innerText(), '');
            await shot(page, `${name}-${theme}`);
        }

        await context.close();
    });
}
