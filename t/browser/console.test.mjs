/*
 * The console of a server in the browser: a real shell on xterm.js, under the
 * pages' own policy; by keyboard, on a phone, and when the server is off.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, launch, settled, shot, signIn, url }
    from './browser.mjs';

const LARGEST = 100_000;        /* bytes of xterm.js, as they are sent */

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;
/** @type {import('./browser.mjs').Ask} */
let ask;
/** @type {string[]} */
let said;


before(async () => {
    browser = await launch();
    ana = await settled(await api(await administrator()), 'Ana');
    ask = await api(ana);
    page = await browser.newPage({ locale: 'es-AR' });
    page.setDefaultTimeout(20000);
    said = complaints(page);
    await signIn(page, ana);
});

after(async () => {
    await browser?.close();
});


/** @param {import('playwright-core').Page} on */
const rows = (on) => on.locator('.console-screen .xterm-rows');

/**
 * @param {RegExp} like
 * @param {import('playwright-core').Page} [on]
 */
async function shows(like, on = page) {
    await rows(on).filter({ hasText: like }).waitFor();
}

/**
 * Type at a prompt, and Enter. With each prompt BusyBox's shell asks where the
 * cursor is, and loses ten bytes that come close behind the answer (1.35.0, on
 * any terminal): letters are tried until one stays, and are taken back.
 */
