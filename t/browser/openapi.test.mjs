/*
 * The description of the API: valid by a public validator, named whole in
 * docs/api.md, and true: the running server is asked every operation, and
 * every answer is held to its schema.
 *
 *   VZPANEL_URL    http://127.0.0.1:18080
 *   VZPANEL_MAIL   the Maildir; the stack's credentials lie beside it
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, sign }
    from 'node:crypto';
import { copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { administrator, maildir, url } from './browser.mjs';
import { Contract } from './contract.mjs';
import { mails } from './mailbox.mjs';

const api = `${url}/api`;
const home = dirname(maildir);
const mark = `o${Date.now().toString(36)}`;
const wait = { Prefer: 'wait=60' };

/* Success of these needs what this test can't bring about; t/ has it. */
const elsewhere = [
    'POST /tasks/{id}/retry', 'POST /tasks/{id}/cancel',    // 150
    'POST /tasks/{id}/seen',                                // 168
    'POST /admin/orders/{task}/approve',                    // 321
    'POST /admin/orders/{task}/reject',
    'POST /admin/mail/{id}/retry',                          // 314
    'POST /mail/bounces',                                   // 322
    'POST /admin/nodes', 'DELETE /admin/nodes/{id}',        // 314
    'POST /admin/nodes/{id}/adopt',                         // 316
    'POST /admin/nodes/{id}/leave',
    'POST /admin/nodes/{id}/evacuate',                      // 460
    'POST /admin/nodes/{id}/remove',
    'POST /admin/backups/{backup}/restore',
    'GET /console',                                         // 400
    'PUT /vms/{id}/rdns',                                   // 432
    'POST /vms/{id}/backups', 'PATCH /vms/{id}/backups',    // 451
    'DELETE /vms/{id}/backups/{backup}',
    'POST /vms/{id}/backups/{backup}/restore',
    'GET /vms/{id}/backups/{backup}/files',
    'GET /vms/{id}/backups/{backup}/file',
    'GET /vms/{id}/snapshots/{snapshot}/file',              // 462
    'POST /vms/{id}/clone',                                 // 453
    'POST /admin/backups/{vm}/check',                       // 461
];

/** @type {Contract} */
let contract;
/** @type {Record<string, string>} */
let boss = {};
let template = '';


/** @param {{account: string, password: string}} who */
async function signIn(who) {
    const { headers } = await contract.done('POST', '/session', {}, who);

    return { Cookie: (headers.get('set-cookie') ?? '').split(';')[0] };
}


/**
 * The second step: on, ended by an administrator, on, ended by its owner.
 *
 * @param {Record<string, string>} own
 * @param {number} id  the user
 */
async function secondFactor(own, id) {
    const at = '/account/second-factor';
    const on = async () => {
        const { body } = await contract.done('POST', at, {}, undefined, own);

        await contract.done('POST', `${at}/confirm`, {}, {
            code: execFileSync('oathtool', ['--totp', '--base32',
                body.secret], { encoding: 'utf8' }).trim() }, own);
    };

    await on();
    await contract.done('GET', at, {}, undefined, own);
    await contract.done('POST', `${at}/recovery`, {}, undefined, own);
    await contract.done('DELETE', '/admin/users/{id}/second-factor', { id },
        undefined, boss);
    await on();
    await contract.done('DELETE', at, {}, undefined, own);
}


/**
 * Who one is, and another address: proven, and no more to be given up.
 *
 * @param {Record<string, string>} own
 * @param {string} email  of now
 */
async function profile(own, email) {
    const other = `new-${email}`;

    await contract.done('GET', '/account', {}, undefined, own);
    await contract.done('PATCH', '/account', {}, { phone: '600 000 000' },
        own);
    await contract.done('POST', '/account/email', {}, { email: other }, own);
    await contract.done('POST', '/email/confirm', {}, { token:
        await mailedToken(other, 'email#token=confirm-') });
    await contract.done('DELETE', '/account/email', {}, undefined, own);

    const { body } = await contract.done('GET', '/account/activity', {},
        undefined, own);

    assert.equal(body.items[0].action, 'account.email');
}


