/* What the API answers, as the pages read it. */

export interface Plan {
    id: number;
    name: string;
    memory_mib: number;
    disk_mib: number;
    cpu_units: number;
    ready_seconds?: number;
}

export interface Plans {
    items: Plan[];
    stock?: { addresses: number; templates: number };
    signup?: 'open' | 'approve' | 'off';
    soon?: boolean;
}

export interface Template {
    name: string;
    label: string;
}

export type StepState = 'queued' | 'running' | 'done' | 'failed' | 'skipped';

export interface Step {
    name: string;
    state: StepState;
    percent?: number;
    detail?: string | null;
    say?: Say | null;
    seconds?: number | null;
}

export interface Fault {
    code: string;
    detail?: string | null;
    say?: Say | null;
}

export interface Order {
    order: string;
    task: number;
    state: 'held' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
    steps: Step[];
    vm?: { id: number; name: string } | null;
    address?: string | null;
    account?: string | null;
    email?: string | null;
    error?: Fault | null;
}

export interface User {
    id: number;
    account: string;
    role: 'admin' | 'customer';
    name: string;
    must_change: boolean;
}

export type Power = 'running' | 'stopped' | 'frozen' | 'unknown';

export interface LogLine {
    at: string;
    step: string;
    text: string;
    say?: Say;
}

/* Something with a code, and what stands in it. */
export interface Say {
    code: string;
    values: { name: string; value: string }[];
}

export interface Task {
    id: number;
    kind: string;
    vm?: { id: number; name: string } | null;
    owner?: { id: number; account: string } | null;  /* administrators' */
    actor?: string | null;
    state: 'held' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
    step?: number | string | null;
    step_name?: string | null;
    steps?: Step[];
    percent?: number;
    detail?: string | null;
    say?: Say | null;
    created?: string;
    started?: string | null;
    finished?: string | null;
    error?: Fault | null;
    unseen?: boolean;           /* it failed, and no administrator saw it */
    log?: LogLine[];            /* where one task was asked for */
}

/* A task as a stream tells it: which step of how many, not their list. */
export interface TaskView extends Omit<Task, 'steps' | 'vm'> {
    vm?: { id: number; name?: string } | null;
    steps?: Step[] | number;
    step_percent?: number;
}

export type Amount = number | 'unlimited' | null;

/* Barrier and limit: the least and the most. */
export interface Pair {
    barrier_mib: number;
    limit_mib: number | 'unlimited';
}

/* What the node has in force now. */
export interface InForce {
    state: Power;
    hostname?: string | null;
    addresses: string[];
    gateways: string[];
    dns: string[];
    memory: {
        limit_bytes?: Amount;
        vmguarpages?: Pair | null;
        oomguarpages?: Pair | null;
        privvmpages?: Pair | null;
    };
    disk: { soft_mib: number; hard_mib: number };
    cpu: { units: number; limit_percent: number | 'unlimited' };
    kept?: string[];
}

export interface Vm {
    id: number;
    ctid?: number;
    node?: string;
    name: string;
    hostname?: string | null;
    owner?: { id: number; account: string; name?: string } | null;
    plan?: string | null;
    template?: string | null;
    template_label?: string | null;
    state: Power;
    wanted?: 'running' | 'stopped';
    service?: string;
    addresses: string[];
    gateways?: string[];
    dns?: string[];
    version?: number;
    suspended?: string | null;
    suspended_at?: string | null;
    memory: {
        used_bytes?: number | null;
        limit_bytes?: Amount;
        vmguarpages?: Pair;
        oomguarpages?: Pair;
        privvmpages?: Pair;
    };
    disk: {
        used_bytes?: number | null;
        total_bytes?: number | null;
        soft_mib?: number;
        hard_mib?: number;
    };
    cpu: {
        percent?: number | null;
        units?: number | null;
        limit_percent?: Amount;
    };
    uptime_s?: number | null;
    sampled?: string | null;
    task?: TaskView | null;
}

/* A container with what its node says of it. */
export interface LiveVm extends Vm {
    in_force?: InForce | null;
    limits?: {
        driver: string;
        disk_min_mib: number;
        shrink_live: boolean;
        kept: string[];
    } | null;
}

/* One element of the event "vm": what moves of a container. */
export type Sample = Pick<Vm, 'id'>
    & Partial<Pick<Vm, 'state' | 'memory' | 'disk' | 'cpu' | 'uptime_s'
        | 'sampled'>>;

/* The event "notice": what happened, once.  text is somebody's words. */
export interface Notice {
    id: number;
    kind: string;
    object: number;
    name: string;
    text: string;
}

export interface List<T> {
    items: T[];
    next?: string | null;
}

/* Somebody, as an administrator sees him. */
export interface Person {
    id: number;
    account: string;
    role: 'admin' | 'customer';
    first_name?: string | null;
    last_name?: string | null;
    dni?: string | null;
    email?: string | null;
    phone?: string | null;
    address?: string | null;
    province?: string | null;
    language?: string | null;
    locked: boolean;
    must_change: boolean;
    created: string;
    vms: number;
}

/* A container of a node that nobody knows here, and one that it should have. */
export interface Stranger {
    ctid: number;
    tag: string | null;
    hostname: string | null;
    state: Power;
    addresses: string[];
    template: string | null;
    memory_limit_bytes: Amount;
    disk_total_bytes: Amount;
    cpu_units: Amount;
    cpu_limit_percent: Amount;
    left: boolean;
    vm: { id: number; name: string } | null;
}

export interface Missing {
    id: number;
    name: string;
    hostname: string;
    owner: { id: number; account: string };
    ctid: number;
    service: string;
    created: string;
    addresses: string[];
}

export interface Token {
    id: number;
    name: string;
    scope: 'read' | 'write';
    created: string;
    seen?: string | null;
    expires?: string | null;
}

export interface Login {
    id: number | string;
    created: string;
    seen: string;
    remote: string;
    agent: string;
    current: boolean;
}

/* A line above every screen.  once: what is read out of it, where it counts. */
export interface Bar {
    name: string;
    text: string;
    once?: string;
    icon?: string;
    link?: { href: string; text: string };
}

/* What the router hands to a screen. */
export interface View {
    root: HTMLElement;
    id: string | null;
    query: URLSearchParams;
    signal: AbortSignal;
    title(text: string): void;
    go(path: string, options?: { replace?: boolean; quiet?: boolean }): void;
    /* the screen takes another id itself, while it stays */
    onId?: (id: string | null) => void;
}
