/*
 * The websocket of a console.  Each message begins with its type, a letter:
 * i typed, w columns and rows, a shown; from the node o output, t taken.
 * The node sends no more than it was told is on the screen, and no more is
 * typed at a program than it takes.
 */

import { webSocket } from '../lib/api.js';

const SHOWN = 8192;         /* bytes after which they are told */
const UNTAKEN = 65536;      /* bytes typed that no program has taken yet */
const PIECE = 4096;         /* of what is pasted */

/** Why a console is over: codes of its close, as the worker has them. */
export const OVER = { ended: 1000, revoked: 4001, idle: 4008, node: 4502 };


/**
 * @param {string} ticket
 * @param {{cols: number, rows: number}} size
 * @param {{
 *     opened: () => void,
 *     output: (bytes: Uint8Array, shown: () => void) => void,
 *     closed: (code: number, reason: string) => void,
 * }} on  shown: to be called when the bytes are on the screen
 */
export function consoleSocket(ticket, size, on) {
    const socket = webSocket(`console?cols=${size.cols}&rows=${size.rows}`,
        ['vzpanel.console', ticket]);
    /** @type {Uint8Array[]} */
    let waiting = [];
    let untaken = 0;
    let shown = 0;

    socket.binaryType = 'arraybuffer';

    /** @param {string} type @param {Uint8Array} bytes */
    const send = (type, bytes) => {
        if (socket.readyState !== WebSocket.OPEN) {
            return;
        }

        const message = new Uint8Array(bytes.length + 1);

        message[0] = type.charCodeAt(0);
        message.set(bytes, 1);
        socket.send(message);
    };

    /** @param {string} type @param {...number} words  16 bits each */
    const tell = (type, ...words) => send(type, new Uint8Array(
        words.flatMap((word) => [word >> 8 & 255, word & 255])));

    const flush = () => {
        while (waiting.length && untaken < UNTAKEN) {
            const piece = /** @type {Uint8Array} */ (waiting.shift());

            untaken += piece.length;
            send('i', piece);
        }
    };

    /** @param {number} n */
    const seen = (n) => {
        shown += n;

        if (shown >= SHOWN) {
            tell('a', shown >>> 16, shown & 0xffff);
            shown = 0;
        }
    };

    socket.addEventListener('open', () => on.opened());
    socket.addEventListener('close', ({ code, reason }) =>
        on.closed(code, reason));
    socket.addEventListener('message', ({ data }) => {
        const bytes = new Uint8Array(data, 1);

        if (new Uint8Array(data)[0] === 't'.charCodeAt(0)) {
            untaken -= new DataView(data).getUint32(1);
            flush();
        } else {
            on.output(bytes, () => seen(bytes.length));
        }
    });

    return {
        /** @param {Uint8Array} bytes */
        type: (bytes) => {
            /* who interrupts does not wait for the rest of a paste */
            if (bytes.length === 1 && bytes[0] === 3) {
                waiting = [];
                untaken = 0;
            }

            for (let i = 0; i < bytes.length; i += PIECE) {
                waiting.push(bytes.subarray(i, i + PIECE));
            }

            flush();
        },
        /** @param {number} cols @param {number} rows */
        resize: (cols, rows) => tell('w', cols, rows),
        close: () => socket.close(1000),
    };
}
