/*
 * The trash: a server is deleted and had back, from the notice and from the
 * list; its owner sees how long it is kept; erased, it is gone.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, DESK, launch, PHONE, settled, shot,
    signIn, url } from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {import('playwright-core').Page} */
let owners;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;
/** @type {Awaited<ReturnType<typeof api>>} */
let ask;
let name = '';
/** @type {string[]} */
let wrong;

before(async () => {
    const admin = await administrator();

    browser = await launch();
    ask = await api(admin);
    ana = await settled(ask, 'Ana');
    name = (await ask('GET', `vms/${ana.vm}`)).body.name;
    page = await browser.newPage(DESK);
    owners = await browser.newPage(PHONE);
    page.setDefaultTimeout(30000);
    owners.setDefaultTimeout(30000);
    wrong = complaints(page, /status of 409/);
    complaints(owners, undefined, wrong);
    await signIn(page, admin);
    await signIn(owners, ana);
});

after(async () => {
    await shot(page, 'trash-last');
    await browser?.close();
    await ask('DELETE', `vms/${ana.vm}`, { name, for_good: true });
});


const lifecycle = async () =>
    (await ask('GET', `vms/${ana.vm}`)).body.lifecycle;


/** @param {string} wanted */
async function becomes(wanted) {
    for (let tries = 0; tries < 300; tries++) {
        const now = (await ask('GET', `vms/${ana.vm}`)).body;

        if (now.lifecycle === wanted && now.task === null) {
            return;
        }

        await page.waitForTimeout(100);
    }

    assert.equal(await lifecycle(), wanted);
}


async function drop() {
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=hardware`);
    await page.locator('[data-action=destroy]').click();
    await page.getByText('pasará a la papelera').waitFor();
    await page.locator('dialog [name=name]').fill(name);
    await page.locator('dialog [type=submit]').click();
}


test('the notice of a deletion undoes it, also while it stops', async () => {
    await drop();

    const notice = page.locator('.toast', { hasText: 'pasó a la papelera' });

    await notice.getByText(/durante (1\sd|23\sh)/u).waitFor();
    await notice.locator('[data-action=undelete]').click();
    await notice.waitFor({ state: 'detached', timeout: 60000 });
    await becomes('ready');
    assert.deepEqual(wrong, []);
});


test('what is in the trash is in its list, and in no other', async () => {
    await drop();
    await becomes('trashed');
    await page.goto(`${url}/panel/status?list=1&q=${name}`);
    await page.locator('.empty').waitFor();
    await page.locator('.bin').click();
    await page.getByRole('heading', { level: 1, name: 'Papelera' }).waitFor();

    const row = page.locator('.trashed', { hasText: name });

    await row.getByText('Se borra en').waitFor();
    await row.getByText(ana.account).waitFor();
    await shot(page, 'trash');
});


test('its owner sees how long it is kept, and no button', async () => {
    await owners.goto(`${url}/panel/trash`);

    const row = owners.locator('.trashed', { hasText: name });

    await row.getByText('Se borra en').waitFor();
    assert.equal(await row.locator('button').count(), 0);
    await row.getByRole('link').click();
    await owners.getByText('En la papelera desde').waitFor();
    assert.equal(await owners.locator('[data-action=undelete]').count(), 0);
    assert.equal(await owners.locator('[data-action=start]')
        .getAttribute('aria-disabled'), 'true');
    await shot(owners, 'trash-owner');
});


test('it is taken out of the list, and runs', async () => {
    await page.goto(`${url}/panel/trash`);
    await page.locator('.trashed', { hasText: name })
        .locator('[data-action=undelete]').click();
    await page.locator('.trashed', { hasText: name })
        .waitFor({ state: 'detached' });
    await becomes('ready');
    await page.goto(`${url}/panel/server?id=${ana.vm}`);
    await page.locator('.vm-state', { hasText: 'En marcha' })
        .waitFor({ timeout: 60000 });
});


test('erased, it is gone', async () => {
    await drop();
    await becomes('trashed');
    await page.goto(`${url}/panel/trash`);
    await page.locator('.trashed', { hasText: name })
        .locator('[data-action=erase]').click();
    await page.getByText('No se puede deshacer').waitFor();
    assert.equal(await page.locator('dialog [name=for_good]').count(), 0);
    await page.locator('dialog [name=name]').fill(name);
    await page.locator('dialog [type=submit]').click();
    await page.locator('.trashed', { hasText: name })
        .waitFor({ state: 'detached', timeout: 60000 });
    assert.equal((await ask('GET', `vms/${ana.vm}`)).status, 404);
    assert.deepEqual(wrong, []);
});
