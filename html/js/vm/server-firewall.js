/* The tab of a server with its firewall: rules as sentences, changed here and
 * applied at once, for a minute until somebody confirms them. */

import { get, post, Problem, replace } from '../lib/api.js';
import { button, busy } from '../ui/button.js';
import { every, h, put, say } from '../ui/dom.js';
import { fault, refuse } from '../ui/fault.js';
import { icon } from '../ui/icon.js';
import { pending } from '../ui/loading.js';
import { toast } from '../ui/toast.js';
import { unsaved } from '../ui/unsaved.js';
import { bytes, number, t } from '../lib/i18n.js';
import { taskHere } from '../task/task-here.js';
import { gates } from './firewall-gates.js';
import { ruleForm, sentence } from './firewall-rule.js';

/** @typedef {import('./server-tabs.js').Place} Place */
/** @typedef {import('./firewall-rule.js').Rule} Rule */
/** @typedef {import('./firewall-rule.js').Way} Way */
/** @typedef {import('../../schemas.d.ts').FirewallState} State */
/** @typedef {{in: 'accept' | 'drop', out: 'accept' | 'drop', rules: Rule[]}} Rules */

const WAYS = /** @type {const} */ (['in', 'out']);
const MOST = 64;

/* What people come for; `only` is asked for with the address of this browser. */
/** @type {Record<string, (address: string) => Rule[]>} */
const PRESETS = {
    ssh: () => [rule('tcp', '22', 'SSH')],
    web: () => [rule('tcp', '80', 'HTTP'), rule('tcp', '443', 'HTTPS')],
    mail: () => [rule('tcp', '25', 'SMTP'), rule('tcp', '465', 'SMTPS'),
        rule('tcp', '587', 'Submission'), rule('tcp', '993', 'IMAPS')],
    ping: () => [rule('icmp', null, 'Ping')],
    only: (address) => [{ ...rule('any', null, null), address }],
};


/**
 * @param {Rule['protocol']} protocol
 * @param {string | null} ports
 * @param {string | null} note
 * @returns {Rule}
 */
function rule(protocol, ports, note) {
    return { direction: 'in', action: 'accept', protocol, ports,
        address: null, note };
}


/** @param {Rules} rules @returns {Rules} */
const copy = (rules) => structuredClone(rules);

/**
 * Draw again, and leave the focus where it was: on what has the same name
 * there, or on the row behind.
 *
 * @param {HTMLElement} place
 * @param {import('../ui/dom.js').Children[]} content
 */
function redraw(place, content) {
    const at = /** @type {HTMLElement} */ (document.activeElement);
    const [way, what, i] = place.contains(at)
        ? at.dataset.spot?.split(' ') ?? [] : [];

    put(place, ...content);

    if (way) {
        const spot = (/** @type {string} */ name) =>
            /** @type {HTMLElement | null} */ (place.querySelector(
                `[data-spot="${name}"]`));

        (spot(`${way} ${what} ${i}`) ?? spot(`${way} rest 0`))?.focus();
    }
}


/** @param {Rule} one */
const same = (one) => JSON.stringify([one.direction, one.action, one.protocol,
    one.ports ?? null, one.address ?? null]);


/**
 * The rules that are tried, how long they still are, and what to do about it.
 *
 * @param {{act: (what: 'confirm' | 'undo', button: HTMLElement) => void,
 *     over: () => void, signal: AbortSignal}} options
 */
function trial({ act, over, signal }) {
    const left = h('strong');
    const keep = button({ text: t('fw.confirm'), kind: 'primary',
        press: () => act('confirm', keep) });
    const back = button({ text: t('fw.undo'), press: () => act('undo', back) });
    const node = h('section', { class: 'fw-trial', hidden: true,
        'aria-label': t('fw.trial') }, icon('clock'),
    h('p', null, t('fw.trial.text'), ' ', left), keep, back);
    /** @type {number | null} by the clock of this page */
    let end = null;

    const draw = () => {
        if (end === null) {
            return;
        }

        const seconds = Math.ceil((end - performance.now()) / 1000);

        if (seconds <= 0) {
            end = null;
            over();
        } else {
            say(left, t('fw.left', { n: seconds }));
        }
    };

    every(250, draw, signal);

    return {
        node,

        /** When it comes to be seen, the way on has the focus. */
        seen: () => {
            if (!node.hidden) {
                keep.focus();
            }
        },

        /** @param {number | null} ms  how long they are tried */
        set: (ms) => {
            const began = node.hidden && ms !== null;

            end = ms === null ? null : performance.now() + ms;
            node.hidden = end === null;
            draw();

            if (began) {
                keep.focus();
            }
        },
    };
}


