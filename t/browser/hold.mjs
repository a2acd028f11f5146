/*
 * The locks of containers, taken as virtual-server takes them for a verb: what
 * is asked of a container meanwhile is under way for as long as its lock is
 * held, and not for as long as this machine happens to need.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stackOf } from './own-stack.mjs';


/**
 * @param {string} dir  of a stack
 * @param {number[]} ctids
 * @param {() => Promise<void>} work  done while the locks are held
 */
export async function holding(dir, ctids, work) {
    const { base } = await stackOf(dir);
    const folder = join(base, 'run', base, 'lxc/lock');

    await mkdir(folder, { recursive: true, mode: 0o700 });

    const holder = spawn('bash', ['-ec', `
        for ctid; do exec {fd}>> "$ctid"; flock -w 20 $fd; done
        echo held
        read -r end || true`, 'holder', ...ctids.map(String)],
    { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });

    const held = await Promise.race([once(holder.stdout, 'data'),
        once(holder, 'close')]);

    assert.equal(String(held[0]), 'held\n');

    try {
        await work();

    } finally {
        holder.stdin.end();
        await once(holder, 'close');
    }
}
