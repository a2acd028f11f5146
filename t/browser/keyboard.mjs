/* The keyboard as somebody without a mouse uses it. */

import assert from 'node:assert/strict';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */


/**
 * Tab, as often as it takes, until the focus is there.
 *
 * @param {Page} page
 * @param {Locator} there
 */
export async function toward(page, there) {
    await there.first().waitFor();

    for (let i = 0; i < 150; i++) {
        if (await there.first().evaluate((el) =>
            el === document.activeElement))
        {
            return;
        }

        await page.keyboard.press('Tab');
    }

    assert.fail(`Tab does not reach ${there}`);
}


/**
 * The same, and then the key that presses it.
 *
 * @param {Page} page
 * @param {Locator} there
 * @param {'Enter' | 'Space'} [key]
 */
export async function press(page, there, key = 'Enter') {
    await toward(page, there);
    await page.keyboard.press(key);
}


/**
 * Wait until the focus is there.
 *
 * @param {Page} page
 * @param {Locator} there
 */
export async function focused(page, there) {
    await there.and(page.locator(':focus')).waitFor();
}
