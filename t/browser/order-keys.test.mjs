/*
 * SSH keys and a first boot's script in the forms that make a server: an
 * order, one of who is signed in, Contratar, and a reinstall.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, launch, settled, shot, signIn, url }
    from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;
/** @type {string[]} */
let wrong;
const made = key();

before(async () => {
    browser = await launch();
    ana = await settled(await api(await administrator()), 'Ana');
    page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(30000);
    wrong = complaints(page);
});

after(async () => {
    await browser?.close();
});


/** A public key, and its fingerprint as ssh-keygen tells it. */
function key() {
    const dir = mkdtempSync(join(tmpdir(), 'vz-key-'));
    const run = (/** @type {string[]} */ ...args) =>
        execFileSync('ssh-keygen', args, { encoding: 'utf8' });

    run('-q', '-t', 'ed25519', '-N', '', '-C', 'ana@laptop', '-f',
        join(dir, 'id'));

    const line = readFileSync(join(dir, 'id.pub'), 'utf8').trim();
    const print = /SHA256:\S+/.exec(run('-lf', join(dir, 'id.pub')))?.[0] ?? '';

    rmSync(dir, { recursive: true });

    return { line, print };
}


/* What a task's log tells of its first boot, once that has ended. */
async function ended(/** @type {number} */ id) {
    const ask = await api(ana);

    for (let i = 0; i < 60; i += 1) {
        const { body } = await ask('GET', `tasks/${id}`);

        const told = body.log.map((/** @type {{text: string}} */ one) =>
            one.text).filter((/** @type {string} */ one) =>
            /^(?:first boot:|\|) /.test(one));

        if (told.some((/** @type {string} */ one) => /it ended/.test(one))) {
            return told;
        }

        await new Promise((done) => setTimeout(done, 500));
    }

    return [];
}


test('a visitor sees the fingerprint of the key that is pasted', async () => {
    await page.goto(`${url}/panel/order`);
    await page.getByLabel('Public SSH key').fill(made.line);
    await page.getByText(made.print).waitFor();
    await shot(page, 'order-key');
    await page.getByLabel('Public SSH key').fill('not a key');
    await page.getByText(made.print).waitFor({ state: 'detached' });
    assert.deepEqual(wrong, []);
});


test('a customer orders another server with a key and a script', async () => {
    await signIn(page, ana);
    await page.goto(`${url}/panel/account`);
    await page.getByLabel('Public key').fill(made.line);
    await page.getByRole('button', { name: 'Keep the key' }).click();
    await page.getByText(made.print).waitFor();

    /* who is signed in is told later than what there is to order */
    const offer = page.waitForResponse(/\/api\/plans/);

    await page.route('**/api/session', async (route) => {
        await offer;
        await route.continue();
    });
    await page.goto(`${url}/panel/order`);
    await page.locator('[name=plan]').first().waitFor({ state: 'attached' });
    assert.equal(await page.locator('[name=dni]').count(), 0,
        'nobody is asked twice who he is');
    await page.unroute('**/api/session');
    await page.locator('[name=plan]').first().check({ force: true });
    await page.locator('[name=template][value^=busybox]')
        .check({ force: true });
    await page.getByLabel('ana@laptop').check();
    await page.getByText('Run this at first boot').click();

    const text = page.getByLabel('What to run');

    await text.fill('echo hello');
    await page.locator('main form [type=submit]').click();
    await page.getByText('It begins with #!/').first().waitFor();
    await text.fill(`#!/bin/sh\n${'#'.repeat(32760)}`);
    await page.locator('main form [type=submit]').click();
    await page.getByText('It is too long: 32 KB at most.').waitFor();
    await shot(page, 'order-own');
    await text.fill('#!/bin/sh\necho "hello $(id -u)"\nexit 5\n');

    const answer = page.waitForResponse((one) =>
        one.url().endsWith('/api/account/orders'));

    await page.locator('main form [type=submit]').click();

    const task = await (await answer).json();

    await page.waitForURL(/server\?id=/);
    assert.match((await ended(task.id)).slice(-2).join('\n'),
        /^first boot: it ended with exit status 5 after \d+ s\n\| hello 0$/);

    const { body } = await (await api(ana))('GET', `vms/${task.vm.id}/keys`);

    assert.equal(body.items.filter((/** @type {{has: boolean}} */ one) =>
        one.has).length, 1, 'and it has the key');
    assert.deepEqual(wrong, []);
});


test('a reinstall takes a script as well', async () => {
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=reinstall`);
    await page.getByText('Run this at first boot').click();
    await page.getByLabel('What to run').fill('hello');
    await page.locator('[name=name]').fill('x');
    await page.locator('main form').filter({ hasText: 'Replace the system' })
        .locator('[type=submit]').click();
    await page.getByText('It begins with #!/').first().waitFor();
    await shot(page, 'reinstall-boot');
    assert.deepEqual(wrong, []);
});
