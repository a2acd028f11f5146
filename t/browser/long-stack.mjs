/*
 * A panel in which everything is called as long as the grammars allow, and
 * everything is in every state: on a node that is not there.  What is too
 * wide, cut off or on top of something else shows here.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before } from 'node:test';
import { administrator, launch, maildir } from './browser.mjs';
import { fakeNode } from './fleet-stack.mjs';
import { listening, ownStack, stackOf } from './own-stack.mjs';

const MIB = 1 << 20;
const CTID = 2147480000;
const NODE = 'nodo-de-virtualizacion-principal-del-centro-de-datos-1.ejemplo';

/* 64 letters without a place to break, and 64 with some. */
const LETTERS = 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissene';
const WORDS = 'Plan Empresarial Avanzado con Soporte y Copias Cada Hora Incluidas';
const EMAIL = `${'w'.repeat(64)}@${'m'.repeat(60)}.${'n'.repeat(59)}.${
    'o'.repeat(60)}.example`;
const HOST = (/** @type {number} */ n) =>
    `w${String(n).padStart(2, '0')}-${'m'.repeat(58)}`;
const REASON = `${'Factura 0001-00012345 impaga desde el mes pasado. '
    .repeat(4)}`.trim().slice(0, 200);
const DETAIL = `${'the archive '.repeat(12)}${'x'.repeat(100)}`.slice(0, 255);

/* lifecycle and state of each; a node that is silent knows of none */
const VMS = [
    ['ready', 'running'], ['ready', 'stopped'], ['ready', 'frozen'],
    ['ready', ''], ['suspended', 'stopped'], ['create_failed', ''],
    ['delete_failed', 'running'], ['creating', ''], ['ready', 'running'],
    ['ready', 'running'],
];

const KINDS = ['order', 'create', 'start', 'stop', 'poweroff', 'restart',
    'destroy', 'network', 'memory', 'disk', 'cpu', 'suspend', 'unsuspend',
    'adopt'];
const STATES = ['failed', 'done', 'cancelled'];
const MAILS = ['queued', 'sent', 'failed', 'bounced'];


/** @param {number} i @param {number} now @param {boolean} whole */
function line(i, now, whole) {
    const state = VMS[i] ? VMS[i][1] : 'running';
    const runs = state === 'running';

    return state === '' ? '' : `= id=${CTID + i} state=${state}`
        + ` hostname=${HOST(i)} address=${address(i)}`
        + ` memory_used=${runs ? (1014 + i) * 1024 * MIB : 0}`
        + ` memory_limit=${1024 * 1024 * MIB} swap_used=0`
        + ` disk_used=${(983 + i) * 1024 * MIB}`
        + ` disk_total=${1024 * 1024 * MIB} inodes_used=- inodes_total=-`
        + ` cpu_ns=${runs ? Math.round(now * 1e9 * 99.9) : 0}`
        + ' cpu_units=500000 cpu_percent=10000 processes=12'
        + ` uptime=${runs ? 86400 * 364 + 3600 * 23 : 0}`
        + ` template=fleet tag=${tag(i)}`
        + (whole ? ' gateway=169.254.0.1 gateways=169.254.0.1,fe80::1'
            + ' dns=2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff vmguarpages='
            + `${64 * MIB}:${64 * MIB} oomguarpages=${64 * MIB}:${64 * MIB}`
            + ` privvmpages=${64 * MIB}:${64 * MIB}`
            + ` diskspace=${1024 * MIB}:${1024 * MIB}`
            + ` kept=oomguarpages created=1796013138 inside=${address(i)}`
            : '') + '\n';
}


/** @param {number} i */
function tag(i) {
    return `aaaaaaaaaaaa${String(i).padStart(4, '0')}`;
}


/** @param {number} i */
function address(i) {
    return `2001:db8:aaaa:bbbb:cccc:dddd:eeee:ff${String(i).padStart(2, '0')}`;
}


/** @param {string[]} list */
function each(list) {
    return `ELT(1 + MOD(seq, ${list.length}), ${list.map((one) => `'${one}'`)
        .join()})`;
}


