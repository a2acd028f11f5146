/*
 * A panel whose orders wait for an administrator and whose mail server may
 * refuse: what he sees, is told of at once, and does by keyboard alone.
 */

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, DESK, launch, maildir, PHONE, shot,
    signIn } from './browser.mjs';
import { press, toward } from './keyboard.mjs';
import { shopStack } from './own-stack.mjs';
import { smtp } from './smtp.mjs';

const mark = Date.now().toString().slice(-7);

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {import('playwright-core').Page} */
let visitor;
/** @type {Awaited<ReturnType<typeof shopStack>>} */
let panel;
/** @type {Awaited<ReturnType<typeof smtp>>} */
let mail;
/** @type {string[]} */
let wrong;
/** @type {Awaited<ReturnType<typeof api>>} */
let ask;
/** @type {{account: string, password: string}} */
let admin;


before(async () => {
    mail = await smtp();
    panel = await shopStack(dirname(maildir), {
        name: 'vzpanel_approve', mail: mail.port, others: ['other'],
        seed: `INSERT INTO user (account, first_name, email, password)
            SELECT 'clara', 'Clara', 'clara@example.org', password
            FROM user WHERE account = 'admin';`,
        edit: (conf) => conf
            .replace(/vzpanel_signup \w+/, 'vzpanel_signup approve'),
    });
    admin = await administrator();
    ask = await api(admin, panel.url);
    browser = await launch();
    page = await browser.newPage(DESK);
    visitor = await browser.newPage(PHONE);
    wrong = complaints(page, /status of (409|422)/);
    complaints(visitor, undefined, wrong);
    await signIn(page, admin, panel.url);
});

after(async () => {
    await shot(page, 'approve-last');
    await browser?.close();

    for (const { id, name } of (await ask('GET', 'vms')).body.items) {
        await ask('DELETE', `vms/${id}`, { name, for_good: true });
    }

    await panel?.stop();
    mail?.stop();
});


/** @param {string} name */
async function order(name) {
    await visitor.goto(`${panel.url}/panel/order?plan=Básico`);
    await visitor.locator('[name=first_name]').fill(name);
    await visitor.getByLabel('Apellido').fill('Prueba');
    await visitor.getByLabel('DNI').fill(`${mark}${name.length}`);
    await visitor.getByLabel('Correo electrónico').fill(`${name}@example.org`);
    await visitor.getByText('BusyBox').click();
    await visitor.locator('main [type=submit]').click();
    await visitor.getByRole('heading', { name: 'Recibimos su pedido' })
        .waitFor();
}


/**
 * A page that is told what happens from now on.
 *
 * @param {import('playwright-core').Page} at
 * @param {string} path
 */
async function listening(at, path) {
    await Promise.all([at.waitForResponse(/\/api\/events\b/),
        at.goto(`${panel.url}/panel/${path}`)]);
}


/** What is said at the edge of a page. @param {string} words */
function told(words, at = page) {
    return at.locator('.toast', { hasText: words });
}


/** @param {string} section @param {string} row  opened by keyboard alone */
async function open(section, row) {
    await page.goto(`${panel.url}/panel/administration?section=${section}`);
    await press(page, page.locator('.line .row-link', { hasText: row }));
    await page.locator('.editor').waitFor();
}


/**
 * Wait until the last mail to somebody is in that state.
 *
 * @param {string} email
 * @param {string} state
 */
async function mailed(email, state) {
    let last;

    for (let i = 0; i < 200 && last !== state; i++) {
        await page.waitForTimeout(100);
        last = (await ask('GET', `admin/mail?q=${email}`)).body.items[0].state;
    }

    assert.equal(last, state);
}


test('an administrator approves an order, and its visitor sees the server run',
    async () => {
        const waits = told('Un pedido de Ema Prueba espera su aprobación');

        await listening(page, 'contact');
        await order('Ema');
        await waits.waitFor();
        assert.equal(await page.locator('#toasts').getAttribute('aria-live'),
            'polite');
        await page.getByRole('link', { name: 'un pedido por aprobar' })
            .waitFor();
        await shot(page, 'notice');
        await press(page, waits.getByRole('link', { name: 'Ver el pedido' }));
        await page.locator('.editor', { hasText: 'Ema@example.org' })
            .waitFor();
        await shot(page, 'orders');
        await press(page, page.getByRole('button', { name: 'Aprobar' }));
        await page.getByText('No hay pedidos por aprobar.').waitFor();
        await page.locator('.nav-count[data-mark=administration]')
            .waitFor({ state: 'hidden' });
        assert.equal(await waits.count(), 0);

        /* without a reload */
        await visitor.getByRole('heading', { name: 'Listo en' })
            .waitFor({ timeout: 60000 });
        /* that it was received, and the credentials */
        await mail.came(2);
    });


test('a rejected order tells its visitor the reason', async () => {
    await order('Ines');

    /* the list that is open has it by itself; a reload does not say it again */
    await told('Ines Prueba').waitFor();
    await page.locator('.line', { hasText: 'Ines Prueba' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'un pedido por aprobar' }).waitFor();
    assert.equal(await told('Ines Prueba').count(), 0);
    await open('orders', 'Ines Prueba');
    await press(page, page.getByRole('button', { name: 'Rechazar' }));
    await page.locator('dialog [name=reason]').waitFor();
    await toward(page, page.locator('dialog [name=reason]'));
    await page.keyboard.type('Falta el documento');
    await page.keyboard.press('Enter');
    await page.getByText('No hay pedidos por aprobar.').waitFor();

    await visitor.getByRole('heading', { name: 'El pedido se canceló' })
        .waitFor();
    await visitor.getByText('Falta el documento').waitFor();
    await shot(visitor, 'order-rejected');
    await visitor.reload();
    await visitor.getByText('Falta el documento').waitFor();
});


