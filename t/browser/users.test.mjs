/*
 * People, as an administrator deals with them in a browser: found, changed,
 * locked and let in again, given another password, suspended.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, DESK, launch, maildir, PHONE, settled,
    shot, signIn, url } from './browser.mjs';
import { press, toward } from './keyboard.mjs';
import { mails, value } from './mailbox.mjs';

const mark = Date.now().toString().slice(-6);

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {import('playwright-core').Page} */
let his;
/** @type {string[]} */
let wrong;
/** @type {Awaited<ReturnType<typeof api>>} */
let ask;
/** @type {Awaited<ReturnType<typeof settled>>} */
let owner;


before(async () => {
    const admin = await administrator();

    ask = await api(admin);
    owner = await settled(ask, 'Gil');
    browser = await launch();
    page = await browser.newPage(DESK);
    his = await (await browser.newContext(PHONE)).newPage();
    wrong = complaints(page, /status of (409|422)/);
    complaints(his, /status of 403/, wrong);
    await signIn(page, admin);
    await signIn(his, owner);
    await his.locator('.vm-state', { hasText: 'En marcha' }).waitFor();
});

after(async () => {
    await shot(page, 'users-last');
    await browser?.close();
});


/** His editor, found by searching. */
async function open() {
    await page.goto(`${url}/panel/administration?section=users`);
    await toward(page, page.locator('.list-filters [name=q]'));
    await page.keyboard.type(owner.email);
    await page.locator('.line').nth(1).waitFor({ state: 'detached' });
    await press(page, page.locator('.line .row-link',
        { hasText: owner.account }));
    await page.locator('.editor').waitFor();
}


/** @param {string} name  of a button; yes is said to what it asks */
async function act(name) {
    await press(page, page.locator('.editor').getByRole('button',
        { name, exact: true }));
    await page.locator('dialog').waitFor();
    await page.keyboard.press('Enter');
}


/** @param {string} password */
async function tries(password) {
    await his.goto(`${url}/panel/signin`);
    await his.getByLabel('Usuario', { exact: true }).fill(owner.account);
    await his.getByLabel('Contraseña', { exact: true }).fill(password);
    await his.keyboard.press('Enter');
}


test('a user is found by mail and changed', async () => {
    await open();
    await toward(page, page.locator('.editor [name=phone]'));
    await page.keyboard.type('4155-2211');
    await page.locator('.editor [name=email]').fill('not a mail');
    await page.keyboard.press('Enter');
    await page.locator('[name=email][aria-invalid=true]').waitFor();
    await page.locator('.editor [name=email]').fill(owner.email);
    await page.keyboard.press('Enter');
    await page.getByText('Guardado.').waitFor();

    const { items } = (await ask('GET', `admin/users?q=${owner.account}`))
        .body;

    assert.equal(items[0].phone, '4155-2211');
});


test('locking a user ends the session, and signing in gives the reason', async () => {
    await open();
    await act('Bloquear');
    await page.locator('.line', { hasText: 'Bloqueado' }).waitFor();

    /* his open page, which he does not touch */
    await his.waitForURL(/signin/);
    await tries(owner.password);
    await his.getByText('Esta cuenta está bloqueada').waitFor();
    await shot(his, 'signin-locked');

    await open();
    await press(page, page.locator('.editor').getByRole('button',
        { name: 'Desbloquear' }));
    await page.locator('.line', { hasText: 'Abierto' }).waitFor();
    await tries(owner.password);
    await his.locator('.vm-state').waitFor();
});


test('a new password arrives by mail, and the old one stops working', async () => {
    await open();
    await act('Contraseña nueva');
    await page.getByText('Contraseña nueva enviada').waitFor();

    /* of all that was mailed, that of another sign-in among it */
    let drawn = '';

    for (let i = 0; i < 50 && !drawn; i++) {
        drawn = (await mails(maildir, owner.email, 1)).map((mail) =>
            value(mail, 'Contraseña') || value(mail, 'Password'))
            .find((one) => one && !owner.password.startsWith(one)) ?? '';
        await page.waitForTimeout(100);
    }

    await tries(owner.password);
    await his.getByText('Usuario o contraseña').waitFor();
    await tries(drawn);
    await his.getByText('Recibió esta contraseña por correo').waitFor();
});


test('the servers of a user are suspended with a reason, and unsuspended', async () => {
    await open();
    await press(page, page.locator('.editor').getByRole('button',
        { name: 'Suspender sus servidores' }));
    await toward(page, page.locator('dialog [name=reason]'));
    await page.keyboard.type('Falta el pago');
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });

    await page.goto(`${url}/panel/server?id=${owner.vm}`);
    await page.locator('.why', { hasText: 'Falta el pago' }).waitFor();
    await open();
    await press(page, page.locator('.editor').getByRole('button',
        { name: 'Reactivar sus servidores' }));
    await page.goto(`${url}/panel/server?id=${owner.vm}`);
    await page.locator('.vm-state', { hasText: 'En marcha' })
        .waitFor({ timeout: 30000 });
});


test('an account is created, and a taken name is refused',
    async () => {
        await page.goto(`${url}/panel/administration?section=users`);
        await press(page, page.getByRole('button',
            { name: 'Añadir usuario' }));
        await page.locator('.editor [name=first_name]').fill('Uma');
        await page.locator('.editor [name=email]')
            .fill(`uma.${mark}@example.org`);
        await page.locator('.editor [name=account]').fill(owner.account);
        await page.keyboard.press('Enter');
        await page.locator('[name=account][aria-invalid=true]').waitFor();
        await page.locator('.editor [name=account]').fill(`uma${mark}`);
        await page.keyboard.press('Enter');
        await page.locator('.line', { hasText: `uma${mark}` }).waitFor();

        await press(page, page.locator('.line .row-link',
            { hasText: /^admin$/ }));
        assert.equal(await page.locator('.editor').getByRole('button',
            { name: 'Bloquear' }).getAttribute('aria-disabled'), 'true');
    });


test('the pages had no error of their own', () => {
    assert.deepEqual(wrong, []);
});
