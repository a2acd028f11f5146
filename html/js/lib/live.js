/*
 * What the server tells by itself: one stream for the whole page.  Screens
 * ask here for figures and tasks and are told when they change.
 */

import { get, listen, Problem } from './api.js';

/** @typedef {import('../../types.d.ts').Vm} Vm */
/** @typedef {import('../../types.d.ts').Task} Task */
/** @typedef {import('../../types.d.ts').TaskView} TaskView */
/** @typedef {import('../../types.d.ts').Step} Step */
/** @typedef {import('../../types.d.ts').Sample} Sample */
/** @typedef {import('../../types.d.ts').Notice} Notice */
/** @typedef {{at: number, memory: number, disk: number, cpu: number}} Point */

/* Ten minutes of points. */
const WINDOW = 600000;
const GAP = 1900;

/* The stream tells of the containers that somebody looks at, and of some that
   were looked at before, so that going back and forth costs nothing. */
const MOST = 200;
const BEFORE = 64;
const GLANCE = 250;     /* ms; what scrolls by faster is not looked at */
const NOBODY = 0;       /* no container has this number */

/** A task that ended stays in the strip for so long; one that failed, until
 *  it is dismissed. */
const LINGER = 6000;

/** @type {AbortController | null} */
let running = null;

/** @type {Set<{ids: number[]}>} what the parts of the page look at */
const looks = new Set();

/** @type {Set<number>} what the stream tells of, the last looked at last */
let watched = new Set();

/** @type {() => void} */
let reopen = () => {};

/** @type {ReturnType<typeof setTimeout> | undefined} */
let glance;

/** @type {Map<number, Point[]>} */
const points = new Map();

/** @type {Map<number, Sample>} */
const latest = new Map();

/** @type {Map<number, Task & {seen: number}>} */
const tasks = new Map();

/* The newest that was told: one that is sent again after a cut is no news. */
let told = 0;

const link = { up: true, heard: Date.now(), everUp: false };

const bus = new EventTarget();


/**
 * Be told: 'vm' (Sample), 'task' (Task), 'noted' (the id of a task whose log
 * grew by itself), 'notice' (Notice), 'link', 'back' (the stream is there again
 * and events may have been missed), 'tasks' (the set changed), 'start' and
 * 'stop' (of listening).
 *
 * @param {'vm' | 'task' | 'noted' | 'notice' | 'tasks' | 'link' | 'back'
 *     | 'start' | 'stop'} type
 * @param {(detail: any) => void} callback
 * @param {AbortSignal} [signal]
 */
export function on(type, callback, signal) {
    bus.addEventListener(type, (event) => {
        callback(/** @type {CustomEvent} */ (event).detail);
    }, { signal });
}


/**
 * @param {string} type
 * @param {any} [detail]
 */
function emit(type, detail) {
    bus.dispatchEvent(new CustomEvent(type, { detail }));
}


/** Whether the stream stands, and when anything was last heard on it. */
export function connection() {
    return link;
}


/**
 * Whether nothing moves in a task; one that waits for an administrator counts
 * as such until he lets it go on.
 *
 * @param {{state: string}} task
 */
export function over(task) {
    return task.state !== 'queued' && task.state !== 'running';
}


/** Tasks that run or wait, those that ended a moment ago, and those that failed
 *  and were not dismissed; oldest first. */
export function current() {
    return [...tasks.values()].sort((a, b) => a.id - b.id);
}


/* Once their first step is done, others may begin. */
const FREES = new Set(['backup']);


/**
 * The unfinished task that a container is busy with, if any.
 *
 * @param {number} vm
 */
export function taskOf(vm) {
    return current().filter((task) => task.vm?.id === vm && !over(task)
        && !(FREES.has(task.kind) && Number(task.step) > 0)).pop();
}


/**
 * The steps of a task as far as a stream's view of it says.
 *
 * @param {Step[]} steps
 * @param {TaskView} view
 * @returns {Step[]}
 */
