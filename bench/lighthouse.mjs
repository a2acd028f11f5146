/*
 * lighthouse.mjs DIR [RUNS]: Lighthouse about every screen of the stack in
 * DIR, as a phone on slow 4G: the median of RUNS (3) for performance, and
 * accessibility and best practices, out of 100 each.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const FLEET = 5000;

const dir = process.argv[2] ?? 'run';
const runs = Number(process.argv[3] ?? 3);
const ports = await readFile(join(dir, 'ports'), 'utf8');

process.env.VZPANEL_URL = `http://127.0.0.1:${
    /^web_port=(\d+)$/m.exec(ports)?.[1]}`;
process.env.VZPANEL_MAIL = join(dir, 'mail');

/* they read what was set above */
const { cookie } = await import('../t/browser/browser.mjs');
const { fleetStack } = await import('../t/browser/fleet-stack.mjs');
const { auditor, screens } = await import('../t/browser/lighthouse.mjs');


/** @param {number[]} list */
function median(list) {
    return [...list].sort((a, b) => a - b)[list.length >> 1];
}


const shown = await screens();
const fleet = await fleetStack(dir, FLEET);
const lighthouse = await auditor();

try {
    console.log(['screen'.padEnd(34), ...CATEGORIES].join('  '));

    for (const screen of [...shown.all, {
        name: `status, an administrator of ${FLEET}`,
        address: `${fleet.url}/panel/status`,
        cookie: await cookie(shown.admin, fleet.url) }])
    {
        /** @type {Awaited<ReturnType<typeof lighthouse.audit>>[]} */
        const all = [];

        for (let i = 0; i < runs; i++) {
            all.push(await lighthouse.audit(screen, CATEGORIES));
        }

        console.log([screen.name.padEnd(34), ...CATEGORIES.map((category) =>
            String(median(all.map((one) => one.scores[category])))
                .padStart(category.length)), ...new Set(all.flatMap((one) =>
            one.wrong))].join('  '));
    }
} finally {
    await lighthouse.close();
    await fleet.stop();
    await shown.end();
}