/**
 * A passkey, by an authenticator of a few lines: added, listed, signed in with,
 * deleted.
 *
 * @param {Record<string, string>} own
 */
async function passkey(own) {
    const at = '/account/passkeys';
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = randomBytes(16);
    const hash = (/** @type {string} */ text) =>
        createHash('sha256').update(text).digest();
    const page = { ...own, Origin: url };
    const said = (/** @type {string} */ type, /** @type {any} */ offer) =>
        JSON.stringify({ type, challenge: offer.challenge, origin: url });
    const data = (/** @type {any} */ offer, /** @type {number} */ flags,
        more = Buffer.alloc(0)) => Buffer.concat([hash(offer.rp_id),
        Buffer.from([flags, 0, 0, 0, 0]), more]);

    const offer = (await contract.done('POST', `${at}/begin`, {}, undefined,
        page)).body;
    const made = (await contract.done('POST', at, {}, { name: mark,
        id: id.toString('base64url'), algorithm: -7,
        client_data: Buffer.from(said('webauthn.create', offer))
            .toString('base64url'),
        authenticator_data: data(offer, 0x45, Buffer.concat([Buffer.alloc(16),
            Buffer.from([0, id.length]), id])).toString('base64url'),
        public_key: pair.publicKey.export({ type: 'spki', format: 'der' })
            .toString('base64url') }, page)).body;

    await contract.done('GET', at, {}, undefined, own);

    const asked = (await contract.done('POST', '/session/passkey/begin', {},
        undefined, { Origin: url })).body;
    const client = said('webauthn.get', asked);

    await contract.done('POST', '/session/passkey', {}, {
        passkey: id.toString('base64url'),
        client_data: Buffer.from(client).toString('base64url'),
        authenticator_data: data(asked, 0x05).toString('base64url'),
        signature: sign('sha256', Buffer.concat([data(asked, 0x05),
            hash(client)]), pair.privateKey).toString('base64url') },
    { Origin: url });
    await contract.done('DELETE', `${at}/{id}`, { id: made.id }, undefined,
        own);
}


/**
 * The token of a link that is mailed.
 *
 * @param {string} address
 * @param {string} [link]  what stands before it
 */
async function mailedToken(address, link = 'reset#token=') {
    for (const until = Date.now() + 20000; Date.now() < until; ) {
        const found = (await mails(maildir, address, 1)).join('\n')
            .match(new RegExp(`${link}([0-9a-f]{64})`, 'i'));

        if (found) {
            return found[1];
        }

        await pause(50);
    }

    throw new Error(`no mail with a link came to ${address}`);
}


before(async () => {
    contract = new Contract(
        await (await fetch(`${api}/openapi.json`)).json(), api);
    boss = await signIn(await administrator());

    const names = await readdir(join(home, 'templates'));
    const small = names.find((name) => name.startsWith('busybox-')) ?? '';

    template = small.replace(/\.tar.*/, '');
    await copyFile(join(home, 'templates', small),
        join(home, 'templates', small.replace(/^[a-z]+/, mark)));
});

after(async () => {
    for (const name of await readdir(join(home, 'templates'))) {
        if (name.startsWith(mark)) {
            await rm(join(home, 'templates', name));
        }
    }
});


test('the description is valid OpenAPI 3.1', async () => {
    const result = await new Validator()
        .validate(structuredClone(contract.document));

    assert.deepEqual(result.errors ?? [], []);
    assert.equal(result.valid, true);
    assert.equal(contract.document.openapi, '3.1.0');
    assert.ok(contract.operations().length > 60);
});


test('a strict validator accepts every schema', () => {
    for (const name of Object.keys(contract.document.components.schemas)) {
        contract.ajv.compile({ $ref: `api#/$defs/${name}` });
    }
});


test('the description is 304 for a client that has it', async () => {
    const { headers } = await contract.done('GET', '/openapi.json');
    const again = await fetch(`${api}/openapi.json`, {
        headers: { 'If-None-Match': headers.get('etag') ?? '' } });

    assert.equal(again.status, 304);
});


