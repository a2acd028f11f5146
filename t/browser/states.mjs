/*
 * Every screen in every state that it has, on a panel in which all is called
 * as long as it may be: what is pictured, measured and looked through.
 */

import { ALERTS, backups, FILES, LOST, MOVED, STANDING, traffic }
    from './state-answers.mjs';

/** @typedef {import('playwright-core').Page} Page */
/**
 * @typedef {'visitor' | 'admin' | 'one' | 'many' | 'none' | 'must'} Who
 *
 * @typedef {{
 *     name: string, who: Who, path: string, sign?: string,
 *     answers?: Record<string, [number, object]>,
 *     act?: (page: Page) => Promise<unknown>, fresh?: boolean,
 * }} State  sign: what must be there, answers: of the API, by the end of the
 *     address; act: what brings it about; fresh: only in a page just loaded
 */

export const SECRET = 'a'.repeat(64);

const STEPS = ['account', 'address', 'create', 'limits', 'network',
    'password', 'start', 'mail'];


/**
 * @param {string} state
 * @param {number} at  the step it is in
 * @param {object} [more]
 * @returns {Record<string, [number, object]>}
 */
function order(state, at, more = {}) {
    return { [`orders/${SECRET}`]: [200, { order: SECRET, task: 1, state,
        step: at, steps: STEPS.map((name, i) => ({ name,
            state: i < at ? 'done' : i > at ? 'queued'
                : state === 'failed' ? 'failed' : state, percent: 40,
            detail: '', seconds: i < at ? 1234.5 : null })),
        vm: { id: 1, name: 'w'.repeat(64) }, address: null,
        account: 'w'.repeat(32), email: `w***@${'m'.repeat(60)}.example`,
        error: null, ...more }] };
}


/** @param {number} status @param {string} code @returns {[number, object]} */
function refusal(status, code) {
    return [status, { status, code, title: code }];
}


/**
 * Snapshots of a server, each as long as it may be.
 *
 * @param {object} more
 * @returns {Record<string, [number, object]>}
 */
function snapshots(more) {
    return { ...server({ features: ['snapshot'] }), 'vms/101/snapshots': [200, {
        node: 'up', most: 24, used: 2, bytes: 1023.5 * 1024 ** 3, next: null,
        items: ['w'.repeat(64), '', ''].map((title, i) => ({ id: i + 1, title,
            automatic: i === 1, actor: i === 1 ? null : 'w'.repeat(32),
            taken: '2026-01-02T03:04:05Z',
            bytes: i ? 1023.5 * 1024 ** 3 : null })), ...more }] };
}


/** @param {string} selector */
const press = (selector) => (/** @type {Page} */ page) =>
    page.locator(selector).first().click();

/** @param {string} selector  of a button @param {string} [wait] */
const opened = (selector, wait = 'dialog[open] h2') =>
    async (/** @type {Page} */ page) => {
        await press(selector)(page);
        await page.locator(wait).waitFor();
    };


/**
 * A dialog that opens by a key, which is heard when the strip is there.
 *
 * @param {string} key
 * @param {string} wait
 */
const typed = (key, wait) => async (/** @type {Page} */ page) => {
    await page.locator('#strip > *').first().waitFor({ state: 'attached' });
    await page.keyboard.press(key);
    await page.locator(`dialog[open] ${wait}`).first().waitFor();
};


/**
 * What is wrong in a form that was sent as it is.
 *
 * @param {Record<string, string>} values
 */
const sent = (values) => async (/** @type {Page} */ page) => {
    for (const [name, value] of Object.entries(values)) {
        await page.locator(`main [name=${name}]`).first().fill(value);
    }

    const [one] = Object.keys(values);

    await page.locator(`main form${one ? `:has([name=${one}])` : ''} `
        + '[type=submit]').first().click();
    await page.locator('[aria-invalid], .form-error:not(:empty)').first()
        .waitFor();
};

const LONG = 'w'.repeat(128);


/** The names of addresses, one in each state that it may have. */
const NAMES = [200, { available: true, next: null, items: [
    ['10.78.0.7', `${'w'.repeat(60)}.`.repeat(4).slice(0, -1), true, null],
    ['2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', null, true, null],
    ['10.78.0.8', 'mail.example.com', false, null],
    ['10.78.0.9', 'away.example.com', false, 'away'],
    ['10.78.0.10', 'x.example.com', false, 'delegated'],
    ['10.78.0.11', null, true, 'no_zone']].map(
    ([address, name, published, problem]) => ({ address, name, published,
        problem, chosen: name !== null })) }];

