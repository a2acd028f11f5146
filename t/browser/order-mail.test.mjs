/*
 * A buyer who mistyped his address of mail sees it, corrects it on the page of
 * his order, and is told what becomes of the mail: on a panel of its own, with
 * a mail server that refuses what a test wants refused.
 *
 *   VZPANEL_MAIL   the Maildir of a stack; its credentials lie beside it
 */

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { findings } from './axe.mjs';
import { administrator, api, complaints, DESK, launch, maildir, PHONE, shot }
    from './browser.mjs';
import { focused } from './keyboard.mjs';
import { value } from './mailbox.mjs';
import { shopStack } from './own-stack.mjs';
import { smtp } from './smtp.mjs';

/** @type {Awaited<ReturnType<typeof shopStack>>} */
let panel;
/** @type {Awaited<ReturnType<typeof smtp>>} */
let mail;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {import('playwright-core').Page} */
let other;
/** @type {string[]} */
let wrong;
let link = '';


before(async () => {
    mail = await smtp();
    panel = await shopStack(dirname(maildir),
        { name: 'vzpanel_letter', mail: mail.port });
    browser = await launch();
    page = await browser.newPage(DESK);
    other = await browser.newPage({ ...PHONE, locale: 'en-GB' });
    wrong = complaints(page, /status of 409/);
    complaints(other, undefined, wrong);
});

after(async () => {
    await shot(page, 'letter-last');
    await browser?.close();

    if (panel) {
        const ask = await api(await administrator(), panel.url);

        for (const { id, name } of (await ask('GET', 'vms')).body.items) {
            await ask('DELETE', `vms/${id}`, { name, for_good: true });
        }

        await panel.stop();
    }

    mail?.stop();
});


/** @param {string} dni @param {string} email */
async function order(dni, email) {
    await page.goto(`${panel.url}/panel/order?plan=Básico`);
    await page.locator('main [name=first_name]').fill('Úrsula');
    await page.locator('main [name=dni]').fill(dni);
    await page.locator('main [name=email]').fill(email);
    await page.locator('main .tile', { hasText: /busybox/i }).click();
    await page.locator('main [type=submit]').click();
    await page.getByRole('heading', { name: 'Listo en' })
        .or(page.getByRole('heading', { name: 'Su servidor está listo' }))
        .waitFor({ timeout: 60000 });
}


/** @param {string} email */
async function correct(email) {
    await page.getByText('¿No llegó? Corregir y reenviar').click();
    await page.locator('.outcome [name=email]').fill(email);
    await page.getByRole('button', { name: 'Reenviar' }).click();
}


/** @param {RegExp} words @param {import('playwright-core').Page} [at] */
async function told(words, at = page) {
    await at.locator('.outcome > p', { hasText: words }).waitFor();
}


test('the buyer sees the whole address, others its first letter',
    async () => {
        await order('41000111', 'ursula@exmaple.org');
        await told(/Enviamos .* a ursula@exmaple\.org/);
        await mail.came(1);
        link = page.url();
        await page.reload();
        await told(/a ursula@exmaple\.org/);

        await other.goto(link);
        await told(/to u\*\*\*@exmaple\.org/, other);
        await other.getByText('Didn’t arrive? Correct and send again').click();
        assert.equal(await other.locator('.outcome [name=email]')
            .inputValue(), '', 'which he does not get from here');
        await other.locator('.outcome details',
            { hasText: /You can do this 3 times, until \d\d:\d\d/ }).waitFor();
    });


test('the form is filled with the address, and is accessible', async () => {
    await page.getByText('¿No llegó? Corregir y reenviar').click();

    const field = page.locator('.outcome [name=email]');

    assert.equal(await field.inputValue(), 'ursula@exmaple.org');
    await focused(page, field);
    assert.deepEqual(await findings(page), []);

    await shot(page, 'letter-form-1280');
    await page.setViewportSize({ width: 360, height: 900 });
    await shot(page, 'letter-form-360');
    assert.deepEqual(await findings(page), []);

    await field.fill('ursula@');
    await page.getByRole('button', { name: 'Reenviar' }).click();
    await page.locator('.outcome [aria-invalid=true]').waitFor();
    assert.match(await page.locator('.outcome .field-error').innerText(),
        /nombre@ejemplo\.com/);
});


test('after a correction the page names the new address, which gets a new password',
    async () => {
        const old = value(mail.mails[0], 'Contraseña');

        await page.locator('.outcome [name=email]').fill('ursula@example.org');
        await page.getByRole('button', { name: 'Reenviar' }).click();
        await told(/Enviamos .* a ursula@example\.org/);
        await focused(page, page.locator('.outcome > p').first());
        await shot(page, 'letter-sent-360');

        await mail.came(2);
        assert.notEqual(value(mail.mails[1], 'Contraseña'), old);
        assert.equal(value(mail.mails[1], 'Usuario'),
            value(mail.mails[0], 'Usuario'));

        await other.reload();
        await told(/to u\*\*\*@example\.org/, other);
    });


test('a refused address is reported and corrected', async () => {
    mail.state.refuses = '550 5.1.1 no such user';
    await correct('nadie@example.org');
    await told(/No pudimos enviar .* a nadie@example\.org/);
    assert.equal(await page.locator('.outcome > p').first()
        .getAttribute('data-tone'), 'bad');
    assert.deepEqual(await findings(page), []);
    await shot(page, 'letter-refused-360');
    await page.setViewportSize({ width: 1280, height: 900 });
    await shot(page, 'letter-refused-1280');

    mail.state.refuses = '';
    await page.getByText('¿No llegó? Corregir y reenviar').click();
    await page.locator('.outcome details',
        { hasText: /Puede hacerlo una vez, hasta las \d\d:\d\d/ }).waitFor();
    await page.locator('.outcome [name=email]').fill('ursula@example.org');
    await page.getByRole('button', { name: 'Reenviar' }).click();
    await told(/Enviamos .* a ursula@example\.org/);
    await page.locator('.outcome details').waitFor({ state: 'hidden' });
});


test('an order that failed for its address ends well', async () => {
    mail.state.refuses = '550 5.1.1 no such user';
    await order('41000222', 'bruno@example.con');
    await told(/No pudimos enviar .* a bruno@example\.con/);
    await page.getByRole('heading', { name: 'Su servidor está listo' })
        .waitFor();
    await page.locator('.step[data-state=failed]').waitFor();

    mail.state.refuses = '';
    await correct('bruno@example.com');
    await told(/Enviamos .* a bruno@example\.com/);
    await page.getByRole('heading', { name: 'Listo en' }).waitFor();
    assert.equal(await page.locator('.step[data-state=done]').count(), 8);
});


test('a correction after signing in is refused', async () => {
    const last = mail.mails.at(-1) ?? '';

    await page.getByText('¿No llegó? Corregir y reenviar').click();
    await page.locator('.outcome [name=email]').fill('tarde@example.com');
    await api({ account: value(last, 'Usuario'),
        password: value(last, 'Contraseña') }, panel.url);
    await page.getByRole('button', { name: 'Reenviar' }).click();
    await page.getByText('Aquí ya no se puede corregir la dirección')
        .waitFor();
    await told(/Enviamos .* a bruno@example\.com/);
    assert.equal(await page.locator('.outcome details').count(), 0);
    assert.equal(mail.mails.filter((one) => one.includes('tarde')).length, 0);
    await shot(page, 'letter-final-1280');
    assert.deepEqual(wrong, []);
});
