/*
 * Tasks in a browser: one that fails on the node for a real reason is opened,
 * read and taken up again; one that waits is taken back; the strip is right
 * after the page and the server have begun anew.  On a panel of its own, with
 * the stack's node and one where nobody answers.
 *
 *   VZPANEL_MAIL   the Maildir of a stack; its credentials lie beside it
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { administrator, api, complaints, DESK, launch, maildir, shot, signIn }
    from './browser.mjs';
import { holding } from './hold.mjs';
import { toward } from './keyboard.mjs';
import { freePort, ownStack, stackOf } from './own-stack.mjs';

const run = promisify(execFile);
const home = dirname(maildir);

/** @type {Awaited<ReturnType<typeof ownStack>>} */
let own;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let wrong;
/** @type {Awaited<ReturnType<typeof api>>} */
let ask;
/** @type {{account: string, password: string}} */
let admin;
let image = '';
let number = 0;


/**
 * A container of clara's, and what happened to it once.
 *
 * @param {string} node
 * @param {string} name
 * @param {number} ctid
 */
function container(node, name, ctid) {
    return `
        INSERT INTO vm (node_id, ctid, user_id, template_id, name, hostname,
                vmguar_barrier_mib, oomguar_barrier_mib, privvm_barrier_mib,
                disk_soft_mib, disk_hard_mib, cpu_units, lifecycle, desired_state)
            SELECT n.id, ${ctid}, u.id, p.id, '${name}', '${name}', 64, 64, 64,
                1024, 1024, 1000, 'ready', 'stopped'
            FROM node n, user u, template p
            WHERE n.name = '${node}' AND u.account = 'clara';
        INSERT INTO task (kind, vm_id, vm_name, user_id, actor, via, state,
                step, steps, started, finished)
            SELECT 'order', id, name, user_id, 'visitor', 'order', 'done', 1,
                1, NOW(3), NOW(3) FROM vm WHERE name = 'lejos'
                    AND name = '${name}';
        INSERT INTO task (kind, vm_id, vm_name, user_id, actor, via, state,
                step, steps, created, started, finished, unseen, error_code)
            SELECT 'cpu', id, name, user_id, 'admin', 'web', 'failed', 0, 1,
                NOW(3) - INTERVAL 2 HOUR, NOW(3) - INTERVAL 2 HOUR,
                NOW(3) - INTERVAL 2 HOUR, 1, 'timeout' FROM vm
                WHERE name = 'lejos' AND name = '${name}';
        INSERT INTO task (kind, vm_id, vm_name, user_id, actor, via, state,
                step, steps, started, finished)
            SELECT 'stop', id, name, user_id, 'clara', 'web', 'done', 1, 1,
                NOW(3), NOW(3) FROM vm WHERE name = '${name}';`;
}


before(async () => {
    const { base, ctids, daemon_port: port } = await stackOf(home);
    const { stdout } = await run('scripts/verb', [home, 'templates']);
    const template = /name=(busybox\S+)/.exec(stdout)?.[1] ?? '';

    number = Number(ctids.split('-')[1]) - 20;
    image = join(base, 'lxc/ct', String(number), 'image');
    await run('scripts/verb', [home, 'destroy', String(number)]);
    await run('scripts/verb', [home, 'create', String(number), template]);

    /* the same password as the administrator's: only its hash is known */
    own = await ownStack(home, {
        name: 'vzpanel_tasks',
        nodes: { local: Number(port), away: await freePort() },
        seed: `
            INSERT INTO node (name) VALUES ('local'), ('away');
            INSERT INTO template (name, label) VALUES ('${template}', 'Box');
            INSERT INTO user (account, first_name, email, password)
                SELECT 'clara', 'Clara', 'clara@example.org', password
                FROM user WHERE account = 'admin';
            ${container('local', 'caja', number)}
            ${container('away', 'lejos', number + 1)}`,
    });
    admin = await administrator();
    ask = await api(admin, own.url);

    browser = await launch();
    page = await browser.newPage(DESK);
    /* nginx is away for a moment, and with it the stream; who comes first when
       it is back is told to come again */
    wrong = complaints(page, new RegExp('status of 503|'
        + 'ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED|EMPTY_RESPONSE)'));
    await page.context().grantPermissions(['clipboard-read',
        'clipboard-write'], { origin: own.url });
    await signIn(page, admin, own.url);
});

