/*
 * The morning after a restore, in a browser on real parts: what a node has and
 * the panel does not know is adopted, one after another and by keyboard alone,
 * found to be one that is missing, or left alone.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { administrator, api, complaints, customer, DESK, launch, maildir, shot,
    signIn, url } from './browser.mjs';
import { press, toward } from './keyboard.mjs';

const run = promisify(execFile);
const mark = Date.now().toString(36).slice(-5);

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
/** @type {Awaited<ReturnType<typeof customer>>} */
let owner;
/** @type {{id: number, name: string, ctid: number}} */
let lost;
/** @type {{id: number, ctid_max: number}} */
let node;
/** @type {number[]} */
const made = [];


/** @param {(string | number)[]} words */
function verb(...words) {
    return run('scripts/verb', [dirname(maildir), ...words.map(String)]);
}


/**
 * A container that somebody makes on the node, by hand.
 *
 * @param {string} name
 * @param {number} n
 * @param {string} template
 */
async function byHand(name, n, template) {
    const ctid = node.ctid_max - 300 - n;

    await verb('create', ctid, template);
    await verb('setname', ctid, `${name}-${mark}`);
    await verb('setmemoryp', ctid, '64M');
    made.push(ctid);
}


before(async () => {
    admin = await administrator();
    ask = await api(admin);
    owner = await customer(ask, 'Eva');
    [node] = (await ask('GET', 'admin/nodes')).body.items;

    const template = (await ask('GET', `vms/${owner.vm}`)).body.template;

    for (const [n, name] of ['alfa', 'beta', 'gama', 'delta'].entries()) {
        await byHand(name, 4 - n, template);
    }

    /* hers came back from elsewhere: the node has it under another tag */
    lost = (await ask('GET', `vms/${owner.vm}`)).body;
    await verb('adopt', lost.ctid, '00000000000000aa');

    /* the panel hears of them by the node's next list */
    for (let i = 0; i < 100; i++) {
        const [now] = (await ask('GET', 'admin/nodes')).body.items;

        if (now.strangers >= 4 && now.missing >= 1) {
            break;
        }

        await wait(100);
    }

    browser = await launch();
    page = await browser.newPage(DESK);
    wrong = complaints(page, /status of (404|409|422)/);
    await signIn(page, admin);
});

after(async () => {
    await shot(page, 'strangers-last');
    await browser?.close();

    for (const ctid of made) {
        await verb('destroy', ctid);
    }
});


/** @param {string} words */
function line(words) {
    return page.locator('.line', { hasText: words });
}


/** @param {string} words */
function opened(words) {
    return page.locator('.panel h2', { hasText: words }).waitFor();
}


/** The owner, by the finder. */
async function chooseOwner() {
    await toward(page, page.locator('.editor [name=account]'));
    await page.keyboard.type(owner.account);
    await page.locator('.combo-item', { hasText: owner.account }).first()
        .waitFor();
    await page.keyboard.press('Enter');
}


test('Nodes counts unknown containers and links to them', async () => {
    await page.goto(`${url}/panel/administration?section=nodes`);
    await line('local').getByRole('link', { name: /desconocidos/ }).waitFor();
    await shot(page, 'strangers-nodes');
    await press(page, line('local').getByRole('link',
        { name: /desconocidos/ }));
    await line(`alfa-${mark}`).waitFor();
    await page.locator('.missing-card', { hasText: lost.name }).waitFor();
    await shot(page, 'strangers');
});


