/*
 * The texts of the pages: every language says everything, with the same
 * {names}, and no key that the code asks for is missing.
 */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const html = new URL('../../html/', import.meta.url);


/**
 * Those everybody gets, those for who is signed in, and an administrator's.
 *
 * @param {string} language
 * @returns {Promise<Record<string, unknown>>}
 */
async function texts(language) {
    const parts = await Promise.all(['', 'own.', 'admin.']
        .map(async (part) => JSON.parse(await readFile(
            new URL(`i18n/${part}${language}.json`, html), 'utf8'))));
    const texts = Object.assign({}, ...parts);

    /* none of them twice */
    assert.equal(parts.flatMap((part) => Object.keys(part)).length,
        Object.keys(texts).length);

    return texts;
}


/** @param {unknown} text */
function names(text) {
    return [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort();
}


test('Spanish and English say the same things', async () => {
    const [es, en] = await Promise.all([texts('es'), texts('en')]);

    assert.deepEqual(Object.keys(en).sort(), Object.keys(es).sort());

    for (const [key, text] of Object.entries(es)) {
        assert.deepEqual(names(en[key]), names(text), key);
    }
});


test('every text that the pages name is there', async () => {
    const es = await texts('es');
    const files = (await readdir(html, { recursive: true }))
        .filter((name) => name.endsWith('.js'));
    const missing = [];

    for (const name of files) {
        const code = await readFile(new URL(name, html), 'utf8');

        for (const [, key] of code.matchAll(/\bt\(\s*'([\w.]+)'/g)) {
            if (!Object.hasOwn(es, key)) {
                missing.push(`${name}: ${key}`);
            }
        }
    }

    assert.deepEqual(missing, []);
});


test('what everybody loads names no text that comes later', async () => {
    const base = JSON.parse(await readFile(new URL('i18n/es.json', html),
        'utf8'));
    const all = await texts('es');
    const early = ['app.js', 'screens/plans.js', 'screens/order.js',
        'screens/order-live.js', 'screens/signin.js', 'screens/reset.js',
        'screens/contact.js', 'parts/header.js', 'parts/form.js',
        'parts/fault.js', 'parts/steps.js', 'parts/toast.js',
        'parts/button.js', 'parts/loading.js'];
    const missing = [];

    for (const name of early) {
        const code = await readFile(new URL(name, html), 'utf8');

        for (const [, key] of code.matchAll(/'([a-z]+(?:\.[a-z]+)+)'/g)) {
            if (Object.hasOwn(all, key) && !Object.hasOwn(base, key)) {
                missing.push(`${name}: ${key}`);
            }
        }
    }

    assert.deepEqual(missing, []);
});
