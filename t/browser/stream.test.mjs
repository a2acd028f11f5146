/*
 * html/js/lib/api.js against a server that breaks: what a stream that returns says,
 * what is sent again and what is not.  Runs in node, without a browser.
 */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, beforeEach, test } from 'node:test';
import { listening } from './own-stack.mjs';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Reply */

/** What it does to the requests of a test, one after another. */
/** @type {((reply: Reply, request: Request) => void)[]} */
let turns = [];

/** @type {Request[]} */
let came = [];

const server = createServer((request, reply) => {
    const turn = turns[came.length];

    came.push(request);

    if (turn) {
        turn(reply, request);
    } else {
        reply.writeHead(200, { 'Content-Type': 'text/event-stream' });
        reply.flushHeaders();
    }
});

const base = `http://127.0.0.1:${await listening(server)}`;

Object.assign(globalThis, {
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { hidden: false,
        querySelector: () => ({ getAttribute: () => base }) }),
});

const { Problem, get, listen, post } = await import('../../html/js/lib/api.js');


/**
 * A stream of these pieces that ends, which are sent one by one.
 *
 * @param {...(string | Buffer)} pieces
 */
function says(...pieces) {
    return async (/** @type {Reply} */ reply) => {
        reply.writeHead(200, { 'Content-Type': 'text/event-stream' });

        for (const piece of pieces) {
            await new Promise((done) => reply.write(piece, done));
            await new Promise((done) => setImmediate(done));
        }

        reply.end();
    };
}


/** @param {number} status */
function refuses(status) {
    return (/** @type {Reply} */ reply) => {
        reply.writeHead(status, { 'Content-Type': 'application/problem+json' });
        reply.end(status === 204 ? undefined : '{"code":"told"}');
    };
}


/** @param {Reply} reply */
function cuts(reply) {
    reply.destroy();
}


/**
 * Listen until so many requests came, or it is over by itself.
 *
 * @param {number} requests
 */
async function heard(requests) {
    const over = new AbortController();
    /** @type {[string, any][]} */
    const events = [];
    /** @type {boolean[]} */
    const links = [];
    /** @type {InstanceType<typeof Problem>[]} */
    const gone = [];
    const look = setInterval(() => came.length >= requests && over.abort(), 10);

    await listen(() => 'events', {
        event: (type, data) => events.push([type, data]),
        link: (up) => links.push(up),
        gone: (problem) => gone.push(problem),
    }, over.signal);
    clearInterval(look);

    return { events, links, gone };
}


/** What each request said it had seen last. */
function told() {
    return came.map((request) => request.headers['last-event-id']);
}


beforeEach(() => {
    came = [];
    turns = [];
});

after(() => {
    server.closeAllConnections();
    server.close();
});


test('a client that reconnects sends the last id, even before the first event',
    async () => {
        turns = [
            says('retry: 2000\n\n', 'id: 7\n\n'),
            says(),
            says('event: vm\ndata: 1\n\nid: 9\n\n'),
        ];

        const { events } = await heard(4);

        assert.deepEqual(told(), [undefined, '7', '7', '9']);
        assert.deepEqual(events, [['vm', 1]]);
    });


test('an id counts when its block is complete', async () => {
    turns = [says('id: 7\n\n', 'id: 8\nevent: vm\ndata: 1\n'), says('id: 9')];

    const { events } = await heard(3);

    assert.deepEqual(told(), [undefined, '7', '7']);
    assert.deepEqual(events, []);
});


test('events are complete in whatever pieces they arrive', async () => {
    const text = Buffer.from(': beat\r\nevent: vm\r\ndata: {"name":\r\n'
        + 'data: "März"}\r\n\r\nid:5\n\nevent: task\ndata:2\n\n');
    const bytes = [...text].map((byte) => Buffer.from([byte]));

    turns = [says(...bytes)];

    const { events } = await heard(2);

    assert.deepEqual(events, [['vm', { name: 'März' }], ['task', 2]]);
    assert.deepEqual(told(), [undefined, '5']);
});


test('a busy server is asked again, and a refusal is final',
    async () => {
        turns = [refuses(503), refuses(429), cuts, refuses(401)];

        const { links, gone } = await heard(9);

        assert.equal(came.length, 4);
        assert.deepEqual(links, [false, false, false]);
        assert.deepEqual(gone.map(({ status, code }) => [status, code]),
            [[401, 'told']]);
    });


test('a stream that answers 204 is closed', async () => {
    turns = [refuses(204)];

    assert.deepEqual((await heard(9)).gone.map((one) => one.status), [204]);
    assert.equal(came.length, 1);
});


test('only idempotent requests are sent twice', async () => {
    const answers = (/** @type {Reply} */ reply) => reply.end('{"n":1}');

    turns = [cuts, cuts, answers, cuts, answers, cuts];

    assert.deepEqual(await get('plans'), { n: 1 });
    assert.deepEqual(await post('orders', {},
        { headers: { 'Idempotency-Key': 'one' } }), { n: 1 });
    await assert.rejects(post('orders', {}), (/** @type {any} */ error) =>
        error instanceof Problem && error.code === 'offline');

    assert.deepEqual(came.map((request) => [request.method, request.url,
        request.headers['idempotency-key']]), [
        ['GET', '/plans', undefined], ['GET', '/plans', undefined],
        ['GET', '/plans', undefined], ['POST', '/orders', 'one'],
        ['POST', '/orders', 'one'], ['POST', '/orders', undefined],
    ]);
});