test('docs/api.md names exactly the operations of the description', async () => {
    const text = await readFile(
        new URL('../../docs/api.md', import.meta.url), 'utf8');
    /** @type {string[]} */
    const named = [];

    for (const row of text.split('\n').filter((line) =>
        /^\| (GET|POST|PUT|PATCH|DELETE)\b/.test(line)))
    {
        let methods = [''];
        let first = '';

        for (const [, word, path] of row.split('|')[1]
            .matchAll(/((?:[A-Z]+(?:, )?)+)|`([^`?]+)[^`]*`/g))
        {
            if (word) {
                methods = word.split(', ').filter(Boolean);
            } else {
                const whole = path.replace('…', first);

                first ||= whole;
                named.push(...methods.map((method) =>
                    `${method} ${whole.replace(/^\/api/, '')}`));
            }
        }
    }

    assert.deepEqual([...new Set(named)].sort(),
        contract.operations().map(([method, path]) => `${method} ${path}`)
            .sort());
});


test('a visitor gets 401 from every operation that needs a session',
    async () => {
        for (const [method, path, operation] of contract.operations()) {
            if (operation.security.length > 0) {
                const { status } = await contract.ask(method, path,
                    { id: 1, task: 1, address: '10.0.0.1' },
                    method === 'GET' ? undefined : {});

                assert.equal(status, 401, `${method} ${path}`);
            }
        }
    });


test('a visitor orders and sets a password', async () => {
    const email = `${mark}@example.org`;
    const plans = (await contract.done('GET', '/plans')).body.items;

    await contract.done('GET', '/templates');
    await contract.done('GET', '/health');
    await contract.done('GET', '/metrics');

    const order = await contract.done('POST', '/orders', {}, {
        first_name: 'Olga', last_name: 'Paz', email, template,
        dni: `X${Date.now()}`, plan: plans[0].name, language: 'en',
    }, { ...wait, 'Idempotency-Key': mark });

    assert.equal(order.status, 200);
    const { body: seen } = await contract.done('GET', '/orders/{link}',
        { link: order.body.order });
    assert.equal(seen.state, 'done', JSON.stringify(seen.error));
    await contract.done('POST', '/orders/{link}/mail',
        { link: order.body.order }, { email }, wait);

    await contract.done('POST', '/password/reset', {}, { account: email });
    const token = await mailedToken(email);
    const password = `first ${mark} word`;

    await contract.done('PUT', '/password/reset', {},
        { token, new: password });

    const own = await signIn({ account: seen.account, password });
    const { body } = await contract.done('GET', '/vms', {}, undefined, own);

    assert.equal(body.items.length, 1);
    await profile(own, email);
    await secondFactor(own, body.items[0].owner.id);
    await passkey(own);
    await contract.done('PUT', '/account/password', {},
        { old: password, new: `other ${mark} word` }, own);
    await contract.done('DELETE', '/session', {}, undefined, own);
    await contract.done('POST', '/email/stop', {}, { token:
        await mailedToken(email, 'email#token=stop-') });
});


test('an administrator has sessions and tokens', async () => {
    await contract.done('GET', '/session', {}, undefined, boss);

    const all = async () => (await contract.done('GET', '/account/sessions',
        {}, undefined, boss)).body.items;
    const ids = (await all()).map((/** @type {any} */ one) => one.id);

    await signIn(await administrator());

    const other = (await all()).find((/** @type {any} */ one) =>
        !ids.includes(one.id));

    await contract.done('DELETE', '/account/sessions/{id}', other, undefined,
        boss);

    await contract.done('POST', '/session/confirm/begin', {}, undefined, boss);
    await contract.done('POST', '/session/confirm', {},
        { password: (await administrator()).password }, boss);

    const token = await contract.done('POST', '/account/tokens', {},
        { name: mark, rights: ['read', 'admin_read'], days: 1,
            networks: ['127.0.0.0/8'] }, boss);

    await contract.done('GET', '/vms', {}, undefined,
        { Authorization: `Bearer ${token.body.token}` });
    await contract.done('GET', '/account/tokens', {}, undefined, boss);
    await contract.done('DELETE', '/account/tokens/{id}', token.body,
        undefined, boss);
});


