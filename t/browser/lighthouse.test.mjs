/*
 * Lighthouse about every screen: accessibility and best practices, which say
 * the same each time.  Performance is bench/lighthouse.mjs.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditor, DETERMINISTIC, screens } from './lighthouse.mjs';

/** @type {Awaited<ReturnType<typeof screens>>} */
let shown;
/** @type {Awaited<ReturnType<typeof auditor>>} */
let lighthouse;


before(async () => {
    shown = await screens();
    lighthouse = await auditor();
});

after(async () => {
    await lighthouse?.close();
    await shown?.end();
});


test('Lighthouse gives accessibility and best practices at least 95',
    async (t) => {
        const low = [];

        for (const screen of shown.all) {
            const { scores, wrong } = await lighthouse.audit(screen,
                DETERMINISTIC);

            t.diagnostic(`${screen.name}: ${Object.values(scores).join(' ')
            } ${wrong.join(' ')}`);

            if (Object.values(scores).some((score) => score < 95)) {
                low.push(`${screen.name}: ${JSON.stringify(scores)} ${
                    wrong.join(' ')}`);
            }
        }

        assert.deepEqual(low, []);
    });
