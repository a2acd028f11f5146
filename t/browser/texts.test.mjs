/*
 * The texts of the pages: every language says everything, with the same
 * {names}, and no key that the code asks for is missing.
 */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const html = new URL('../../html/', import.meta.url);


/**
 * Those everybody gets, and those of the administrator's screens.
 *
 * @param {string} language
 * @returns {Promise<Record<string, unknown>>}
 */
async function texts(language) {
    const parts = await Promise.all([language, `admin.${language}`]
        .map(async (name) => JSON.parse(await readFile(
            new URL(`i18n/${name}.json`, html), 'utf8'))));

    assert.deepEqual(Object.keys(parts[0]).filter((key) =>
        Object.hasOwn(parts[1], key)), []);

    return Object.assign({}, ...parts);
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
