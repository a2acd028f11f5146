/*
 * What a server used, and why it is slow: a container whose share of the CPU
 * is used up, whose memory is used up and whose disk is full is told so in
 * words; its graphs have one crosshair, a table and a file.
 *
 *   VZPANEL_MAIL   the Maildir of a stack; its credentials lie beside it
 */

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findings } from './axe.mjs';
import { administrator, api, complaints, launch, maildir, settled, shot,
    signIn, url } from './browser.mjs';
import { stackOf } from './own-stack.mjs';

const run = promisify(execFile);
const home = dirname(maildir);

/* A sample is taken every ten seconds and read a moment later; the rest is for
   a machine that has other things to do. */
const NAMED = 25000;

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let wrong;
/** @type {import('./browser.mjs').Ask} */
let ask;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;
/** @type {import('node:child_process').ChildProcess[]} */
const guests = [];
let ctid = 0;


/**
 * Run a script of busybox in the container, as a process of its groups.
 *
 * @param {string} script
 */
async function inside(script) {
    const { base } = await stackOf(home);
    const text = await readFile(join(base, 'lxc/ct', String(ctid), 'run'),
        'utf8');
    const init = /^init=(\d+) /m.exec(text)?.[1] ?? '';
    const own = /^memory=\/sys\/fs\/cgroup(?:\/memory)?(\/.*)$/m
        .exec(text)?.[1] ?? '';
    const roots = existsSync('/sys/fs/cgroup/memory')
        ? ['cpu', 'cpuacct', 'memory', 'pids', 'unified'] : [''];

    const child = spawn('/bin/sh', ['-c', `for root in ${roots.map((name) =>
        `/sys/fs/cgroup/${name}`).join(' ')}; do
            [ ! -e $root${own}/cgroup.procs ] \
                || echo $$ > $root${own}/cgroup.procs || exit 1
        done
        exec nsenter -t ${init} -U -m -p -u -n -i -C -S 0 -G 0 \
            /bin/busybox sh -c "$1"`, 'sh', script], { stdio: 'ignore' });

    guests.push(child);
    return child;
}


before(async () => {
    browser = await launch();
    ask = await api(await administrator());
    ana = await settled(ask, 'Ana');
    ctid = (await ask('GET', `vms/${ana.vm}`)).body.ctid;
    page = await browser.newPage({ locale: 'en-GB' });
    page.setDefaultTimeout(15000);
    wrong = complaints(page);
    await signIn(page, ana);
});

after(async () => {
    guests.forEach((child) => child.kill('SIGKILL'));
    await run('scripts/verb', [home, 'stop', String(ctid)]);
    await browser?.close();
});


test('nothing is said of a server that has what it needs', async () => {
    const told = page.waitForResponse((reply) => /\/reasons$/.test(
        reply.url()));

    await page.goto(`${url}/panel/server?id=${ana.vm}`);
    assert.deepEqual((await (await told).json()).reasons, []);
    assert.equal(await page.locator('.slow-why').isVisible(), false);
});


test('what its limits do to it is said in words, with the figure', async () => {
    await run('scripts/verb', [home, 'setdisk', String(ctid), '320M']);
    await once(await inside('dd if=/dev/zero of=/full bs=1M'), 'exit');
    await once(await inside('x=a; while :; do x=$x$x; done'), 'exit');
    await run('scripts/verb', [home, 'setcpu', String(ctid), '1000', '20']);

    const begun = Date.now();

    await inside('while :; do :; done');

    for (const [reason, words] of /** @type {[string, RegExp][]} */ ([
        ['cpu_share', /stopped \d+.* of the last minute.*20\s?% of a CPU/],
        ['killed', /busybox was killed because memory was used up.*limit is/],
        ['disk_full', /The disk is full: 3[12]\d.MB of 320.MB/],
    ])) {
        const one = page.locator(`.reasons [data-reason=${reason}]`);

        await one.waitFor({ timeout: NAMED });
        assert.match(await one.locator('strong').innerText(), words);
        assert.ok((await one.locator('p').innerText()).length > 20,
            'and what can be done');
        console.log(`# ${reason} was named after ${
            ((Date.now() - begun) / 1000).toFixed(1)} s`);
    }

    await shot(page, 'history-why');
});


/** What was recorded of it so often that there is something to walk along. */
async function recorded() {
    for (const end = Date.now() + 90000; Date.now() < end; ) {
        const { body } = await ask('GET', `vms/${ana.vm}/history`);

        if (body.at.length > 3) {
            return;
        }

        await pause(500);
    }

    assert.fail('the recorder stands still');
}


