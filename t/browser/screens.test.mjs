/*
 * The screens as docs/screens.md shows them, in both themes; and every
 * screen in every state, with the longest names that there may be, in both
 * languages, on a phone and a desk: each comes up, axe-core finds nothing on
 * it, and where VZPANEL_SHOTS names a folder it is pictured.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { administrator, api, customer, shot, signIn, url }
    from './browser.mjs';
import { findings } from './axe.mjs';
import { longPanel } from './long-stack.mjs';
import { rooms, STATES } from './states.mjs';

/** @type {[string, string, string][]} name, path, what must be there */
const SCREENS = [
    ['plans', '', 'h1'],
    ['order', 'order?plan=Básico', '[name=dni]'],
    ['signin', 'signin', '[name=password]'],
    ['status', 'status', '[role=meter]'],
    ['server', 'server?', '[role=meter]'],
    ['hardware', 'server?tab=hardware&', '.hw-card'],
    ['administration', 'administration?section=templates', 'table'],
];

/** @type {{account: string, password: string}} */
let admin;
let vm = 0;

const here = longPanel(async () => {
    admin = await administrator();
    ({ vm } = await customer(await api(admin), 'Ana'));
});


for (const theme of /** @type {const} */ (['light', 'dark'])) {
    test(`the screens come up, ${theme}`, async () => {
        const context = await here.browser.newContext({
            locale: 'es-AR', colorScheme: theme,
            viewport: { width: 1280, height: 860 },
        });
        const page = await context.newPage();

        for (const [name, path, sign] of SCREENS) {
            if (name === 'status') {
                await signIn(page, admin);
            }

            await page.goto(`${url}/panel/${path}`
                + (path.startsWith('server') ? `id=${vm}` : ''));
            await page.locator(sign).first().waitFor();
            assert.notEqual(await page.locator('h1').first().innerText(), '');
            await shot(page, `${name}-${theme}`);
        }

        await context.close();
    });
}


/**
 * Every state, pictured and looked through.
 *
 * @param {string} language
 * @param {number} width
 */
async function looked(language, width) {
    const all = rooms(here, language);
    const wrong = [];

    for (const state of STATES) {
        const page = await all.enter(state, width);

        await shot(page, `${state.name}-${language}-${width}`, 0);
        wrong.push(...(await findings(page)).map((one) =>
            `${state.name}, ${language}, ${width} px: ${one}`));
        await all.leave(state, page);
    }

    await all.close();

    return wrong;
}


for (const language of ['es', 'en']) {
    test(`every state comes up and axe finds nothing, ${language}`, async () => {
        const wrong = await Promise.all([360, 1280].map((width) =>
            looked(language, width)));

        assert.deepEqual(wrong.flat(), []);
    });
}
