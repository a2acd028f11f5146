/*
 * An order that fails, as its buyer and an administrator see it: on a panel
 * of its own over the stack's node, which refuses the numbers it is given.
 *
 *   VZPANEL_MAIL   the Maildir of a stack; its credentials lie beside it
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { administrator, complaints, DESK, launch, maildir, PHONE, shot,
    signIn } from './browser.mjs';
import { ownStack, stackOf } from './own-stack.mjs';

const run = promisify(execFile);
const home = dirname(maildir);

/** @type {Awaited<ReturnType<typeof ownStack>>} */
let own;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {import('playwright-core').Page} */
let visitor;
/** @type {string[]} */
let wrong;


before(async () => {
    const { ctids, daemon_port: port } = await stackOf(home);
    const last = Number(ctids.split('-')[1]);
    const { stdout } = await run('scripts/verb', [home, 'templates']);
    const good = /name=(busybox\S+)/.exec(stdout)?.[1] ?? '';

    own = await ownStack(home, {
        name: 'vzpanel_failed',
        nodes: { local: Number(port) },
        seed: `
            INSERT INTO node (name, ctid_min, ctid_max)
                VALUES ('local', ${last + 1000}, ${last + 1100});
            INSERT INTO template (name, label) VALUES
                ('${good}', 'BusyBox');
            INSERT INTO address_pool (name, cidr) VALUES
                ('uno', '10.79.0.0/29');
            INSERT INTO address (pool_id, address) SELECT id, '10.79.0.2'
                FROM address_pool;`,
    });

    browser = await launch();
    page = await browser.newPage(DESK);
    visitor = await browser.newPage(PHONE);
    wrong = complaints(page);
    complaints(visitor, undefined, wrong);
});

after(async () => {
    await shot(page, 'failed-last');
    await browser?.close();
    await own?.stop();
});


test('the buyer of a failed order reads that it failed', async () => {
    await Promise.all([page.waitForResponse(/\/api\/events\b/),
        signIn(page, await administrator(), own.url)]);

    await visitor.goto(`${own.url}/panel/order?plan=Básico`);
    await visitor.locator('main [name=first_name]').fill('Ana');
    await visitor.locator('main [name=last_name]').fill('Prueba');
    await visitor.locator('main [name=dni]').fill('32123123');
    await visitor.locator('main [name=email]').fill('ana@example.org');
    await visitor.locator('main [type=submit]').click();

    const end = visitor.locator('.outcome');

    await end.waitFor();
    assert.match(await end.innerText(),
        /Ya nos llegó el aviso \(pedido N\.º 1\)/);
    assert.match(await end.innerText(), /a\*\*\*@example\.org/);
    assert.doesNotMatch(await visitor.locator('main').innerText(),
        /ctid|host|virtualizador/i, "none of the daemon's words");
    assert.equal(await visitor.locator(
        '.step[data-state=queued]:visible').count(), 0,
        'nothing seems to wait');
    assert.ok(await visitor.locator('.step[data-state=never]').count() > 2);
    await shot(visitor, 'failed-buyer-360');
});


test('an administrator is notified, and the strip says Failed', async () => {
    const strip = page.locator('#strip .strip');

    await page.locator('.toast', { hasText: 'Falló el pedido N.º 1' })
        .waitFor();
    assert.match(await page.locator('.nav-count[data-mark=tasks]')
        .innerText(), /^1\b/);
    assert.match(await strip.innerText(), /Falló/);
    assert.doesNotMatch(await strip.locator('.strip-head').innerText(),
        /Listo/);
    await shot(page, 'failed-strip-1280');
    await page.waitForTimeout(7000);
    assert.ok(await strip.isVisible(), 'it stays');
});


test('the panel of a failed order has the reason and Retry, and marks it as seen',
    async () => {
        await page.locator('.row-link').first().click();

        const failed = page.locator('.vm-failed');

        await failed.getByRole('button', { name: 'Reintentar' }).waitFor();
        assert.match(await failed.innerText(), /No se pudo crear/);
        assert.match(await failed.innerText(), /entre \d+ y \d+ en este nodo/,
            "what the node said, in the reader's words");
        assert.doesNotMatch(await page.locator('main').innerText(),
            /el nodo no informa|El proveedor/);
        await page.locator('.nav-count[data-mark=tasks]')
            .waitFor({ state: 'hidden' });
        await shot(page, 'failed-panel-1280');

        await failed.getByRole('button', { name: 'Reintentar' }).click();
        await page.locator('.nav-count[data-mark=tasks]', { hasText: '1' })
            .waitFor();
    });


test('dismissing the strip hides it and its count', async () => {
    await page.getByRole('button', { name: 'Descartar lo que falló' }).click();
    await page.locator('#strip .strip').waitFor({ state: 'hidden' });
    await page.locator('.nav-count[data-mark=tasks]')
        .waitFor({ state: 'hidden' });
    assert.deepEqual(wrong, []);
});