/**
 * What its owner does inside it.
 *
 * @param {{id: number}} vm
 * @param {string} name
 */
async function guest(vm, name) {
    const who = { ...boss, ...wait };
    const key = await contract.done('POST', '/account/keys', {}, { key:
        `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'Kb'.repeat(21)}w` }, boss);

    await contract.done('GET', '/account/keys', {}, undefined, boss);
    await contract.done('POST', '/account/orders', {}, { plan: (await contract
        .done('GET', '/plans')).body.items[0].name, template }, who);
    await contract.done('DELETE', '/account/keys/{id}', key.body, undefined,
        boss);
    await contract.done('PUT', '/vms/{id}/name', vm, { name }, boss);
    await contract.done('PUT', '/vms/{id}/hostname', vm,
        { hostname: 'guest.example.org' }, who);
    await contract.done('PUT', '/vms/{id}/keys', vm, { keys: [] }, who);

    for (const [path, body] of /** @type {[string, object?][]} */ ([
        ['/vms/{id}/password'],
        ['/vms/{id}/reinstall', { name, template }],
        ['/vms/{id}/rescue', {}]]))
    {
        const drawn = await contract.done('POST', path, vm, body, who);

        assert.equal(drawn.body.task.state, 'done',
            JSON.stringify(drawn.body.task.error));
    }

    await contract.done('POST', '/vms/{id}/rescue/leave', vm, undefined, who);
    await contract.done('POST', '/vms/{id}/reinstall/undo', vm, undefined,
        who);
    await contract.done('POST', '/vms/{id}/console', vm, { mode: 'login' },
        boss);
    await snapshots(vm, name);
}


/**
 * Its snapshots: one is taken, gone back to, and deleted.
 *
 * @param {{id: number}} vm
 * @param {string} name
 */
async function snapshots(vm, name) {
    const who = { ...boss, ...wait };
    const at = '/vms/{id}/snapshots';

    await contract.done('POST', at, vm, { title: mark }, who);

    const { body } = await contract.done('GET', at, vm, undefined, boss);
    const one = { ...vm, snapshot: body.items[0].id };
    const back = await contract.done('POST', `${at}/{snapshot}/rollback`, one,
        { name }, who);

    assert.equal(back.body.state, 'done', JSON.stringify(back.body.error));
    await contract.done('GET', `${at}/{snapshot}/files`, one, undefined, boss);
    await contract.done('DELETE', `${at}/{snapshot}`, one, undefined, who);
}


/**
 * Its firewall: tried and kept, tried and taken back, and what an administrator
 * shuts.
 *
 * @param {{id: number}} vm
 */
async function firewall(vm) {
    const who = { ...boss, ...wait };
    const at = '/vms/{id}/firewall';
    const rules = [{ direction: 'in', action: 'accept', protocol: 'tcp',
        ports: '22' }];

    for (const end of ['confirm', 'undo']) {
        const { body } = await contract.done('GET', at, vm, undefined, boss);
        const set = await contract.done('PUT', at, vm,
            { in: 'drop', out: 'accept', rules, seconds: 60 },
            { ...who, 'If-Match': `"${body.version}"` });

        assert.equal(set.body.state, 'done', JSON.stringify(set.body.error));
        await contract.done('POST', `${at}/${end}`, vm, undefined, who);
    }

    await contract.done('PUT', '/vms/{id}/gates', vm,
        { smtp: 'open', all: 'open' }, who);
}