test('one adoption follows another, and the list keeps its place', async () => {
    await press(page, line(`alfa-${mark}`).locator('.row-link'));
    await opened(`alfa-${mark}`);
    await shot(page, 'strangers-adopt');

    /* an owner is needed */
    await toward(page, page.locator('.editor [name=account]'));
    await page.keyboard.press('Enter');
    await page.locator('.editor [name=account][aria-invalid=true]').waitFor();

    for (const [name, next] of [['alfa', 'beta'], ['beta', 'gama']]) {
        await chooseOwner();
        await press(page, page.locator('.editor [type=submit]'));
        await opened(`${next}-${mark}`);
        await line(`${name}-${mark}`).waitFor({ state: 'detached' });
        assert.match(page.url(), /section=strangers&node=\d+&item=\d+$/);
    }

    const { items } = (await ask('GET', `vms?q=${mark}`)).body;

    assert.deepEqual(items.map((/** @type {any} */ one) =>
        [one.name, one.owner.account, one.lifecycle]).sort(), [
        [`alfa-${mark}`, owner.account, 'ready'],
        [`beta-${mark}`, owner.account, 'ready']]);
});


test('an unknown container is ignored, and counted again',
    async () => {
        await press(page, page.locator('.editor').getByRole('button',
            { name: 'Ignorar' }));
        await opened(`delta-${mark}`);
        await page.locator('.left-card', { hasText: `gama-${mark}` })
            .waitFor();
        assert.equal(await line(`gama-${mark}`).count(), 0);
        await press(page, page.getByRole('button',
            { name: `Volver a contar gama-${mark}` }));
        await line(`gama-${mark}`).waitFor();
    });


test('a missing container is recognized by name and address', async () => {
    await press(page, line(lost.name).locator('.row-link'));
    await opened(lost.name);

    /* its own entry is proposed, and nothing more is asked for */
    assert.equal(await page.locator('.editor [name=as]').inputValue(),
        String(lost.id));
    assert.equal(await page.locator('.editor [name=account]').isVisible(),
        false);
    await press(page, page.locator('.editor [type=submit]'));
    await line(lost.name).waitFor({ state: 'detached' });
    await page.locator('.missing-card', { hasText: lost.name })
        .waitFor({ state: 'detached' });
    assert.equal((await ask('POST', `vms/${lost.id}/restart`)).body.state,
        'done');
});


test('a refusal of the node is shown in the form', async () => {
    const seen = (await ask('GET', `admin/nodes/${node.id}/containers`)).body
        .items.find((/** @type {any} */ one) =>
            one.hostname === `gama-${mark}`);

    await press(page, line(`gama-${mark}`).locator('.row-link'));
    await opened(`gama-${mark}`);
    await verb('adopt', seen.ctid, '00000000000000bb');
    await chooseOwner();
    await press(page, page.locator('.editor [type=submit]'));
    await page.locator('.form-error', { hasText: 'No existe' }).waitFor();
});


test('the list fits a phone and a desk, in both languages', async () => {
    for (const [locale, word] of [['es-AR', 'Adoptar'], ['en-GB', 'Adopt']]) {
        const phone = await browser.newPage({ locale,
            viewport: { width: 360, height: 740 } });

        complaints(phone, /$^/, wrong);
        await signIn(phone, admin);
        await phone.goto(
            `${url}/panel/administration?section=strangers&node=${node.id}`);
        await phone.locator('.line', { hasText: `delta-${mark}` }).waitFor();
        assert.ok(await phone.evaluate('document.documentElement.scrollWidth'
            + ' <= document.documentElement.clientWidth'));
        await shot(phone, `strangers-phone-${locale.slice(0, 2)}`);
        await phone.locator('.line .row-link', { hasText: `delta-${mark}` })
            .click();
        await phone.locator('dialog').getByRole('button', { name: word })
            .waitFor();
        await shot(phone, `strangers-phone-adopt-${locale.slice(0, 2)}`);
        await phone.setViewportSize({ width: 1280, height: 900 });
        await phone.reload();
        await phone.locator('.panel').getByRole('button', { name: word })
            .waitFor();
        await shot(phone, `strangers-desk-adopt-${locale.slice(0, 2)}`);
        await phone.close();
    }
});


test('the pages had no error of their own', () => {
    assert.deepEqual(wrong, []);
});