after(async () => {
    await shot(page, 'tasks-last');
    await browser?.close();
    await own?.stop();
    await run('scripts/verb', [home, 'destroy', String(number)]);
});


/**
 * @param {string} name  of a container
 * @param {'start' | 'stop' | 'restart' | 'suspend'} verb
 */
async function begin(name, verb) {
    const { items } = (await ask('GET', `vms?q=${name}`)).body;
    const reply = await page.request.post(
        `${own.url}/api/vms/${items[0].id}/${verb}`,
        { data: verb === 'suspend' ? {} : undefined,
            headers: { 'Content-Type': 'application/json' } });

    assert.equal(reply.status(), 202, await reply.text());
}


/**
 * @param {string} title
 * @param {import('playwright-core').Page} [where]
 */
function task(title, where = page) {
    return where.locator('.task', { hasText: title });
}


/**
 * @param {import('playwright-core').Locator} where
 * @param {string | RegExp} text
 */
function line(where, text) {
    return where.locator('.log-line', { hasText: text }).first();
}


test('the table shows owner, actor and time, in low rows', async () => {
    const row = task('Pedido · lejos').locator('.task-row');

    await page.goto(`${own.url}/panel/tasks`);
    await row.waitFor();
    assert.deepEqual(await page.locator('.tasks thead th:visible')
        .allInnerTexts(),
    ['Tarea', 'Servidor', 'Cliente', 'Por', 'Cuándo', 'Estado']);
    assert.deepEqual((await row.locator('th, td').allInnerTexts()).slice(0, 4),
        ['Pedido', 'lejos', 'clara', 'visitante']);
    assert.match(await row.locator('time').getAttribute('title') ?? '',
        /\d{4}, \d+:\d\d:\d\d/);
    assert.match(await row.locator('time').getAttribute('datetime') ?? '',
        /^\d{4}-\d\d-\d\dT.*Z$/);

    for (const one of await page.locator('.task-row').all()) {
        assert.ok((await one.boundingBox() ?? { height: 99 }).height <= 40);
    }

    await row.getByRole('link', { name: 'clara' }).click();
    await page.locator('.side-title', { hasText: 'clara' }).waitFor();
    await page.goBack();
    await row.getByRole('link', { name: 'lejos' }).click();
    await page.waitForURL(/server\?id=\d+/);

    /* on a phone it is a card, with the links within */
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${own.url}/panel/tasks`);
    await row.waitFor();
    assert.equal(await page.locator('.tasks thead').isVisible(), false);
    await row.locator('.task-open').click();
    await task('Pedido · lejos').getByRole('link', { name: 'clara' })
        .waitFor();
    assert.equal(await page.evaluate(() =>
        document.documentElement.scrollWidth), 360);
    await shot(page, 'tasks-card-360');
    await page.setViewportSize({ width: 1280, height: 900 });
});


test('unseen failures come first and are counted',
    async () => {
        const first = page.locator('.task').first();
        const head = page.getByText('Fallaron y nadie las revisó');

        await page.goto(`${own.url}/panel/tasks`);
        await head.waitFor();
        await page.getByRole('button', { name: 'Fallidas (1)' }).waitFor();
        assert.match(await first.innerText(), /^Cambio de CPU/);
        assert.equal(await task('Cambio de CPU').count(), 1, 'it is there once');
        await shot(page, 'tasks-unseen-1280');

        const read = page.waitForResponse(/\/seen$/);

        await first.locator('.task-open').click();
        assert.equal((await read).status(), 204);
        await page.reload();
        await task('Cambio de CPU').waitFor();
        assert.equal(await head.isVisible(), false);
        assert.doesNotMatch(await first.innerText(), /^Cambio de CPU/);
        await page.getByRole('button', { name: 'Fallidas (1)' }).click();
        await task('Pedido').waitFor({ state: 'detached' });
        assert.equal(await page.locator('.task').count(), 1);
    });


test('a failed task is opened by keyboard, and its log can be read',
    async () => {
        await page.goto(`${own.url}/panel/tasks`);
        await task('caja').first().waitFor();
        await rename(image, `${image}.away`);
        await begin('caja', 'start');

        const one = task('Inicio · caja');

        await one.locator('.state', { hasText: 'Falló' }).waitFor();
        await one.locator('.task-open').focus();
        await page.keyboard.press('Enter');
        await line(one, 'Comenzó').waitFor();
        await line(one, `local: start ${number}`).waitFor();
        await line(one, 'Failed to run lxc.hook.pre-start').waitFor();
        await line(one, 'image: No such file or directory').waitFor();
        await line(one, 'Falló: El nodo rechazó la operación').waitFor();
        assert.match(await one.locator('.step-time').innerText(), /[\d,]+\ss$/);

        /* the log can be reached and scrolled without a mouse, and copied */
        await toward(page, one.locator('.log-lines'));
        await one.getByRole('button', { name: 'Copiar el registro' }).click();
        assert.match(await page.evaluate(() =>
            navigator.clipboard.readText()),
        /^\d{4}-\d\d-\d\dT[\d:.]+Z start: begun\n[^]*image: No such/);
        await shot(page, 'tasks-failed');
    });


test('the owner reads the reason, and nothing about the node', async () => {
    const context = await browser.newContext({ locale: 'en-GB',
        viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    const hers = await context.newPage();

    await signIn(hers, { account: 'clara', password: admin.password },
        own.url);
    await hers.goto(`${own.url}/panel/tasks`);

    /* what she ordered as a visitor she asked for herself */
    assert.equal(await task('Order · lejos', hers).locator('.task-actor')
        .innerText(), 'you');
    assert.equal(await task('Stop · caja', hers).locator('.task-actor')
        .innerText(), 'you');
    assert.equal(await task('Start · caja', hers).locator('.task-actor')
        .innerText(), 'admin');
    assert.equal(await hers.locator('.task-owner').count(), 0);
    await task('Start · caja', hers).locator('.task-open').click();
    await line(task('Start · caja', hers), 'Failed:').waitFor();
    assert.deepEqual(await hers.locator('.log-text').allInnerTexts(),
        ['Started', 'Failed: The node refused the operation']);
    assert.equal(await hers.getByRole('button', { name: 'Retry' }).count(), 0);
    assert.equal(await hers.evaluate(() =>
        document.documentElement.scrollWidth), 360);
    await shot(hers, 'tasks-phone');
    await context.close();
});


test('a failed task is retried, and its log grows until it is done', async () => {
    const one = task('Inicio · caja');

    await rename(`${image}.away`, image);
    await one.getByRole('button', { name: 'Reintentar' }).click();
    await one.locator('.state', { hasText: 'Hecha' }).waitFor();
    await line(one, 'admin la reintentó').waitFor();
    await line(one, /Hecho en [\d,]+\ss/).waitFor();
    await line(one, 'Falló:').waitFor();
    assert.equal(await one.getByRole('button', { name: 'Reintentar' }).count(),
        0);
    assert.equal(await one.locator('.task-error').innerText(), '');
});


test('the strip opens the log of a running task, with few requests',
    async () => {
        let asked = 0;

        page.on('request', (request) => {
            asked += /\/api\/tasks\/\d+$/.test(request.url()) ? 1 : 0;
        });

        const sheet = page.locator('dialog section',
            { hasText: 'Reinicio · caja' });

        await holding(home, [number], async () => {
            await begin('caja', 'restart');
            await page.locator('.strip').click();
            await sheet.locator('.step[data-state=running]').waitFor();
            await shot(page, 'tasks-strip');
        });

        await line(sheet, 'Se le pide que se apague').waitFor();
        await line(sheet, 'Se inicia').waitFor();
        await line(sheet, /Hecho en [\d,]+\ss/).waitFor();
        assert.ok(asked <= 4, `${asked} times`);
        await page.keyboard.press('Escape');
        await page.locator('.strip').waitFor({ state: 'hidden' });
    });


test('rows are filtered by container, actor and state', async () => {
    const titles = () => page.locator('.task .task-title')
        .allTextContents();
    const choose = async (/** @type {string} */ field,
        /** @type {string} */ text) => {
        await page.getByRole('combobox', { name: field }).fill(text);
        await page.getByRole('option').first().waitFor();
        await page.keyboard.press('Enter');
    };

    await page.goto(`${own.url}/panel/tasks`);
    await task('Parada · lejos').waitFor();
    await choose('Filtrar por servidor', 'caja');
    await task('Parada · lejos').waitFor({ state: 'detached' });
    assert.deepEqual(await titles(),
        ['Reinicio · caja', 'Inicio · caja', 'Parada · caja']);
    await choose('Filtrar por autor', 'clara');
    await task('Reinicio').waitFor({ state: 'detached' });
    assert.deepEqual(await titles(), ['Parada · caja']);
    await page.getByRole('button', { name: 'Fallidas' }).click();
    await page.getByText('Ninguna tarea coincide').waitFor();

    /* they are the address, and stay over a reload */
    assert.match(page.url(), /vm=\d+.*actor=clara|actor=clara.*vm=\d+/);
    await page.reload();
    await page.getByText('Ninguna tarea coincide').waitFor();
    await page.getByRole('button', { name: 'Hechas' }).click();
    await task('Parada · caja').waitFor();
});


test('a waiting task stays in the strip after a reload and a restart of nginx',
    async () => {
        const strip = page.locator('.strip');
        const there = () => strip.locator('.task-line',
            { hasText: 'Suspensión · lejos' }).waitFor();

        await page.goto(`${own.url}/panel/tasks`);
        await begin('lejos', 'suspend');
        await there();
        await page.reload();
        await there();
        assert.match(await strip.innerText(), /Una tarea/);

        await own.restart(() => page.locator('[data-name=lost]').waitFor());
        await page.locator('[data-name=lost]').waitFor({ state: 'detached' });
        await there();
        assert.match(await strip.innerText(), /Una tarea/);
        await page.reload();
        await there();
    });


test('a row opened before the list arrived stays open', async () => {
    /** @type {(value?: unknown) => void} */
    let release = () => {};
    const held = new Promise((done) => {
        release = done;
    });
    const one = task('Suspensión · lejos');
    const calls = /\/api\/tasks\?limit=/;

    await page.route(calls, async (route) => {
        await held;
        await route.continue();
    });
    await page.goto(`${own.url}/panel/tasks`);
    await one.locator('.task-open').click();
    release();
    await task('Reinicio · caja').waitFor();
    assert.notEqual(await one.getAttribute('data-open'), null);
    await page.unroute(calls);
    await page.reload();
    await task('Reinicio · caja').waitFor();
});


test('a waiting task is cancelled, and the strip empties', async () => {
    const one = task('Suspensión · lejos');

    await one.locator('.task-open').click();
    await line(one, `away: stop ${number + 1}`).waitFor();
    await line(one, /no connection to 127\.0\.0\.1:/).waitFor();
    await line(one, 'El intento 1 falló: El nodo no responde.'
        + ' Se repite en 0,5 s').waitFor();
    await one.getByRole('button', { name: 'Cancelar' }).click();
    await one.locator('.state', { hasText: 'Cancelada' }).waitFor();
    await line(one, 'admin la canceló').waitFor();
    await page.locator('.strip').waitFor({ state: 'hidden' });
    assert.equal((await ask('GET', 'tasks?state=queued,running')).body.items
        .length, 0);
});


test('the pages had no error of their own', () => {
    assert.deepEqual(wrong, []);
});
