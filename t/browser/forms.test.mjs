/*
 * Forms as people fill them: what is wrong is said by its rule and counted as
 * it is now, what was typed is kept, programs that keep passwords are told
 * whose; and the ways back from where nothing is.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESK, signIn } from './browser.mjs';
import { longPanel } from './long-stack.mjs';

/** @type {import('playwright-core').Page} */
let page;

const here = longPanel(async ({ browser }) => {
    page = await browser.newPage(DESK);
});


const go = (/** @type {string} */ path) =>
    page.goto(`${here.panel.url}/panel/${path}`);


test('an invalid field names its rule, and an empty group is invalid',
    async () => {
        await go('order');

        for (const [name, value] of Object.entries({ dni: '12',
            email: 'ana@', phone: 'abc', hostname: 'a_b', first_name: '1',
            last_name: 'Paz' }))
        {
            await page.locator(`[name=${name}]`).fill(value);
        }

        await page.locator('main [type=submit]').click();
        assert.equal(await page.getByText('Este dato no es válido').count(),
            0);
        await page.getByText('Escriba una dirección como').waitFor();
        assert.equal(await page.locator('[role=radiogroup][aria-invalid=true]')
            .count(), 2);
    });


test('the summary counts the invalid fields and links to each',
    async () => {
        const summary = page.locator('.form-error');

        await summary.getByText('Hay 7 campos por corregir').waitFor();
        await page.locator('[name=phone]').fill('');
        await summary.getByText('Hay 6 campos por corregir').waitFor();
        await summary.getByRole('link', { name: 'Correo' }).click();
        assert.equal(await page.evaluate(() =>
            document.activeElement?.getAttribute('name')), 'email');
        await page.keyboard.type('example.org');
        await page.keyboard.press('Tab');
        await summary.getByText('Hay 5 campos por corregir').waitFor();
    });


test('a half-filled order survives a reload',
    async () => {
        await page.reload();
        await page.locator('[name=dni]').waitFor();
        assert.equal(await page.locator('[name=last_name]').inputValue(),
            'Paz');
    });


test('the link of an unknown order says what to do', async () => {
    await go(`order#follow=${'b'.repeat(64)}`);
    await page.getByRole('heading', { name: 'No encontramos ese pedido' })
        .waitFor();
    assert.equal(await page.getByRole('button', { name: 'Reintentar' })
        .count(), 0);
    assert.equal(await page.locator('main').getByRole('link',
        { name: 'Contacto' }).count(), 1);
});


test('a missing item is reported at the top with a link back', async () => {
    const back = page.getByRole('link', { name: 'Volver al listado' });

    await signIn(page, { account: 'admin', password: here.password },
        here.panel.url);

    for (const path of ['server?id=9999', 'tasks?task=9999',
        'hardware?vm=9999', 'administration?section=nonsense',
        'administration?section=plans&item=9999'])
    {
        await go(path);
        await back.waitFor();
        assert.ok((await back.boundingBox() ?? { y: 9999 }).y < 700, path);
        assert.equal(await page.getByRole('button', { name: 'Reintentar' })
            .count(), 0, path);
    }

    await back.click();
    await page.locator('.line').first().waitFor();
});


test('a dialog that asks for a word has a button to cancel', async () => {
    await go('server?id=101&tab=hardware');

    for (const action of ['destroy', 'suspend']) {
        await page.locator(`[data-action=${action}]`).click();
        await page.locator('dialog').getByRole('button', { name: 'Cancelar' })
            .click();
        await page.locator('dialog').waitFor({ state: 'detached' });
    }
});


test('End and Home go to the last and the first server', async () => {
    await page.setViewportSize({ width: 1280, height: 420 });
    await go('status?sort=name');
    await page.locator('.row-link', { hasText: 'w00-' }).focus();
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.activeElement?.textContent
        ?.startsWith('w77-'));
    await page.keyboard.press('Home');
    await page.waitForFunction(() => document.activeElement?.textContent
        ?.startsWith('w00-'));
    await page.setViewportSize({ width: 1280, height: 900 });
});


test('a password manager is told the account', async () => {
    await go('account');
    await page.locator('[name=old]').waitFor();
    assert.equal(await page.locator('form:has([name=old])'
        + ' [autocomplete=username]').inputValue(), 'admin');
    await go('signin?forgot=1');
    await page.locator('.forgot [name=account]').fill('ana');
    await page.locator('.forgot [type=submit]').click();
    await page.locator('.sent').waitFor();
    await go(`reset#token=${'0'.repeat(64)}`);
    await page.locator('[name=new]').waitFor();
    assert.equal(await page.locator('[autocomplete=username]').inputValue(),
        'ana');
});


test('a printed page has every row, and no menus or buttons', async () => {
    await go('status');
    await page.locator('.row').first().waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await page.locator('.row').count(), 11);

    for (const one of ['.header', '.filters', '.row .actions']) {
        assert.equal(await page.locator(one).first().isVisible(), false, one);
    }

    await page.emulateMedia({ media: 'screen' });
});
