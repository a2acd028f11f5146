/* What axe-core finds on a page. */

import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const axe = await readFile(createRequire(import.meta.url)
    .resolve('axe-core/axe.min.js'), 'utf8');


const ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
    'best-practice'];


/**
 * All of a page, from its top: what is scrolled below the head, which stays
 * there, would be a target that is covered.
 *
 * @param {import('playwright-core').Page} page
 * @param {string[]} [only]  rules, or tags of rules
 */
export async function findings(page, only = ALL) {
    if (await page.evaluate(() => !Reflect.has(window, 'axe'))) {
        await page.evaluate(axe);
    }

    const found = await page.evaluate(async (runOnly) => {
        scrollTo(0, 0);

        const result = await /** @type {any} */ (window).axe.run(document, {
            runOnly, resultTypes: ['violations'],
        });

        return result.violations.map((/** @type {any} */ one) =>
            `${one.id}: ${one.nodes.map((/** @type {any} */ node) =>
                node.target.join(' ')).join(', ')}`);
    }, only);

    return /** @type {string[]} */ (found);
}


/**
 * Change the theme, and wait until all colours are its own.
 *
 * @param {import('playwright-core').Page} page
 * @param {'light' | 'dark'} colorScheme
 */
async function turn(page, colorScheme) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(async () => {
        /* the end of one may begin that of what inherits its colour */
        for (let quiet = 0; quiet < 2; quiet += 1) {
            await new Promise((done) => requestAnimationFrame(done));

            const open = document.getAnimations()
                .filter((one) => one instanceof CSSTransition);

            if (open.length) {
                await Promise.allSettled(open.map((one) => one.finished));
                quiet = -1;
            }
        }
    });
}


/**
 * The same in the other theme, of which only colours are its own.
 *
 * @param {import('playwright-core').Page} page
 */
export async function darkFindings(page) {
    await turn(page, 'dark');

    const found = await findings(page, ['color-contrast',
        'link-in-text-block']);

    await turn(page, 'light');

    return found.map((one) => `dark: ${one}`);
}
