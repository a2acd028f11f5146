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


/** All of what the browser runs, as one text. */
async function code() {
    const files = (await readdir(html, { recursive: true }))
        .filter((name) => /\.(js|html)$/.test(name));

    return (await Promise.all(files.map((name) =>
        readFile(new URL(name, html), 'utf8')))).join('\n');
}


test('no text is there that no page names', async () => {
    const all = await code();

    /* "kind.order" is named as it is, or made of `kind.${…}`, word('kind', …) */
    const dead = Object.keys(await texts('es')).filter((key) =>
        !all.includes(`'${key}'`)
        && !key.split('.').some((_, i, parts) => {
            const begin = parts.slice(0, i).join('.');

            return i > 0 && (all.includes(`\`${begin}.\${`)
                || new RegExp(`word\\(\\s*'${begin}'`).test(all));
        }));

    assert.deepEqual(dead, []);
});


test('no rule of style is for a class that no page has', async () => {
    const said = ((await code()).replace(/\/\*.*?\*\//gs, '')
        .match(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g) ?? []).join('\n');
    const dead = [];

    for (const name of await readdir(html)) {
        if (name.endsWith('.css')) {
            const rules = (await readFile(new URL(name, html), 'utf8'))
                .replace(/\/\*.*?\*\//gs, '');
            const classes = new Set([...rules.matchAll(/([^{}]+)\{/g)]
                .flatMap(([, head]) => [...head.matchAll(/\.([a-z][\w-]*)/g)])
                .map(([, one]) => one));

            dead.push(...[...classes].filter((one) => !new RegExp(
                `(^|[^\\w.-])${one}($|[^\\w-])`, 'm').test(said))
                .map((one) => `${name}: .${one}`));
        }
    }

    assert.deepEqual(dead, []);
});


test('everything that daemon and panel say by code has words', async () => {
    const es = await texts('es');
    const table = await readFile(new URL('../../src/wire/say.c',
        import.meta.url), 'utf8');
    const rows = [...table.matchAll(/\{ "(\w+)", "([^"]+)"/g)];

    assert.ok(rows.length > 50);

    for (const [, code, pattern] of rows) {
        const text = es[`say.${code}`];

        assert.ok(text, code);

        for (const name of names(text)) {
            assert.ok(pattern.includes(name), `${code} has no ${name}`);
        }
    }

    assert.deepEqual(Object.keys(es).filter((key) => key.startsWith('say.')
        && !rows.some(([, code]) => key === `say.${code}`)), []);
});
