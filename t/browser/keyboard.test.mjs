/*
 * Without a mouse: Tab comes to everything that can be pressed on every
 * screen, Enter and Space press it, and what opens is closed by Escape, which
 * leaves the focus where it was.
 */

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { complaints, maildir, url } from './browser.mjs';
import { holding } from './hold.mjs';
import { focused, press, toward } from './keyboard.mjs';
import { still } from './still.mjs';
import { show, walk } from './walk.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

const WALKS = 3;            /* of one screen, at most */
const SPANISH = { language: 'es', theme: 'light' };

/** @type {Awaited<ReturnType<typeof walk>>} */
let around;


before(async () => {
    around = await walk();
});

after(async () => {
    await around?.browser.close();
});


/**
 * Mark what can be pressed and is seen, in the dialog that is open or on the
 * page: their words, in the order of the marks.  Of radio buttons and of tabs
 * that arrows walk, one is enough; what is for programs that keep passwords is
 * nobody's.
 *
 * @param {Page} page
 */
function mark(page) {
    return page.evaluate(() => {
        const scope = document.querySelector('dialog[open]') ?? document.body;
        const all = [...scope.querySelectorAll(
            'a[href], button, input, select, textarea, summary,'
            + ' [tabindex="0"]')].filter((el) =>
            el.checkVisibility({ visibilityProperty: true })
            && !(/** @type {HTMLInputElement} */ (el).disabled)
            && el.getAttribute('aria-hidden') !== 'true'
            && !el.matches('[role=tab][tabindex="-1"]')
            && /** @type {HTMLInputElement} */ (el).type !== 'radio');

        document.querySelectorAll('[data-reach]').forEach((el) =>
            el.removeAttribute('data-reach'));
        all.forEach((el, i) => el.setAttribute('data-reach', String(i)));
        /** @type {HTMLElement | null} */ (document.activeElement)?.blur();

        return all.map((el) => `${el.tagName}.${el.className} ${
            el.getAttribute('aria-label') ?? el.getAttribute('name')
            ?? el.textContent}`.slice(0, 100));
    });
}


/**
 * How many marks are where they would be set now: fewer than were set, where
 * the page has drawn a part anew or opened a dialog since.
 *
 * @param {Page} page
 */
function marks(page) {
    return page.evaluate(() => (document.querySelector('dialog[open]')
        ?? document.body).querySelectorAll('[data-reach]').length);
}


/**
 * What can be pressed, and the Tab key does not come to.  A page that moved
 * meanwhile is walked again.
 *
 * @param {Page} page
 */
async function reach(page) {
    for (let walks = 1; ; walks++) {
        await still(page);

        const wanted = await mark(page);
        const seen = new Set();

        /* a field for a date takes several presses */
        for (let i = 0; i < wanted.length * 2 + 30
            && seen.size < wanted.length; i++)
        {
            await page.keyboard.press('Tab');

            const at = await page.evaluate(() =>
                document.activeElement?.getAttribute('data-reach'));

            if (at) {
                seen.add(at);
            }
        }

        const left = wanted.filter((_, i) => !seen.has(String(i)));

        if (left.length === 0 || walks === WALKS
            || await marks(page) === wanted.length)
        {
            return left;
        }
    }
}


test('Tab reaches every control of every screen', async () => {
    assert.deepEqual(await around.each(SPANISH, 1280, reach), []);
});


test('Tab reaches every control of a sheet on a phone', async () => {
    assert.deepEqual(await around.each(SPANISH, 360, reach,
        /&item=|^server\?/), []);
});


/**
 * What opens by a key, all within reach, and closes by Escape.
 *
 * @param {Page} page
 * @param {Locator} opener
 * @param {Locator} opened
 * @param {'Enter' | 'Space'} key
 */
async function opensAndCloses(page, opener, opened, key) {
    await press(page, opener, key);
    await opened.waitFor();

    const left = await reach(page);

    assert.deepEqual(left, []);
    await toward(page, opened.locator('a[href], button, input, select')
        .first());
    await page.keyboard.press('Escape');
    await opened.waitFor({ state: 'hidden' });
    await focused(page, opener);
}


/**
 * @param {string} path
 * @param {number} width
 * @param {(page: Page) => Promise<void>} use
 */
