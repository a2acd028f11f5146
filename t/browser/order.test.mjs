/*
 * The whole job as a visitor does it, in a browser, on real parts: order,
 * watch the steps tick, read the mail, sign in, watch the bars, stop, start,
 * restart, and enter the container by ssh.
 *
 *   VZPANEL_URL    http://127.0.0.1:18080
 *   VZPANEL_MAIL   the Maildir of the mail server
 *   VZPANEL_SHOTS  where pictures go, if wanted
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { administrator, api, complaints, launch, maildir, shot, url }
    from './browser.mjs';
import { holding } from './hold.mjs';
import { mails, value } from './mailbox.mjs';
import { stackOf } from './own-stack.mjs';

const run = promisify(execFile);
const home = dirname(maildir);
const mark = Date.now().toString().slice(-9);
const email = `visita.${mark}@example.org`;

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let wrong;
let account = '';
let password = '';
let address = '';


before(async () => {
    browser = await launch();
    page = await browser.newPage({
        locale: 'es-AR', viewport: { width: 1280, height: 860 },
    });
    wrong = complaints(page, /status of (410|422)/);
});

after(async () => {
    await shot(page, 'last');
    await browser?.close();
});


/** The numbers that the next containers of the stack get. */
async function nextNumbers() {
    const first = Number((await stackOf(home)).ctids.split('-')[0]);
    const ask = await api(await administrator());
    const taken = new Set((await ask('GET', 'vms?limit=200')).body.items
        .map((/** @type {{ctid: number}} */ one) => one.ctid));

    return Array.from({ length: taken.size + 4 }, (_, i) => first + i)
        .filter((ctid) => !taken.has(ctid));
}


/** @param {string} command */
async function ssh(command) {
    const { stdout } = await run('sshpass', ['-e', 'ssh',
        '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null',
        '-o', 'LogLevel=ERROR', '-o', 'ConnectTimeout=5',
        '-o', 'PreferredAuthentications=password', '-o', 'ConnectionAttempts=20',
        `root@${address}`, command],
    { env: { ...process.env, SSHPASS: password }, timeout: 60000 });

    return stdout.trim();
}