test('a container is created, changed, suspended and deleted', async () => {
    const user = await contract.done('POST', '/admin/users', {}, {
        first_name: 'Ulises', last_name: 'Rey', account: `u${mark}`,
        email: `u${mark}@example.org` }, boss);
    const { id } = user.body;

    await contract.done('GET', '/admin/users', { q: mark, locked: false },
        undefined, boss);
    await contract.done('PATCH', '/admin/users/{id}', { id },
        { province: 'Salta' }, boss);
    await contract.done('POST', '/admin/users/{id}/password', { id },
        undefined, boss);

    await contract.done('GET', '/admin/users/{id}/keys', { id }, undefined,
        boss);
    const made = await contract.done('POST', '/vms', {}, {
        user: id, template, disk_mib: 512, memory_mib: 128 },
    { ...boss, ...wait });

    assert.equal(made.body.state, 'done', JSON.stringify(made.body));

    const vm = { id: made.body.vm.id };
    const show = () => contract.done('GET', '/vms/{id}',
        { ...vm, live: 1 }, undefined, boss);

    await contract.done('GET', '/vms', { q: mark, sort: '-memory' },
        undefined, boss);

    for (const [method, path] of contract.operations()) {
        if (method === 'GET' && path.startsWith('/vms/{id}/')
            && !/\{(?:backup|snapshot)\}/.test(path))
        {
            await contract.done(method, path, vm, undefined, boss);
        }
    }

    for (const power of ['stop', 'start', 'restart', 'poweroff', 'start']) {
        await contract.done('POST', `/vms/{id}/${power}`, vm, undefined,
            { ...boss, ...wait });
    }

    await contract.done('PATCH', '/vms/{id}/traffic', vm,
        { quota_gib: 500, action: 'throttle', throttle_mbit: 2 }, boss);

    await guest(vm, made.body.vm.name);
    await firewall(vm);
    await contract.done('PATCH', '/vms/{id}/alerts', vm,
        { network: true, network_limit: 20 }, boss);

    for (const [group, body] of Object.entries({
        network: { hostname: `${mark}.example.org`, dns: ['192.0.2.1'] },
        memory: { privvmpages: { barrier_mib: 130, limit_mib: 160 } },
        disk: { hard_mib: 600 },
        cpu: { units: 2000, limit_percent: 'unlimited' },
        rate: { in_mbit: 100, out_mbit: 'unlimited' } }))
    {
        const { headers } = await show();
        const { body: task } = await contract.done('PATCH',
            `/vms/{id}/${group}`, vm, body, { ...boss, ...wait,
                'If-Match': headers.get('etag') ?? '' });

        assert.equal(task.state, 'done', JSON.stringify(task.error));
        await contract.done('GET', '/tasks/{id}', task, undefined, boss);
    }

    const late = await contract.ask('PATCH', '/vms/{id}/cpu', vm,
        { units: 1000 }, { ...boss, 'If-Match': '"1"' });

    assert.equal(late.status, 412);

    for (const [path, what] of /** @type {[string, object][]} */ ([
        ['/admin/users/{id}/suspend', { id }],
        ['/admin/users/{id}/unsuspend', { id }]]))
    {
        const all = await contract.done('POST', path, what,
            path.endsWith('/suspend') ? { reason: mark } : undefined, boss);

        await contract.done('GET', '/tasks/{id}',
            { id: all.body.items[0].task }, undefined, { ...boss, ...wait });
    }

    await contract.done('POST', '/vms/{id}/suspend', vm, { reason: mark },
        { ...boss, ...wait });
    assert.equal((await contract.ask('POST', '/vms/{id}/start', vm,
        undefined, boss)).body.reason, mark);
    await contract.done('POST', '/vms/{id}/unsuspend', vm, undefined,
        { ...boss, ...wait });
    await contract.done('GET', '/admin/users/{id}', { id }, undefined, boss);
    await contract.done('DELETE', '/vms/{id}', vm,
        { name: (await show()).body.name }, { ...boss, ...wait });
    await contract.done('GET', '/trash', {}, undefined, boss);
    await show();
    await contract.done('POST', '/vms/{id}/undelete', vm, undefined,
        { ...boss, ...wait });
    await contract.done('DELETE', '/vms/{id}', vm,
        { name: (await show()).body.name, for_good: true },
        { ...boss, ...wait });
    await contract.done('GET', '/tasks', { limit: 200 }, undefined, boss);
});


