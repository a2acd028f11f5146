/*
 * Every screen by Lighthouse, as a phone: those of a visitor, a customer with
 * one container and an administrator.
 */

import lighthouse from 'lighthouse';
import { administrator, api, cookie, launch, settled, url }
    from './browser.mjs';
import { freePort } from './own-stack.mjs';

/** @typedef {{name: string, address: string, cookie?: string}} Screen */

export const DETERMINISTIC = ['accessibility', 'best-practices'];

/* Where nothing is timed nothing has to come to rest either. */
const AT_ONCE = { pauseAfterFcpMs: 0, pauseAfterLoadMs: 0,
    networkQuietThresholdMs: 300, cpuQuietThresholdMs: 0 };


/** What all screens need to be there, and how to take it away again. */
export async function screens() {
    const admin = await administrator();
    const ask = await api(admin);
    const one = await settled(ask, 'Luz');
    const [boss, own] = [await cookie(admin), await cookie(one)];

    /** @type {(name: string, path: string, cookie?: string) => Screen} */
    const screen = (name, path, signed) => ({ name, cookie: signed,
        address: `${url}/panel/${path}` });

    return {
        admin,
        all: [
            screen('plans', ''),
            screen('order', 'order'),
            screen('order, live', `order#follow=${one.link}`),
            screen('sign in', 'signin'),
            screen('status, a customer with one', 'status', own),
            screen('account', 'account', own),
            screen('status, an administrator', 'status', boss),
            screen('graphs', `server?id=${one.vm}&tab=graphs`, own),
            screen('hardware', `server?id=${one.vm}&tab=hardware`, boss),
            screen('administration', 'administration?section=users', boss),
            screen('tasks', 'tasks', boss),
        ],
        async end() {
            const { body } = await ask('GET', `vms/${one.vm}`);

            await ask('DELETE', `vms/${one.vm}`, { name: body.name,
                    for_good: true });
        },
    };
}


/**
 * One look at a screen, and another one where Chromium lost the trace.
 *
 * @param {number} port
 * @param {Screen} screen
 * @param {string[]} categories
 */
async function look(port, screen, categories) {
    let wrong;

    for (let i = 0; i < 3; i++) {
        const result = await lighthouse(screen.address, { port,
            logLevel: 'error', onlyCategories: categories,
            disableFullPageScreenshot: true,
            ...(categories.includes('performance') ? {} : AT_ONCE),
            ...(screen.cookie
                ? { extraHeaders: { Cookie: screen.cookie } } : {}) });

        wrong = result?.lhr.runtimeError;

        if (result && !wrong) {
            return result.lhr;
        }
    }

    throw new Error(`${screen.name}: ${wrong?.message}`);
}


/** A browser that Lighthouse drives. */
export async function auditor() {
    const port = await freePort();
    const browser = await launch(`--remote-debugging-port=${port}`);

    return {
        close: () => browser.close(),

        /**
         * Scores of 0 to 100 by category, and what kept them from 100.
         *
         * @param {Screen} screen
         * @param {string[]} categories
         */
        async audit(screen, categories) {
            const lhr = await look(port, screen, categories);

            return {
                scores: Object.fromEntries(categories.map((category) =>
                    [category, Math.round(100
                        * (lhr.categories[category].score ?? 0))])),
                wrong: DETERMINISTIC.filter((category) =>
                    category in lhr.categories).flatMap((category) =>
                    lhr.categories[category].auditRefs)
                    .filter((ref) => ref.weight > 0
                        && lhr.audits[ref.id].score !== null
                        && Number(lhr.audits[ref.id].score) < 1)
                    .map((ref) => ref.id),
            };
        },
    };
}
