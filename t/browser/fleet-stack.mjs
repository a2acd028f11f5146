/*
 * A panel with a fleet of 5,000 containers that are not there: a database and
 * an nginx of its own on the services of a stack, and a virtual-server of its
 * own that answers `list` with figures that move.
 */

import { execFile, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAME = 'vzpanel_fleet';
const FIRST = 1000;
const MIB = 1 << 20;


/**
 * One line of `list`: most run, some are stopped, none says the same twice.
 *
 * @param {number} i
 * @param {number} now  in seconds
 */
function line(i, now) {
    const runs = i % 10 !== 0;
    const used = runs ? Math.round((8 + (i * 7 + now * 3) % 48) * MIB) : 0;

    return `= id=${FIRST + i} state=${runs ? 'running' : 'stopped'}`
        + ` hostname=fleet${i} address=10.9.${i >> 8}.${i & 255}`
        + ` memory_used=${used} memory_limit=${64 * MIB} swap_used=0`
        + ` disk_used=${Math.round((100 + (i + now) % 800) * MIB)}`
        + ` disk_total=${1024 * MIB} inodes_used=100 inodes_total=65536`
        + ` cpu_ns=${runs ? Math.round(now * (i % 97) * 1e7) : 0}`
        + ` cpu_units=1000 cpu_percent=0 processes=${runs ? 12 : 0}`
        + ` uptime=${runs ? Math.round(now) : 0} template=fleet\n`;
}


/**
 * @param {number} count
 * @param {string} key
 */
function daemon(count, key) {
    /** @type {number[]} */
    const lists = [];
    const begun = Date.now();
    const server = createServer((socket) => {
        const nonce = randomBytes(32).toString('hex');
        const right = createHmac('sha256', key).update(nonce).digest('hex');
        let known = false;

        socket.on('error', () => socket.destroy());
        socket.write(`virtual-server 1 ${nonce}\n`);
        createInterface({ input: socket }).on('line', (said) => {
            if (!known) {
                known = said === `auth ${right}`;
                socket.write(known ? 'ok\n' : 'err denied wrong key\n');

            } else if (said === 'list') {
                const now = 1000 + (Date.now() - begun) / 1000;

                lists.push(Date.now());
                socket.write(Array.from({ length: count },
                    (_, i) => line(i, now)).join('') + 'ok\n');

            } else {
                socket.write(said === 'templates'
                    ? '= name=fleet size=1 date=2026-01-02T03:04:05Z\nok\n'
                    : 'ok\n');
            }
        });
    });

    return { server, lists };
}


/**
 * @param {string} base
 * @param {string} sql
 */
function query(base, sql) {
    return run('mariadb', ['--no-defaults', '--user=root',
        `--socket=${base}/db.sock.d/mysqld.sock`, '-e', sql]);
}


/**
 * @param {string} base
 * @param {number} count
 */
async function database(base, count) {
    await query(base, `DROP DATABASE IF EXISTS ${NAME}; CREATE DATABASE ${NAME}
        CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    await run('sql/migrate', ['--quiet', '--socket',
        `${base}/db.sock.d/mysqld.sock`, '--user', 'root', '--database', NAME]);
    await query(base, `USE ${NAME};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ${NAME}.* TO vzpanel@localhost;
        INSERT INTO user SELECT * FROM vzpanel.user WHERE account = 'admin';
        INSERT INTO node (name) VALUES ('fleet');
        INSERT INTO template (name, label) VALUES ('fleet', 'Fleet');
        INSERT INTO address_pool (name, cidr) VALUES ('fleet', '10.9.0.0/16');
        INSERT INTO user (account, first_name, email, password)
            SELECT CONCAT('fleet', seq), 'Fleet', 'fleet@example.org', '*'
            FROM seq_0_to_499;
        INSERT INTO vm (node_id, ctid, user_id, template_id, name, hostname,
                vmguar_barrier_mib, oomguar_barrier_mib, privvm_barrier_mib,
                privvm_limit_mib, disk_soft_mib, disk_hard_mib, cpu_units,
                service)
            SELECT (SELECT MIN(id) FROM node), ${FIRST} + seq,
                (SELECT id FROM user
                    WHERE account = CONCAT('fleet', MOD(seq, 500))),
                (SELECT MIN(id) FROM template), CONCAT('vps', ${FIRST} + seq),
                CONCAT('fleet', seq), 64, 64, 64, 64, 1024, 1024, 1000, 'ready'
            FROM seq_0_to_${count - 1};
        INSERT INTO address (pool_id, address, vm_id)
            SELECT (SELECT MIN(id) FROM address_pool),
                INET_NTOA(INET_ATON('10.9.0.0') + ctid - ${FIRST}), id
            FROM vm`);
}


/**
 * The nginx of the stack once more, with another port, database and node.
 *
 * @param {string} base
 * @param {number} port
 * @param {number} node
 */
async function configuration(base, port, node) {
    const here = join(base, 'fleet');
    const conf = join(here, 'nginx.conf');
    const text = await readFile(join(base, 'conf/nginx.conf'), 'utf8');

    await mkdir(here, { recursive: true });
    await writeFile(conf, text
        .replace(/pid [^;]+;/, `pid ${here}/pid;`)
        .replace(/(error_log|access_log) \S+?\/([a-z]+\.log)/g,
            `$1 ${here}/$2`)
        .replace(/name=vzpanel;/, `name=${NAME};`)
        .replace(/vzpanel_node local 127.0.0.1:\d+/,
            `vzpanel_node fleet 127.0.0.1:${node}`)
        .replace(/listen 127.0.0.1:\d+/, `listen 127.0.0.1:${port}`));

    return conf;
}


/** @param {import('node:net').Server} server */
async function listening(server) {
    await new Promise((done) => server.listen(0, '127.0.0.1', () =>
        done(null)));

    return /** @type {import('node:net').AddressInfo} */ (server.address())
        .port;
}


/** A port that nobody has at this moment. */
async function freePort() {
    const server = createServer();
    const port = await listening(server);

    await new Promise((done) => server.close(done));

    return port;
}


/**
 * @param {string} dir    of the stack
 * @param {number} count  of containers
 */
export async function fleetStack(dir, count) {
    const settings = await readFile(join(dir, 'settings'), 'utf8');
    const base = /^base=(.*)$/m.exec(settings)?.[1] ?? resolve(dir);
    const key = (await readFile(join(base, 'conf/relay.key'), 'utf8')).trim();
    const { server, lists } = daemon(count, key);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;

    await database(base, count);

    const conf = await configuration(base, port, await listening(server));
    const nginx = spawn('nginx', ['-p', `${base}/`, '-c', conf, '-e',
        join(base, 'fleet/nginx.log'), '-g', 'daemon off;'],
    { stdio: 'ignore' });
    const ended = new Promise((done) => nginx.once('exit', done));

    for (let i = 0; i < 100; i++) {
        if (await fetch(`${url}/panel/`).then(() => true, () => false)) {
            break;
        }

        await wait(100);
    }

    return {
        url, lists,
        async stop() {
            nginx.kill('SIGTERM');
            await ended;
            server.close();
            await query(base, `DROP DATABASE ${NAME};
                REVOKE ALL ON ${NAME}.* FROM vzpanel@localhost`);
            await rm(join(base, 'fleet'), { recursive: true });
        },
    };
}