/**
 * One direction: its rules in their order, and the rest as the last row.
 *
 * @param {{way: Way, rules: Rules, hits: Map<string, {packets: number,
 *     bytes: number}>, rest: {packets: number, bytes: number} | undefined,
 *     wrong: Map<Rule, string>, changed: (focus?: string) => void}} options
 */
function direction({ way, rules, hits, rest, wrong, changed }) {
    const mine = rules.rules.filter((one) => one.direction === way);
    const counted = (/** @type {{packets: number, bytes: number}} */ all) =>
        h('p', { class: 'fw-hits' }, t('fw.hits', {
            packets: number(all.packets), bytes: bytes(all.bytes) }));

    const swap = (/** @type {Rule} */ one, /** @type {number} */ by) => {
        const all = rules.rules;
        const other = mine[mine.indexOf(one) + by];
        const [a, b] = [all.indexOf(one), all.indexOf(other)];

        [all[a], all[b]] = [all[b], all[a]];
        changed();
    };

    /** @param {HTMLElement} el @param {string} what @param {number} i */
    const spot = (el, what, i) => {
        el.dataset.spot = `${way} ${what} ${i}`;

        return el;
    };

    const row = (/** @type {Rule} */ one, /** @type {number} */ i) => {
        const words = sentence(one);
        const seen = hits.get(same(one));

        return h('li', { class: 'fw-rule', data: { action: one.action } },
            h('div', null, h('p', { class: 'fw-words' }, words),
                one.note ? h('p', { class: 'fw-note' }, one.note) : null),
            seen ? counted(seen) : h('p', { class: 'fw-hits' }, t('fw.new')),
            h('div', { class: 'row-buttons' },
                i > 0 ? spot(button({ text: '↑', small: true, kind: 'quiet',
                    label: t('fw.up', { rule: words }),
                    press: () => swap(one, -1) }), 'up', i) : null,
                spot(button({ text: '', icon: 'trash', small: true,
                    kind: 'quiet', label: t('fw.remove', { rule: words }),
                    press: () => {
                        rules.rules.splice(rules.rules.indexOf(one), 1);
                        changed();
                    } }), 'remove', i)),
            wrong.has(one) ? h('p', { class: 'field-error', role: 'alert' },
                icon('warn'), wrong.get(one)) : null);
    };

    const policy = h('select', { 'aria-label': t(`fw.rest.${way}`),
        on: { change: () => {
            rules[way] = /** @type {Rules['in']} */ (policy.value);
            changed();
        } } }, ['accept', 'drop'].map((one) => h('option',
        { value: one, selected: rules[way] === one }, t(`fw.policy.${one}`))));

    spot(policy, 'rest', 0);

    return h('section', { class: 'fw-way', data: { way } },
        h('h3', null, t(`fw.way.${way}`)),
        h('ol', { class: 'fw-rules' }, mine.map(row),
            h('li', { class: 'fw-rule fw-rest' },
                h('p', { class: 'fw-words' }, t('fw.rest')),
                rest ? counted(rest) : h('span'), policy)));
}


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, { vm, me, live, signal }) {
    const here = taskHere(signal);
    const body = h('div', { class: 'fw' });
    /** @type {State} */
    let state;
    /** @type {Rules} */
    let rules;
    /** @type {Map<Rule, string>} */
    const wrong = new Map();
    let dirty = false;

    const banner = trial({ signal,
        over: () => void load().then(() => toast(t('fw.back'), 'news')),
        act: (what, by) => void run(by, () =>
            post(`vms/${vm.id}/firewall/${what}`, undefined, { signal })) });

    /** @param {HTMLElement} by @param {() => Promise<any>} ask */
    const run = async (by, ask) => {
        busy(by, true);

        try {
            const task = await here.run(await ask());

            dirty = dirty && task.state !== 'done';

            if (task.state !== 'done' && task.error) {
                toast(t(`fw.failed.${task.error.say?.code === 'not_tried'
                    ? 'late' : 'task'}`), 'bad');
            }

            await load();
        } catch (error) {
            told(error);
        } finally {
            busy(by, false);
        }
    };

    /** @param {unknown} error */
    const told = (error) => {
        if (!(error instanceof Problem)) {
            if (!signal.aborted) {
                throw error;
            }

            return;
        }

        wrong.clear();
        error.errors.forEach(({ field, message }) => {
            const [, at, name] = /^rules\[(\d+)\]\.?(\w*)$/.exec(field) ?? [];

            if (at !== undefined && rules.rules[Number(at)]) {
                wrong.set(rules.rules[Number(at)],
                    name ? t(`fw.wrong.${name}`) : message);
            }
        });

        if (error.code === 'changed') {
            toast(t('fw.changed'), 'bad');
            dirty = false;
            void load();
        } else if (wrong.size === 0) {
            refuse(error);
        }

        draw();
    };

    const apply = (/** @type {HTMLElement} */ by) => run(by, () =>
        replace(`vms/${vm.id}/firewall`, { ...rules, seconds: 60 },
            { signal, headers: { 'If-Match': `"${state.version}"` } }));

    const edited = () => {
        dirty = true;
        wrong.clear();
        draw();
    };

    const add = (/** @type {Rule[]} */ more) => {
        const had = new Set(rules.rules.map(same));
        const fresh = more.filter((one) => !had.has(same(one)));

        if (rules.rules.length + fresh.length > MOST) {
            toast(t('fw.most', { n: MOST }), 'bad');
            return;
        }

        rules.rules.push(...fresh);
        edited();
    };

    const presets = () => h('div', { class: 'fw-presets', role: 'group',
        'aria-label': t('fw.presets') }, Object.keys(PRESETS).map((name) =>
        button({ text: t(`fw.preset.${name}`), icon: 'plus', small: true,
            press: () => {
                if (name === 'only') {
                    rules.in = 'drop';
                }

                add(PRESETS[name](state.your_address));
            } })));

    const foot = () => {
        const try_ = button({ text: t('fw.apply'), kind: 'primary',
            press: () => void apply(try_) });

        return h('div', { class: 'fw-foot', hidden: !dirty },
            h('p', { class: 'why' }, t('fw.apply.text')), try_,
            button({ text: t('fw.discard'), press: () => {
                dirty = false;
                wrong.clear();
                void load();
            } }));
    };

    unsaved(() => dirty, signal);

    const form = ruleForm({ add: (one) => add([one]) });

    const draw = () => {
        const shown = state.trial ?? state.kept;
        /** @type {Map<string, {packets: number, bytes: number}>} */
        const hits = new Map();

        state.hits?.rules.forEach((one, i) => {
            const of = shown.rules[i];

            if (of) {
                hits.set(same(/** @type {Rule} */ (of)), one);
            }
        });

        redraw(body, [gates({ vm, me, state, run }), presets(),
            ...WAYS.map((way) => direction({ way, rules, hits, wrong,
                rest: state.hits?.[way], changed: edited })),
            form, foot()]);
    };

    const load = async () => {
        state = await get(`vms/${vm.id}/firewall`, { signal });

        if (!dirty) {
            rules = copy(/** @type {Rules} */ (state.trial ?? state.kept));
        }

        if (state.node === 'unsupported') {
            put(body, h('p', { class: 'notice' }, icon('warn'),
                t('fw.unsupported')));
            return;
        }

        draw();
        banner.set(state.left_ms);
    };

    const all = h('div', { class: 'fw' }, banner.node, here.node, body);

    live.ended((task) => {
        if (/^(firewall|gates|start|stop|restart)/.test(task.kind)
            && !here.node.isConnected) {
            void load().catch(told);
        }
    }, signal);

    const begin = async () => {
        try {
            await pending(root, 'table', load());
            put(root, all);
            banner.seen();
        } catch (error) {
            if (!signal.aborted) {
                put(root, fault(error, () => void begin()));
            }
        }
    };

    await begin();
}