test('templates, plans, addresses and nodes are administered', async () => {
    const name = template.replace(/^[a-z]+/, mark);
    const made = await contract.done('POST', '/admin/templates', {},
        { name, label: mark, enabled: false }, boss);

    await contract.done('GET', '/admin/templates', {}, undefined, boss);
    await contract.done('PATCH', '/admin/templates/{id}', made.body,
        { position: 5 }, boss);
    await contract.done('DELETE', '/admin/templates/{id}', made.body,
        undefined, boss);

    const plan = await contract.done('POST', '/admin/plans', {}, { name: mark,
        memory_mib: 128, disk_mib: 512, visible: false }, boss);

    await contract.done('GET', '/admin/plans', {}, undefined, boss);
    await contract.done('PATCH', '/admin/plans/{id}', plan.body,
        { cpu_percent: 50 }, boss);
    await contract.done('DELETE', '/admin/plans/{id}', plan.body, undefined,
        boss);

    const hex = (Date.now() % 0x10000).toString(16);
    const pool = await contract.done('POST', '/admin/addresses', {}, {
        name: mark, cidr: `2001:db8:${hex}::/125`, dns: ['192.0.2.1'],
        enabled: false }, boss);
    const list = await contract.done('GET', '/admin/addresses/{id}/addresses',
        { id: pool.body.id }, undefined, boss);

    await contract.done('GET', '/admin/addresses', {}, undefined, boss);
    await contract.done('PATCH', '/admin/addresses/{id}', pool.body,
        { gateway: null }, boss);
    await contract.done('PATCH', '/admin/addresses/{id}/{address}',
        { id: pool.body.id, address: list.body.items[0].address },
        { reserved: true }, boss);
    await contract.done('DELETE', '/admin/addresses/{id}', pool.body,
        undefined, boss);

    const { body: nodes } = await contract.done('GET', '/admin/nodes', {},
        undefined, boss);

    await contract.done('PATCH', '/admin/nodes/{id}', nodes.items[0],
        { enabled: true }, boss);

    for (const [method, path] of contract.operations()) {
        if (method === 'GET' && path.startsWith('/admin/nodes/{id}/')) {
            await contract.done(method, path, nodes.items[0], undefined,
                boss);
        }
    }

    await contract.done('GET', '/admin/orders', {}, undefined, boss);
    await contract.done('GET', '/admin/audit', { user: 'admin' }, undefined,
        boss);
    await contract.done('GET', '/admin/mail', { state: 'sent' }, undefined,
        boss);
    await contract.done('GET', '/events', {}, undefined,
        { ...boss, Accept: 'text/event-stream' });
});


test('lists accept exactly the described arguments',
    async () => {
        const lists = contract.operations().filter(([method, path, one]) =>
            method === 'GET' && !path.includes('{') && one.responses[200]
                ?.content?.['application/json']);
        let words = 0;
        let refused = 0;

        for (const [method, path, { parameters }] of lists) {
            await contract.done(method, path, {}, undefined, boss);

            for (const { name, schema } of parameters) {
                const known = schema.enum ?? schema.items?.enum ?? [];
                const wrong = known.length || schema.pattern || schema.anyOf
                    || schema.type === 'integer' ? 'No\n' : null;

                for (const word of known) {
                    await contract.done(method, path, { [name]: word },
                        undefined, boss);
                    words++;
                }

                for (const value of [wrong, schema.maximum
                    && schema.maximum + 1].filter(Boolean))
                {
                    const { status, body } = await contract.ask(method, path,
                        { [name]: value }, undefined, boss);

                    assert.equal(status, 422, `${path}?${name}=${value}`);
                    assert.equal(body.errors[0].field, name);
                    refused++;
                }
            }
        }

        assert.ok(words > 20 && refused > 20, `${words}, ${refused}`);
    });


test('every operation refuses unknown ids as described', async () => {
    for (const [method, path] of contract.operations()) {
        if (path.includes('{') || method !== 'GET') {
            const { status } = await contract.ask(method, path, {
                id: 999999999, task: 999999999, address: '203.0.113.1',
                link: '0'.repeat(64) },
            method === 'GET' ? undefined : { surprise: 1 },
            path === '/session' ? {} : boss);

            assert.ok(status >= 400, `${method} ${path} answers ${status}`);
        }
    }
});


test('every operation succeeded once, except those tested elsewhere',
    () => {
        assert.deepEqual(contract.operations()
            .map(([method, path]) => `${method} ${path}`)
            .filter((one) => !contract.kept.has(one)).sort(),
        [...elsewhere].sort());
    });
