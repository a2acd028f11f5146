/* A mail server that takes what it gets, or refuses it, as a test wants.  What
 * the stack's administrator is mailed, of signing in, is not kept. */

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { decode } from './mailbox.mjs';
import { listening } from './own-stack.mjs';


export async function smtp() {
    const state = { refuses: '', count: 0 };    /* of what was refused */
    /** @type {string[]} */
    const mails = [];
    const server = createServer((socket) => {
        /** @type {string[] | null} */
        let data = null;
        let kept = true;
        const say = (/** @type {string} */ words) =>
            socket.write(`${words}\r\n`);

        socket.on('error', () => socket.destroy());
        say('220 test ESMTP');
        createInterface({ input: socket }).on('line', (line) => {
            if (data && line !== '.') {
                data.push(line);
            } else if (data) {
                if (kept) {
                    mails.push(decode(data.join('\n')));
                }

                data = null;
                say('250 taken');
            } else if (/^RCPT/i.test(line) && state.refuses) {
                state.count++;
                say(state.refuses);
            } else if (/^RCPT/i.test(line)) {
                kept = !/@localhost>/i.test(line);
                say('250 fine');
            } else if (/^DATA/i.test(line)) {
                data = [];
                say('354 go on');
            } else if (/^QUIT/i.test(line)) {
                say('221 bye');
                socket.end();
            } else {
                say('250 fine');
            }
        });
    });
    const port = await listening(server);

    return {
        state, mails, port, stop: () => server.close(),

        /** @param {number} n  of mails, to wait for and no more */
        async came(n) {
            for (let i = 0; i < 200 && mails.length < n; i++) {
                await wait(100);
            }

            assert.equal(mails.length, n);
        },
    };
}
