/*
 * The page of a server: its tabs by address, by keys and by the browser's
 * back; that a tab is loaded when it is opened and stops when it is left; what
 * is not one's own.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, launch, settled, signIn, url }
    from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./browser.mjs').Ask} */
let ask;
/** @type {{account: string, password: string}} */
let admin;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;
/** @type {Awaited<ReturnType<typeof settled>>} */
let eva;

before(async () => {
    browser = await launch();
    admin = await administrator();
    ask = await api(admin);
    ana = await settled(ask, 'Ana');
    eva = await settled(ask, 'Eva');
});

after(async () => {
    await browser?.close();
});


/** @param {{account: string, password: string}} who */
async function enter(who) {
    const page = await browser.newPage({ locale: 'en-GB' });

    page.setDefaultTimeout(15000);
    await signIn(page, who);

    return page;
}


/** @param {import('playwright-core').Page} page */
const open = (page) => page.locator('[role=tab][aria-selected=true]')
    .innerText();


test('the address opens a tab, the keys the next, back the one before',
    async () => {
        const page = await enter(ana);
        const wrong = complaints(page);
        /** @type {string[]} */
        const loaded = [];

        page.on('request', (request) => loaded.push(request.url()));
        await page.goto(`${url}/panel/server?id=${ana.vm}`);
        await page.locator('[role=tabpanel] .meters').waitFor();
        assert.equal(await open(page), 'Overview');
        assert.ok(!loaded.some((one) => /server-activity/.test(one)),
            'what nobody looks at is not loaded');

        await page.locator('[role=tab][aria-selected=true]').focus();
        await page.keyboard.press('End');
        assert.equal(await page.locator(':focus').innerText(), 'Activity');
        assert.equal(await open(page), 'Overview');
        await page.keyboard.press(' ');
        await page.locator('[role=tabpanel] .task').first().waitFor();
        await page.waitForURL(/tab=activity$/);
        assert.equal(await open(page), 'Activity');
        assert.match(await page.title(), /^Activity · /);
        assert.equal(await page.locator(':focus').innerText(), 'Activity');
        await page.keyboard.press('ArrowRight');
        assert.equal(await page.locator(':focus').innerText(), 'Overview');

        const panel = page.locator('[role=tabpanel]');

        assert.equal(await panel.getAttribute('aria-labelledby'), await page
            .locator('[role=tab][aria-selected=true]').getAttribute('id'));
        await page.goBack();
        await page.locator('[role=tabpanel] .meters').waitFor();
        assert.equal(await open(page), 'Overview');

        await page.goto(`${url}/panel/server?id=${ana.vm}&tab=nonsense`);
        await page.locator('[role=tabpanel] .meters').waitFor();
        assert.deepEqual(wrong, []);
        await page.close();
    });


test('a tab that did not come says so, and comes when the network does',
    async () => {
        const page = await enter(ana);

        await page.goto(`${url}/panel/server?id=${ana.vm}`);
        await page.locator('[role=tabpanel] .meters').waitFor();
        await page.route(/server-activity/, (route) => route.abort());
        await page.getByRole('tab', { name: 'Activity' }).click();
        await page.getByText('No connection to the server').waitFor();
        assert.ok(await page.locator('.vm-head h1').isVisible());
        await page.unroute(/server-activity/);
        await page.getByRole('button', { name: 'Try again' }).click();
        await page.locator('[role=tabpanel] .task').first().waitFor();
        await page.close();
    });


test('a tab whose styles are lost says so, and the page stays', async () => {
    const page = await enter(admin);
    let loads = 0;

    await page.route(/css\/hardware\.css/, (route) => route.abort());
    page.on('domcontentloaded', () => {
        loads += 1;
    });
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=hardware`);
    await page.getByText('No connection to the server').waitFor();
    await page.unroute(/css\/hardware\.css/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.hw-card').first().waitFor();
    assert.equal(loads, 1, 'it was not loaded again');
    await page.close();
});


test('somebody else\'s server is not found, and one that is not there',
    async () => {
        const page = await enter(ana);

        for (const id of [eva.vm, 999999999, 'x']) {
            await page.goto(`${url}/panel/server?id=${id}`);
            await page.locator('.empty').waitFor();
            assert.equal(await page.locator('.vm-head').count(), 0);
            assert.ok(await page.locator('.empty a[href^=status]').isVisible());
        }

        await page.close();
    });


test('a customer reads the hardware, an administrator changes it', async () => {
    const page = await enter(ana);

    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=hardware`);
    await page.locator('.hw-shown').getByText('64 MB').first().waitFor();
    assert.equal(await page.locator('[role=tabpanel] :is(form, input)')
        .count(), 0);
    await page.close();

    const other = await enter(admin);

    await other.goto(`${url}/panel/server?id=${ana.vm}&tab=hardware`);
    await other.locator('[name=hostname]').fill('ana.example');
    await other.getByRole('button', { name: 'Save network' }).click();
    await other.getByText('Saved and applied').waitFor();
    assert.equal((await ask('GET', `vms/${ana.vm}`)).body.hostname,
        'ana.example');

    /* the tab that was left heard the task, the one that is open tells it */
    await other.getByRole('tab', { name: 'Activity' }).click();
    await other.locator('.task').first().waitFor();
    assert.ok(await other.locator('.task').count() >= 2);
    await other.close();
});


test('old addresses lead on, and who has one server lands on it', async () => {
    const page = await enter(ana);
    const at = new RegExp(`/server\\?id=${ana.vm}`);

    await page.waitForURL(at);
    await page.locator('.vm-head h1').waitFor();

    for (const [path, tab] of [['status', 'Overview'],
        [`status?vm=${ana.vm}`, 'Overview'],
        [`hardware?vm=${ana.vm}`, 'Hardware']])
    {
        await page.goto(`${url}/panel/${path}`);
        await page.waitForURL(at);
        await page.locator('.tab').first().waitFor();
        assert.equal(await open(page), tab, path);
    }

    /* the way back is the list, not here again */
    await page.locator('.crumbs a').click();
    await page.locator('.row').waitFor();
    assert.equal(await page.locator('.row').count(), 1);

    /* and the browser's own way goes to the row that was left */
    await page.locator('.row-link').click();
    await page.waitForURL(at);
    await page.goBack();
    await page.waitForFunction(() =>
        document.activeElement?.classList.contains('row-link'));
    await page.close();
});


test('the name is changed where it stands, by its owner', async () => {
    const page = await enter(ana);

    await page.goto(`${url}/panel/server?id=${ana.vm}`);
    await page.getByRole('button', { name: 'Change the name' }).click();
    await page.locator('.vm-rename input').fill('  ');
    await page.keyboard.press('Enter');
    await page.locator('.vm-rename [role=alert]:not(:empty)').waitFor();
    await page.locator('.vm-rename input').fill('Tienda de Ana');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Tienda de Ana' })
        .waitFor();
    assert.equal(await page.locator(':focus').getAttribute('aria-label'),
        'Change the name');
    assert.equal((await ask('GET', `vms/${ana.vm}`)).body.name,
        'Tienda de Ana');
    await page.getByRole('button', { name: 'Change the name' }).click();
    await page.keyboard.press('Escape');
    await page.locator('.vm-title h1').waitFor();
    await page.close();
});
