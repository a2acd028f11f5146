/*
 * One's own account: the profile, an address of mail that its link proves, a
 * password that is guessed first, and what was done.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { findings } from './axe.mjs';
import { still } from './still.mjs';
import { administrator, api, complaints, launch, maildir, settled, shot,
    signIn, url } from './browser.mjs';
import { mails } from './mailbox.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {Awaited<ReturnType<typeof settled>>} */
let who;
/** @type {string[]} */
let wrong;

let stop = '';

const fresh = `moved-${Date.now().toString(36)}@example.org`;

before(async () => {
    browser = await launch();
    who = await settled(await api(await administrator()), 'Anacleta');
    page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(15000);
    wrong = complaints(page, /status of (401|410|422)/);
    await signIn(page, who);
    await page.goto(`${url}/panel/account`);
    await card('Activity').locator('li').first().waitFor();
    await shot(page, 'account');
});

after(async () => {
    await shot(page, 'account-last');
    await browser?.close();
});

/** What axe finds, when no colour changes any more. */
async function found() {
    await page.locator('main h1').first().waitFor();
    await still(page);
    await page.waitForFunction(() => !document.querySelector(
        '[data-busy]:not(.strip)')
        && document.getAnimations().every((one) =>
            one.effect?.getTiming().iterations === Infinity));

    return findings(page);
}


const card = (/** @type {string} */ title) => page.locator('.card').filter({
    has: page.getByRole('heading', { name: title, exact: true }) });


/**
 * The newest link of a kind that was mailed to an address.
 *
 * @param {string} address
 * @param {string} kind
 */
async function linkTo(address, kind) {
    for (const until = Date.now() + 20000; Date.now() < until; ) {
        const link = (await mails(maildir, address, 1)).join('\n')
            .match(new RegExp(`email#token=${kind}-[0-9a-f]{64}`));

        if (link) {
            return `${url}/panel/${link[0]}`;
        }

        await pause(50);
    }

    throw new Error(`no link to ${kind} came to ${address}`);
}


test('the profile is changed, and a refusal names its field', async () => {
    const profile = card('Profile');

    await profile.locator('[name=phone]').fill('12');
    await profile.getByRole('button', { name: 'Save' }).click();
    await profile.locator('.field:has([name=phone]) .field-error svg')
        .waitFor();
    assert.equal(await page.locator(':focus').getAttribute('name'), 'phone');
    await profile.locator('[name=phone]').fill('+34 600 000 000');
    await profile.locator('[name=last_name]').fill('Ortega');
    await profile.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.reload();
    await page.getByText('Anacleta Ortega').first().waitFor();
    assert.equal(await profile.locator('[name=phone]').inputValue(),
        '+34 600 000 000');
    assert.equal(await profile.locator('[name=dni]').count(), 0,
        'the document is an administrator\'s');
    assert.deepEqual(await found(), []);
});


test('a password of own words is refused before it is sent', async () => {
    const password = card('Password');

    await password.locator('[name=old]').fill(who.password);
    await password.locator('[name=new]').fill('anacleta.99');
    await password.locator('[type=submit]').click();
    await password.getByText('It is like your name').waitFor();
    await password.locator('[name=new]').fill('qwertyuiop');
    await password.locator('[type=submit]').click();
    await password.getByText('guessed first').waitFor();
    assert.deepEqual(await found(), []);
});


test('another address waits for its link, is sent again, is given up',
    async () => {
        const email = card('E-mail');

        await email.locator('[name=email]').fill(fresh);
        await email.getByRole('button', { name: 'Change the address' })
            .click();
        await email.getByText('is not confirmed yet').waitFor();
        assert.deepEqual(await found(), []);
        await email.getByRole('button', { name: 'Send again' }).click();
        await page.getByText('We mailed the link').first().waitFor();
        await email.getByRole('button', { name: 'Cancel the change' })
            .click();
        await email.getByText('is not confirmed yet')
            .waitFor({ state: 'detached' });
        await page.goto(await linkTo(fresh, 'confirm'));
        await page.getByRole('button', { name: 'Confirm', exact: true })
            .click();
        await page.getByText('was used already').waitFor();
    });


test('its link changes it behind a click',
    async () => {
        const other = `twice-${fresh}`;

        await page.goto(`${url}/panel/account`);
        await card('E-mail').locator('[name=email]').fill(other);
        await card('E-mail').locator('[type=submit]').click();
        await card('E-mail').getByText('is not confirmed yet').waitFor();

        stop = await linkTo(who.email, 'stop');

        await page.goto(await linkTo(other, 'confirm'));
        assert.deepEqual(await found(), []);
        await page.getByRole('button', { name: 'Confirm', exact: true })
            .click();
        await page.getByText('the account uses this address').waitFor();
        await page.goto(`${url}/panel/account`);
        await card('E-mail').getByText(other).waitFor();
    });


test('what was done is listed', async () => {
    const list = card('Activity');

    await list.getByText('Address changed').first().waitFor();
    await list.locator('select').selectOption('session');
    await list.locator('li').getByText('Sign-in').first().waitFor();
    await list.getByText('by password').first().waitFor();
    assert.equal(await list.locator('li').getByText('Address changed')
        .count(), 0);
    assert.deepEqual(await found(), []);
});


test('the old address takes it back, and ends all sessions', async () => {
    await page.goto(stop);
    assert.deepEqual(await found(), []);
    await page.getByRole('button', { name: 'Stop the change' }).click();
    await page.getByText('Undone:').waitFor();
    await page.goto(`${url}/panel/account`);
    await page.locator('[name=account]').waitFor();
    await signIn(page, who);
    await page.goto(`${url}/panel/account`);
    await card('E-mail').getByText(who.email).waitFor();
    assert.deepEqual(wrong, []);
});
