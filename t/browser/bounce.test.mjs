/*
 * A mail that comes back: the mail server's pipe brings the report, an
 * administrator sees it, corrects the address and sends a new password.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, DESK, launch, maildir, shot, signIn,
    url } from './browser.mjs';
import { mails, value } from './mailbox.mjs';

const mark = Date.now().toString().slice(-8);
const wrongAddress = `noemi.${mark}@example.org`;
const rightAddress = `noemi.ok.${mark}@example.org`;
const reason = `550 5.1.1 <${wrongAddress}>: Recipient address rejected: `
    + 'User unknown';
const top = new URL('../..', import.meta.url).pathname;

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let wrong;
let account = '';


before(async () => {
    const admin = await administrator();
    const ask = await api(admin);

    account = (await ask('POST', 'admin/users', { first_name: 'Noemí',
        email: wrongAddress, language: 'es' })).body.account;
    browser = await launch();
    page = await browser.newPage(DESK);
    wrong = complaints(page);
    await signIn(page, admin);
});

after(async () => {
    await shot(page, 'bounce-last');
    await browser?.close();
});


/** The envelope sender of the mail to an address. */
async function sender() {
    for (let n = 0; n < 200; n++) {
        for (const name of await readdir(join(maildir, 'new'))) {
            const raw = await readFile(join(maildir, 'new', name), 'utf8');

            if (raw.includes(`To: ${wrongAddress}`)) {
                return /^X-MailFrom: (\S+)/m.exec(raw)?.[1] ?? '';
            }
        }

        await wait(50);
    }

    return '';
}


/**
 * What a mail server does with a mail for an alias.
 *
 * @param {string} to
 * @param {string} message
 */
async function pipe(to, message) {
    const program = spawn(join(top, 'scripts/bounce'), [`${url}/api`], {
        env: { PATH: process.env.PATH, ORIGINAL_RECIPIENT: to },
        stdio: ['pipe', 'inherit', 'inherit'],
    });

    program.stdin.end(message);

    return (await once(program, 'exit'))[0];
}


test('a bounce is shown with its reason', async () => {
    const to = await sender();
    const report = await readFile(join(top,
        't/fuzz/seeds_report/postfix-failed'), 'utf8');

    assert.match(to, /^panel-bounce\+\d+\.[0-9a-f]{20}@localhost$/);
    assert.equal(await pipe(to,
        report.replaceAll('ana@example.net', wrongAddress)), 0);

    await page.goto(`${url}/panel/administration?section=mail&state=bounced`
        + `&q=${wrongAddress}`);

    const line = page.locator('.line', { hasText: wrongAddress });

    await line.locator('.state[data-tone=bad] svg').waitFor();
    await line.getByText('Devuelto').waitFor();
    await line.getByText(reason).waitFor();
    await line.locator('.row-link').click();
    await page.locator('.editor .mail-error', { hasText: reason }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Reintentar' })
        .count(), 0);
    await shot(page, 'bounce');
});


test('the user\'s page shows the bounce, and mails a new password',
    async () => {
        await page.getByRole('link', { name: 'Corregir la dirección' })
            .click();
        await page.locator('.editor .fact', { hasText: 'No recibe los correos' })
            .getByText(reason).waitFor();
        await page.locator('.line', { hasText: account })
            .getByText('No recibe los correos').waitFor();
        await page.locator('.editor [name=email]').fill(rightAddress);
        await page.locator('.editor [type=submit]').click();
        await page.locator('dialog', { hasText: rightAddress })
            .locator('.dialog-foot button').last().click();
        await page.getByText('Contraseña nueva enviada').waitFor();

        const [text] = await mails(maildir, rightAddress, 10,
            /^ *Usuario:/m);

        assert.equal(value(text, 'Usuario'), account);
        await page.locator('.line', { hasText: rightAddress }).waitFor();
        assert.equal(await page.locator('.line', { hasText: account })
            .getByText('No recibe los correos').count(), 0);
    });


test('the pages had no error of their own', () => {
    assert.deepEqual(wrong, []);
});
