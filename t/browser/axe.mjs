/* What axe-core finds on a page. */

import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const axe = await readFile(createRequire(import.meta.url)
    .resolve('axe-core/axe.min.js'), 'utf8');


/**
 * All of a page, from its top: what is scrolled below the head, which stays
 * there, would be a target that is covered.
 *
 * @param {import('playwright-core').Page} page
 */
export async function findings(page) {
    if (await page.evaluate(() => !Reflect.has(window, 'axe'))) {
        await page.evaluate(axe);
    }

    const found = await page.evaluate(async () => {
        scrollTo(0, 0);

        const result = await /** @type {any} */ (window).axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                'best-practice'], resultTypes: ['violations'],
        });

        return result.violations.map((/** @type {any} */ one) =>
            `${one.id}: ${one.nodes.map((/** @type {any} */ node) =>
                node.target.join(' ')).join(', ')}`);
    });

    return /** @type {string[]} */ (found);
}
