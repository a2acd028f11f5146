/*
 * The tabs of a server, in their order.  A tab is a row here, and a module
 * that is loaded when somebody looks at it:
 *
 *     export function mount(root, { vm, me, live, signal, go })
 *
 * draws into root, and may return what is to be done when the tab is left.
 * What it listens to ends by `signal` anyway.
 */

import { made } from '../ui/state.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').User} User */

/**
 * What a tab is given.
 *
 * vm: the container, kept up to date in place
 * me: who is signed in
 * live: `drawn(callback, signal)`: called after each change of vm; `ended`:
 *     after a task of it; `refresh()`: ask the API for it again
 * signal: aborted when the tab is left
 * go: to another page of the panel
 *
 * @typedef {{
 *     vm: Vm, me: User, signal: AbortSignal,
 *     live: ReturnType<typeof import('./vm-live.js')['vmLive']>,
 *     go: import('../../types.d.ts').View['go'],
 * }} Place
 */

/**
 * id: in the address, `&tab=`
 * label: the key of its words
 * load: the module
 * shown: whether it is there for this container and person; else always
 * styles: sheets that it needs
 * texts: parts of the texts that it needs
 *
 * @typedef {{
 *     id: string, label: string,
 *     load: () => Promise<{mount: (root: HTMLElement, place: Place) =>
 *         void | (() => void) | Promise<void | (() => void)>}>,
 *     shown?: (vm: Vm, me: User) => boolean,
 *     styles?: string[], texts?: string[],
 * }} Tab
 */

/** @type {Tab[]} */
export const TABS = [
    { id: 'overview', label: 'tab.overview',
        load: () => import('./server-overview.js') },
    { id: 'console', label: 'tab.console', styles: ['console'],
        load: () => import('./server-console.js'),
        shown: (vm) => vm.lifecycle === 'ready'
            && (vm.features?.includes('console') ?? false) },
    { id: 'graphs', label: 'tab.graphs', styles: ['history'],
        texts: ['history'], load: () => import('./server-graphs.js'),
        shown: made },
    { id: 'traffic', label: 'tab.traffic', styles: ['traffic'],
        texts: ['admin', 'traffic'],
        load: () => import('./server-traffic.js'),
        shown: made },
    { id: 'firewall', label: 'tab.firewall', styles: ['firewall'],
        texts: ['firewall'], load: () => import('./server-firewall.js'),
        shown: made },
    { id: 'access', label: 'guest.access',
        load: () => import('./server-access.js'),
        shown: (vm) => vm.lifecycle === 'ready' },
    { id: 'copies', label: 'tab.copies', styles: ['copies', 'backups'],
        texts: ['copies', 'backups'], load: () => import('./server-copies.js'),
        shown: made },
    { id: 'reinstall', label: 'guest.reinstall',
        load: () => import('./server-reinstall.js'),
        shown: (vm) => vm.lifecycle === 'ready' },
    { id: 'hardware', label: 'tab.hardware', styles: ['hardware', 'rdns'],
        texts: ['admin', 'rdns'], load: () => import('./server-hardware.js') },
    { id: 'activity', label: 'tab.activity',
        load: () => import('./server-activity.js') },
];