export function advance(steps, view) {
    const now = Number(view.step);

    return steps.map((step, i) => {
        if (i < now && step.state !== 'skipped') {
            return { ...step, state: 'done', percent: 100 };
        }

        return i === now && !over(/** @type {Task} */ (view))
            ? { ...step, percent: view.step_percent, detail: view.detail,
                say: view.say, state: view.state === 'running' ? 'running'
                    : 'queued' } : step;
    });
}


/**
 * Take a task out of the strip.
 *
 * @param {number} id
 */
export function forget(id) {
    tasks.delete(id);
    emit('tasks');
}


/** @param {Task} task */
function keep(task) {
    const known = tasks.get(task.id);

    if (known && over(known) && known.state !== 'held' && !over(task)) {
        return;                     /* an answer that came after the event */
    }

    /* its log is told on, and not kept: the next view of it has none */
    const { log, ...rest } = task;
    const merged = { ...known, error: null, finished: null, ...rest,
        seen: known?.seen ?? Date.now() };

    tasks.set(task.id, merged);

    if (over(merged) && merged.state !== 'failed'
        && !(known && over(known)))
    {
        setTimeout(() => {
            const last = tasks.get(task.id);

            if (last && over(last)) {
                forget(task.id);
            }
        }, LINGER);
    }

    emit('task', log ? { ...merged, log } : merged);
    emit('tasks');
}


/** @type {Map<number, TaskView>} the newest view of tasks being asked for */
const asked = new Map();

/**
 * Ask for a task whole: its first view came, or its last.
 *
 * @param {TaskView} view
 */
async function whole(view) {
    if (asked.has(view.id)) {
        asked.set(view.id, view);
        return;
    }

    /** @type {TaskView | undefined} */
    let last;
    /** @type {Task} */
    let task = /** @type {Task} */ ({ ...view, vm: null, steps: [] });

    asked.set(view.id, view);

    while (last !== asked.get(view.id)) {
        last = asked.get(view.id);

        try {
            task = await get(`tasks/${view.id}`, { signal: running?.signal });
        } catch {
            break;                  /* then what the view says has to do */
        }
    }

    asked.delete(view.id);

    if (running) {
        keep(task);
    }
}


/**
 * Take a task that an answer or an event brought.
 *
 * @param {TaskView} task
 */
export function note(task) {
    let known = tasks.get(task.id);

    if (task.noted) {
        emit('noted', task.id);

        if (!known || over(known)) {
            return;
        }
    }

    /* the stream is never behind: one that had ended was taken up again */
    if (known && over(known) && !Array.isArray(task.steps)
        && !over(/** @type {Task} */ (task)))
    {
        tasks.delete(task.id);
        known = undefined;
    }

    if (Array.isArray(task.steps)) {
        keep(/** @type {Task} */ (task));

    } else if (!known || over(/** @type {Task} */ (task))) {
        if (!known || !over(known)) {
            void whole(task);
        }

    } else {
        keep(/** @type {Task} */ ({ ...known, ...task, vm: known.vm,
            steps: advance(known.steps ?? [], task) }));
    }
}


/**
 * A container that an answer brought: its task is ours too, and what the
 * stream said since the answer was written counts.
 *
 * @param {Vm} vm
 */
export function adopt(vm) {
    const sample = latest.get(vm.id);

    if (sample?.sampled && sample.sampled > (vm.sampled ?? '')) {
        merge(vm, sample);
    }

    if (vm.task && !over(vm.task)
        && !tasks.has(vm.task.id))
    {
        note(vm.task);
    }
}


/** @param {Sample} sample */
function remember(sample) {
    const memory = sample.memory?.used_bytes;

    if (typeof memory !== 'number') {
        return;
    }

    const list = points.get(sample.id) ?? [];
    const at = Date.parse(sample.sampled ?? '') || Date.now();
    const last = list.at(-1);

    if (last && at - last.at < GAP) {
        return;
    }

    list.push({
        at, memory,
        disk: sample.disk?.used_bytes ?? last?.disk ?? 0,
        cpu: sample.cpu?.percent ?? 0,
    });

    while (list.length > 0 && list[0].at < at - WINDOW) {
        list.shift();
    }

    points.delete(sample.id);
    points.set(sample.id, list);

    for (const id of points.keys()) {
        if (points.size <= MOST) {
            break;
        }

        points.delete(id);
    }
}


