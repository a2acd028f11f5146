/*
 * The tests of boxes-es and boxes-en: every screen in every state, with the
 * longest names that there may be, from a small phone to a wide screen, and with
 * letters twice as large: it comes up, axe-core finds nothing, what is on it is
 * measured (boxes.mjs), and where VZPANEL_SHOTS names a folder
 * it is pictured.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { darkFindings, findings } from './axe.mjs';
import { faults } from './boxes.mjs';
import { shot } from './browser.mjs';
import { longPanel } from './long-stack.mjs';
import { rooms } from './rooms.mjs';
import { STATES } from './states.mjs';
import { within } from './still.mjs';

/** @typedef {ReturnType<typeof longPanel>} Here */

/* A screen comes up at the first of each, and is made wider or narrower. */
const WIDTHS = [[360, 768], [1280, 1024, 1920]];

/* Those on which there is most, for letters twice as large. */
const CROWDED = /^(plans|order|signin|live-done|status|server|tasks|task|account|one|many|hardware|adm-(users|nodes|users-item))$/;

/*
 * Which themes axe-core looks at: colours are the same in both languages and at
 * all widths, words and what has room are not.
 */
/** @type {Record<string, Record<number, typeof findings[]>>} */
const THEMES = {
    es: { 360: [findings], 1280: [findings, darkFindings] },
    en: { 360: [findings] },
};


/**
 * What axe-core says of a state, of which it takes the picture.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name  of the picture
 * @param {typeof findings[]} [themes]
 */
async function looked(page, name, themes = []) {
    const found = [];

    await shot(page, name, 0);

    for (const look of themes) {
        found.push(...await look(page));
    }

    return found;
}


/**
 * What hears of a width is told before a frame is drawn.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} width
 */
async function widened(page, width) {
    await page.setViewportSize({ width, height: 800 });
    await page.evaluate(() => new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(done))));
}


/**
 * What is wrong on each of some states.
 *
 * @param {Here} here
 * @param {string} language
 * @param {number[]} widths
 * @param {RegExp} only
 * @param {number} [letters]  px of a plain one; larger ones are only measured
 */
async function measured(here, language, widths, only, letters) {
    const all = rooms(here, language, letters);
    /** @type {string[]} */
    const wrong = [];

    for (const state of STATES.filter(({ name }) => only.test(name))) {
        const page = await all.enter(state, widths[0]);
        const place = `${state.name}, ${language}, ${widths[0]} px`;

        if (!letters) {
            (await within(`${place}, to be looked at`, looked(page,
                `${state.name}-${language}-${widths[0]}`,
                THEMES[language][widths[0]])))
                .forEach((one) => wrong.push(`${place}: ${one}`));
        }

        for (const width of widths) {
            const where = `${state.name}, ${language}, ${width} px`;

            await within(`${where}, to be made so wide`,
                widened(page, width));
            (await within(`${where}, to be measured`, faults(page)))
                .forEach((one) => wrong.push(`${where}: ${one}`));
        }

        await all.leave(state, page);
    }

    await all.close();

    return wrong;
}


/**
 * A file for each language: together they take too long for one.
 *
 * @param {string} language
 */
export function allStates(language) {
    const here = longPanel();

    test('axe finds nothing; nothing is cut off, out of reach or on top of'
        + ' others', async (t) => {
        const begun = Date.now();
        const wrong = await Promise.all(WIDTHS.map((widths) =>
            measured(here, language, widths, /^/)));

        t.diagnostic(`${STATES.length} states, 5 widths: ${
            Math.round((Date.now() - begun) / 1000)} s`);
        assert.deepEqual(wrong.flat(), []);
    });

    test('nothing is cut off where letters are twice as large', async () => {
        assert.deepEqual(await measured(here, language, [1280, 360], CROWDED,
            32), []);
    });
}