test('the graphs have one crosshair, by pointer and by keys', async () => {
    await recorded();
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=graphs`);
    await page.locator('[data-chart=cpu] .graph-line').waitFor({
        state: 'attached' });

    const field = page.locator('[data-chart=memory] .graph-field');
    const lines = page.locator('.graph:visible .graph-cross:visible');

    assert.match(await page.locator('[data-chart=cpu] .graph-limit-words')
        .innerText(), /^$|limit/);
    assert.ok(await page.locator('.graph-mark[data-kind=killed]').count() > 0,
        'what was killed is marked');
    assert.ok(await page.locator('.graph-mark[data-kind=task]').count() > 0,
        'and so are its tasks');

    await field.hover();
    await lines.first().waitFor();
    assert.equal(await lines.count(),
        await page.locator('.graph:visible').count(), 'in all of them');

    const bar = page.locator('.graph-moment');
    const there = await bar.innerText();

    assert.match(there, /\d\d:\d\d/);
    await bar.focus();
    await page.mouse.move(0, 0);
    await page.keyboard.press('Home');
    assert.equal(await bar.getAttribute('aria-valuenow'), '0');
    await page.keyboard.press('ArrowRight');
    assert.equal(await bar.getAttribute('aria-valuenow'), '1');
    assert.equal(await bar.getAttribute('aria-valuetext'),
        await bar.innerText());
    await shot(page, 'history-graphs');
});


test('times are told in 24 hours, at every hour and in both languages',
    async () => {
        const other = await browser.newPage();

        await other.goto(`${url}/panel/`);

        const told = await other.evaluate(async () => {
            const app = document.querySelector('script[type=module]');
            const from = (/** @type {string} */ name) => import(new URL(name,
                /** @type {HTMLScriptElement} */ (app).src).href);
            const { exact, tick } = await from('history/model.js');
            const { moment, clock, hour, use } = await from('lib/i18n.js');
            const all = [];

            for (const language of ['es', 'en']) {
                await use(language);

                for (const h of [0, 1, 9, 12, 13, 23]) {
                    const time = new Date(2026, 11, 1, h, 5);
                    const at = time.getTime() / 1000;

                    all.push(...[exact(at), tick(at, '1h'), tick(at, '1w'),
                        moment(time.toISOString()), clock(time.toISOString()),
                        hour(time.toISOString())].map((text) => ({ h, text })));
                }
            }

            return all;
        });

        told.forEach(({ h, text }) => assert.match(text,
            new RegExp(`(^|\\D)0?${h}:05(:00)?$`)));
        assert.equal(told.length, 72);
        await other.close();
    });


test('the same figures are a table and a file', async () => {
    await page.locator('.graph-details summary').click();

    const rows = page.locator('.graph-table tbody tr');

    await rows.nth(2).waitFor();
    assert.deepEqual(await findings(page), [], 'everybody can use them');
    assert.match(await page.locator('.graph-table thead').innerText(),
        /^Time\s*CPU/);

    const [file] = await Promise.all([page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download as CSV' }).click()]);
    const text = await readFile(await file.path(), 'utf8');
    const [head, ...lines] = text.trim().split('\r\n');

    assert.match(file.suggestedFilename(), /-1h\.csv$/);
    assert.match(head, /^time,running_percent,cpu_percent,cpu_most,/);
    assert.ok(lines.length > 2);
    lines.forEach((line) => assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z,/));
    await page.locator('.graph-details summary').click();
});


test('a day is drawn in less than 200 ms', async () => {
    const day = await page.evaluate(async (vm) =>
        (await fetch(`/api/vms/${vm}/history?range=1d`)).json(), ana.vm);
    const until = Math.floor(Date.now() / 1000 / 120) * 120;

    /* a whole day of what the node tells, which has been there for minutes */
    day.at = Array.from({ length: 720 }, (_, i) => until - (720 - i) * 120);
    day.up = day.at.map(() => 100);
    day.series.forEach((/** @type {any} */ one) => {
        one.mean = day.at.map((/** @type {number} */ _, /** @type {number} */
            i) => 1000 + 900 * Math.sin(i / 9));
        one.most = one.mean.map((/** @type {number} */ value) => value * 1.2);
    });

    await page.route(/history\?range=1d/, (route) =>
        route.fulfill({ json: day }));

    /* in time of the processor: the machine has other things to do */
    const cdp = await page.context().newCDPSession(page);
    const spent = async () => {
        const { metrics } = await cdp.send('Performance.getMetrics');

        return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')
            ?.value ?? NaN);
    };

    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });

    const before = await spent();

    await page.locator('.graph-range', { hasText: '24 hours' }).click();
    await page.waitForFunction(() => (document.querySelector(
        '[data-chart=pressure] .graph-line[data-line="2"]')
        ?.getAttribute('d')?.length ?? 0) > 5000);
    await page.evaluate(() => new Promise((done) =>
        requestAnimationFrame(() => setTimeout(done))));

    const ms = await spent() - before;

    console.log(`# drawn in ${ms.toFixed(0)} ms`);
    assert.ok(ms < 200, `${ms} ms`);
    await page.unroute(/history\?range=1d/);
});


test('an administrator sees those of the node', async () => {
    const boss = await browser.newPage({ locale: 'en-GB',
        viewport: { width: 375, height: 800 } });
    const { body } = await ask('GET', 'admin/nodes');

    complaints(boss, undefined, wrong);
    boss.setDefaultTimeout(15000);
    await signIn(boss, await administrator());
    await boss.goto(`${url}/panel/node?id=${body.items[0].id}`);
    await boss.locator('[data-chart=memory] .graph-line').first().waitFor({
        state: 'attached' });
    assert.equal(await boss.locator('h1').innerText(), body.items[0].name);
    assert.equal(await boss.evaluate(() => document.documentElement
        .scrollWidth <= innerWidth), true, 'and not beside a phone');
    assert.deepEqual(await findings(boss), []);
    await shot(boss, 'history-node');
    await boss.close();
});


test('nobody else sees them, and nothing was complained about', async () => {
    const eva = await settled(ask, 'Eva');
    const theirs = await api(eva);

    assert.equal((await theirs('GET', `vms/${ana.vm}/history`)).status, 404);
    assert.equal((await theirs('GET', `vms/${ana.vm}/reasons`)).status, 404);
    assert.deepEqual(wrong, []);
});
