/*
 * Without scripts: the offer is read, and how to write to the provider; and
 * with them what the module wrote stays until the page has drawn its own.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { complaints, launch, shot, url } from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
    browser = await launch();
});

after(() => browser?.close());


for (const [locale, width] of /** @type {const} */ ([['es-AR', 360],
    ['es-AR', 1280], ['en-US', 360], ['en-US', 1280]]))
{
    test(`plans are shown without scripts, ${locale} at ${width} px`,
        async () => {
            const context = await browser.newContext({ locale,
                javaScriptEnabled: false, viewport: { width, height: 800 } });
            const page = await context.newPage();
            const es = locale.startsWith('es');

            await page.goto(`${url}/panel/`);
            await page.getByRole('heading', { name: 'Básico' }).waitFor();
            await page.getByRole('heading', { level: 1,
                name: es ? 'Planes' : 'Plans' }).waitFor();
            assert.match(await page.locator('.plan').first().innerText(),
                /64 MB[^]*1 GB/);
            await page.locator('header').getByText('vzpanel').waitFor();
            await shot(page, `noscript-${es ? 'es' : 'en'}-${width}`);

            /* nothing is wider than the screen */
            for (const one of await page.locator('.plan, header').all()) {
                const box = await one.boundingBox();

                assert.ok(box && box.x >= 0 && box.x + box.width <= width);
            }

            await page.locator('main a[href=contact]').click();
            await page.getByText(es ? 'Todavía no publicamos'
                : 'not published yet').waitFor();

            const answer = await page.goto(`${url}/panel/no-such-page`);

            assert.equal(answer?.status(), 404);
            await page.getByRole('heading', { level: 1, name: es
                ? 'Esta página no existe' : 'This page does not exist' })
                .waitFor();
            await context.close();
        });
}


test('the served plans stay until the page has drawn its own', async () => {
    const page = await browser.newPage({ locale: 'es-AR' });
    const wrong = complaints(page);

    /* the offer is on its way until what was served has been seen */
    const asked = new Promise((resolve) => page.route('**/api/plans', resolve));

    await page.goto(`${url}/panel/`, { waitUntil: 'commit' });

    const route = /** @type {import('playwright-core').Route} */ (await asked);

    await page.locator('[data-served] .plan').first().waitFor();
    await route.continue();
    await page.waitForFunction(() =>
        !document.querySelector('[data-served]'));
    assert.ok(await page.locator('.plan').count() >= 3,
        'the plans were never away');
    assert.deepEqual(wrong, []);
    await page.close();
});


test('the page keeps the chosen language',
    async () => {
        const page = await browser.newPage({ locale: 'es-AR' });

        await page.goto(`${url}/panel/`);
        await page.locator('header [lang=en]').click();
        await page.getByRole('heading', { name: 'Plans' }).waitFor();
        await page.reload();
        await page.getByRole('heading', { name: 'Plans' }).waitFor();
        assert.equal(await page.locator('html').getAttribute('lang'), 'en');
        await page.close();
    });


test('an unknown folder gets the panel\'s own 404',
    async () => {
        const page = await browser.newPage({ locale: 'es-AR' });
        const wrong = complaints(page, /status of 404/);
        const answer = await page.goto(`${url}/panel/nothing/deeper/`);

        assert.equal(answer?.status(), 404);
        await page.locator('main:not(:has([data-served]))').getByRole(
            'heading', { name: 'Esta página no existe' }).waitFor();
        await shot(page, 'nothing-deeper');
        await page.locator('header').getByRole('link',
            { name: 'Contacto' }).click();
        await page.waitForURL(`${url}/panel/contact`);
        await page.locator('.contact').waitFor();
        await page.reload();
        await page.locator('.contact').waitFor();
        assert.deepEqual(wrong, []);
        await page.close();
    });
