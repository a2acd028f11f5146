/*
 * Notices of the server: a word at the edge with a link to where it stands,
 * and how many orders wait and how many tasks failed, in the header.  What a
 * person may hear of is the server's to know.
 */

import { get, Problem } from '../lib/api.js';
import { setMark } from './header.js';
import { toast } from '../ui/toast.js';
import { on } from '../lib/live.js';
import { barred, user } from '../lib/session.js';
import { number, t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').Notice} Notice */
/** @typedef {import('../../types.d.ts').Task} Task */

/**
 * about: a later one takes the place of the one before; tone: none, nothing
 * is said.
 *
 * @typedef {{
 *     about: string, section?: string, task?: true, tone?: 'good' | 'bad' | 'news',
 * }} Kind
 */

/** @type {Record<string, Kind>} */
const KINDS = {
    order_waits: { about: 'order', section: 'orders', tone: 'news' },
    order_decided: { about: 'order', section: 'orders' },
    order_failed: { about: 'task', task: true, tone: 'bad' },
    task_seen: { about: 'task', task: true },
    mail_refused: { about: 'mail', section: 'mail', tone: 'bad' },
    mail_bounced: { about: 'mail', section: 'mail', tone: 'bad' },
    node_down: { about: 'node', section: 'nodes', tone: 'bad' },
    node_up: { about: 'node', section: 'nodes', tone: 'good' },
    suspended: { about: 'vm', tone: 'bad' },
    unsuspended: { about: 'vm', tone: 'good' },
    traffic_near: { about: 'vm', tone: 'bad' },
    traffic_over: { about: 'vm', tone: 'bad' },
    rescued: { about: 'vm', tone: 'news' },
    unrescued: { about: 'vm', tone: 'good' },
    alert_cpu: { about: 'alert', tone: 'bad' },
    alert_memory: { about: 'alert', tone: 'bad' },
    alert_disk: { about: 'alert', tone: 'bad' },
    alert_network: { about: 'alert', tone: 'bad' },
    alert_down: { about: 'alert', tone: 'bad' },
    alert_over: { about: 'alert', tone: 'good' },
};

const COUNTED = 99;

/**
 * What is counted: where the count stands, what is asked for.
 *
 * @type {{name: 'administration' | 'tasks', path: string, words: string}[]}
 */
const COUNTS = [
    { name: 'administration', path: 'admin/orders?', words: 'news.waiting' },
    { name: 'tasks', path: 'tasks?unseen=1&', words: 'news.failed' },
];

/** @type {Map<string, {object: number, node: HTMLElement}>} */
const said = new Map();


/**
 * Whose list of Administration a notice changes.
 *
 * @param {Notice} notice
 */
export function sectionOf(notice) {
    return KINDS[notice.kind]?.section;
}


/** @param {Notice} notice */
function say(notice) {
    const kind = KINDS[notice.kind];

    if (!kind) {
        return;                     /* newer than these pages */
    }

    const { about, section, task, tone } = kind;
    const last = said.get(about);

    /* one of each is enough: the list has them all */
    if (tone || last?.object === notice.object) {
        last?.node.remove();
        said.delete(about);
    }

    if (tone) {
        const words = t(`news.${notice.kind}`, { name: notice.name,
            n: notice.object });

        said.set(about, { object: notice.object, node: toast(
            notice.text ? `${words}: ${notice.text}` : `${words}.`, tone, {
                href: task ? `tasks?task=${notice.object}` : section
                    ? `administration?section=${section}&item=${notice.object}`
                    : `server?id=${notice.object}`,
                text: t(`news.to.${about}`),
            }) });
    }
}


/** @param {typeof COUNTS[number]} one */
async function count({ name, path, words }) {
    const who = user();

    if (who?.role !== 'admin' || barred()) {
        setMark(name, '', '');
        return;
    }

    try {
        const { items, next } = await get(`${path}limit=${COUNTED}`);
        const n = items.length;

        setMark(name, n === 0 ? '' : `${number(n)}${next ? '+' : ''}`,
            t(words, { n }));
    } catch (error) {
        if (!(error instanceof Problem)) {
            throw error;
        }
    }
}


function countAll() {
    COUNTS.forEach((one) => void count(one));
}


/** @param {AbortSignal} signal */
export function news(signal) {
    const [orders, failed] = COUNTS;

    on('notice', (/** @type {Notice} */ notice) => {
        say(notice);

        if (sectionOf(notice) === 'orders') {
            void count(orders);
        } else if (KINDS[notice.kind]?.task) {
            void count(failed);
        }
    }, signal);

    /* with a container that is gone goes what failed of it */
    on('task', (/** @type {Task} */ task) => {
        if (task.state === 'failed'
            || (task.kind === 'destroy' && task.state === 'done'))
        {
            void count(failed);
        }
    }, signal);

    on('start', countAll, signal);
    on('back', countAll, signal);
    on('stop', () => {
        said.forEach(({ node }) => node.remove());
        said.clear();
        COUNTS.forEach(({ name }) => setMark(name, '', ''));
    }, signal);

    countAll();
}