/** The rows. */
function seed() {
    const person = `'${LETTERS}', '${LETTERS}', '${EMAIL}', '+54 (351) `
        + "(4555) 5555 / 5555-555', '"
        + `${`${LETTERS} 1234, `.repeat(2).slice(0, 126)}', '${LETTERS}'`;
    const plan = (/** @type {string} */ name, /** @type {number} */ at) =>
        `('${name}', 1048576, 1048576, 500000, ${at})`;
    const vm = VMS.map(([lifecycle], i) => `(1, ${CTID + i}, '${tag(i)}',
        (SELECT id FROM user WHERE account LIKE 'one%'), 1, 1, '${HOST(i)}',
        '${HOST(i)}', '169.254.0.1',
        '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff 2001:db8:aaaa:bbbb:cccc:dddd:eeee:fffe',
        64, 64, 64, 64, 64, 64, 1024, 1024, 500000, '${lifecycle}',
        ${lifecycle === 'suspended' ? `'${REASON}'` : 'NULL'})`).join();

    return `
        SET SESSION sql_mode = '';
        UPDATE user SET first_name = '${LETTERS}', last_name = '${LETTERS}';
        INSERT INTO node (name) VALUES ('${NODE}'),
            ('${'n'.repeat(60)}.org');
        INSERT INTO template (name, label) VALUES ('fleet', '${LETTERS}'),
            ('${'t'.repeat(64)}', '${WORDS.slice(0, 64)}');
        DELETE FROM plan;
        ALTER TABLE plan AUTO_INCREMENT = 1;
        INSERT INTO plan (name, memory_mib, disk_mib, cpu_units, position)
            VALUES ${plan(LETTERS, 1)}, ${plan(WORDS.slice(0, 64), 2)},
            ${plan('W', 3)};
        INSERT INTO address_pool (name, cidr, gateway, dns) VALUES
            ('${LETTERS}', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ff00/120',
            '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff',
            '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'),
            ('p', '10.9.0.0/24', NULL, NULL);
        INSERT INTO user (account, first_name, last_name, email, phone,
                address, province, dni, password)
            SELECT account, ${person}, dni, (SELECT password FROM user
                WHERE account = 'admin')
            FROM (SELECT '${'one'.padEnd(32, '-w')}' account,
                    '${'W1'.padEnd(20, 'W')}' dni
                UNION SELECT '${'two'.padEnd(32, 'w')}', 'X2'
                UNION SELECT '${'none'.padEnd(32, 'w')}', 'X3'
                UNION SELECT '${'must'.padEnd(32, 'w')}', 'X4') names;
        UPDATE user SET must_change = 1, drawn = NOW(3)
            WHERE account LIKE 'must%';
        INSERT INTO user (account, first_name, email, password, locked)
            SELECT CONCAT('short', seq), 'Eva', 'eva@example.org', '*',
                MOD(seq, 2) FROM seq_1_to_6;
        INSERT INTO vm (node_id, ctid, tag, user_id, plan_id, template_id,
                name, hostname, gateway, dns, vmguar_barrier_mib,
                vmguar_limit_mib, oomguar_barrier_mib, oomguar_limit_mib,
                privvm_barrier_mib, privvm_limit_mib, disk_soft_mib,
                disk_hard_mib, cpu_units, lifecycle, suspended_reason)
            VALUES ${vm};
        UPDATE vm SET user_id = (SELECT id FROM user
            WHERE account LIKE 'two%') WHERE ctid = ${CTID + 9};
        INSERT INTO address (pool_id, address, vm_id)
            SELECT 1, CONCAT('2001:db8:aaaa:bbbb:cccc:dddd:eeee:ff',
                LPAD(ctid - ${CTID}, 2, '0')), id FROM vm;
        INSERT INTO address (pool_id, address, vm_id, position)
            SELECT 2, CONCAT('10.9.0.', 100 + id), id, 1 FROM vm;
        INSERT INTO address (pool_id, address)
            SELECT 2, CONCAT('10.9.0.', seq) FROM seq_1_to_9;
        INSERT INTO task (kind, vm_id, vm_name, user_id, actor, via, state,
                step, steps, error_code, error_detail, created, started,
                finished)
            SELECT ${each(KINDS)}, id, name, user_id,
                '${'one'.padEnd(32, '-w')}', 'web', ${each(STATES)}, 1, 2,
                IF(MOD(seq, 3) = 0, 'failed', NULL),
                IF(MOD(seq, 3) = 0, '${DETAIL}', NULL),
                NOW(3) - INTERVAL seq HOUR, NOW(3) - INTERVAL seq HOUR,
                NOW(3) - INTERVAL seq * 59 MINUTE
            FROM vm JOIN seq_0_to_12 WHERE vm.id IN (SELECT MIN(id) FROM vm
                UNION SELECT MAX(id) FROM vm);
        UPDATE task SET unseen = 1 WHERE state = 'failed' AND id < 6;
        INSERT INTO task_step (task_id, position, name, state, detail, log,
                started, finished)
            SELECT id, seq, IF(seq = 0, 'create', 'start'),
                IF(state = 'failed' AND seq = 1, 'failed', 'done'),
                '${DETAIL}', '', started, finished
            FROM task JOIN seq_0_to_1;
        INSERT INTO mail (user_id, recipient, template, message_id, state,
                attempts, error)
            SELECT 1, '${EMAIL}', 'welcome', CONCAT('<', seq, '@x>'),
                ${each(MAILS)}, 9, IF(MOD(seq, 4) > 1, '${DETAIL}', NULL)
            FROM seq_0_to_7;
        UPDATE mail SET next_try = NOW(3) + INTERVAL 1 DAY
            WHERE state = 'queued';
        INSERT INTO audit (user_id, account, action, object, remote, result,
                detail)
            SELECT 1, '${'one'.padEnd(32, '-w')}', 'template.enable.other',
                'template ${'t'.repeat(64)}',
                '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff',
                IF(seq, 'ok', 'precondition_required'), '${DETAIL}'
            FROM seq_0_to_5;
        INSERT INTO token (hash, user_id, name, rights, networks, seen,
                seen_from)
            VALUES (REPEAT('h', 32), 1, '${LETTERS}', 1023, '', NULL, NULL),
                (REPEAT('i', 32), 1, '${LETTERS}', 1022,
                    '${Array(8).fill('2001:db8:aaaa:bbbb::/128').join(' ')}',
                    NOW(3), '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff');
        INSERT INTO session (hash, user_id, expires, remote, agent)
            SELECT REPEAT('s', 32), id, NOW(3) + INTERVAL 1 DAY,
                '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff',
                '${'w'.repeat(200)}' FROM user WHERE account = 'admin'`;
}


