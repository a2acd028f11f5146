/*
 * The lock of a container, taken as virtual-server takes it for a verb: what
 * is asked of the container meanwhile is under way for as long as the lock is
 * held, and not for as long as this machine happens to need.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stackOf } from './own-stack.mjs';


/**
 * @param {string} dir  of a stack
 * @param {number} ctid
 * @param {() => Promise<void>} work  done while the lock is held
 */
export async function holding(dir, ctid, work) {
    const folder = join((await stackOf(dir)).base, 'lxc/lock');

    await mkdir(folder, { recursive: true, mode: 0o700 });

    const holder = spawn('flock', [join(folder, String(ctid)),
        'sh', '-c', 'echo held; read -r end'],
    { stdio: ['pipe', 'pipe', 'inherit'] });

    await once(holder.stdout, 'data');

    try {
        await work();

    } finally {
        holder.stdin.end();
        await once(holder, 'close');
    }
}
