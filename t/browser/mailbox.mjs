/* A Maildir, read as a person would: the text of the mail to an address. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';


/** @param {string} text */
function unquote(text) {
    const bytes = text.replace(/=\r?\n/g, '')
        .replace(/=([0-9A-Fa-f]{2})/g, (_, hex) =>
            String.fromCharCode(parseInt(hex, 16)));

    return Buffer.from(bytes, 'latin1').toString('utf8');
}


/** @param {string} raw  the whole mail; its text is answered */
export function decode(raw) {
    const [head, ...rest] = raw.split(/\r?\n\r?\n/);
    const body = rest.join('\n\n');
    const how = /^content-transfer-encoding: *(\S+)/im.exec(head)?.[1] ?? '';

    switch (how.toLowerCase()) {
    case 'base64': return Buffer.from(body, 'base64').toString('utf8');
    case 'quoted-printable': return unquote(body);
    default: return body;
    }
}


/**
 * All mails to an address that have some text in them, their texts; waits until
 * there is one.
 *
 * @param {string} folder
 * @param {string} address
 * @param {number} seconds
 * @param {RegExp} [some]
 * @returns {Promise<string[]>}
 */
export async function mails(folder, address, seconds, some = /^/) {
    const until = Date.now() + seconds * 1000;

    for ( ;; ) {
        const names = await readdir(join(folder, 'new'));
        const all = await Promise.all(names.map((name) =>
            readFile(join(folder, 'new', name), 'utf8')));
        const found = all.filter((raw) => raw.toLowerCase()
            .includes(`to: <${address.toLowerCase()}>`)
            || raw.toLowerCase().includes(`to: ${address.toLowerCase()}`))
            .map(decode).filter((text) => some.test(text));

        if (found.length > 0 || Date.now() > until) {
            return found;
        }

        await wait(50);
    }
}


/**
 * The value behind a label of a mail's text.
 *
 * @param {string} text
 * @param {string} label
 */
export function value(text, label) {
    return new RegExp(`^ *${label}: +(\\S+)`, 'm').exec(text)?.[1] ?? '';
}
