/*
 * A panel that has nothing to sell yet: visitors read that it opens soon, and
 * an administrator what is left to be done, ticked by what there is.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, launch, shot, signIn, url } from './browser.mjs';
import { follow, still } from './still.mjs';

/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
    browser = await launch();
});

after(() => browser?.close());


/**
 * A page of a panel that has a node and nothing else.
 *
 * @param {string} locale
 * @param {number} width
 */
async function fresh(locale, width) {
    const page = await browser.newPage({ locale,
        viewport: { width, height: 800 } });
    const none = { items: [], next: null };
    const answers = /** @type {Record<string, unknown>} */ ({
        'api/plans': { items: [], stock: { addresses: 0, templates: 0 },
            signup: 'open', soon: true, next: null },
        'api/templates': none, 'api/vms': none,
        'api/admin/nodes': { items: [{ id: 1, enabled: true }],
            unregistered: [], next: null },
        'api/admin/templates': { ...none, installed: [], nodes: [] },
        'api/admin/addresses': none, 'api/admin/plans': none,
        'api/admin/mail': none,
    });


    for (const [path, answer] of Object.entries(answers)) {
        await page.route(new RegExp(`/${path}(\\?|$)`),
            (route) => (route.request().method() === 'GET'
                ? route.fulfill({ json: answer }) : route.continue()));
    }

    return page;
}


for (const [locale, soon, title] of [
    ['es-AR', 'Abrimos pronto.', 'Antes de abrir'],
    ['en-US', 'Opening soon.', 'Before you open']])
{
    for (const width of [360, 1280]) {
        const name = `first-${locale.slice(0, 2)}-${width}`;

        test(`visitors read that it opens soon, ${locale} at ${width} px`,
            async () => {
                const page = await fresh(locale, width);

                await page.goto(`${url}/panel/`);
                await page.getByText(soon).waitFor();
                await page.locator('.empty a[href=contact]').waitFor();
                await shot(page, `${name}-visitor`);
                await page.goto(`${url}/panel/order`);
                await page.getByText(soon).waitFor();
                await page.close();
            });

        test(`an administrator reads what is left to do, ${locale} at ${width} px`,
            async () => {
                const page = await fresh(locale, width);

                await signIn(page, await administrator());

                for (const at of ['status', 'administration']) {
                    await page.goto(`${url}/panel/${at}`);
                    await page.getByRole('heading', { name: title }).waitFor();
                    assert.equal(await page.locator('.first-steps li')
                        .count(), 5);
                    assert.deepEqual(await page.locator(
                        '.first-steps li[data-done] a').evaluateAll((links) =>
                        links.map((one) => one.getAttribute('href'))),
                    ['administration?section=nodes']);
                    await shot(page, `${name}-${at}`);
                }

                await page.locator('.first-steps a', { hasText: 'IP' })
                    .click();
                await page.waitForURL(/section=addresses/);
                await page.close();
            });
    }
}


test('a panel that sells has no list of first steps', async () => {
    const page = await browser.newPage({ locale: 'es-AR' });

    follow(page);
    await signIn(page, await administrator());
    await page.goto(`${url}/panel/administration?section=plans`);
    await page.locator('.line').first().waitFor();
    await still(page);
    assert.equal(await page.locator('.first-steps').count(), 0);
    await page.close();
});
