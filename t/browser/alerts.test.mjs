/*
 * The alerts of a server in its tab of graphs: what holds by itself, what an
 * owner changes by keys, and one that begins while the page is open.
 *
 *   VZPANEL_MAIL   the Maildir of a stack; its credentials lie beside it
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { findings } from './axe.mjs';
import { administrator, api, complaints, launch, maildir, settled, shot,
    signIn, url } from './browser.mjs';

const run = promisify(execFile);
const home = dirname(maildir);

/* a look at all containers, and a round over the node */
const TOLD = 30000;

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let wrong;
/** @type {import('./browser.mjs').Ask} */
let ask;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;

before(async () => {
    browser = await launch();
    ask = await api(await administrator());
    ana = await settled(ask, 'Ana');
    page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(15000);
    wrong = complaints(page);
    await signIn(page, ana);
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=graphs`);
});

after(async () => {
    await browser?.close();
});

/** @param {string} kind */
const card = (kind) => page.locator(`.alert-list [data-alert=${kind}]`);

/** @param {string} kind */
async function told(kind) {
    const { body } = await ask('GET', `vms/${ana.vm}/alerts`);

    return body.items.find((/** @type {any} */ one) => one.kind === kind);
}


test('an owner reads what holds by itself', async () => {
    await card('disk').waitFor();
    assert.match(await card('disk').innerText(),
        /Disk[^]*At 90\s?% or more for 10 minutes/);
    assert.match(await card('network').innerText(), /Off/);
    assert.match(await card('down').innerText(),
        /stops for 2 minutes without anybody asking/);
});


test('and changes it by keys', async () => {
    await page.getByText('Change the alerts').focus();
    await page.keyboard.press('Enter');

    const disk = page.locator('input[name=disk_limit]');

    await disk.fill('5');
    await page.getByRole('button', { name: 'Save the alerts' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.alert-group .field-error:not(:empty)').first()
        .waitFor();
    assert.equal(await disk.getAttribute('aria-invalid'), 'true');
    assert.equal((await told('disk')).limit, 90, 'nothing was changed');

    await disk.fill('80');
    await page.locator('input[name=down_minutes]').fill('0');
    await page.locator('input[name=cpu]').press('Space');
    assert.deepEqual(await findings(page), []);
    await page.keyboard.press('Enter');
    await page.getByText('Alerts saved').waitFor();

    assert.match(await card('disk').innerText(), /At 80\s?%/);
    assert.match(await card('cpu').innerText(), /Off/);
    assert.match(await card('down').innerText(), /As soon as it stops/);
    assert.equal((await told('disk')).limit, 80);
    assert.equal((await told('cpu')).enabled, false);
});


test('one that ends unasked is told at once, and shown', async () => {
    const { ctid } = (await ask('GET', `vms/${ana.vm}`)).body;

    await run('scripts/verb', [home, 'stop', String(ctid)]);
    await page.locator('.toast', { hasText: 'is down' }).waitFor({
        timeout: TOLD });
    await page.locator('.alert-list [data-alert=down][data-raised=true]')
        .waitFor();
    assert.match(await card('down').innerText(), /Raised, since/);
    assert.deepEqual(await findings(page), []);
    await shot(page, 'alerts');

    await run('scripts/verb', [home, 'start', String(ctid)]);
    await page.locator('.alert-list [data-alert=down][data-raised=false]')
        .waitFor({ timeout: TOLD });
});


test('nobody else changes them, and nothing was complained about', async () => {
    const eva = await api(await settled(ask, 'Eva'));

    assert.equal((await eva('PATCH', `vms/${ana.vm}/alerts`,
        { disk: false })).status, 404);
    assert.deepEqual(wrong.filter((one) => !/ 422 /.test(one)), []);
});
