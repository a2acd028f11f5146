/*
 * Who one is is asked again, over what one was doing: given up, nothing
 * is done; wrong, it is asked for again; right, what was asked for is done.
 */

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { findings } from './axe.mjs';
import { administrator, api, complaints, launch, maildir, settled, signIn, url }
    from './browser.mjs';
import { query, stackOf } from './own-stack.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {Awaited<ReturnType<typeof settled>>} */
let who;
/** @type {string[]} */
let wrong;

before(async () => {
    browser = await launch();
    who = await settled(await api(await administrator()), 'Ana');
    page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(15000);
    wrong = complaints(page, /status of (403|422)/);
    await signIn(page, who);

    const { base } = await stackOf(dirname(maildir));

    await query(base, 'UPDATE vzpanel.session s JOIN vzpanel.user u'
        + ' ON u.id = s.user_id SET s.proven = s.proven - INTERVAL 16 MINUTE'
        + ` WHERE u.account = '${who.account}'`);
    await page.goto(`${url}/panel/account`);
});

after(async () => {
    await browser?.close();
});

const dialog = () => page.locator('dialog[open]');


test('given up, nothing is done, and the page says why', async () => {
    await page.locator('.card:has(.token-made) [name=name]').fill('backup');
    await page.getByRole('button', { name: 'Create token' }).click();
    await dialog().getByText('Confirm that it is you').waitFor();
    assert.equal(await page.locator(':focus').getAttribute('name'),
        'password');
    assert.deepEqual(await findings(page), []);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.getByText('Confirm that it is you to do this').waitFor();
    assert.equal(await page.locator('.token-made code').count(), 0);
    assert.equal(await page.locator('.card:has(.token-made) [name=name]').inputValue(),
        'backup', 'what was typed is there');
});


test('a wrong one is said, the right one does what was asked for', async () => {
    await page.getByRole('button', { name: 'Create token' }).click();
    await dialog().locator('[name=password]').fill('not it');
    await page.keyboard.press('Enter');
    await dialog().getByText('This is not your password').first().waitFor();
    await dialog().locator('[name=password]').fill(who.password);
    await page.keyboard.press('Enter');
    await page.locator('.token-made code').waitFor();
    assert.equal(await dialog().count(), 0);

    /* and is not asked for again */
    await page.locator('.card:has(.token-made) [name=name]').fill('other');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.locator('.line, .token, li').getByText('other').first()
        .waitFor();
    assert.equal(await dialog().count(), 0);
    assert.deepEqual(wrong, []);
});