/**
 * @param {string} dir  of a stack
 */
export async function longStack(dir) {
    const { base } = await stackOf(dir);
    const key = (await readFile(join(base, 'conf/relay.key'), 'utf8')).trim();
    const node = fakeNode(key, (verb, now, said) => {
        const all = [...VMS.keys(), 50];

        return verb === 'list' ? all.map((i) => line(i, now, false)).join('')
            : verb === 'status' ? line(Number(said.match(/\b21474\d+/)) - CTID,
                now, true)
                : verb === 'templates' ? `= name=fleet size=${1e12
                } date=2026-01-02T03:04:05Z\n= name=${'t'.repeat(64)
                } size=1 date=2026-01-02T03:04:05Z\n= name=${'u'.repeat(64)
                } size=1 date=2026-01-02T03:04:05Z\n`
                    : verb === 'node' ? '= driver=lxc version=5.0.2'
                        + ` kernel=${'6.'.repeat(20)}18 hostname=${NODE}`
                        + ' load1=100.25 cpus=1024 memory_total='
                        + `${1e15} memory_free=${1e14} disk_total=${1e15}`
                        + ` disk_free=${1e14} containers=9 running=8\n` : '';
    });
    const own = await ownStack(dir, { name: 'vzpanel_long',
        nodes: { [NODE]: await listening(node.server) }, seed: seed(),
        edit: (conf) => conf.replace(/vzpanel_signup \w+/,
            'vzpanel_signup approve') });

    /* one that waits for an administrator */
    const order = await fetch(`${own.url}/api/orders`, { method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ first_name: LETTERS, last_name: LETTERS,
            dni: 'Z9'.padEnd(20, 'Z'), email: EMAIL, hostname: HOST(77),
            plan: WORDS.slice(0, 64), template: 'fleet' }) });

    assert.equal(order.status, 202, await order.text());

    return {
        url: own.url, silent: node.silent, restart: own.restart,
        accounts: { one: 'two'.padEnd(32, 'w'), many: 'one'.padEnd(32, '-w'),
            none: 'none'.padEnd(32, 'w'), must: 'must'.padEnd(32, 'w') },
        async stop() {
            await own.stop();
            node.server.close();
        },
    };
}


/**
 * @typedef {{
 *     panel: Awaited<ReturnType<typeof longStack>>, password: string,
 *     browser: import('playwright-core').Browser,
 * }} Here  password: the administrator's, and everybody's
 */


/**
 * That panel and a browser, for all tests of a file; all of it is there when
 * the first test begins.
 *
 * @param {(here: Here) => Promise<void>} [then]  what else has to be done
 *     before: hooks of a file begin without waiting for each other
 * @returns {Here}
 */
export function longPanel(then = async () => {}) {
    const here = /** @type {Here} */ ({});

    before(async () => {
        here.password = (await administrator()).password;
        here.panel = await longStack(dirname(maildir));
        here.browser = await launch();
        await then(here);
    });

    after(async () => {
        await here.browser?.close();
        await here.panel?.stop();
    });

    return here;
}
