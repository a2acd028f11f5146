/*
 * Notices of the server: a word at the edge with a link to where it stands,
 * and how many orders wait, in the header.  What a person may hear of is the
 * server's to know.
 */

import { get, Problem } from '../api.js';
import { setWaiting } from './header.js';
import { toast } from './toast.js';
import { on } from '../live.js';
import { user } from '../session.js';
import { number, t } from '../i18n.js';

/** @typedef {import('../types.d.ts').Notice} Notice */

/**
 * about: a later one takes the place of the one before; tone: none, nothing
 * is said.
 *
 * @typedef {{
 *     about: string, section?: string, tone?: 'good' | 'bad' | 'news',
 * }} Kind
 */

/** @type {Record<string, Kind>} */
const KINDS = {
    order_waits: { about: 'order', section: 'orders', tone: 'news' },
    order_decided: { about: 'order', section: 'orders' },
    mail_refused: { about: 'mail', section: 'mail', tone: 'bad' },
    mail_bounced: { about: 'mail', section: 'mail', tone: 'bad' },
    node_down: { about: 'node', section: 'nodes', tone: 'bad' },
    node_up: { about: 'node', section: 'nodes', tone: 'good' },
    suspended: { about: 'vm', tone: 'bad' },
    unsuspended: { about: 'vm', tone: 'good' },
};

const COUNTED = 99;

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

    const { about, section, tone } = kind;
    const last = said.get(about);

    /* one of each is enough: the list has them all */
    if (tone || last?.object === notice.object) {
        last?.node.remove();
        said.delete(about);
    }

    if (tone) {
        const words = t(`news.${notice.kind}`, { name: notice.name });

        said.set(about, { object: notice.object, node: toast(
            notice.text ? `${words}: ${notice.text}` : `${words}.`, tone, {
                href: section
                    ? `administration?section=${section}&item=${notice.object}`
                    : `status?vm=${notice.object}`,
                text: t(`news.to.${about}`),
            }) });
    }
}


/** How many orders wait, for who may let them go on. */
async function count() {
    const who = user();

    if (who?.role !== 'admin' || who.must_change) {
        setWaiting('', '');
        return;
    }

    try {
        const { items, next } = await get(`admin/orders?limit=${COUNTED}`);
        const n = items.length;

        setWaiting(n === 0 ? '' : `${number(n)}${next ? '+' : ''}`,
            t('news.waiting', { n }));
    } catch (error) {
        if (!(error instanceof Problem)) {
            throw error;
        }
    }
}


/** @param {AbortSignal} signal */
export function news(signal) {
    on('notice', (/** @type {Notice} */ notice) => {
        say(notice);

        if (sectionOf(notice) === 'orders') {
            void count();
        }
    }, signal);

    on('start', () => void count(), signal);
    on('back', () => void count(), signal);
    on('stop', () => {
        said.forEach(({ node }) => node.remove());
        said.clear();
        setWaiting('', '');
    }, signal);

    void count();
}
