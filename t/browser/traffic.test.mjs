/*
 * What a server received and sent in its tab: this month against what it may,
 * the months, and the quota that an administrator sets by keys; on a phone, too.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, launch, settled, signIn, url }
    from './browser.mjs';

const GIB = 1024 ** 3;

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./browser.mjs').Ask} */
let ask;
/** @type {{account: string, password: string}} */
let admin;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;

before(async () => {
    browser = await launch();
    admin = await administrator();
    ask = await api(admin);
    ana = await settled(ask, 'Ana');
});

after(async () => {
    await browser?.close();
});


/**
 * @param {{account: string, password: string}} who
 * @param {{width: number, height: number}} [viewport]
 * @param {object} [answer]  of the API, over what it says
 */
async function enter(who, viewport, answer) {
    const page = await browser.newPage({ locale: 'en-GB', viewport });

    page.setDefaultTimeout(20000);

    if (answer) {
        await page.route(`**/api/vms/${ana.vm}/traffic`, async (route) => {
            const reply = await route.fetch();

            await route.fulfill({ response: reply,
                json: { ...await reply.json(), ...answer } });
        });
    }

    await signIn(page, who);
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=traffic`);
    await page.locator('.traffic-now').waitFor();

    return page;
}


test('an administrator sets a quota by keys, and its owner reads it', async () => {
    const page = await enter(admin);
    const wrong = complaints(page);

    await page.getByText('without a limit').waitFor();
    await page.getByLabel('Traffic a month (GB)').focus();
    await page.keyboard.type('500');
    await page.getByLabel('When it is used up').focus();
    await page.keyboard.type('Slow');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save quota' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/limited to 1 Mbit\/s until the month is over/).first()
        .waitFor();
    assert.deepEqual(wrong, []);
    await page.close();

    const { body } = await ask('GET', `vms/${ana.vm}/traffic`);

    assert.equal(body.quota_gib, 500);
    assert.equal(body.action, 'throttle');

    const own = await enter(ana);

    await own.getByText(/of 500.GB/).first().waitFor();
    assert.equal(await own.locator('.traffic form').count(), 0,
        'it is not theirs to set');
    await own.close();
});


test('a number that is none is refused at its field', async () => {
    const page = await enter(admin);

    await page.getByLabel('Traffic a month (GB)').fill('lots');
    await page.getByRole('button', { name: 'Save quota' }).click();
    await page.locator('.traffic .field-error:not(:empty)').first().waitFor();
    await page.close();
});


test('the months and what became of a server fit on a phone', async () => {
    const page = await enter(ana, { width: 360, height: 740 }, {
        month: '2026-12', throttled: true, quota_gib: 1, items: [
            { month: '2026-12', in_bytes: GIB, out_bytes: GIB / 2 },
            { month: '2026-11', in_bytes: 3 * GIB, out_bytes: 0 }] });
    const wrong = complaints(page);

    await page.getByText(/used up its traffic of the month/).first().waitFor();
    assert.match(await page.locator('.traffic-now').innerText(), /1.5.GB/);
    assert.deepEqual(await page.locator('.traffic-table tbody th')
        .allInnerTexts(), ['December 2026', 'November 2026']);
    assert.equal(await page.evaluate(() =>
        document.documentElement.scrollWidth <= innerWidth), true);
    assert.deepEqual(wrong, []);
    await page.close();
});


test('one that nobody counts says so', async () => {
    const page = await enter(ana, undefined, { counted: false, items: [] });

    await page.getByText('is not counted').waitFor();
    await page.getByText('Nothing has been counted yet').waitFor();
    await page.close();
});