test('a refused mail is shown, and retried until it is sent',
    async () => {
        const user = (await ask('GET', 'admin/users?q=Ema')).body.items[0];
        const line = page.locator('.line', { hasText: user.email }).first();

        mail.state.refuses = '550 no such mailbox here';
        assert.equal((await ask('POST', `admin/users/${user.id}/password`))
            .status, 204);

        await mailed(user.email, 'failed');
        await open('mail', user.email);
        await page.locator('.editor').getByText('No se pudo enviar').waitFor();
        await page.locator('.mail-error', { hasText: '550 no such mailbox' })
            .waitFor();
        await shot(page, 'mail-refused');

        /* what was wrong is not mended yet */
        await press(page, page.getByRole('button', { name: 'Reintentar' }));

        for (let i = 0; i < 200 && mail.state.count < 2; i++) {
            await page.waitForTimeout(100);
        }

        await mailed(user.email, 'failed');
        await told('550 no such mailbox here').waitFor();
        await line.getByText('No se pudo enviar').waitFor();

        mail.state.refuses = '';
        await open('mail', user.email);
        await press(page, page.getByRole('button', { name: 'Reintentar' }));
        await mailed(user.email, 'sent');
        await page.reload();
        await line.getByText('Enviado').waitFor();
        assert.match(mail.mails.at(-1) ?? '', /Contraseña/);
    });


test('the owner is notified of a suspension on any page', async () => {
    const owner = await browser.newPage({ ...PHONE, locale: 'en-GB' });
    const { id, name } = (await ask('POST', 'vms', { user: 'clara',
        template: (await ask('GET', 'templates')).body.items.find(
            (/** @type {{name: string}} */ one) =>
                one.name.startsWith('busybox')).name,
        disk_mib: 256, memory_mib: 48 })).body.vm;

    complaints(owner, undefined, wrong);
    await signIn(owner, { ...admin, account: 'clara' }, panel.url);
    await listening(owner, 'account');
    await ask('POST', `vms/${id}/suspend`, { reason: 'unpaid' });
    await told(`Your server ${name} was suspended: unpaid`, owner).waitFor();
    await shot(owner, 'notice-owner');
    await press(owner, told('was suspended', owner).getByRole('link'));
    await owner.locator('.why', { hasText: 'unpaid' }).waitFor();
    await ask('POST', `vms/${id}/unsuspend`);
    await told(`Your server ${name} is active again.`, owner).waitFor();
    assert.equal(await told(name).count(), 0);
    await owner.close();
});


test('a node that nginx.conf has is registered with its numbers',
    async () => {
        await page.goto(`${panel.url}/panel/administration?section=nodes`);
        await press(page, page.getByRole('button', {
            name: 'Registrar other' }));
        await page.locator('.editor [name=ctid_min]').fill('5000');
        await page.locator('.editor [name=ctid_max]').fill('4000');
        await page.keyboard.press('Enter');
        await page.getByText('El último no puede ser menor').waitFor();
        await page.locator('.editor [name=ctid_max]').fill('6000');
        await page.keyboard.press('Enter');
        await page.locator('.line', { hasText: '5000–6000' })
            .getByText('Responde').waitFor();
        assert.equal(await page.getByRole('button', {
            name: 'Registrar other' }).count(), 0);

        /* in nginx.conf, it cannot go */
        await open('nodes', 'other');
        await page.getByText('primero quite su línea vzpanel_node').waitFor();
        assert.equal(await page.locator('.editor').getByRole('button',
            { name: 'Eliminar' }).getAttribute('aria-disabled'), 'true');
        await page.locator('.editor [name=enabled]').focus();
        await page.keyboard.press('Space');
        await page.keyboard.press('Enter');
        await page.locator('.line', { hasText: 'No recibe servidores' }).waitFor();
    });


test('the administrator changes the own password', async () => {
    const other = await browser.newPage({ locale: 'es-AR' });

    await page.goto(`${panel.url}/panel/administration`);
    await press(page, page.getByRole('link',
        { name: 'Contraseña del administrador' }));
    await page.waitForURL(/account/);
    await toward(page, page.locator('[name=old]'));
    await page.keyboard.type('not-this-one');
    await toward(page, page.locator('[name=new]'));
    await page.keyboard.type(`otra-clave-${mark}`);
    await page.keyboard.press('Enter');
    await page.locator('[name=old][aria-invalid=true]').waitFor();
    await page.locator('[name=old]').fill(admin.password);
    await page.keyboard.press('Enter');
    await page.getByText('Contraseña cambiada').waitFor();
    await signIn(other, { ...admin, password: `otra-clave-${mark}` },
        panel.url);
    await other.close();
    ask = await api({ ...admin, password: `otra-clave-${mark}` }, panel.url);
});


test('the pages had no error of their own', () => {
    assert.deepEqual(wrong, []);
});
