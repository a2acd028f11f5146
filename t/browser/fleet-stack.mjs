/*
 * A panel with a fleet of 5,000 containers that are not there: a database and
 * an nginx of its own on the services of a stack, and a virtual-server of its
 * own that answers `list` with figures that move.
 */

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listening, ownStack, stackOf } from './own-stack.mjs';

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
 * What one who knows the key says to one line after the other: the proof, then
 * answers that are sealed. Those who ask are believed.
 *
 * @param {string} key
 * @param {string} nonce  the server's
 */
function sealed(key, nonce) {
    /** @param {string | Buffer} by @param {string} text */
    const hmac = (by, text) => createHmac('sha256', by).update(text);
    let own = Buffer.alloc(0);
    let answers = 0;

    return {
        /** @param {string} said */
        proof(said) {
            const [auth, theirs, mac] = said.split(' ');
            const nonces = `${nonce} ${theirs}`;

            if (auth !== 'auth'
                || mac !== hmac(key, `client ${nonces}`).digest('hex')) {
                return 'err denied wrong key\n';
            }

            own = hmac(key, `server key ${nonces}`).digest();
            return `ok ${hmac(key, `server ${nonces}`).digest('hex')}\n`;
        },

        /** @param {string} lines */
        answer(lines) {
            const hash = createHash('sha256').update(lines).digest('hex');
            const mac = hmac(own, `${answers++} ${hash}`).digest('hex');

            return `${lines.slice(0, -1)} mac=${mac.slice(0, 32)}\n`;
        },
    };
}


/**
 * A node that is not there, and answers.
 *
 * @param {string} key
 * @param {(verb: string, now: number, said: string) => string} answer  a
 *     verb's lines
 */
export function fakeNode(key, answer) {
    /** @type {number[]} */
    const lists = [];
    const silent = { on: false };
    const begun = Date.now();
    const server = createServer((socket) => {
        const nonce = randomBytes(32).toString('hex');
        const seal = sealed(key, nonce);
        let known = false;

        socket.on('error', () => socket.destroy());
        socket.write(`virtual-server 3 ${nonce}\n`);
        createInterface({ input: socket }).on('line', (said) => {
            if (!known) {
                const proof = seal.proof(said);

                known = proof.startsWith('ok');
                socket.write(proof);
                return;
            }

            const verb = said.split(' ', 1)[0];

            if (verb === 'list') {
                lists.push(Date.now());
            }

            if (silent.on) {
                return;
            }

            socket.write(seal.answer(`${answer(verb,
                1000 + (Date.now() - begun) / 1000, said)}ok\n`));
        });
    });

    return { server, lists, silent };
}


/**
 * The rows of a fleet.
 *
 * @param {number} count
 */
function seed(count) {
    return `
        INSERT INTO node (name) VALUES ('fleet');
        INSERT INTO template (name, label) VALUES ('fleet', 'Fleet');
        INSERT INTO address_pool (name, cidr) VALUES ('fleet', '10.9.0.0/16');
        INSERT INTO user (account, first_name, email, password)
            SELECT CONCAT('fleet', seq), 'Fleet', 'fleet@example.org', '*'
            FROM seq_0_to_499;
        INSERT INTO vm (node_id, ctid, user_id, template_id, name, hostname,
                vmguar_barrier_mib, oomguar_barrier_mib, privvm_barrier_mib,
                privvm_limit_mib, disk_soft_mib, disk_hard_mib, cpu_units,
                lifecycle)
            SELECT (SELECT MIN(id) FROM node), ${FIRST} + seq,
                (SELECT id FROM user
                    WHERE account = CONCAT('fleet', MOD(seq, 500))),
                (SELECT MIN(id) FROM template), CONCAT('vps', ${FIRST} + seq),
                CONCAT('fleet', seq), 64, 64, 64, 64, 1024, 1024, 1000, 'ready'
            FROM seq_0_to_${count - 1};
        INSERT INTO address (pool_id, address, vm_id)
            SELECT (SELECT MIN(id) FROM address_pool),
                INET_NTOA(INET_ATON('10.9.0.0') + ctid - ${FIRST}), id
            FROM vm`;
}


/**
 * silent.on: the node takes what it is asked and says nothing.
 *
 * @param {string} dir    of the stack
 * @param {number} count  of containers
 */
export async function fleetStack(dir, count) {
    const { base } = await stackOf(dir);
    const key = (await readFile(join(base, 'conf/relay.key'), 'utf8')).trim();
    const { server, lists, silent } = fakeNode(key, (verb, now) =>
        verb === 'list' ? Array.from({ length: count }, (_, i) =>
            line(i, now)).join('')
            : verb === 'templates'
                ? '= name=fleet size=1 date=2026-01-02T03:04:05Z\n' : '');
    const own = await ownStack(dir, { name: 'vzpanel_fleet',
        nodes: { fleet: await listening(server) }, seed: seed(count) });

    return {
        url: own.url, lists, silent,
        async stop() {
            await own.stop();
            server.close();
        },
    };
}
