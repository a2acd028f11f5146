/*
 * A panel of one's own on the services of a stack: a database and an nginx
 * that can be stopped without anybody else noticing, on the stack's nodes or
 * on others.
 */

import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);


/** @param {import('node:net').Server} server */
export async function listening(server) {
    await new Promise((done) => server.listen(0, '127.0.0.1', () =>
        done(null)));

    return /** @type {import('node:net').AddressInfo} */ (server.address())
        .port;
}


/** A port that nobody has at this moment. */
export async function freePort() {
    const server = createServer();
    const port = await listening(server);

    await new Promise((done) => server.close(done));

    return port;
}


/**
 * Where the stack of a folder really is, and its settings.
 *
 * @param {string} dir
 */
export async function stackOf(dir) {
    const text = (await Promise.all(['settings', 'ports'].map((name) =>
        readFile(join(dir, name), 'utf8')))).join('');
    const settings = Object.fromEntries(text.trim().split('\n').map((line) =>
        line.split(/=(.*)/s).slice(0, 2)));

    return { ...settings, base: settings.base ?? resolve(dir) };
}


/**
 * @param {string} base
 * @param {string} sql
 */
export function query(base, sql) {
    return run('mariadb', ['--no-defaults', '--user=root',
        `--socket=${base}/db.sock.d/mysqld.sock`, '-e', sql]);
}


/**
 * @param {string} base
 * @param {string} name
 * @param {string} seed
 */
async function database(base, name, seed) {
    await query(base, `DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name}
        CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    await run('sql/migrate', ['--quiet', '--socket',
        `${base}/db.sock.d/mysqld.sock`, '--user', 'root', '--database', name]);
    await query(base, `USE ${name};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO vzpanel@localhost;
        INSERT INTO user SELECT * FROM vzpanel.user WHERE account = 'admin';
        ${seed}`);
}


/**
 * The nginx of the stack once more, with another port, database and nodes.
 *
 * @param {string} base
 * @param {string} name
 * @param {number} port
 * @param {Record<string, number>} nodes
 * @param {(conf: string) => string} edit
 */
async function configuration(base, name, port, nodes, edit) {
    const here = join(base, name);
    const conf = join(here, 'nginx.conf');
    const text = await readFile(join(base, 'conf/nginx.conf'), 'utf8');

    await mkdir(here, { recursive: true });
    await writeFile(conf, edit(text
        .replace(/pid [^;]+;/, `pid ${here}/pid;`)
        .replace(/(error_log|access_log) \S+?\/([a-z]+\.log)/g,
            `$1 ${here}/$2`)
        .replace(/name=vzpanel;/, `name=${name};`)
        .replace(/vzpanel_node local \S+(\s+key_file=[^;]+;)/, (_, key) =>
            Object.entries(nodes).map(([node, at]) =>
                `vzpanel_node ${node} 127.0.0.1:${at}${key}`).join('\n'))
        .replace(/listen 127.0.0.1:\d+/, `listen 127.0.0.1:${port}`)));

    return conf;
}


/**
 * An nginx in the foreground that answers.
 *
 * @param {string} base
 * @param {string} conf
 * @param {string} url
 */
async function serve(base, conf, url) {
    const nginx = spawn('nginx', ['-p', `${base}/`, '-c', conf, '-e',
        conf.replace(/conf$/, 'log'), '-g', 'daemon off;'],
    { stdio: 'ignore' });
    const ended = new Promise((done) => nginx.once('exit', done));

    for (let i = 0; i < 100; i++) {
        if (await fetch(`${url}/panel/`).then(() => true, () => false)) {
            break;
        }

        await wait(100);
    }

    return async () => {
        nginx.kill('SIGTERM');
        await ended;
    };
}


/**
 * @param {string} dir  of the stack
 * @param {{name: string, nodes: Record<string, number>, seed: string,
 *     edit?: (conf: string) => string}} own
 *     name: of the database; nodes: their ports; seed: SQL; edit: what else
 *     its nginx.conf has otherwise
 */
export async function ownStack(dir, own) {
    const { base } = await stackOf(dir);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;

    await database(base, own.name, own.seed);

    const conf = await configuration(base, own.name, port, own.nodes,
        own.edit ?? ((text) => text));
    let end = await serve(base, conf, url);

    return {
        url,

        /** @param {() => Promise<unknown>} [meanwhile]  while it is down */
        async restart(meanwhile) {
            await end();
            await meanwhile?.();
            end = await serve(base, conf, url);
        },

        async stop() {
            await end();
            await query(base, `DROP DATABASE ${own.name};
                REVOKE ALL ON ${own.name}.* FROM vzpanel@localhost`);
            await rm(join(base, own.name), { recursive: true });
        },
    };
}


/**
 * A panel of one's own that sells, on the stack's node: it has the last ten of
 * the node's numbers, the stack's templates and six addresses.
 *
 * @param {string} dir  of the stack
 * @param {{name: string, mail: number, others?: string[], seed?: string,
 *     edit?: (conf: string) => string}} own
 *     mail: the port of its mail server; others: more names of its node, by
 *     which nginx.conf has it
 */
export async function shopStack(dir, own) {
    const { ctids, pool, daemon_port: port } = await stackOf(dir);
    const last = Number(ctids.split('-')[1]);
    const net = pool.replace(/\.\d+\/\d+$/, '');
    const edit = own.edit ?? ((conf) => conf);

    return ownStack(dir, {
        name: own.name,
        nodes: Object.fromEntries(['local', ...own.others ?? []].map((name) =>
            [name, Number(port)])),
        seed: `${own.seed ?? ''}
            INSERT INTO node (name, ctid_min, ctid_max)
                VALUES ('local', ${last - 9}, ${last});
            INSERT INTO template SELECT * FROM vzpanel.template;
            INSERT INTO address_pool (name, cidr)
                VALUES ('test', '${net}.248/29');
            INSERT INTO address (pool_id, address)
                SELECT 1, CONCAT('${net}.', seq) FROM seq_249_to_254`,
        edit: (conf) => edit(conf).replace(/smtp:\/\/[\d.:]+/,
            `smtp://127.0.0.1:${own.mail}`),
    });
}