async function on(path, width, use) {
    const made = await around.context(SPANISH, true, width);
    const page = await made.newPage();
    const wrong = complaints(page, /status of 404/);

    await show(page, path);
    await use(page);
    assert.deepEqual(wrong, []);
    await made.close();
}


for (const width of [1280, 360]) {
    for (const section of ['templates', 'plans', 'users', 'addresses',
        'nodes', 'mail'])
    {
        test(`the editor of ${section} opens by Enter and closes by Escape, at ${
            width} px`, () => on(`administration?section=${section}`, width,
            async (page) => {
                const row = page.locator('.line .row-link').first();

                await row.waitFor();
                await opensAndCloses(page, row, page.locator('.editor'),
                    'Enter');

                const add = page.locator('.list-head button');

                if (await add.count() > 0) {
                    await opensAndCloses(page, add, page.locator('.editor'),
                        'Space');
                }
            }));
    }


    test(`Escape closes dialogs and returns the focus, at ${width} px`,
        () => on(`server?id=${around.customer.vm}&tab=hardware`, width,
            async (page) => {
                for (const action of ['suspend', 'destroy']) {
                    await opensAndCloses(page, page.locator(
                        `[data-action=${action}]`), page.locator('dialog'),
                    'Enter');
                }

                await show(page, 'status');
                await opensAndCloses(page, page.locator(
                    '.fleet-head .primary'), page.locator('dialog'), 'Enter');
            }));


    test(`Escape closes a question and leaves its editor open, at ${width} px`,
        () => on('administration?section=users', width, async (page) => {
            await press(page, page.locator('.line .row-link', {
                hasText: around.customer.account }));

            const lock = page.locator('[data-action=lock]');

            await press(page, lock, 'Space');
            await page.locator('dialog', { hasText: '¿Bloquear' }).waitFor();
            await page.keyboard.press('Escape');
            await page.locator('dialog', { hasText: '¿Bloquear' })
                .waitFor({ state: 'detached' });
            await focused(page, lock);
            await page.locator('.editor').waitFor();
        }));
}


test('the menu of a phone opens by Enter and closes by Escape',
    () => on('status', 360, async (page) => {
        const toggle = page.locator('.menu-toggle');

        await press(page, toggle);
        await toward(page, page.locator('#menu').getByRole('link',
            { name: 'Administración' }));
        await page.keyboard.press('Escape');
        await page.locator('#menu a').first().waitFor({ state: 'hidden' });
        await focused(page, toggle);
        await press(page, toggle, 'Space');
        await press(page, page.locator('#menu').getByRole('link',
            { name: 'Tareas' }));
        await page.waitForURL(/tasks/);
    }));


test('keys press theme, language and the links of the header',
    () => on('status', 1280, async (page) => {
        await press(page, page.locator('header .icon-button:visible').last(),
            'Space');
        await page.locator('html[data-theme=dark]').waitFor();
        await press(page, page.locator('header [lang=en]'));
        await press(page, page.getByRole('link', { name: 'Administration' }));
        await page.waitForURL(/administration/);
        await press(page, page.locator('.adm-tab[data-section=audit]'));
        await page.getByRole('heading', { name: 'Audit log' }).waitFor();
    }));


test('arrows walk the rows, and Tab goes on to the buttons of the panel',
    () => on('administration?section=plans', 1280, async (page) => {
        const rows = page.locator('.line .row-link');

        await toward(page, rows.first());
        await page.keyboard.press('ArrowDown');
        await focused(page, rows.nth(1));
        await page.keyboard.press('Home');
        await page.keyboard.press('Enter');
        await press(page, page.locator('aside .button').first());
        await page.locator('.editor').waitFor({ state: 'hidden' });
    }));


test('Enter opens the tasks under way, and Escape closes them',
    () => on('account', 1280, async (page) => {
        const strip = page.locator('button.strip');
        const { vm } = around.customer;
        const { ctid } = (await around.ask('GET', `vms/${vm}`)).body;

        await holding(dirname(maildir), [ctid], async () => {
            void around.ask('POST', `vms/${vm}/restart`);
            await press(page, strip);
            await page.locator('dialog').waitFor();
            await page.keyboard.press('Escape');
            await page.locator('dialog').waitFor({ state: 'detached' });
            await focused(page, strip);
        });
        await strip.waitFor({ state: 'hidden' });
        await page.goto(`${url}/panel/tasks?vm=${around.customer.vm}`);
        await page.locator('.task').first().waitFor();
    }));
