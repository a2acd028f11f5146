/*
 * Every screen, in both themes and both languages: axe-core finds nothing;
 * at 360 px nothing scrolls sideways; every button and link is reached by
 * the Tab key.
 */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { administrator, api, launch, maildir, shot, signIn, url }
    from './browser.mjs';
import { mails, value } from './mailbox.mjs';

const axe = await readFile(createRequire(import.meta.url)
    .resolve('axe-core/axe.min.js'), 'utf8');

const PUBLIC = ['', 'order', 'signin', 'signin?forgot=1', 'contact',
    'nothing-here', `reset#token=${'0'.repeat(64)}`];

/** @type {string[]} */
const visitor = [...PUBLIC];

/** @type {string[]} */
const own = ['status', 'tasks', 'account', 'hardware',
    'administration', ...['templates', 'plans', 'users', 'addresses', 'nodes',
        'orders', 'mail', 'audit'].map((one) =>
        `administration?section=${one}`),
    'administration?section=plans&item=new',
    'administration?section=users&item=1',
    'administration?section=addresses&item=1'];

const LOOKS = ['es', 'en'].flatMap((language) => ['light', 'dark']
    .map((theme) => ({ language, theme })));

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Cookie[]} */
let cookies;
/** @type {{account: string, password: string}} */
let customer;


before(async () => {
    const admin = await administrator();
    const ask = await api(admin);
    const mark = Date.now().toString().slice(-8);
    const email = `eva.${mark}@example.org`;
    const templates = (await ask('GET', 'templates')).body.items;
    const order = await ask('POST', 'orders', {
        first_name: 'Eva', last_name: 'Ruiz', dni: mark, email,
        plan: 'Básico', template: templates.at(-1).name });

    assert.equal(order.body.state, 'done', JSON.stringify(order.body.error));

    const { vm } = order.body;
    const [mail] = await mails(maildir, email, 20);

    customer = { account: order.body.account,
        password: value(mail, 'Contraseña') || value(mail, 'Password') };
    visitor.push(`order#follow=${order.body.order}`);
    own.push(`status?vm=${vm.id}`, `hardware?vm=${vm.id}`,
        `tasks?vm=${vm.id}`, `tasks?task=${order.body.task}`);
    browser = await launch();

    const page = await browser.newPage();

    await signIn(page, admin);
    cookies = await page.context().cookies();
    await page.close();
});

after(async () => {
    await browser?.close();
});


/**
 * @param {{language: string, theme: string}} look
 * @param {boolean} signedIn
 * @param {number} width
 */
async function context(look, signedIn, width) {
    const made = await browser.newContext({
        locale: look.language === 'es' ? 'es-AR' : 'en-GB',
        colorScheme: /** @type {'light' | 'dark'} */ (look.theme),
        viewport: { width, height: 800 }, reducedMotion: 'reduce',
        ...(width < 600 ? { hasTouch: true, isMobile: true } : {}),
    });

    if (signedIn) {
        await made.addCookies(cookies);
    }

    return made;
}


/**
 * @param {import('playwright-core').Page} page
 * @param {string} path
 */
async function show(page, path) {
    await page.goto(`${url}/panel/${path}`);
    await page.locator('main h1').first().waitFor();
    await page.waitForLoadState('load');
    await page.locator('.skeleton').first()
        .waitFor({ state: 'detached' });
    await page.waitForFunction(() => !document.querySelector('[data-busy]'
        + ':not(.strip)'));
    await page.waitForTimeout(250);         /* lists that were asked for */
}


/** @param {import('playwright-core').Page} page */
async function findings(page) {
    await page.evaluate(axe);

    const found = await page.evaluate(async () => {
        const result = await /** @type {any} */ (window).axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                'best-practice'],
        });

        return result.violations.map((/** @type {any} */ one) =>
            `${one.id}: ${one.nodes.map((/** @type {any} */ node) =>
                node.target.join(' ')).join(', ')}`);
    });

    return /** @type {string[]} */ (found);
}


for (const look of LOOKS) {
    test(`axe finds nothing, ${look.language}, ${look.theme}`, async (t) => {
        const wrong = [];

        for (const [paths, signedIn] of /** @type {[string[], boolean][]} */ (
            [[visitor, false], [own, true]]))
        {
            const made = await context(look, signedIn, 1280);
            const page = await made.newPage();

            for (const path of paths) {
                await show(page, path);

                for (const one of await findings(page)) {
                    wrong.push(`${path || 'plans'}: ${one}`);
                }
            }

            await made.close();
        }

        t.diagnostic(`${visitor.length + own.length} screens`);
        assert.deepEqual(wrong, []);
    });
}


