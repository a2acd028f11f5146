/*
 * The rooms in which the states of states.mjs are entered: a page for each kind
 * of person.
 */

import { cookie } from './browser.mjs';
import { within } from './still.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {ReturnType<import('./long-stack.mjs')['longPanel']>} Here */
/** @typedef {import('./states.mjs').State} State */
/** @typedef {import('./states.mjs').Who} Who */


/**
 * A page for each kind of person, kept for all states of his.
 *
 * @param {Here} here
 * @param {string} language
 * @param {number} [letters]  px of a plain one, as one sets it in the browser
 */
export function rooms({ browser, panel, password }, language, letters = 16) {
    /** @type {Map<Who, Promise<Page>>} */
    const made = new Map();

    /** @param {Who} who @param {number} width */
    const open = async (who, width) => {
        const context = await browser.newContext({
            locale: language === 'es' ? 'es-AR' : 'en-GB',
            viewport: { width, height: 800 }, reducedMotion: 'reduce',
        });

        if (who !== 'visitor') {
            const [name, value] = (await cookie({ password,
                account: who === 'admin' ? who : panel.accounts[who] },
            panel.url)).split('=');

            await context.addCookies([{ name, value, url: panel.url }]);
        }

        const page = await context.newPage();

        if (letters !== 16) {
            await (await context.newCDPSession(page)).send(
                'Page.setFontSizes', { fontSizes: { standard: letters,
                    fixed: letters } });
        }

        /* who is signed in has been to a page that knows it */
        await page.goto(`${panel.url}/panel/${
            who === 'visitor' ? 'contact' : 'account'}`);
        await page.locator('main h1').waitFor();

        return page;
    };

    return {
        /**
         * The page, in that state.
         *
         * @param {State} state
         * @param {number} width
         */
        async enter(state, width) {
            if (!made.has(state.who)) {
                made.set(state.who, open(state.who, width));
            }

            const where = `${state.name}, ${language}, ${width} px`;
            const page = await within(`${where}, to sign in`,
                /** @type {Promise<Page>} */ (made.get(state.who)));

            await within(`${where}, to come up`, (async () => {
                await page.setViewportSize({ width, height: 800 });
                await arrive(page, panel.url, state);
            })());

            return page;
        },

        /** @param {State} state @param {Page} page */
        leave: (state, page) => within(
            `${state.name}, ${language}, to be left`, depart(page, panel.url,
                state)),

        close: () => within(`all states, ${language}, to be closed`,
            (async () => {
                for (const page of made.values()) {
                    await (await page).context().close();
                }
            })()),
    };
}


/**
 * @param {Page} page
 * @param {string} url
 * @param {State} state
 */
async function arrive(page, url, state) {
    for (const [end, [status, body]] of Object.entries(state.answers ?? {})) {
        await page.route((at) => at.pathname === `/api/${end}`, (route) =>
            route.fulfill({ status, contentType: 'application/json',
                headers: status === 503 ? { 'Retry-After': '30' } : {},
                body: JSON.stringify(body) }));
    }

    if (state.fresh) {
        await page.goto(`${url}/panel/${state.path}`);
    } else {
        /* as a link does it, and never to the screen that is shown */
        await page.evaluate((path) => {
            document.getElementById('main')?.replaceChildren();

            for (const one of ['contact', path]) {
                history.pushState(null, '', new URL(one,
                    `${location.origin}/panel/`));
                dispatchEvent(new PopStateEvent('popstate'));
            }
        }, state.path);
    }

    await page.locator(state.sign ?? 'main h1').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('.skeleton,'
        + ' [data-busy]:not(.strip)'));
    await state.act?.(page);
    await page.evaluate(() => new Promise((done) =>
        requestAnimationFrame(() => setTimeout(done, 30))));
}


/**
 * @param {Page} page
 * @param {string} url
 * @param {State} state
 */
async function depart(page, url, state) {
    await page.evaluate(() => document.querySelectorAll('dialog')
        .forEach((one) => one.close()));

    if (state.answers) {
        await page.unrouteAll();
    }

    /* who would be asked whether to leave is asked nothing */
    if (await page.evaluate(async (js) => {
        const { isUnsaved } = await import(`${js}/ui/unsaved.js`);

        return isUnsaved();
    }, `${url}/panel/js`)) {
        await page.goto(`${url}/panel/contact`);
        await page.locator('main h1').waitFor();
    }
}
