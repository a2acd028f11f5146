/*
 * People in the pages: the same people are taken and refused as by the API,
 * because the grammars are the same, letter by letter.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { grammar, strangeIn } from '../../html/js/lib/people.js';
import { url } from './browser.mjs';

const lines = (await readFile(new URL('../unit/people.tsv', import.meta.url),
    'utf8')).split('\n').filter((one) => /^\w/.test(one))
    .map((one) => one.split('\t').map((part) => part.replace(
        /\\u([0-9A-F]{4})/g,
        (_, code) => String.fromCharCode(Number.parseInt(code, 16)))));


test('the pages accept and refuse the same people as the API', () => {
    assert.ok(lines.length > 350);

    for (const [line, taken, text, more] of lines) {
        const kind = line === 'name' ? 'first_name' : line;

        assert.equal(grammar(kind).rule.test(text), taken === '+',
            `${kind} ${text}`);

        if (taken === '-') {
            assert.equal(strangeIn(kind, text), more ?? '',
                `${kind} ${text}`);
        }
    }
});


test('the pages have the patterns of the API\'s description', async () => {
    const { components } = await (await fetch(`${url}/api/openapi.json`))
        .json();
    const { properties } = components.schemas.OrderBody;

    for (const name of ['first_name', 'last_name', 'dni', 'phone', 'email',
        'province', 'address'])
    {
        assert.equal(grammar(name).rule.source, properties[name].pattern,
            name);
    }
});