/** The token of the link that was mailed last. */
async function reset() {
    for (const until = Date.now() + 20000; Date.now() < until; ) {
        const link = (await mails(maildir, email, 1)).join('\n')
            .match(/reset#token=([0-9a-f]{64})/i);

        if (link) {
            return link[1];
        }

        await page.waitForTimeout(100);
    }

    throw new Error('no mail with a link came');
}


/** @param {string} word */
async function state(word) {
    await page.locator('.vm-state', { hasText: word })
        .waitFor({ timeout: 60000 });
}


/** @param {string} label */
function figure(label) {
    return page.getByRole('meter', { name: label })
        .getAttribute('aria-valuetext');
}


/**
 * Wait until a bar says something else than it said.
 *
 * @param {string} label
 * @param {string | null} said
 */
async function moved(label, said) {
    await page.waitForFunction(([name, old]) => {
        const bar = document.querySelector(`[role=meter][aria-label="${name}"]`);

        return bar && bar.getAttribute('aria-valuetext') !== old;
    }, [label, said], { timeout: 30000 });
}


/** @param {string} action */
async function press(action) {
    await page.locator(`.vm button[data-action=${action}]:not([disabled])`)
        .click();

    if (action !== 'start') {
        await page.locator('dialog').getByRole('button').first().waitFor();
        await page.locator('dialog .dialog-foot button').last().click();
    }
}


test('a visitor chooses a plan and fills the form', async () => {
    await page.goto(`${url}/panel/`);
    await page.getByRole('heading', { name: 'Básico' }).waitFor();
    await shot(page, 'plans');
    await page.getByRole('link', { name: 'Contratar el plan Básico' }).click();

    await page.locator('[name=first_name]').fill('Ana');
    await page.getByLabel('Apellido').fill('Pérez');
    await page.getByLabel('DNI').fill('no es');
    await page.getByLabel('Correo electrónico').fill(email);
    await page.locator('form').getByText('Debian 12').click();
    await page.getByRole('button', { name: 'Contratar' }).click();

    /* a wrong field is named, gets the focus, and nothing is lost */
    await page.locator('[name=dni][aria-invalid=true]').waitFor();
    assert.equal(await page.evaluate(() =>
        document.activeElement?.getAttribute('name')), 'dni');
    assert.equal(await page.getByLabel('Correo electrónico').inputValue(), email);

    await page.getByLabel('DNI').fill(mark.slice(0, 8));
    await shot(page, 'order');
});


test('the steps tick live until the container runs', async (t) => {
    const steps = (/** @type {string[]} */ ...states) =>
        page.waitForFunction((wanted) => wanted.join() === [
            .../** @type {NodeListOf<HTMLElement>} */ (
                document.querySelectorAll('.step'))].slice(0, wanted.length)
            .map((step) => step.dataset.state).join(), states);

    let begun = 0;

    /* account and address are done with the order itself */
    await holding(home, await nextNumbers(), async () => {
        await page.getByRole('button', { name: 'Contratar' }).click();
        await steps('done', 'done', 'running', 'queued');
        await shot(page, 'order-running');
        begun = Date.now();
    });

    await page.locator('.step').nth(6).and(page.locator('[data-state=done]'))
        .waitFor({ timeout: 60000 });
    t.diagnostic(`from the lock to the step start done: ${
        Date.now() - begun} ms`);
    await page.getByRole('heading', { name: 'Listo en' }).waitFor();
    await steps('done', 'done', 'done', 'done', 'done', 'done', 'done',
        'done');
    await shot(page, 'order-live');
});


test('one mail brings account, password and address', async () => {
    const all = await mails(maildir, email, 20);

    assert.equal(all.length, 1);
    account = value(all[0], 'Usuario');
    password = value(all[0], 'Contraseña');
    address = value(all[0], 'Dirección');
    assert.match(account, /^[a-z][a-z0-9._-]+$/);
    assert.ok(password.length >= 12);
    assert.match(address, /^[0-9.]+$/);
});


/* what follows needs what came before */

test('the mailed account signs in and sees the container run', async () => {
    await page.getByRole('link', { name: 'Ingresar al panel' }).click();
    await page.getByLabel('Usuario').fill(account);
    await page.getByLabel('Contraseña', { exact: true }).fill(password);
    await shot(page, 'signin');
    await page.getByRole('button', { name: 'Ingresar' }).click();

    /* nothing is open but the change of a password that came by mail */
    await page.getByText('Recibió esta contraseña por correo').waitFor();
    await page.goto(`${url}/panel/status`);
    await page.getByText('Recibió esta contraseña por correo').waitFor();
    await page.getByLabel('Contraseña actual').fill(password);
    await page.getByLabel('Contraseña nueva').fill('once gatos verdes');
    await shot(page, 'account-first');
    await page.getByRole('button', { name: 'Cambiar la contraseña' }).click();
    await state('En marcha');
});


test('the bars of memory, disk and CPU move', async () => {
    await page.getByRole('meter', { name: 'Memoria' }).waitFor();

    const full = () => page.getByRole('meter', { name: 'Memoria' })
        .getAttribute('aria-valuenow').then(Number);
    const [memory, disk, cpu] = [await full(),
        ...await Promise.all(['Disco', 'CPU'].map(figure))];

    /* looked at from before: CPU is idle again soon after */
    const seen = Promise.all([moved('Disco', disk), moved('CPU', cpu)]);

    /* what lies in shared memory counts as used until it is removed: more of
       it than a container that has just started may give back meanwhile */
    await ssh('head -c 24M /dev/zero > /dev/shm/file;'
        + 'dd if=/dev/urandom of=/root/file bs=1M count=48 2>/dev/null; sync');
    await seen;

    for (const until = Date.now() + 30000; await full() < memory + 15; ) {
        assert.ok(Date.now() < until, `${memory} %, and ${await full()} %`);
        await page.waitForTimeout(100);
    }

    await shot(page, 'status');
});


test('a person with an account is sent to sign in', async () => {
    const other = await (await browser.newContext({ locale: 'es-AR' }))
        .newPage();

    await other.goto(`${url}/panel/order?plan=B%C3%A1sico`);
    await other.locator('[name=first_name]').fill('Ana');
    await other.getByLabel('Apellido').fill('Pérez');
    await other.getByLabel('DNI').fill(mark.slice(0, 8));
    await other.getByLabel('Correo electrónico').fill(email);
    await other.locator('form').getByText('Debian 12').click();
    await other.getByRole('button', { name: 'Contratar' }).click();
    await other.getByRole('alert').getByRole('link',
        { name: 'Ingresar' }).click();
    await other.getByLabel('Usuario', { exact: true }).waitFor();
    await other.context().close();
});


test('stop, start and restart are seen without a reload', async () => {
    await page.evaluate(() => Object.assign(window, { kept: true }));

    await press('stop');
    await state('Detenido');
    await shot(page, 'status-stopped');
    assert.equal(await page.getByText('No se detuvo desde aquí').count(), 0);
    await press('start');
    await state('En marcha');
    await press('restart');
    await state('Reiniciando');
    await state('En marcha');

    assert.equal(await page.evaluate(() => Reflect.get(window, 'kept')), true);
});


test('ssh with the mailed password finds the plan\'s limits', async (t) => {
    const disk = Number((await ssh('df -m /')).split('\n')[1].split(/\s+/)[1]);
    const memory = Number(/Mem: +(\d+)/.exec(await ssh('free -m'))?.[1]);

    t.diagnostic(`df -m / says ${disk} MB, free -m says ${memory} MB`);
    assert.equal(disk, 1024);
    assert.equal(memory, 64);
    assert.match(await ssh('hostname'), /^vps/);
});


test('a mailed link resets a forgotten password', async () => {
    await page.getByRole('button', { name: 'Salir' }).click();
    await page.getByText('¿Olvidó su contraseña?').click();
    await page.getByLabel('Usuario o correo electrónico').fill(email);
    await page.getByRole('button', { name: 'Enviar enlace' }).click();
    await page.getByText('le enviamos un enlace').waitFor();

    const token = await reset();

    await page.goto(`${url}/panel/reset#token=${token}`);
    await page.getByLabel('Contraseña nueva').fill('doce nubes rojas');
    await shot(page, 'reset');
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByLabel('Usuario', { exact: true }).fill(account);
    await page.getByLabel('Contraseña', { exact: true }).fill('doce nubes rojas');
    await page.getByRole('button', { name: 'Ingresar' }).click();
    await state('En marcha');

    /* once */
    await page.goto(`${url}/panel/reset#token=${token}`);
    await page.getByLabel('Contraseña nueva').fill('trece lunas altas');
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('ya se usó o venció').waitFor();
});


test('the pages had no error of their own', () => {
    assert.deepEqual(wrong, []);
});
