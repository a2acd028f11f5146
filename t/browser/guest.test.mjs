/*
 * What an owner does to the guest in a server: root's password, names, SSH
 * keys, another system and the way back.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { findings } from './axe.mjs';
import { administrator, api, complaints, launch, maildir, settled, shot,
    signIn, url } from './browser.mjs';
import { stackOf } from './own-stack.mjs';

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
});

after(async () => {
    await browser?.close();
});


/** A public key, as people have one. */
function key() {
    const dir = mkdtempSync(join(tmpdir(), 'vz-key-'));

    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C',
        'ana@laptop', '-f', join(dir, 'id')]);

    const line = readFileSync(join(dir, 'id.pub'), 'utf8').trim();

    rmSync(dir, { recursive: true });

    return line;
}


/** @param {string} text of the button that opened the dialog */
async function agree(text) {
    await page.locator('dialog').getByRole('button', { name: text }).click();
}


test('root\'s password is shown once', async () => {
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=access`);
    await page.getByRole('button', { name: 'New password' }).click();
    await agree('New password');

    const shown = page.locator('.token-made code');

    await shown.waitFor();
    assert.match(await shown.innerText(), /^[2-9a-zA-Z]{16}$/);
    await page.getByRole('button', { name: 'I have it' }).click();
    assert.equal(await shown.count(), 0);
    assert.deepEqual(wrong, []);
});


test('a key of the account is given to the server', async () => {
    await page.goto(`${url}/panel/account`);
    await page.getByLabel('Public key').fill('not a key');
    await page.getByRole('button', { name: 'Keep the key' }).click();
    await page.getByText('A public key on one line').waitFor();
    await page.getByLabel('Public key').fill(key());
    await page.getByRole('button', { name: 'Keep the key' }).click();
    await page.locator('.login strong', { hasText: 'ana@laptop' }).waitFor();

    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=access`);
    await page.getByLabel('ana@laptop').check();
    await page.getByRole('button', { name: 'Apply' }).click();

    const ask = await api(ana);

    await page.waitForFunction(() => document.querySelector(
        '[role=tabpanel] input[type=checkbox]:checked'));

    for (let tries = 0; tries < 300; tries++) {
        const { items } = (await ask('GET', `vms/${ana.vm}/keys`)).body;

        if (items[0].has) {
            break;
        }

        await page.waitForTimeout(100);
    }

    await page.goto(`${url}/panel/account`);
    await page.getByText('on 1 server').waitFor();
    await page.getByRole('button', { name: 'Delete the key ana@laptop' })
        .click();
    await page.getByText('A server has this key').waitFor();
});


test('another system, by its name, and back', async () => {
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=reinstall`);
    await page.locator('form').filter({ hasText: 'Replace the system' })
        .getByLabel('ana@laptop').uncheck();
    await page.getByLabel(`Type ${name} to confirm`).fill('another');
    await page.getByRole('button', { name: 'Replace the system' }).click();
    await page.locator('.field [aria-invalid=true]').waitFor();
    await page.getByLabel(`Type ${name} to confirm`).fill(name);
    await page.getByRole('button', { name: 'Replace the system' }).click();
    await page.locator('.token-made code').waitFor();

    const undo = page.getByRole('button', { name: 'Undo the reinstall' });

    await undo.waitFor();
    await undo.click();
    await agree('Undo the reinstall');
    await undo.waitFor({ state: 'detached' });
    assert.equal((await (await api(ana))('GET', `vms/${ana.vm}`)).body.undo,
        null);
});


/**
 * Make a disk that nothing mounts any more: its superblocks are gone.
 *
 * @param {number} ctid
 */
async function breakDisk(ctid) {
    const { base } = await stackOf(dirname(maildir));
    const image = await open(join(base, `lxc/ct/${ctid}/image`), 'r+');

    for (const at of [64 << 10, 64 << 20]) {
        await image.write(Buffer.alloc(4096), 0, 4096, at);
    }

    await image.close();
}


test('in rescue it is told that the disk is not there, and what to do',
    async () => {
        const eva = await settled(await api(await administrator()), 'Eva');
        const ask = await api(eva);
        const { body: vm } = await ask('GET', `vms/${eva.vm}`);
        const context = await browser.newContext({ locale: 'es-AR' });
        const own = await context.newPage();

        own.setDefaultTimeout(30000);
        await ask('POST', `vms/${eva.vm}/stop`);
        await breakDisk(vm.ctid);
        await signIn(own, eva);
        await own.goto(`${url}/panel/server?id=${eva.vm}&tab=reinstall`);
        await own.getByRole('button', { name: 'Iniciar el rescate' }).click();

        const banner = own.locator('.vm-rescue');

        await banner.getByText('no se pudo montar').waitFor();
        await banner.getByText('Reinicie para probar otra vez').waitFor();
        assert.equal(await banner.getByText('con su disco en /mnt').count(), 0);
        assert.deepEqual(await findings(own), []);
        await shot(own, 'rescue-gone-es');

        /* asked again when it has started again */
        const [again] = await Promise.all([
            own.waitForResponse(/vms\/\d+\?live=1$/),
            ask('POST', `vms/${eva.vm}/restart`)]);

        assert.equal((await again.json()).in_force.rescue_disk, 'gone');
        await context.close();
    });


test('an open task tells what its first boot came to', async () => {
    const ask = await api(ana);
    const { body: { items } } = await ask('GET', 'templates');
    const { body: task } = await ask('POST', 'account/orders', {
        plan: 'Básico', first_boot: '#!/bin/sh\nsleep 5\necho all is well\n',
        template: items.find((/** @type {{name: string}} */ one) =>
            one.name.startsWith('busybox')).name });

    assert.equal(task.state, 'done', 'the task waits for no script');
    await page.goto(`${url}/panel/tasks?task=${task.id}`);
    await page.getByText(/it runs when the server starts/).waitFor();
    assert.equal(await page.getByText('| all is well').count(), 0);
    await page.getByText('| all is well').waitFor();
    await page.getByText(/ended with exit status 0 after \d+ s/).waitFor();
});