/**
 * The last ten minutes of a container, as far as this page saw them.
 *
 * @param {number} vm
 */
export function history(vm) {
    return points.get(vm) ?? [];
}


/**
 * Put what a sample says into a container.
 *
 * @param {Vm} vm
 * @param {Sample} sample
 */
export function merge(vm, sample) {
    vm.state = sample.state ?? vm.state;
    Object.assign(vm.memory, sample.memory);
    Object.assign(vm.disk, sample.disk);
    Object.assign(vm.cpu, sample.cpu);
    vm.uptime_s = sample.uptime_s ?? vm.uptime_s;
    vm.sampled = sample.sampled ?? vm.sampled;
}


/**
 * The tasks that run or wait, and what became of those that did.
 *
 * @param {AbortSignal} signal
 */
async function seed(signal) {
    try {
        const list = await get('tasks?state=queued,running&limit=50',
            { signal });

        for (const task of list.items) {
            note(task);
        }

        const still = new Set(list.items.map((/** @type {Task} */ x) => x.id));

        for (const task of current()) {
            if (!over(task) && !still.has(task.id)) {
                note(await get(`tasks/${task.id}`, { signal }));
            }
        }
    } catch (error) {
        if (!(error instanceof Problem) && !signal.aborted) {
            throw error;
        }
    }
}


/** Have the stream tell of what is looked at. */
function choose() {
    const now = [...looks].flatMap((look) => look.ids).slice(-MOST);
    const some = now.some((id) => !watched.has(id));
    const before = [...watched].filter((id) => !now.includes(id));

    watched = new Set([...before.slice(-BEFORE), ...now].slice(-MOST));

    if (some) {
        reopen();
    }
}


/**
 * Look at containers: the stream brings their figures.
 *
 * @param {number[]} ids
 * @param {AbortSignal} signal
 * @returns {(ids: number[]) => void} to look at others instead
 */
export function watch(ids, signal) {
    const look = { ids };
    const soon = () => {
        clearTimeout(glance);
        glance = setTimeout(choose, GLANCE);
    };

    looks.add(look);
    signal.addEventListener('abort', () => looks.delete(look));
    soon();

    return (others) => {
        look.ids = others;
        soon();
    };
}


/** Begin to listen; a second call does nothing. */
export function start() {
    if (running) {
        return;
    }

    running = new AbortController();

    const { signal } = running;

    link.everUp = false;
    told = 0;
    choose();
    emit('start');

    void listen(() => `events?vms=${[...watched].join() || NOBODY}`, {
        opening(again) {
            reopen = again;
        },
        event(type, data) {
            if (type === 'vm') {
                for (const sample of Array.isArray(data) ? data : [data]) {
                    latest.set(sample.id, sample);
                    remember(sample);
                    emit('vm', sample);
                }

            } else if (type === 'task') {
                note(data);

            } else if (type === 'notice' && data.id > told) {
                told = data.id;
                emit('notice', data);
            }
        },
        link(up) {
            const fresh = up && !(link.up && link.everUp);
            const again = fresh && link.everUp;

            link.up = up;
            link.everUp ||= up;
            link.heard = up ? Date.now() : link.heard;
            emit('link');

            if (fresh) {
                void seed(signal);
            }

            if (again) {
                emit('back');
            }
        },
        heard() {
            link.heard = Date.now();
        },
        gone(problem) {
            if (problem.status === 401) {
                /* any other request will say so too, and to the router */
                void get('session').catch(() => {});
            }
        },
    }, signal);
}


/** Stop listening and forget: somebody signed out. */
export function stop() {
    running?.abort();
    running = null;
    reopen = () => {};
    watched.clear();
    points.clear();
    latest.clear();
    tasks.clear();
    link.up = true;
    emit('stop');
    emit('tasks');
    emit('link');
}
