/*
 * The firewall of a server in its tab: rules as sentences, tried for a while
 * and confirmed by keys, or taken back by themselves; what an administrator
 * shuts; on a phone, too.
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
 */
async function enter(who, viewport) {
    const page = await browser.newPage({ locale: 'en-GB', viewport });

    page.setDefaultTimeout(20000);
    await signIn(page, who);
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=firewall`);
    await page.locator('.fw-way').first().waitFor();

    return page;
}

const state = async () => (await ask('GET', `vms/${ana.vm}/firewall`)).body;


test('rules are put together, tried, and confirmed by keys', async () => {
    const page = await enter(ana);
    const wrong = complaints(page);
    const ours = page.locator('[data-way=in] .fw-rule');

    await page.getByText('Outgoing port 25 is shut').waitFor();
    assert.equal(await page.locator('.fw-foot').isVisible(), false);

    await page.getByRole('button', { name: 'SSH' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Allow TCP 22 from anywhere').waitFor();
    await page.getByLabel('Everything else that comes in')
        .selectOption('drop');
    assert.equal((await state()).version, 0, 'nothing is applied yet');

    await page.getByRole('button', { name: 'Apply' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/come back by themselves in \d+ seconds/).waitFor();
    assert.equal((await state()).trial.in, 'drop');
    assert.equal((await state()).kept.in, 'accept');

    /* the way out has the focus */
    assert.equal(await page.evaluate(() =>
        document.activeElement?.textContent), 'Confirm');
    await page.keyboard.press('Enter');
    await page.locator('.fw-trial').waitFor({ state: 'hidden' });

    const kept = (await state()).kept;

    assert.equal(`${kept.in} ${kept.out} ${kept.rules[0].ports}`,
        'drop accept 22');
    assert.equal(await ours.count(), 2, 'the rule, and the rest as the last');
    assert.match(await ours.last().innerText(), /^Everything else/);
    assert.match(await ours.first().innerText(), /\d+ packets · /);
    assert.deepEqual(wrong, []);
    await page.close();
});


test('who leaves what is not applied is asked', async () => {
    const page = await enter(ana);
    const wrong = complaints(page);
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    const staged = page.getByText('Allow ping (ICMP) from anywhere');

    await page.getByRole('tab', { name: 'Access' }).click();
    await page.getByRole('tab', { name: 'Firewall' }).click();
    assert.equal(await dialog.count(), 0, 'nothing was changed');

    await page.getByRole('button', { name: 'Ping' }).click();
    await staged.waitFor();
    await page.getByRole('tab', { name: 'Overview' }).click();
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    assert.match(page.url(), /tab=firewall/);
    assert.ok(await staged.isVisible(), 'it is still there');

    await page.goBack();
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(/tab=firewall/);
    assert.ok(await staged.isVisible());

    await page.goBack();
    await dialog.getByRole('button', { name: 'Leave without saving' }).click();
    await page.waitForURL(/tab=access/);
    await page.getByRole('tab', { name: 'Access', selected: true }).waitFor();
    assert.deepEqual(wrong, []);
    await page.close();
});


test('what is wrong is said where it is', async () => {
    const page = await enter(ana);
    const wrong = complaints(page, /status of 422/);
    const form = page.getByRole('form', { name: 'Add rule' });

    await form.getByLabel('Port').fill('22,23');
    await form.getByRole('button').click();
    await form.getByText('A port from 1 to 65535').waitFor();
    await form.getByLabel('Port').fill('8000-8080');

    /* only the API knows this one */
    await form.getByLabel('Address').fill('10.0.0.1/8');
    await form.getByRole('button').click();
    await page.getByText('Allow TCP 8000-8080 from 10.0.0.1/8').waitFor();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.locator('.fw-rule .field-error')
        .getByText('without bits behind its prefix').waitFor();

    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByText('10.0.0.1/8').waitFor({ state: 'detached' });
    assert.deepEqual(wrong, []);
    await page.close();
});


test('what nobody confirms is taken back', async () => {
    const page = await enter(ana, { width: 360, height: 740 });

    /* as the page asks it, but for less than its minute */
    await page.route(`**/api/vms/${ana.vm}/firewall`, (route) =>
        route.request().method() === 'PUT' ? route.continue({
            postData: JSON.stringify({ ...route.request().postDataJSON(),
                seconds: 10 }) }) : route.continue());

    await page.getByRole('button', { name: 'Remove: Allow TCP 22' }).click();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.locator('.fw-trial').waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth
        <= innerWidth), 'all of it is on the screen of a phone');
    assert.equal((await state()).trial.rules.length, 0);

    await page.getByText('Nobody confirmed the new rules').waitFor();
    await page.locator('.fw-trial').waitFor({ state: 'hidden' });
    await page.getByText('Allow TCP 22 from anywhere').waitFor();
    assert.equal((await state()).trial, null);
    await page.close();
});


test('an administrator shuts the network, and its owner reads why',
    async () => {
        const page = await enter(admin);

        await page.getByLabel('Reason, which the customer reads')
            .fill('spam since noon');
        await page.getByRole('button', { name: 'Shut the network' }).click();
        await page.getByText('The network of this server is shut').waitFor();

        const hers = await enter(ana);

        await hers.getByText('Reason: spam since noon').waitFor();
        assert.equal(await hers.getByRole('button',
            { name: 'Open the network' }).count(), 0);
        assert.equal((await state()).kept.in, 'drop', 'the rules are kept');
        await hers.close();

        await page.getByRole('button', { name: 'Open the network' }).click();
        await page.getByText('The network of this server is shut')
            .waitFor({ state: 'detached' });
        assert.equal((await state()).all, 'open');
        await page.close();
    });
