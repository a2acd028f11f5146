/* The tab of a server with its console: a terminal, and the log of its boot. */

import { get, post, Problem } from '../lib/api.js';
import { button } from '../ui/button.js';
import { h, put, uid } from '../ui/dom.js';
import { words } from '../ui/fault.js';
import { has, t } from '../lib/i18n.js';
import { pending } from '../ui/loading.js';
import { obstacle } from '../ui/state.js';
import { OVER, consoleSocket } from '../console/socket.js';
import { keyRow } from '../console/key-row.js';
import { terminal } from '../console/terminal.js';
import { power } from './power.js';

/** @typedef {import('./server-tabs.js').Place} Place */
/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {'shell' | 'login' | 'log'} Mode */

/** @type {Mode[]} */
const MODES = ['shell', 'login', 'log'];

/* What leaves the terminal: in it, Tab is a key like any other. */
const LEAVE = { key: 'F6', ctrlKey: true };


/**
 * Why it ended, in words.
 *
 * @param {number} code
 * @param {string} reason
 */
function why(code, reason) {
    const named = Object.entries(OVER).find(([, one]) => one === code)?.[0];
    const key = named === 'node' ? `console.node.${reason}`
        : `console.over.${named ?? 'lost'}`;

    return t(has(key) ? key : 'console.node');
}


/**
 * The buttons that choose what is shown.
 *
 * @param {Vm} vm
 * @param {(mode: Mode) => void} choose
 */
function modes(vm, choose) {
    const there = MODES.filter((mode) => mode !== 'log'
        || !vm.features || vm.features.includes('bootlog'));
    const all = there.map((mode) => ({ mode, node: button({
        text: t(`console.mode.${mode}`), small: true,
        press: () => choose(mode) }) }));

    return {
        node: h('div', { class: 'console-modes', role: 'group',
            'aria-label': t('console.modes') }, all.map(({ node }) => node)),

        /** @param {Mode} chosen */
        mark: (chosen) => all.forEach(({ mode, node }) =>
            node.setAttribute('aria-pressed', String(mode === chosen))),
    };
}


/**
 * One terminal that stays, and what is connected to it, one after the other.
 *
 * @param {Vm} vm
 * @param {HTMLElement} place
 * @param {(text: string) => void} said  how it is: empty while it is connected
 */
async function screen(vm, place, said) {
    const { term, dispose } = await terminal(place, t('console.of',
        { name: vm.name }));
    const utf8 = new TextEncoder();
    /** @type {ReturnType<typeof consoleSocket> | null} */
    let socket = null;
    let turn = 0;

    const keys = keyRow((bytes) => {
        term.input(bytes);
        term.focus();
    });

    term.onData((text) => socket?.type(utf8.encode(keys.ctrl(text))));
    term.onBinary((text) => socket?.type(Uint8Array.from(text,
        (one) => one.charCodeAt(0))));
    term.onResize(({ cols, rows }) => socket?.resize(cols, rows));

    const leave = () => {
        turn++;
        socket?.close();
        socket = null;
    };

    /** @param {Mode} mode */
    const connect = async (mode) => {
        leave();

        const mine = turn;

        term.reset();
        said(t('console.opening'));

        if (mode === 'log') {
            const { log } = await get(`vms/${vm.id}/boot-log`);

            if (mine === turn) {
                term.write(log.replace(/\r?\n/g, '\r\n'));
                said(t(log ? 'console.log.end' : 'console.log.none'));
            }

            return;
        }

        const { ticket } = await post(`vms/${vm.id}/console`, { mode });

        if (mine !== turn) {
            return;
        }

        socket = consoleSocket(ticket, term, {
            opened: () => {
                if (mine === turn) {
                    said('');
                    term.focus();
                }
            },
            output: (bytes, shown) => {
                if (mine === turn) {
                    term.write(bytes, shown);
                }
            },
            closed: (code, reason) => {
                if (mine === turn) {
                    socket = null;
                    said(why(code, reason));
                }
            },
        });
    };

    return {
        term, keys: keys.node, connect, leave,
        open: () => socket !== null,
        dispose: () => {
            leave();
            dispose();
        },
    };
}


/**
 * @param {HTMLElement} root
 * @param {Place} place
 */
export async function mount(root, { vm, live, signal }) {
    const box = h('div', { class: 'console-screen' });
    const state = h('p', { class: 'console-state', role: 'status' });
    const again = button({ text: t('console.again'), icon: 'restart',
        press: () => void open(mode) });
    const hint = h('p', { class: 'console-hint', id: uid() },
        t('console.leave'));
    const off = power(vm);
    const closed = h('div', { class: 'console-off', hidden: true },
        h('p', null, t('console.off')), off.node);
    const choice = modes(vm, (wanted) => void open(wanted));
    /** @type {Mode} */
    let mode = 'shell';
    let ran = vm.state !== 'stopped';

    /** @param {string} text */
    const said = (text) => {
        state.textContent = text;
        again.hidden = !text || text === t('console.opening');
        box.toggleAttribute('data-over', !again.hidden);
    };

    const shell = h('div', { class: 'console' },
        h('div', { class: 'console-bar' }, choice.node, state, again), box,
        hint);

    put(root, closed, shell);

    const view = await pending(box, 'page', screen(vm, box, said));

    if (signal.aborted) {
        view.dispose();
        return;
    }

    shell.insertBefore(view.keys, hint);
    view.term.textarea?.setAttribute('aria-describedby', hint.id);

    /* keys of the pages are not for who types here; but one leaves it */
    box.addEventListener('keydown', (event) => event.stopPropagation());
    view.term.attachCustomKeyEventHandler((event) => {
        if (event.key !== LEAVE.key || event.ctrlKey !== LEAVE.ctrlKey) {
            return true;
        }

        if (event.type === 'keydown') {
            event.preventDefault();
            /** @type {HTMLElement | null} */
            (choice.node.querySelector('[aria-pressed="true"]'))?.focus();
        }

        return false;
    });

    const open = async (/** @type {Mode} */ wanted) => {
        mode = wanted;
        choice.mark(mode);

        try {
            await view.connect(mode);
        } catch (error) {
            said(error instanceof Problem && has(`console.refused.${error.code}`)
                ? t(`console.refused.${error.code}`) : words(error));
        }
    };

    /* a server that is off is offered to be started, and opened when it runs */
    const draw = () => {
        const runs = vm.state === 'running';
        const barred = vm.state === 'stopped' || (!runs && obstacle(vm) !== '');

        closed.hidden = !barred;
        shell.hidden = barred;
        off.set();

        if (runs && !ran && !view.open()) {
            void open(mode);
        }

        ran = barred ? false : ran || runs;
    };

    signal.addEventListener('abort', () => view.dispose());
    live.drawn((tick) => {
        if (!tick) {
            draw();
        }
    }, signal);
    draw();

    if (!shell.hidden) {
        await open(mode);
    }
}