async function command(/** @type {string} */ text, on = page) {
    let stays = false;

    await shows(/#\s*$/, on);

    for (let n = 0; !stays; n += 1) {
        assert.ok(n < 40, 'the shell takes no letter');
        await on.keyboard.type('z');
        stays = await rows(on).filter({ hasText: /#\s*z+\s*$/ })
            .waitFor({ timeout: 500 }).then(() => true, () => false);
    }

    await on.keyboard.press('Control+u');
    await on.keyboard.type(`${text}\n`);
}

/** A screen with nothing but a prompt. */
async function cleared(on = page) {
    await command('clear', on);
    await shows(/^\s*\S+ #\s*$/, on);
}


test('a shell, and what is loaded for it when it is opened', async () => {
    /** @type {import('playwright-core').Request[]} */
    const loaded = [];

    page.on('request', (request) => {
        if (request.url().includes('/vendor/')) {
            loaded.push(request);
        }
    });

    await page.goto(`${url}/panel/server?id=${ana.vm}`);
    await page.getByRole('tab', { name: 'Consola' }).waitFor();
    assert.equal(loaded.length, 0, 'nothing of it with the page');

    const began = Date.now();

    await page.getByRole('tab', { name: 'Consola' }).click();
    await shows(/#/);
    console.log(`# a prompt ${Date.now() - began} ms after the click`);

    const xterm = loaded.find((one) => /xterm\.js$/.test(one.url()));
    const sizes = await xterm?.sizes();

    assert.ok(sizes && sizes.responseBodySize > 1000
        && sizes.responseBodySize <= LARGEST,
    `${sizes?.responseBodySize} bytes`);

    await command('echo $((6 * 7)) seen');
    await shows(/42 seen/);
    await shot(page, 'console');
});


test('its colours and its font pass the policy of the pages', async () => {
    await command("clear; printf '\\033[31mr''ot\\033[38;2;1;2;3mt''rue'");
    await shows(/rottrue/);

    const [red, own, font] = await rows(page).evaluate((node) => {
        const spans = [...node.querySelectorAll('span')];
        const look = (/** @type {RegExp} */ text) => getComputedStyle(
            spans.find((one) => text.test(one.textContent ?? '')) ?? node);

        return [look(/^rot/).color, look(/^true/).color,
            getComputedStyle(node).fontFamily];
    });

    assert.notEqual(red, own);
    assert.match(own, /rgb\(1, 2, 3\)/);
    assert.match(font, /mono/i);
    assert.deepEqual(said, []);
});


test('a program that prints without end is stopped by ^C', async () => {
    await command("clear; yes vz''flood");
    await shows(/vzflood/);

    const began = Date.now();

    await page.keyboard.press('Control+c');
    await shows(/\^C.*#/s);
    console.log(`# a prompt ${Date.now() - began} ms after ^C`);
    assert.ok(Date.now() - began < 5000);
    await command("clear; echo st''opped");
    await shows(/stopped/);
});


test('keys are the server’s, and one leads out', async () => {
    await cleared();
    await page.keyboard.type('echo tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('?');
    assert.equal(await page.locator('dialog[open]').count(), 0);
    assert.ok(await page.evaluate(() =>
        document.activeElement?.closest('.console-screen') !== null));

    await page.keyboard.press('Control+F6');
    assert.equal(await page.evaluate(() =>
        document.activeElement?.textContent?.trim()), 'Terminal');
    await page.keyboard.press('Shift+Tab');
    assert.ok(await page.evaluate(() =>
        document.activeElement?.closest('.console') === null));
    await page.locator('.console-screen textarea').focus();
    await page.keyboard.press('Control+c');
});


test('a paste of many lines arrives whole', async () => {
    await command("clear; stty -echo; echo re''ady; md5sum; stty echo");
    await shows(/ready/);

    const text = Array.from({ length: 2000 }, (_, i) => `line ${i}`).join('\n');

    await page.locator('.console-screen textarea').evaluate((node, pasted) => {
        const data = new DataTransfer();

        data.setData('text/plain', pasted);
        node.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data,
            bubbles: true, cancelable: true }));
    }, `${text}\n`);
    await page.keyboard.press('Control+d');

    const { createHash } = await import('node:crypto');

    await shows(new RegExp(createHash('md5').update(`${text}\n`)
        .digest('hex')));
});


test('a shell that is left offers another; the log of the boot', async () => {
    await command('clear; exit');
    await page.getByText('La sesión terminó').waitFor();
    await page.getByRole('button', { name: 'Abrir otra vez' }).click();
    await shows(/#/);

    await page.getByRole('button', { name: 'Registro del arranque' }).click();
    await page.getByText(/arranque actual/).waitFor();
    await page.getByRole('button', { name: 'Terminal' }).click();
    await shows(/#/);
});


test('on a phone it has the keys that its keyboard lacks', async () => {
    const context = await browser.newContext({ locale: 'es-AR',
        hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 },
        storageState: await page.context().storageState() });
    const phone = await context.newPage();
    const heard = complaints(phone);

    phone.setDefaultTimeout(20000);
    await phone.goto(`${url}/panel/server?id=${ana.vm}&tab=console`);
    await shows(/#/, phone);

    const bar = phone.getByRole('toolbar', { name: 'Teclas' });

    await command("clear; yes ph''one", phone);
    await shows(/phone/, phone);
    await bar.getByRole('button', { name: 'Ctrl' }).tap();
    await phone.keyboard.type('c');
    /* when all that was on its way has been shown */
    await shows(/\^C(?:(?!phone).)*#\s*$/s, phone);
    await cleared(phone);
    await command("echo qu''iet", phone);
    await shows(/quiet/, phone);
    await bar.getByRole('button', { name: 'Flecha arriba' }).tap();
    await phone.keyboard.press('Enter');
    await shows(/quiet.*quiet/s, phone);
    await shot(phone, 'console-phone');

    assert.equal(await phone.evaluate(() =>
        document.documentElement.scrollWidth), 390, 'nothing sticks out');
    assert.deepEqual(heard, []);
    await context.close();
});


test('a server that is off offers to be started, and opens when it runs',
    async () => {
        await ask('POST', `vms/${ana.vm}/stop`);
        await page.getByText('El servidor está apagado. Inícielo').waitFor();
        assert.equal(await rows(page).isVisible(), false);
        await shot(page, 'console-off');
        await page.locator('.console-off [data-action=start]').click();
        await shows(/#/);
        assert.deepEqual(said, []);
    });