/** @param {number} id @returns {Record<string, [number, object]>} */
const names = (id) => ({ [`vms/${id}/rdns`]:
    /** @type {[number, object]} */ (NAMES) });

/** @param {string} name  that is refused; or it is only opened */
const renamed = (name) => async (/** @type {Page} */ page) => {
    await press('.rdns .icon-button')(page);
    await page.locator('.rdns [name=rdns]').fill(name);

    if (name) {
        await page.route(/\/rdns$/, (route) =>
            route.request().method() !== 'PUT' ? route.fallback()
                : route.fulfill({ status: 422, contentType: 'application/json',
                    body: JSON.stringify({ status: 422, code: 'invalid',
                        errors: [{ field: 'name', code: 'format' }] }) }));
        await page.locator('.rdns [type=submit]').click();
        await page.locator('.rdns .field-error:not(:empty)').waitFor();
    }
};


/** @param {string} state @param {boolean} correctable */
const mail = (state, correctable) => ({ state, correctable, left: 3,
    until: '2038-01-01T14:35:00Z' });


/**
 * The correction of an order's address, opened, and sent where it has one.
 *
 * @param {string} email
 */
const corrected = (email) => async (/** @type {Page} */ page) => {
    await page.locator('.outcome summary').click();
    await page.locator('.outcome [name=email]').fill(email);

    if (email) {
        await page.locator('.outcome [type=submit]').click();
        await page.locator('.outcome [aria-invalid], .outcome [tabindex]:focus')
            .first().waitFor();
    }
};

