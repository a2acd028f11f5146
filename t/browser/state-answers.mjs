/*
 * Answers of the API as long as they may be: of traffic, backups, files, lost
 * servers and alerts.
 */

/**
 * What a server sent and got in a year.
 *
 * @param {object} more
 * @returns {[number, object]}
 */
export function traffic(more) {
    return [200, { month: '2026-12', starts_anew: '2027-01-01T00:00:00Z',
        counted: true, quota_gib: 8388608, action: 'nothing',
        throttle_mbit: 99999, throttled: false, suspended: false, next: null,
        items: Array.from({ length: 12 }, (_, i) => ({
            month: `2026-${String(12 - i).padStart(2, '0')}`,
            in_bytes: 1023.5 * 1024 ** (4 - i % 5),
            out_bytes: 8e15 / 2 ** (3 * i) })), ...more }];
}


/**
 * Backups, one in each state that it may have.
 *
 * @param {object} more
 * @returns {[number, object]}
 */
export function backups(more) {
    const one = { kind: 'scheduled', taken: '2026-01-02T03:04:05Z',
        created: '2026-01-02T03:04:05Z', finished: '2026-01-02T03:04:05Z',
        files: 12345678, bytes: 1023.5 * 1024 ** 4, added_bytes: 8e12,
        seconds: 86399, task: 1, error: null, error_detail: null };

    return [200, { offered: true, available: true, overdue: false, daily: 366,
        weekly: 520, monthly: 120, window: '01:00-05:00', next: null, items: [
            { ...one, id: 4, kind: 'manual', state: 'running', finished: null,
                files: null, bytes: null, added_bytes: null, seconds: null },
            { ...one, id: 3, state: 'done' },
            { ...one, id: 2, state: 'failed', files: null, bytes: null,
                error: 'nospace', error_detail: 'w'.repeat(200) },
            { ...one, id: 1, state: 'done' }], ...more }];
}


/**
 * What came of looking at backups, last or never with success.
 *
 * @param {string} code
 */
function looked(code) {
    return { at: '2026-01-02T03:04:05Z', seconds: 86399,
        good: code ? null : '2026-01-02T03:04:05Z',
        error: code ? 'failed' : null, detail: code ? 'w'.repeat(200) : '',
        ...(code ? { say: { code, values: [{ name: 'repository',
            value: 'r'.repeat(32) }] } } : {}) };
}


/* How servers stand with theirs: overdue, failed, never, on its way, well. */
export const STANDING = { 'admin/backups': /** @type {[number, object]} */ ([200, {
    next: null, overdue: 1, bad: 12345, untried: ['n'.repeat(64)], items: [
        { overdue: true }, { bad: true, check: looked('backup_damaged'),
            trial: looked('backup_no_boot'), error: 'nospace',
            error_detail: 'w'.repeat(200) },
        { taken: null, bytes: null, added_bytes: null, seconds: null,
            backups: 0 }, { running: true }, {}].map((more, i) => ({
        vm: i + 1, name: 'w'.repeat(64), account: 'w'.repeat(32),
        node: 'n'.repeat(64), overdue: false, running: false, bad: false,
        check: looked(''), trial: null, error: null,
        error_detail: null, taken: '2026-01-02T03:04:05Z', backups: 1006,
        bytes: 1023.5 * 1024 ** 4, added_bytes: 8e12, seconds: 86399,
        ...more })) }]) };


/* Those that are lost: of a dead node, with a backup, without, on its way; and
   deleted ones, one of them nobody's. */
export const LOST = { 'admin/backups/lost': /** @type {[number, object]} */ ([200, {
    next: null, items: [{}, { backup: null, taken: null, lost_seconds: null,
        bytes: null, backups: 0 }, { task: 1 }, { vm: null, node_dead: false },
    { vm: null, account: null, node: null, node_id: null, node_dead: false }]
        .map((more, i) => ({ vm: i + 1, name: 'w'.repeat(64),
            account: 'w'.repeat(32), node_id: 9, node: 'n'.repeat(64),
            node_dead: true, backup: i + 1, taken: '2026-01-02T03:04:05Z',
            lost_seconds: 366 * 86400 + 86399, bytes: 1023.5 * 1024 ** 4,
            backups: 1006, task: null, ...more })) }]),
'admin/nodes': /** @type {[number, object]} */ ([200, { unregistered: [],
    items: [9, 1].map((id) => ({ id, name: 'n'.repeat(64), configured: true,
        enabled: true, dead: id === 9, answers: id === 1, error: id === 9
            ? 'timeout' : null, vms: 10, pools: 1, ctid_min: 101,
        ctid_max: 2147483644, strangers: 0, missing: 0, facts: null,
        address: '127.0.0.1:9006', heard: '2026-01-02T03:04:05Z' })) }]) };


/* What a node that is back still has of one that goes on elsewhere. */
export const MOVED = { 'admin/nodes/1/containers': /** @type {[number, object]} */ ([
    200, { node: { id: 1, name: 'n'.repeat(64) }, left: [], missing: [],
        counts: { strangers: 1, left: 0, missing: 0 }, next: null,
        items: [{ ctid: 2147483644, tag: 'f'.repeat(16),
            hostname: 'w'.repeat(64), state: 'stopped',
            addresses: ['10.0.0.1'], template: 't'.repeat(64),
            memory_limit_bytes: 2 ** 40, disk_total_bytes: 2 ** 40,
            cpu_units: 1000, cpu_limit_percent: 50, left: false, vm: null,
            moved: { id: 7, name: 'w'.repeat(64), removing: false } }] }]) };


/* What is in one, with names as long as they may be. */
export const FILES = /** @type {[number, object]} */ ([200, { more: true, next: null,
    items: ['dir', 'file', 'link', 'other'].map((type) => ({ type,
        name: 'w'.repeat(255), path: 'w'.repeat(255), bytes: 8e15,
        modified: '2026-01-02T03:04:05Z', mode: '0644' })) }]);


/* Each kind, with a figure as long as it may be; some of them raised. */
export const ALERTS = ['cpu', 'memory', 'disk', 'network', 'down'].map((kind, i) => ({
    kind, enabled: i !== 0, limit: i === 3 ? 100000 : i === 4 ? null : 100,
    preset: i === 4 ? null : 90, unit: i === 3 ? 'mbit' : i === 4 ? null
        : 'percent', minutes: 240, preset_minutes: 10,
    value: i === 4 ? null : i === 3 ? 99999.9 : 99.9,
    raised: i % 2 ? '2026-01-02T03:04:05Z' : null,
    mailed: '2026-01-02T03:04:05Z' }));
