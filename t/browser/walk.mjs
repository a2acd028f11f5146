/* Every screen, and how it is looked at: language, theme, width. */

import { administrator, api, cookie, customer, launch, url }
    from './browser.mjs';
import { follow, still } from './still.mjs';

/** @typedef {{language: string, theme: string}} Look */

const PUBLIC = ['', 'order', 'signin', 'signin?forgot=1', 'contact',
    'nothing-here', `reset#token=${'0'.repeat(64)}`];

const SECTIONS = ['templates', 'plans', 'users', 'addresses', 'nodes',
    'orders', 'mail', 'audit'];

/* What of them can be added, and has an editor. */
const EDITORS = SECTIONS.filter((one) => !['orders', 'mail', 'audit']
    .includes(one));


/** A browser, somebody with a container, and the paths of all screens. */
export async function walk() {
    const admin = await administrator();
    const ask = await api(admin);
    const who = await customer(ask, 'Eva');
    const [name, value] = (await cookie(admin)).split('=');
    const browser = await launch();
    const first = async (/** @type {string} */ section) =>
        (await ask('GET', `admin/${section}?limit=1`)).body.items[0].id;

    /** @type {[string[], boolean][]} paths, and whether one is signed in */
    const all = [
        [[...PUBLIC, `order#follow=${who.link}`], false],
        [['status', 'tasks', 'account', 'administration',
            ...['overview', 'hardware', 'activity'].map((tab) =>
                `server?id=${who.vm}&tab=${tab}`),
            `tasks?vm=${who.vm}`, `tasks?task=${who.task}`,
            ...SECTIONS.map((one) => `administration?section=${one}`),
            ...EDITORS.map((one) => `administration?section=${one}&item=new`),
            ...await Promise.all([...EDITORS, 'mail'].map(async (one) =>
                `administration?section=${one}&item=${await first(one)}`))],
        true],
    ];

    /**
     * @param {Look} look
     * @param {boolean} signedIn
     * @param {number} width
     */
    const context = async (look, signedIn, width) => {
        const made = await browser.newContext({
            locale: look.language === 'es' ? 'es-AR' : 'en-GB',
            colorScheme: /** @type {'light' | 'dark'} */ (look.theme),
            viewport: { width, height: 800 }, reducedMotion: 'reduce',
            ...(width < 600 ? { hasTouch: true, isMobile: true } : {}),
        });

        if (signedIn) {
            await made.addCookies([{ name, value, url }]);
        }

        return made;
    };

    return {
        browser, customer: who, all, context, ask,

        /**
         * Every screen, one after another.
         *
         * @param {Look} look
         * @param {number} width
         * @param {(page: import('playwright-core').Page, path: string)
         *     => Promise<string[]>} seen  what is wrong with it
         * @param {RegExp} [only]  paths
         */
        async each(look, width, seen, only = /^/) {
            const wrong = [];

            for (const [paths, signedIn] of all) {
                const made = await context(look, signedIn, width);
                const page = await made.newPage();

                for (const path of paths.filter((one) => only.test(one))) {
                    await show(page, path);

                    for (const one of await seen(page, path)) {
                        wrong.push(`${path || 'plans'}: ${one}`);
                    }
                }

                await made.close();
            }

            return wrong;
        },
    };
}


/**
 * A screen, with all that belongs to it.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} path
 */
export async function show(page, path) {
    follow(page);
    await page.goto(`${url}/panel/${path}`);
    await page.locator('main h1').first().waitFor();
    await still(page);
}
