/*
 * The snapshots of a server in its tab: taken and named, looked into, deleted,
 * and gone back to, with what is lost said before and its name typed.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, launch, settled, signIn, url }
    from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;
/** @type {string} */
let name;
/** @type {string[]} */
let wrong;

before(async () => {
    browser = await launch();
    ana = await settled(await api(await administrator()), 'Ana');
    name = (await (await api(ana))('GET', `vms/${ana.vm}`)).body.name;
    page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(30000);
    wrong = complaints(page);
    await signIn(page, ana);
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=copies`);
});

after(async () => {
    await browser?.close();
});


const row = (/** @type {string} */ title) =>
    page.locator('.copy-row').filter({ hasText: title });


test('a snapshot is taken by keys, under a name', async () => {
    await page.getByText('There are no snapshots yet.').waitFor();
    await page.getByText('0 of 3 used').waitFor();
    await page.getByLabel('Name', { exact: true }).focus();
    await page.keyboard.type('before the upgrade');
    await page.keyboard.press('Enter');
    await row('before the upgrade').waitFor();
    await page.getByText('1 of 3 used').waitFor();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(),
        '');
    assert.deepEqual(wrong, []);
});


test('going back says what is lost, and keeps what was', async () => {
    const back = row('before the upgrade').getByRole('button',
        { name: 'Go back' });

    await back.click();
    await page.getByText(/Everything saved on the disk in the last \d+/)
        .waitFor();
    await page.getByLabel(`Type ${name} to confirm`).fill('another');
    await page.getByRole('button', { name: 'Go back to the snapshot' })
        .last().click();
    await page.locator('dialog [aria-invalid=true]').waitFor();
    await page.getByLabel(`Type ${name} to confirm`).fill(name);
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await row('Automatic, before going back').waitFor();
    await page.getByText('1 of 3 used').waitFor();
});


test('its files are walked through, and taken by their names', async () => {
    await row('before the upgrade').getByRole('button',
        { name: 'See the files of the snapshot before the upgrade' }).click();
    await page.getByRole('button', { name: 'etc', exact: true }).click();

    const link = page.getByRole('link', { name: 'Download hostname' });

    await link.waitFor();

    const href = await link.getAttribute('href') ?? '';

    assert.match(href,
        /\/api\/vms\/\d+\/snapshots\/\d+\/file\?path=%2Fetc%2Fhostname$/);

    const got = await page.context().request.get(new URL(href, url).href);

    assert.equal(got.status(), 200);
    assert.match(await got.text(), /^[\w.-]+\n$/);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
});


test('where nothing of now can be kept that is offered, and said', async () => {
    await page.waitForFunction(() =>
        !document.querySelector('.copy-row [aria-disabled=true]'));
    await page.route(/\/rollback$/, (route) => route.fulfill({ status: 202,
        json: { id: 2 ** 31, kind: 'rollback', state: 'failed', step: 1,
            steps: [], percent: 25, actor: ana.account, via: 'web',
            created: '2026-01-02T03:04:05Z', finished: '2026-01-02T03:04:06Z',
            error: { code: 'state', detail: '', say: { code: 'own_disk_full',
                values: [] } } } }), { times: 1 });
    await row('before the upgrade').getByRole('button', { name: 'Go back' })
        .click();
    await page.getByText('The automatic snapshot is of now').waitFor();
    await page.getByLabel(`Type ${name} to confirm`).fill(name);
    await page.keyboard.press('Enter');
    await page.getByText('The server did not go back to').waitFor();

    const before = await page.locator('.copy-row').count();

    await page.getByRole('button', { name: 'Go back without it' }).click();
    await page.getByText('Without it you can’t undo this').waitFor();
    assert.equal(await page.locator('dialog [name=keep]').isChecked(), false);
    await page.getByLabel(`Type ${name} to confirm`).fill(name);
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.getByText('The server did not go back to')
        .waitFor({ state: 'detached' });
    assert.equal(await page.locator('.copy-row').count(), before);
});


test('one that is deleted goes from the list', async () => {
    const drop = row('before the upgrade').getByRole('button',
        { name: 'Delete the snapshot before the upgrade' });

    await page.waitForFunction(() =>
        !document.querySelector('.copy-row [aria-disabled=true]'));
    await drop.click();
    await page.locator('dialog').getByRole('button', { name: 'Delete' })
        .click();
    await row('before the upgrade').waitFor({ state: 'detached' });
    await page.getByText('0 of 3 used').waitFor();
    assert.equal(await page.locator('.copy-row').count(), 1);
});


test('where orders wait for approval no clone is offered', async () => {
    await page.route(/\/api\/plans$/, async (route) => {
        const answer = await route.fetch();

        await route.fulfill({ response: answer,
            json: { ...await answer.json(), signup: 'approve' } });
    });
    await page.locator('.clone .button:not([aria-disabled=true])').click();
    await page.locator('dialog .notice').waitFor();
    assert.equal(await page.locator('dialog form').count(), 0);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.unroute(/\/api\/plans$/);
});


test('a server is cloned by keys, and its clone is opened', async () => {
    wrong.length = 0;
    await page.locator('.clone .button:not([aria-disabled=true])').focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Hostname').fill('twin.example.net');
    await page.keyboard.press('Enter');
    await page.waitForURL((to) => to.searchParams.get('id') !== String(ana.vm)
        && to.pathname.endsWith('/server'));
    await page.getByText('twin.example.net').first().waitFor();

    const ask = await api(ana);
    const id = new URL(page.url()).searchParams.get('id');

    for (let i = 0; i < 120; i++) {
        if ((await ask('GET', `vms/${id}`)).body.lifecycle === 'ready') {
            break;
        }

        await page.waitForTimeout(250);
    }

    assert.equal((await ask('GET', `vms/${id}`)).body.hostname,
        'twin.example.net');
    assert.equal((await ask('GET', `vms/${id}`)).body.lifecycle, 'ready');
    assert.deepEqual(wrong, []);
});