test('at 360 px nothing scrolls sideways and axe finds nothing', async () => {
    const wrong = [];

    for (const [paths, signedIn] of /** @type {[string[], boolean][]} */ (
        [[visitor, false], [own, true]]))
    {
        const made = await context({ language: 'es', theme: 'dark' },
            signedIn, 360);
        const page = await made.newPage();

        for (const path of paths) {
            await show(page, path);

            const over = await page.evaluate(() =>
                document.documentElement.scrollWidth - innerWidth);

            if (over > 0) {
                wrong.push(`${path}: ${over} px sideways`);
            }

            for (const one of await findings(page)) {
                wrong.push(`${path || 'plans'}: ${one}`);
            }

            await shot(page, `phone-${path.replace(/\W+/g, '-') || 'plans'}`);
        }

        await made.close();
    }

    assert.deepEqual(wrong, []);
});


/**
 * What can be pressed and is seen, and what the Tab key came to.  Of radio
 * buttons and of tabs that arrows walk, one is enough.
 *
 * @param {import('playwright-core').Page} page
 */
async function reach(page) {
    const wanted = await page.evaluate(() => {
        const scope = document.querySelector('dialog[open]') ?? document.body;
        const all = [...scope.querySelectorAll(
            'a[href], button, input, select, summary')].filter((el) =>
            el.checkVisibility({ visibilityProperty: true })
            && !(/** @type {HTMLInputElement} */ (el).disabled)
            && /** @type {HTMLInputElement} */ (el).type !== 'radio');

        all.forEach((el, i) => el.setAttribute('data-reach', String(i)));
        /** @type {HTMLElement | null} */ (document.activeElement)?.blur();

        return all.map((el) => `${el.tagName}.${el.className} ${
            el.getAttribute('aria-label') ?? el.getAttribute('name')
            ?? el.textContent}`.slice(0, 100));
    });
    const seen = new Set();

    /* a field for a date takes several presses */
    for (let i = 0; i < wanted.length * 2 + 30; i++) {
        await page.keyboard.press('Tab');
        seen.add(await page.evaluate(() =>
            document.activeElement?.getAttribute('data-reach')));

        if (seen.size > wanted.length) {
            break;
        }
    }

    return wanted.filter((_, i) => !seen.has(String(i)));
}


test('every button and link is reached by the keyboard', async () => {
    const wrong = [];

    for (const [paths, signedIn] of /** @type {[string[], boolean][]} */ (
        [[visitor, false], [own, true]]))
    {
        const made = await context({ language: 'es', theme: 'light' },
            signedIn, 1280);
        const page = await made.newPage();

        for (const path of paths) {
            await show(page, path);

            for (const one of await reach(page)) {
                wrong.push(`${path || 'plans'}: ${one}`);
            }
        }

        await made.close();
    }

    assert.deepEqual(wrong, []);
});


test('so are the dialogs of Hardware, on a phone and on a wide screen',
    async () => {
        const wrong = [];
        const path = own.find((one) => one.startsWith('hardware?')) ?? '';

        for (const width of [360, 1280]) {
            const made = await context({ language: 'en', theme: 'dark' },
                true, width);
            const page = await made.newPage();

            await show(page, path);

            for (const open of [page.getByRole('button', { name: 'Order' }),
                page.locator('[data-action=destroy]'),
                page.locator('[data-action=suspend]')])
            {
                await open.click();
                await page.locator('dialog form').waitFor();
                wrong.push(...await findings(page), ...await reach(page));
                await page.keyboard.press('Escape');
                await page.locator('dialog').waitFor({ state: 'detached' });
            }

            await made.close();
        }

        assert.deepEqual(wrong, []);
    });


test('a customer with a mailed password, and with one server', async () => {
    const wrong = [];
    const made = await context({ language: 'es', theme: 'dark' }, false, 360);
    const page = await made.newPage();

    await signIn(page, customer);
    await page.locator('[name=old]').waitFor();
    wrong.push(...await findings(page), ...await reach(page));
    await page.locator('[name=old]').fill(customer.password);
    await page.locator('[name=new]').fill(`${customer.password}-x`);
    await page.locator('main [type=submit]').click();
    await page.locator('.vm-state').waitFor();
    wrong.push(...await findings(page), ...await reach(page));
    assert.equal(await page.evaluate(() =>
        document.documentElement.scrollWidth - innerWidth), 0);
    await made.close();
    assert.deepEqual(wrong, []);
});
