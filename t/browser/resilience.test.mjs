/*
 * When something is away or wrong: the clock of the browser, the network, the
 * database, a node, the account behind the cookie.  The page says what is so,
 * once, does nothing that was not meant, and heals by itself.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DESK } from './browser.mjs';
import { longPanel } from './long-stack.mjs';

const VM = 101;             /* of the first customer, and it runs */

const here = longPanel();


/**
 * A page of somebody, in a browser of his own.
 *
 * @param {string} account  '' for a visitor
 * @param {string} path
 * @param {(page: import('playwright-core').Page) => Promise<unknown>} [first]
 */
async function open(account, path, first) {
    const context = await here.browser.newContext(DESK);
    const page = await context.newPage();

    await first?.(page);

    if (account) {
        await enter(context, account);
        await page.addInitScript(() =>
            localStorage.setItem('vzpanel.known', '1'));
    }

    await page.goto(`${here.panel.url}/panel/${path}`);
    await page.locator('main h1, main h2').first().waitFor();

    return page;
}


/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} account
 */
async function enter(context, account) {
    const answer = await context.request.post(`${here.panel.url}/api/session`,
        { data: { account, password: here.password } });

    assert.equal(answer.status(), 200);
}


for (const minutes of [5, -5]) {
    test(`a browser's clock that is ${minutes} minutes off ages nothing`,
        async () => {
            const page = await open('admin', `server?id=${VM}`, (one) =>
                one.addInitScript((off) => {
                    const real = Date.now;

                    Date.now = () => real() + off;
                }, minutes * 60000));

            await page.locator('.vm-state', { hasText: 'En marcha' })
                .waitFor();
            await page.waitForTimeout(2500);
            assert.equal(await page.getByText('el nodo no informa').count(), 0);
            assert.match(await page.locator('.uptime').innerText(),
                /^364\sd 23\sh$/);
            await page.context().close();
        });
}


test('an action is refused when another tab signed in as somebody else',
    async () => {
        const page = await open('admin', `server?id=${VM}`);

        await page.locator('.vm-state').waitFor();

        /* whose server it is, and who may stop it */
        await enter(page.context(), here.panel.accounts.many);
        const answer = page.waitForResponse((one) =>
            one.request().method() === 'POST');

        await page.locator('.vm-head [data-action=stop]').click();
        await page.locator('dialog').getByRole('button', { name: 'Detener' })
            .click();
        assert.equal((await answer).status(), 401);
        await page.locator('[data-name=other]').waitFor();
        assert.match(page.url(), /server\?id/);

        await page.locator('[data-name=other] a').click();
        await page.locator('[data-name=other]').waitFor({ state: 'detached' });
        await page.locator('.row').first().waitFor();
        assert.equal(await page.getByRole('link', { name: 'Administración' })
            .count(), 0);
        await page.context().close();
    });


test('a tab notices that another tab signed in', async () => {
    const page = await open('admin', 'status');
    const other = await page.context().newPage();

    await page.locator('.row').first().waitFor();
    await other.goto(`${here.panel.url}/panel/signin`);
    await other.locator('.signin > .form [name=account]')
        .fill(here.panel.accounts.none);
    await other.locator('.signin > .form [name=password]').fill(here.password);
    await other.locator('.signin > .form [type=submit]').click();
    await page.locator('[data-name=other]').waitFor();
    await page.context().close();
});


test('a screen that cannot be fetched blames the network, and arrives later',
    async () => {
        const page = await open('admin', 'status');

        await page.locator('.row').first().waitFor();
        await page.context().setOffline(true);
        await page.getByRole('link', { name: 'Tareas' }).first().click();
        await page.getByText('No hay conexión con el servidor').first()
            .waitFor();
        assert.equal(await page.getByText('Algo falló').count(), 0);

        await page.context().setOffline(false);
        await page.locator('.task').first().waitFor();
        assert.match(page.url(), /tasks$/);
        await page.context().close();
    });


test('a visitor reads a plain error, and the page retries by itself',
    async () => {
        const page = await open('', '', (one) => one.route('**/api/plans',
            (route) => route.fulfill({ status: 503,
                contentType: 'application/problem+json',
                headers: { 'Retry-After': '3' },
                body: '{"status":503,"code":"database_down"}' })));

        await page.getByText('No podemos mostrar los planes').waitFor();
        await page.getByText(/Se reintenta en \d/).waitFor();
        assert.equal(await page.getByText('base de datos').count(), 0);
        await page.unrouteAll();
        await page.locator('.plan').first().waitFor();
        await page.context().close();
    });


test('a failed check of the session does not sign the user out', async () => {
    const page = await open('admin', 'contact', (one) =>
        one.route('**/api/session', (route) => route.fulfill({ status: 503,
            contentType: 'application/problem+json', body: '{}' })));

    await page.getByRole('link', { name: 'Cuenta' }).first().waitFor();
    assert.equal(await page.getByRole('link', { name: 'Acceso Clientes' })
        .count(), 0);
    await page.context().close();
});


test('a lost connection is announced once to screen readers',
    async () => {
        const page = await open('admin', 'status');
        const bar = page.locator('[data-name=lost]');

        await page.locator('.row').first().waitFor();
        await page.context().setOffline(true);
        await bar.waitFor();

        const words = await bar.locator('.bar-words').innerText();

        await page.waitForFunction((text) => document.querySelector(
            '[data-name=lost] .bar-words')?.textContent !== text, words);
        assert.equal(await bar.locator('.bar-words')
            .getAttribute('aria-hidden'), 'true');
        assert.equal(await bar.locator('.sr').innerText(),
            'Sin conexión con el servidor. Se reintenta solo.');
        await page.context().setOffline(false);
        await bar.waitFor({ state: 'detached' });
        await page.context().close();
    });


test('a message about a failure disappears when requests succeed again', async () => {
    const page = await open('admin', `server?id=${VM}`);
    const toast = page.locator('.toast[data-tone=bad]');

    await page.locator('.vm-state').waitFor();
    await page.route('**/restart', (route) => route.fulfill({ status: 503,
        contentType: 'application/problem+json',
        body: '{"status":503,"code":"database_down"}' }));
    await page.locator('.vm-head [data-action=restart]').click();
    await page.locator('dialog').getByRole('button', { name: 'Reiniciar' })
        .click();
    await toast.waitFor();
    await page.getByRole('tab', { name: 'Actividad' }).click();
    await toast.waitFor({ state: 'detached' });
    await page.context().close();
});


test('every screen names a silent node, since when, and why',
    async () => {
        const page = await open('admin', 'tasks');
        const owner = await open(here.panel.accounts.one, 'status');
        const bar = page.locator('[data-name^=node-]');

        await owner.locator('.vm-state', { hasText: 'En marcha' }).waitFor();
        here.panel.silent.on = true;
        await bar.waitFor({ timeout: 60000 });
        assert.match(await bar.innerText(),
            /no responde desde las \d\d:\d\d:\d\d\. Tarda demasiado\./);

        /* and is there when one comes later */
        await page.goto(`${here.panel.url}/panel/account`);
        await bar.waitFor({ timeout: 30000 });

        await owner.locator('.vm-state', { hasText: 'Sin datos' }).waitFor();
        assert.equal(await owner.getByText(/el nodo no responde/).count(), 1);
        assert.equal(await owner.locator('[data-name^=node-]').count(), 0);

        here.panel.silent.on = false;
        await bar.waitFor({ state: 'detached', timeout: 60000 });
        await page.context().close();
        await owner.context().close();
    });
