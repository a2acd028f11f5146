/*
 * Every screen with what a panel has in it: axe-core finds nothing; at 360 px
 * nothing scrolls sideways.  Every state, in both themes and both languages,
 * is in boxes-es and boxes-en.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings } from './axe.mjs';
import { shot, signIn } from './browser.mjs';
import { show, walk } from './walk.mjs';

/** @type {Awaited<ReturnType<typeof walk>>} */
let around;


before(async () => {
    around = await walk();
});

after(async () => {
    await around?.browser.close();
});


test('axe finds nothing', async () => {
    assert.deepEqual(await around.each({ language: 'en', theme: 'light' }, 1280,
        (page) => findings(page)), []);
});


test('at 360 px nothing scrolls sideways and axe finds nothing', async () => {
    const wrong = await around.each({ language: 'es', theme: 'dark' }, 360,
        async (page, path) => {
            const over = await page.evaluate(() =>
                document.documentElement.scrollWidth - innerWidth);

            await shot(page, `phone-${path.replace(/\W+/g, '-') || 'plans'}`);

            return [...(over > 0 ? [`${over} px sideways`] : []),
                ...await findings(page)];
        });

    assert.deepEqual(wrong, []);
});


test('axe finds nothing in the dialogs of Hardware', async () => {
    const wrong = [];
    const made = await around.context({ language: 'en', theme: 'dark' }, true,
        360);
    const page = await made.newPage();

    for (const [path, opener] of [['status', '.fleet-head .primary'],
        [`server?id=${around.customer.vm}&tab=hardware`,
            '[data-action=destroy]'],
        [`server?id=${around.customer.vm}&tab=hardware`,
            '[data-action=suspend]']])
    {
        await show(page, path);
        await page.locator(opener).click();
        await page.locator('dialog form').waitFor();
        wrong.push(...await findings(page));
        await page.keyboard.press('Escape');
        await page.locator('dialog').waitFor({ state: 'detached' });
    }

    await made.close();
    assert.deepEqual(wrong, []);
});


test('axe finds nothing for a new customer with one server', async () => {
    const wrong = [];
    const { context, customer } = around;
    const made = await context({ language: 'es', theme: 'dark' }, false, 360);
    const page = await made.newPage();

    await signIn(page, customer);
    await page.locator('[name=old]').waitFor();
    wrong.push(...await findings(page));
    await page.locator('[name=old]').fill(customer.password);
    await page.locator('[name=new]').fill(`${customer.password}-x`);
    await page.locator('main [type=submit]').click();
    await page.locator('.vm-state').waitFor();
    wrong.push(...await findings(page));
    assert.equal(await page.evaluate(() =>
        document.documentElement.scrollWidth - innerWidth), 0);
    await made.close();
    assert.deepEqual(wrong, []);
});
