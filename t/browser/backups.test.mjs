/*
 * The backups of a server in its tab: what is promised, one made by keys, one
 * restored with what is lost said before, its files looked through; and how
 * Administration lists them.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, launch, settled, signIn, url }
    from './browser.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./browser.mjs').Ask} */
let ask;
/** @type {{account: string, password: string}} */
let admin;
/** @type {Awaited<ReturnType<typeof settled>>} */
let ana;

const DONE = { id: 7, kind: 'scheduled', state: 'done',
    taken: '2026-01-02T03:04:05Z', created: '2026-01-02T03:04:05Z',
    finished: '2026-01-02T03:06:05Z', files: 11000, bytes: 2 ** 30,
    added_bytes: 2 ** 20, seconds: 120, task: 1, error: null,
    error_detail: null };

const STATE = { offered: true, available: true, overdue: false, daily: 7,
    weekly: 4, monthly: 0, window: '01:00-05:00', items: [DONE], next: null };

before(async () => {
    browser = await launch();
    admin = await administrator();
    ask = await api(admin);
    ana = await settled(ask, 'Ana');
});

after(async () => {
    await browser?.close();
});


/**
 * @param {object} [answer]  of the API, over what there is
 * @param {{width: number, height: number}} [viewport]
 */
async function enter(answer, viewport) {
    const page = await browser.newPage({ locale: 'en-GB', viewport });
    /** @type {{method: string, path: string, body: any}[]} */
    const sent = [];

    page.setDefaultTimeout(20000);

    if (answer) {
        await page.route(/\/api\/vms\/\d+\/backups/, async (route) => {
            const request = route.request();
            const { pathname, searchParams } = new URL(request.url());

            if (request.method() !== 'GET') {
                sent.push({ method: request.method(), path: pathname,
                    body: request.postDataJSON() });
                await route.fulfill({ status: request.method() === 'DELETE'
                    ? 204 : 409, contentType: 'application/json',
                body: request.method() === 'DELETE' ? '' : JSON.stringify({
                    status: 409, code: 'backup_running' }) });
            } else if (pathname.endsWith('/files')) {
                const top = searchParams.get('path') === '/';

                await route.fulfill({ json: { more: false, next: null,
                    items: top ? [{ type: 'dir', name: 'etc', path: 'etc',
                        bytes: 0, modified: null, mode: '0755' }]
                        : [{ type: 'file', name: 'a b', path: 'a%20b',
                            bytes: 12, modified: null, mode: '0644' }] } });
            } else {
                await route.fulfill({ json: answer });
            }
        });
    }

    await signIn(page, ana);
    await page.goto(`${url}/panel/server?id=${ana.vm}&tab=copies`);
    await page.locator('.backups h2').waitFor();

    return { page, sent };
}


test('a plan without backups says so, and nothing is offered', async () => {
    const { page } = await enter();
    const wrong = complaints(page);

    await page.getByText('This server’s plan has no backups.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Back up now' })
        .count(), 0);
    assert.deepEqual(wrong, []);
    await page.close();
});


test('restoring says what is lost, and wants the name', async () => {
    const { page, sent } = await enter(STATE);

    await page.getByText(/Made by night, between 01:00-05:00 UTC/).waitFor();
    await page.getByText(/11,000 files/).waitFor();
    await page.getByRole('button', { name: /^Restore the backup/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/Everything saved on the disk in the last \d+/)
        .waitFor();
    await page.locator('dialog [name=name]').fill('x');
    await page.locator('dialog [type=submit]').click();
    await page.locator('dialog .form-error:not(:empty)').waitFor();
    assert.deepEqual(sent[0].body, { mode: 'in_place', name: 'x' });

    await page.getByText('As a new server').click();
    await page.locator('dialog [name=hostname]').fill('beside');
    await page.locator('dialog [type=submit]').click();

    for (let i = 0; i < 100 && sent.length < 2; i++) {
        await page.waitForTimeout(50);
    }

    assert.deepEqual(sent[1].body, { mode: 'new', hostname: 'beside' });
    await page.close();
});


test('files are walked through, and taken by their own names', async () => {
    const { page } = await enter(STATE, { width: 360, height: 720 });

    await page.getByRole('button', { name: /^See the files/ }).click();
    await page.getByRole('button', { name: 'etc' }).click();
    const link = page.getByRole('link', { name: 'Download a b' });

    await link.waitFor();
    assert.match(await link.getAttribute('href') ?? '',
        /\/api\/vms\/\d+\/backups\/7\/file\?path=%2Fetc%2Fa%2520b$/);
    await page.getByRole('button', { name: 'Disk' }).click();
    await page.getByRole('button', { name: 'etc' }).waitFor();
    await page.close();
});


test('an administrator sees how each stands', async () => {
    assert.equal((await ask('PATCH', `vms/${ana.vm}/backups`, { daily: 2 }))
        .status, 200);

    const page = await browser.newPage({ locale: 'en-GB' });
    const wrong = complaints(page);

    page.setDefaultTimeout(20000);
    await signIn(page, admin);
    await page.goto(`${url}/panel/administration?section=backups`);
    await page.getByText('Never').first().waitFor();
    assert.deepEqual(wrong, []);
    await page.close();
});


test('what is not good is told, and looked at again', async () => {
    const page = await browser.newPage({ locale: 'en-GB' });
    const good = { at: '2026-01-02T03:04:05Z', good: '2026-01-02T03:04:05Z',
        seconds: 9, error: null, detail: '' };
    let asked = 0;

    page.setDefaultTimeout(20000);
    await signIn(page, admin);
    await page.route(/\/api\/admin\/backups/, async (route) => {
        if (route.request().method() === 'POST') {
            asked += 1;
            await route.fulfill({ status: 204 });
            return;
        }

        await route.fulfill({ json: { next: null, overdue: 0, bad: 1,
            untried: [], items: [{ vm: 7, name: 'web', account: 'ana',
                node: 'local', overdue: false, bad: true, running: false,
                taken: '2026-01-02T03:04:05Z', bytes: 1, added_bytes: 1,
                seconds: 1, backups: 1, error: null, error_detail: null,
                check: good, trial: { ...good, good: null, error: 'failed',
                    detail: 'what was restored does not boot: no init',
                    say: { code: 'backup_no_boot', values: [] } } }] } });
    });
    await page.goto(`${url}/panel/administration?section=backups&item=7`);
    await page.getByText('One server has backups that failed').waitFor();
    await page.getByText('What was restored from the backup does not boot')
        .waitFor();
    await page.getByText('no init').first().waitFor();
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('The node checks these backups').first().waitFor();
    assert.equal(asked, 1);
    await page.close();
});