/** @type {Omit<State, 'who'>[]} */
const PUBLIC = [
    { name: 'plans', path: '', sign: '.plan' },
    { name: 'plans-off', path: '', sign: '#plans-closed', answers: { plans: [200,
        { items: [{ id: 1, name: 'Básico', memory_mib: 64, disk_mib: 1024,
            cpu_units: 1000 }], signup: 'off',
        stock: { addresses: 0, templates: 1 } }] } },
    { name: 'plans-none', path: '', sign: '.empty', answers: { plans: [200,
        { items: [], signup: 'open', stock: { addresses: 9, templates: 1 } }],
    templates: [200, { items: [] }] } },
    { name: 'plans-down', path: '', sign: '.empty',
        answers: { plans: refusal(503, 'database_down') } },
    { name: 'order', path: 'order', sign: '[name=dni]' },
    { name: 'order-bad', path: 'order', sign: '[name=dni]', act: sent({
        dni: '12', email: 'ana@', phone: 'abc', hostname: 'a_b',
        first_name: '1' }) },
    { name: 'order-key', path: 'order', sign: '[name=key]',
        act: async (page) => {
            await page.locator('[name=key]').fill(`ssh-ed25519 AAAAC3NzaC1lZDI1${
                ''}NTE5AAAAI${'Kb'.repeat(21)}w ${'w'.repeat(64)}`);
            await page.getByText('SHA256:').waitFor();
        } },
    { name: 'order-key-bad', path: 'order', sign: '[name=key]',
        answers: { orders: [422, { status: 422, code: 'invalid', title: 'x',
            errors: [{ field: 'key', code: 'format' }] }] },
        act: sent({ key: 'ssh-rsa AAAA' }) },
    { name: 'order-off', path: 'order', sign: '.notice', answers: { plans: [200,
        { items: [], signup: 'off', stock: { addresses: 0, templates: 1 } }] } },
    { name: 'live-queued', path: `order#follow=${SECRET}`, sign: '.steps',
        answers: order('queued', 2) },
    { name: 'live-running', path: `order#follow=${SECRET}`, sign: '.steps',
        answers: order('running', 2) },
    { name: 'live-held', path: `order#follow=${SECRET}`, sign: '.steps',
        answers: order('held', 2) },
    { name: 'live-done', path: `order#follow=${SECRET}`, sign: '.outcome',
        answers: order('done', 8, {
            address: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff' }) },
    { name: 'live-failed', path: `order#follow=${SECRET}`, sign: '.outcome',
        answers: order('failed', 2, { error: { code: 'failed',
            detail: 'x'.repeat(255) } }) },
    ...['sent', 'queued', 'failed', 'bounced'].map((state) => ({
        name: `live-mail-${state}`, path: `order#follow=${SECRET}`,
        sign: '.outcome', answers: order(state === 'failed' ? state : 'done',
            7, { mail: mail(state, state !== 'queued') }) })),
    { name: 'live-mail-lost', path: `order#follow=${SECRET}`, sign: '.outcome',
        answers: order('done', 8, { mail: mail('bounced', false) }) },
    { name: 'live-mail-form', path: `order#follow=${SECRET}`, sign: '.outcome',
        answers: order('done', 8, { mail: mail('sent', true) }),
        act: corrected('') },
    { name: 'live-mail-bad', path: `order#follow=${SECRET}`, sign: '.outcome',
        answers: order('done', 8, { mail: mail('sent', true) }),
        act: corrected('ana@') },
    { name: 'live-mail-final', path: `order#follow=${SECRET}`,
        sign: '.outcome', answers: {
            ...order('done', 8, { mail: mail('sent', true) }),
            [`orders/${SECRET}/mail`]: refusal(409, 'mail_final') },
        act: corrected('ana@example.org') },
    { name: 'live-cancelled', path: `order#follow=${SECRET}`, sign: '.outcome',
        answers: order('cancelled', 2, { error: { code: 'rejected',
            detail: 'x'.repeat(200) } }) },
    { name: 'live-absent', path: `order#follow=${SECRET}`, sign: '.empty',
        answers: { [`orders/${SECRET}`]: refusal(404, 'not_found') } },
    { name: 'signin', path: 'signin', sign: '[name=password]' },
    { name: 'signin-next', path: 'signin?next=tasks', sign: '.lead' },
    { name: 'signin-bad', path: 'signin', sign: '[name=password]',
        answers: { session: refusal(403, 'bad_credentials') },
        act: sent({ account: LONG, password: LONG }) },
    { name: 'signin-forgot', path: 'signin?forgot=1',
        sign: '.forgot [name=account]' },
    { name: 'reset', path: `reset#token=${SECRET}`, sign: '[name=new]' },
    { name: 'reset-bad', path: `reset#token=${SECRET}`, sign: '[name=new]',
        act: sent({ new: 'corta' }) },
    { name: 'reset-old', path: 'reset#token=1', sign: '.notice' },
    { name: 'email', path: `email#token=confirm-${SECRET}`, sign: '.lead' },
    { name: 'email-stop', path: `email#token=stop-${SECRET}`, sign: '.lead' },
    { name: 'email-old', path: 'email#token=1', sign: '.notice' },
    { name: 'email-taken', path: `email#token=confirm-${SECRET}`,
        sign: '.lead', answers: { 'email/confirm': refusal(409,
            'email_taken') }, act: sent({}) },
    { name: 'email-undone', path: `email#token=stop-${SECRET}`, sign: '.lead',
        answers: { 'email/stop': [200, { undone: true }] },
        act: opened('main form [type=submit]', '.sent') },
    { name: 'contact', path: 'contact', sign: '.contact' },
    { name: 'nothing', path: 'nothing-here', sign: '.empty' },
    { name: 'menu', path: 'contact', act: async (page) => {
        const toggle = page.locator('.menu-toggle');

        if (await toggle.isVisible()) {
            await toggle.click();
        }
    } },
];

const SECTIONS = ['templates', 'plans', 'users', 'addresses', 'nodes',
    'orders', 'mail', 'audit'];
const EDITORS = ['templates', 'plans', 'users', 'addresses', 'nodes'];
const section = (/** @type {string} */ key, more = '') =>
    `administration?section=${key}${more}`;

const BIN = { since: '2026-01-02T03:04:05Z', until: '2038-01-01T14:35:00Z',
    left_s: 2591999 };

const RESCUE = { template: 't'.repeat(64), since: '2026-01-02T03:04:05Z' };


/**
 * A server whose node can do this and that.
 *
 * @param {object} more
 * @returns {Record<string, [number, object]>}
 */
function server(more) {
    const pair = { barrier_mib: 64, limit_mib: 64 };

    return { 'vms/101': [200, { id: 101, name: 'w'.repeat(64),
        hostname: 'w'.repeat(64), owner: { id: 1, account: 'w'.repeat(32) },
        plan: 'W', template: 'fleet', template_label: 'W'.repeat(32),
        state: 'running', lifecycle: 'ready', suspended: null,
        suspended_at: null, rescue: null, desired_state: 'running',
        ctid: 2147483000, version: 1, gateway: null, gateways: [], dns: [],
        addresses: ['2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'],
        memory: { used_bytes: 1e9, limit_bytes: 2e9, vmguarpages: pair,
            oomguarpages: pair, privvmpages: pair },
        disk: { used_bytes: 1e9, total_bytes: 2e9, soft_mib: 1, hard_mib: 1 },
        cpu: { percent: 99.9, units: 1000, limit_percent: 'unlimited' },
        uptime_s: 1, sampled: null, task: null, undo: null,
        features: ['reinstall', 'rescue'], ...more }] };
}

/** @returns {Record<string, [number, object]>} */
function trash() {
    return { trash: [200, { next: null, items: [true, false].map(
        (suspended, i) => ({ id: 101 + i, name: 'w'.repeat(64),
            hostname: 'w'.repeat(64), owner: { id: 1,
                account: 'w'.repeat(32) }, plan: 'W', task: null, suspended,
            template_label: 'W'.repeat(32), disk_mib: 16777216, ...BIN,
            addresses: ['2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff',
                '198.51.100.123'] })) }] };
}


/* What a deletion answers. */
/** @type {[number, object]} */
const TRASHED = [200, { id: 27, kind: 'trash', actor: 'admin', via: 'web',
    state: 'done', percent: 100, created: '2026-01-02T03:04:05Z', step: 1,
    vm: { id: 101, name: 'w'.repeat(64) }, steps: [], undo: {
        path: 'vms/101/undelete', until: BIN.until, left_s: BIN.left_s } }];


/**
 * A server is deleted, and the notice offers to undo it.
 *
 * @param {Page} page
 */
async function deleted(page) {
    await page.route((at) => at.pathname === '/api/vms/101', (route) =>
        (route.request().method() === 'DELETE' ? route.fulfill({ status: 202,
            contentType: 'application/json',
            body: JSON.stringify(TRASHED[1]) }) : route.fallback()));
    await opened('[data-action=destroy]', 'dialog form')(page);
    await page.locator('dialog [name=name]').fill(await page.evaluate(
        async () => (await (await fetch('/api/vms/101')).json()).name));
    await page.locator('dialog [type=submit]').click();
    await page.locator('.toast [data-action=undelete]').waitFor();
    await page.locator('.strip').waitFor({ state: 'hidden' });
}


/** @type {Omit<State, 'who'>[]} */
const OWN = [
    { name: 'status', path: 'status', sign: '.row' },
    { name: 'status-none', path: 'status?q=nobody', sign: '.empty',
        fresh: true },
    { name: 'status-new', path: 'status', sign: '.row',
        act: opened('.fleet-head .button', 'dialog form') },
    { name: 'server', path: 'server?id=101', sign: '.meters' },
    { name: 'server-suspended', path: 'server?id=105', sign: '.meters' },
    { name: 'server-reinstall', path: 'server?id=101&tab=reinstall',
        sign: '[role=tabpanel] form', answers: server({}) },
    { name: 'server-reinstall-none', path: 'server?id=101&tab=reinstall',
        sign: '[role=tabpanel] .notice', answers: server({ features: [] }) },
    { name: 'server-rescue', path: 'server?id=101', sign: '.vm-rescue',
        answers: server({ rescue: RESCUE }) },
    ...['gone', 'ro'].map((disk) => ({ name: `server-rescue-${disk}`,
        path: 'server?id=101', sign: '.vm-rescue-disk strong',
        answers: server({ rescue: RESCUE,
            in_force: { rescue_disk: disk } }) })),
    { name: 'server-rescue-tab', path: 'server?id=101&tab=reinstall',
        sign: '[role=tabpanel] .notice', answers: server({ rescue: RESCUE }) },
    { name: 'server-rescue-access', path: 'server?id=101&tab=access',
        sign: '[role=tabpanel] form', answers: server({ rescue: RESCUE }) },
    { name: 'server-rescue-leave', path: 'server?id=101', sign: '.vm-rescue',
        answers: server({ rescue: RESCUE }),
        act: opened('.vm-rescue .button', 'dialog[open] .dialog-foot') },
    { name: 'server-rescue-drawn', path: 'server?id=101&tab=reinstall',
        sign: '[role=tabpanel] form', answers: { ...server({}),
            'vms/101/rescue': [202, { password: 'w'.repeat(20), task: {
                id: 26, kind: 'rescue', state: 'done', percent: 100,
                created: '2026-01-02T03:04:05Z', step: 1, steps: [] } }] },
        act: opened('[role=tabpanel] [type=submit]', '.token-made code') },
    ...Object.entries({ some: {}, full: { used: 24 }, planless: { most: 0 },
        none: { items: [], used: 0, bytes: 0 },
        told: { node: 'down', bytes: null }, unsupported: {
            node: 'unsupported', items: [] } }).map(([name, more]) => ({
        name: `snapshots-${name}`, path: 'server?id=101&tab=copies',
        sign: '.copies :is(.copy-list, div + .notice)',
        fresh: true, answers: snapshots(more) })),
    { name: 'snapshots-back', path: 'server?id=101&tab=copies',
        sign: '.copy-row', fresh: true, answers: snapshots({}),
        act: opened('.copy-row .button', 'dialog[open] form') },
    { name: 'snapshots-drop', path: 'server?id=101&tab=copies',
        sign: '.copy-row', fresh: true, answers: snapshots({}),
        act: opened('.copy-row .button.quiet', 'dialog[open] .dialog-foot') },
    { name: 'snapshots-back-bare', path: 'server?id=101&tab=copies',
        sign: '.copy-row', fresh: true, answers: snapshots({}),
        act: async (page) => {
            await opened('.copy-row .button', 'dialog[open] form')(page);
            await page.locator('dialog [name=keep]').uncheck();
        } },
    { name: 'snapshots-files', path: 'server?id=101&tab=copies',
        sign: '.copy-row', fresh: true, answers: { ...snapshots({}),
            'vms/101/snapshots/1/files': FILES },
        act: async (page) => {
            await page.locator('.copy-row .row-buttons button').nth(1)
                .click();
            await page.locator('.backup-file').first().waitFor();
        } },
    { name: 'snapshots-undo', path: 'server?id=101&tab=copies',
        sign: '.copies .notice', fresh: true, answers: { ...snapshots({
            items: [] }), ...server({ features: ['snapshot'], undo: {
            template: 'w'.repeat(64), until: '2026-01-02T03:04:05Z' } }) } },
    { name: 'server-trashed', path: 'server?id=101',
        sign: '.vm-suspended [data-action=undelete]',
        answers: server({ lifecycle: 'trashed', state: 'unknown', trash: BIN,
            undo_hours: 720 }) },
    { name: 'trash', path: 'trash', sign: '.trashed', answers: trash() },
    { name: 'trash-none', path: 'trash', sign: '.empty', answers: {
        trash: [200, { items: [], next: null }] } },
    { name: 'trash-erase', path: 'trash', sign: '.trashed', answers: trash(),
        act: opened('[data-action=erase]', 'dialog form') },
    { name: 'server-failed', path: 'server?id=106', sign: '.meters' },
    { name: 'server-absent', path: 'server?id=9999', sign: '.empty',
        fresh: true },
    { name: 'server-stop', path: 'server?id=101', sign: '.meters',
        act: opened('[data-action=stop]', 'dialog[open] .dialog-foot') },
    { name: 'server-alerts', path: 'server?id=101&tab=graphs',
        sign: '.alert-list li', fresh: true, answers: {
            'vms/101/history': refusal(409, 'unsupported'),
            'vms/101/reasons': refusal(409, 'unsupported'),
            'vms/101/alerts': [200, { items: ALERTS }] },
        act: press('.alert-details summary') },
    { name: 'server-activity', path: 'server?id=101&tab=activity',
        sign: '[role=tabpanel] :is(.task, .empty)' },
    ...Object.entries({ free: { quota_gib: 'unlimited' }, quota: {},
        throttled: { action: 'throttle', throttled: true },
        suspended: { action: 'suspend', suspended: true },
        uncounted: { quota_gib: 'unlimited', counted: false, items: [] },
    }).map(([name, more]) => ({ name: `traffic-${name}`, fresh: true,
        path: 'server?id=101&tab=traffic', sign: '.traffic form',
        answers: { 'vms/101/traffic': traffic(more) } })),
    ...Object.entries({ all: {}, none: { items: [] },
        overdue: { overdue: true }, away: { available: false },
        never: { offered: false, daily: 0, weekly: 0, monthly: 0, items: [] },
    }).map(([name, more]) => ({ name: `backups-${name}`, fresh: true,
        path: 'server?id=101&tab=copies',
        sign: '.backups :is(.copy-list, .notice, .when)',
        answers: { 'vms/101/backups': backups(more) } })),
    { name: 'backups-refused', path: 'server?id=101&tab=copies', fresh: true,
        sign: '.card .fault, .card [role=alert], .backups .fault',
        answers: { 'vms/101/backups': refusal(503, 'database_down') } },
    { name: 'backups-restore', path: 'server?id=101&tab=copies', fresh: true,
        sign: '.backups .copy-row', answers: { 'vms/101/backups': backups({}) },
        act: opened('.backups .row-buttons:has(> button + button) button') },
    { name: 'backups-files', path: 'server?id=101&tab=copies', fresh: true,
        sign: '.backups .copy-row', answers: { 'vms/101/backups': backups({}),
            'vms/101/backups/3/files': FILES },
        act: async (page) => {
            await page.locator('.backups .copy-row .row-buttons')
                .filter({ has: page.locator('button:nth-child(2)') }).first()
                .locator('button').nth(1).click();
            await page.locator('.backup-file').first().waitFor();
        } },
    { name: 'clone', path: 'server?id=101&tab=copies', sign: '.clone .button',
        fresh: true, answers: server({ features: ['clone'] }) },
    { name: 'clone-never', path: 'server?id=101&tab=copies', fresh: true,
        sign: '.clone .notice', answers: server({ features: [] }) },
    { name: 'clone-rescue', path: 'server?id=101&tab=copies', fresh: true,
        sign: '.clone .why:not(:empty)',
        answers: server({ features: ['clone'], rescue: RESCUE }) },
    { name: 'clone-ask', path: 'server?id=101&tab=copies', fresh: true,
        sign: '.clone .button', answers: server({ features: ['clone'] }),
        act: opened('.clone .button', 'dialog[open] form') },
    { name: 'hardware', path: 'server?id=101&tab=hardware',
        sign: '.hw-card' },
    { name: 'hardware-rdns', path: 'server?id=101&tab=hardware',
        sign: '.rdns .fact', answers: names(101) },
    { name: 'hardware-suspended', path: 'server?id=105&tab=hardware',
        sign: '.hw-card' },
    { name: 'hardware-failed', path: 'server?id=106&tab=hardware',
        sign: '.hw-card' },
    { name: 'hardware-changed', path: 'server?id=101&tab=hardware',
        sign: '.hw-card', act: (page) => page.locator(
            '.hw-field input:not([type=checkbox])').first()
            .fill('w'.repeat(64)) },
    { name: 'hardware-destroy', path: 'server?id=101&tab=hardware',
        sign: '.hw-card', act: opened('[data-action=destroy]',
            'dialog form') },
    { name: 'hardware-suspend', path: 'server?id=101&tab=hardware',
        sign: '.hw-card', act: opened('[data-action=suspend]',
            'dialog form') },
    { name: 'tasks', path: 'tasks', sign: '.task' },
    { name: 'tasks-none', path: 'tasks?state=queued', sign: '.empty',
        fresh: true },
    { name: 'tasks-failed', path: 'tasks?state=failed', sign: '.task' },
    { name: 'task', path: 'tasks?task=26', sign: '.task[data-open]' },
    { name: 'task-absent', path: 'tasks?task=9999', sign: '.empty',
        fresh: true },
    { name: 'reinstall-boot', path: 'server?id=101&tab=reinstall',
        sign: '.fold', act: opened('.fold summary', '.long-text'),
        answers: server({ features: ['reinstall', 'rescue', 'user_data'] }) },
    { name: 'keys', path: 'account', sign: '.login',
        act: typed('?', '.keys') },
    { name: 'find', path: 'account', sign: '.login',
        act: typed('Control+k', '.combo-item') },
    { name: 'account', path: 'account', sign: '.login' },
    { name: 'account-bad', path: 'account', sign: '.login',
        act: sent({ old: 'x', new: 'corta' }) },
    { name: 'account-profile', path: 'account', sign: '.profile form',
        act: sent({ first_name: '<', phone: '1', province: '{' }) },
    { name: 'account-email', path: 'account', sign: '.profile-email form',
        act: sent({ email: 'ana@' }) },
    { name: 'account-confirm', path: 'account', sign: '.profile-email form',
        answers: { 'account/email': refusal(403, 'step_up'),
            'session/confirm/begin': [200, { code: true, passkeys: {
                challenge: 'x', rp_id: 'localhost', ids: ['x'] } }] },
        act: async (page) => {
            await page.locator('.profile-email [name=email]')
                .fill('ana@example.org');
            await page.locator('.profile-email [type=submit]').click();
            await page.locator('dialog[open] .step-up-ways .button').last()
                .click();
            await page.locator('dialog[open] [name=code]').waitFor();
        } },
    { name: 'account-waits', path: 'account', sign: '.profile-email .notice',
        answers: { account: [200, { id: 1, account: 'ana', created:
            '2026-01-02T03:04:05Z', first_name: 'W'.repeat(64), last_name: '',
        dni: 'W'.repeat(40), phone: null, address: null, province: null,
        language: 'es', email: `${'w'.repeat(60)}@${'m'.repeat(60)}.example`,
        email_state: 'mailed', email_asked:
            `${'w'.repeat(60)}@${'m'.repeat(60)}.example`,
        email_asked_until: '2038-01-01T14:35:00Z' }] } },
    { name: 'account-quiet', path: 'account', sign: '.activity .when',
        answers: { 'account/activity': [200, { items: [], next: null }] } },
    { name: 'account-token', path: 'account', sign: '.token-rights',
        act: async (page) => {
            const card = page.locator('.card:has(.token-made)');

            await card.locator('[name=rights]').first().uncheck();
            await card.getByRole('button', { name: /red$|network$/ }).click();
            await card.locator('[name=networks]').fill('w'.repeat(64));
            await card.locator('[type=submit]').click();
            await card.locator('[aria-invalid]').first().waitFor();
        } },
    { name: 'account-passkeys', path: 'account', sign: '.passkeys .login',
        fresh: true, answers: { 'account/passkeys': [200, { next: null,
            items: [{ id: 1, name: LONG.slice(64), seen: null, seen_from: null,
                created: '2026-01-02T03:04:05Z' }, { id: 2, name: 'wm '.repeat(
                21), created: '2026-01-02T03:04:05Z',
            seen: '2026-01-02T03:04:05Z',
            seen_from: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff' }] }],
        'account/second-factor': [200, { enabled: false, passkeys: 2,
            recovery_left: 10 }] } },
    { name: 'administration', path: 'administration', sign: '.adm-tab' },
    { name: 'administration-absent', path: section('nonsense'),
        sign: '.empty' },
    ...SECTIONS.map((key) => ({ name: `adm-${key}`, path: section(key),
        sign: '.line' })),
    { name: 'adm-backups', path: section('backups'), sign: '.line',
        answers: STANDING },
    { name: 'adm-backups-item', path: section('backups', '&item=2'),
        sign: '.editor', answers: STANDING },
    { name: 'adm-backups-none', path: section('backups'), sign: '.empty' },
    { name: 'adm-strangers', path: section('strangers', '&node=1'),
        sign: '.listing' },
    { name: 'adm-lost', path: section('lost'), sign: '.found .card',
        answers: LOST },
    { name: 'adm-lost-item', path: section('lost', '&item=deleted-4'),
        sign: '.editor .form', answers: LOST },
    { name: 'adm-lost-nothing', path: section('lost', '&item=server-2'),
        sign: '.editor .notice', answers: LOST },
    { name: 'adm-lost-none', path: section('lost'), sign: '.empty' },
    { name: 'adm-nodes-dead', path: section('nodes', '&item=9'),
        sign: '.editor', answers: LOST },
    { name: 'adm-strangers-moved', path: section('strangers',
        '&node=1&item=2147483644'), sign: '.editor', answers: MOVED },
    { name: 'adm-none', path: section('users', '&q=nobody'), sign: '.empty',
        fresh: true },
    ...EDITORS.map((key) => ({ name: `adm-${key}-new`,
        path: section(key, '&item=new'), sign: '.editor' })),
    ...[...EDITORS, 'mail'].map((key) => ({ name: `adm-${key}-item`,
        path: section(key, `&item=${key === 'users' ? 2 : 1}`),
        sign: '.editor' })),
    { name: 'adm-order', path: section('orders'), sign: '.line',
        act: opened('.line .row-link', '.editor') },
    { name: 'node-silent', path: 'account', sign: '[data-name=node-1]',
        fresh: true, answers: { 'admin/nodes': [200, { unregistered: [],
            items: [{ id: 1, name: 'n'.repeat(64), configured: true,
                answers: false, error: 'timeout', vms: 10,
                heard: '2026-01-02T03:04:05Z' }] }] } },
    { name: 'server-deleted', path: 'server?id=101&tab=hardware',
        sign: '.hw-card', fresh: true, act: deleted,
        answers: { 'tasks/27': TRASHED } },
    { name: 'server-toast', path: 'server?id=101', sign: '.meters',
        fresh: true, answers: { 'vms/101/restart': [409, { status: 409,
            code: 'newer', detail: 'w'.repeat(200) }] },
        act: async (page) => {
            await press('[data-action=restart]')(page);
            await press('dialog .dialog-foot .primary')(page);
            await page.locator('.toast').waitFor();
        } },
    { name: 'other-account', path: 'tasks', sign: '[data-name=other]',
        fresh: true, answers: { tasks: refusal(401, 'other_account') } },
];

/** @type {State[]} */
export const STATES = [
    ...PUBLIC.map((one) => ({ ...one,
        who: /** @type {const} */ ('visitor') })),
    ...OWN.map((one) => ({ ...one, who: /** @type {const} */ ('admin') })),
    { name: 'one', who: 'one', path: 'status', sign: '.meters' },
    { name: 'one-hardware', who: 'one', sign: '.hw-shown',
        path: 'server?id=110&tab=hardware' },
    { name: 'one-rdns', who: 'one', sign: '.rdns .fact',
        path: 'server?id=110&tab=hardware', answers: names(110) },
    { name: 'one-rdns-edit', who: 'one', sign: '.rdns .fact', act: renamed(''),
        path: 'server?id=110&tab=hardware', answers: names(110) },
    { name: 'one-rdns-wrong', who: 'one', sign: '.rdns .fact',
        act: renamed('a_b'), path: 'server?id=110&tab=hardware',
        answers: names(110) },
    { name: 'order-own', who: 'one', path: 'order', sign: '.fold', answers: {
        'account/keys': [200, { items: [1, 2].map((id) => ({ id,
            name: 'w'.repeat(64), type: 'ecdsa-sha2-nistp521', servers: 0,
            fingerprint: `SHA256:${'W'.repeat(42)}${id}`,
            created: '2026-01-01T00:00:00Z' })), next: null }] },
    act: opened('.fold summary', '.long-text') },
    { name: 'order-own-full', who: 'one', path: 'order', sign: '.notice',
        answers: { 'account/orders': [200, { servers: 20, limit: 20 }] } },
    { name: 'order-own-bad', who: 'one', path: 'order', sign: '.fold',
        act: async (page) => {
            await opened('.fold summary', '.long-text')(page);
            await sent({ first_boot: 'echo' })(page);
        } },
    { name: 'one-trash', who: 'one', path: 'trash', sign: '.trashed',
        answers: trash() },
    { name: 'one-trashed', who: 'one', path: 'server?id=101',
        sign: '.vm-suspended:not([hidden])', answers: server({
            lifecycle: 'trashed', state: 'unknown', trash: BIN,
            undo_hours: 720 }) },
    { name: 'many', who: 'many', path: 'status', sign: '.row' },
    { name: 'many-find', who: 'many', path: 'tasks', sign: '.task',
        act: typed('Control+k', '.combo-item') },
    { name: 'many-tasks', who: 'many', path: 'tasks', sign: '.task' },
    { name: 'none', who: 'none', path: 'status', sign: '.empty' },
    { name: 'none-tasks', who: 'none', path: 'tasks', sign: '.empty' },
    { name: 'must', who: 'must', path: 'account', sign: '[name=old]' },
];
