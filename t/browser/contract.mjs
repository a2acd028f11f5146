/*
 * The OpenAPI document as a contract: what is asked and what is answered is
 * held to it.  A reply may not have a member that the document does not know.
 */

import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** @typedef {{name: string, in: string, required?: boolean,
 *     schema: Record<string, any>}} Parameter */

/** @typedef {{content?: Record<string, {schema: object}>}} Reply */

/** @typedef {{operationId: string, security: object[],
 *     parameters: Parameter[],
 *     requestBody?: {content: Record<string, {schema: object}>},
 *     responses: Record<string, Reply & {$ref?: string}>}} Operation */

/** @typedef {{openapi: string,
 *     paths: Record<string, Record<string, Operation>>,
 *     components: {schemas: Record<string, any>,
 *         responses: Record<string, Reply>}}} Document */

/** @typedef {{status: number, type: string, headers: Headers, body: any}}
 *     Answer */


/**
 * A schema as Ajv takes it: objects with known members have no others.
 *
 * @param {any} schema
 * @returns {any}
 */
function closed(schema) {
    if (Array.isArray(schema)) {
        return schema.map(closed);
    }

    if (schema === null || typeof schema !== 'object') {
        return schema;
    }

    const copy = Object.fromEntries(Object.entries(schema)
        .map(([key, value]) => [key, key === '$ref'
            ? value.replace('#/components/schemas/', 'api#/$defs/')
            : closed(value)]));

    return schema.type === 'object' && schema.properties
        ? { additionalProperties: false, ...copy } : copy;
}


export class Contract {
    /** @type {Set<string>} operations that were answered with success */
    kept = new Set();

    /**
     * @param {Document} document
     * @param {string} api
     */
    constructor(document, api) {
        this.document = document;
        this.api = api;
        this.ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true });
        formats.default(this.ajv);
        this.ajv.addKeyword('x-vzpanel-strange');
        this.ajv.addSchema({ $id: 'api',
            $defs: closed(document.components.schemas) });
    }


    /** @returns {[string, string, Operation][]} */
    operations() {
        return Object.entries(this.document.paths)
            .flatMap(([path, methods]) => Object.entries(methods)
                .map(([method, operation]) =>
                    /** @type {[string, string, Operation]} */
                    ([method.toUpperCase(), path, operation])));
    }


    /**
     * @param {object} schema
     * @param {any} value
     * @param {string} what
     */
    holds(schema, value, what) {
        const fits = this.ajv.compile(closed(schema));

        assert.ok(fits(value), `${what}: ${this.ajv.errorsText(fits.errors)}`
            + `\n${JSON.stringify(value)}`);
    }


    /**
     * Ask an operation.  The path has its parameters filled in after it:
     * ask('GET', '/vms/{id}', { id: 101 }).
     *
     * @param {string} method
     * @param {string} path
     * @param {Record<string, any>} [params] of the path, others of the query
     * @param {any} [body]
     * @param {Record<string, string>} [headers]
     * @returns {Promise<Answer>}
     */
    async ask(method, path, params = {}, body = undefined, headers = {}) {
        const query = new URLSearchParams();
        let address = path;

        for (const [name, value] of Object.entries(params)) {
            if (path.includes(`{${name}}`)) {
                address = address.replace(`{${name}}`,
                    encodeURIComponent(value));
            } else {
                query.set(name, value);
            }
        }

        const stop = new AbortController();
        const reply = await fetch(`${this.api}${address}`
            + `${query.size ? `?${query}` : ''}`, {
            method, signal: stop.signal,
            headers: { 'Content-Type': 'application/json', ...headers },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const type = (reply.headers.get('content-type') ?? '').split(';')[0];
        const text = type === 'text/event-stream' ? (stop.abort(), '')
            : await reply.text();
        const answer = { status: reply.status, type, headers: reply.headers,
            body: type.endsWith('json') ? JSON.parse(text) : text };

        this.check(method, path, answer);

        return answer;
    }


    /**
     * @param {string} method
     * @param {string} path
     * @param {Answer} answer
     */
    check(method, path, answer) {
        const what = `${method} ${path} answers ${answer.status}`;
        const operation = this.document.paths[path]?.[method.toLowerCase()];

        assert.ok(operation, `${method} ${path} is not described`);

        const named = operation.responses[answer.status]
            ?? operation.responses.default;
        const reply = named.$ref
            ? this.document.components.responses[named.$ref.split('/').pop()
                ?? ''] : named;

        assert.ok(answer.status < 400 ? operation.responses[answer.status]
            : ![405, 500, 501, 502, 504].includes(answer.status),
        `${what}: ${JSON.stringify(answer.body)}`);

        if (!reply.content) {
            assert.equal(answer.body, '', what);
        } else {
            assert.ok(reply.content[answer.type],
                `${what} as "${answer.type}"`);

            if (answer.type.endsWith('json')) {
                this.holds(reply.content[answer.type].schema, answer.body,
                    what);
            }
        }

        if (answer.status < 300) {
            this.kept.add(`${method} ${path}`);
        }
    }


    /**
     * The same, with a body that the document allows and success.
     *
     * @param {string} method
     * @param {string} path
     * @param {Record<string, any>} [params]
     * @param {any} [body]
     * @param {Record<string, string>} [headers]
     */
    async done(method, path, params = {}, body = undefined, headers = {}) {
        const content = this.document.paths[path]?.[method.toLowerCase()]
            ?.requestBody?.content['application/json'];

        if (content) {
            this.holds(content.schema, body, `${method} ${path} is sent`);
        }

        const answer = await this.ask(method, path, params, body, headers);

        assert.ok(answer.status < 300, `${method} ${path} answers `
            + `${answer.status} ${JSON.stringify(answer.body)}`);

        return answer;
    }
}
