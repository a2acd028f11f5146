/*
 * The description of the API: valid by a public validator, and true: every
 * operation in it is asked of the running server.
 *
 *   VZPANEL_URL    http://127.0.0.1:18080
 *   VZPANEL_MAIL   the Maildir; the stack's credentials lie beside it
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';

const api = `${process.env.VZPANEL_URL ?? 'http://127.0.0.1:8080'}/api`;
const home = dirname(process.env.VZPANEL_MAIL ?? 'run/mail');

/** @typedef {{security: object[], requestBody?: object}} Operation */

/** @type {{openapi: string, paths: Record<string, Record<string, Operation>>,
 *     components: {schemas: Record<string, any>}}} */
let description;
let cookie = '';


/** @returns {[string, string, Operation][]} */
function operations() {
    return Object.entries(description.paths).flatMap(([path, methods]) =>
        Object.entries(methods)
            .filter(([method]) => method !== 'parameters')
            .map(([method, operation]) =>
                /** @type {[string, string, Operation]} */
                ([method.toUpperCase(), path, operation])));
}


/**
 * @param {string} method
 * @param {string} path
 * @param {Record<string, string>} headers
 */
async function ask(method, path, headers) {
    const stop = new AbortController();
    const answer = await fetch(api + path
        .replace('{secret}', '0'.repeat(64))
        .replace(/\{\w+\}/g, '999999'), {
        method, signal: stop.signal,
        headers: { 'Content-Type': 'application/json', ...headers },
        body: method === 'GET' ? undefined : '{}',
    });
    const type = answer.headers.get('content-type') ?? '';

    if (type.startsWith('text/event-stream')) {
        stop.abort();
    } else {
        await answer.text();
    }

    return { status: answer.status, type };
}


before(async () => {
    description = await (await fetch(`${api}/openapi.json`)).json();

    const lines = (await readFile(join(home, 'credentials'), 'utf8'))
        .trim().split('\n');
    const answer = await fetch(`${api}/session`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(lines.map((line) =>
            line.split(/=(.*)/s).slice(0, 2)))),
    });

    assert.equal(answer.status, 200);
    cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0];
});


test('the description is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(description));

    assert.deepEqual(result.errors ?? [], []);
    assert.equal(result.valid, true);
    assert.equal(description.openapi, '3.1.0');
    assert.ok(operations().length > 20);
});


test('its patterns are regular expressions that a browser reads', () => {
    for (const schema of Object.values(description.components.schemas)) {
        for (const member of Object.values(schema.properties)) {
            if (member.pattern) {
                assert.doesNotThrow(() => new RegExp(member.pattern, 'u'),
                    member.pattern);
            }
        }
    }
});


test('a visitor gets 401 from every operation that needs a session',
    async () => {
        for (const [method, path, operation] of operations()) {
            if (operation.security.length > 0) {
                const { status, type } = await ask(method, path, {});

                assert.equal(status, 401, `${method} ${path}`);
                assert.match(type, /^application\/problem\+json/);
            }
        }
    });


test('every operation is there and answers as described', async () => {
    const all = operations();
    const last = all.filter(([method, path]) =>
        method === 'DELETE' && path === '/session');

    for (const [method, path] of [...all.filter((one) => !last.includes(one)),
        ...last]) {
        const { status, type } = await ask(method, path, { Cookie: cookie });

        assert.ok(![405, 500, 501, 502, 504].includes(status),
            `${method} ${path} answers ${status}`);
        assert.ok(status === 204 || status === 503
            || /^(application\/(problem\+)?json|text\/)/.test(type),
        `${method} ${path} answers ${status} as "${type}"`);
        assert.ok(status < 300 || path.includes('{') || [400, 404, 409, 412,
            415, 422, 428].includes(status),
        `${method} ${path} answers ${status}`);
    }
});
