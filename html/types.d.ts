/*
 * Types of the pages.  What the API takes and replies is in schemas.d.ts, which
 * is generated; here are the pages' own, and their names for some of those.
 */

import type * as api from './schemas.d.ts';

/*
 * What a method replies by its path; `any` if the path is not written as the
 * API has it.
 */
export type Reply<M extends keyof api.Replies, P extends string> =
    P extends `${infer A}?${string}` ? Reply<M, A>
        : P extends keyof api.Replies[M] ? api.Replies[M][P] : any;

/* The pages write null where the API leaves a member out. */
type OrNull<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null
    : T[K] };

export type Plan = api.Offer;
export type Plans = api.Offers;
export type Template = api.System;
export type Step = Pick<api.Step, 'name' | 'state'>
    & OrNull<Partial<api.Step>>;
export type Fault = api.TaskError;
export type Order = Omit<api.Order, 'steps'> & { steps: Step[] };
export type User = api.Who;
export type LogLine = api.LogLine;
export type Say = api.Say;
export type Task = Omit<OrNull<api.Task>, 'steps'> & {
    steps?: Step[]; step_name?: string; log?: api.LogLine[];
};
export type Pair = api.Pair;
export type InForce = api.InForce;
export type Vm = api.Container;
export type LiveVm = api.Container;
export type Notice = api.Notice;
export type Person = api.UserRow;
export type Stranger = api.Stranger;
export type Missing = api.Missing;
export type Token = api.Token;
export type Key = api.Key;
export type Login = api.Session;

export type StepState = Step['state'];
export type Power = Vm['state'];
export type Amount = number | 'unlimited' | null;

/* A task as a stream tells it: which step of how many, not their list. */
export type TaskView = Pick<Task, 'id' | 'kind'>
    & Partial<Omit<Task, 'state' | 'steps'>> & {
        state: string;
        steps?: Step[] | number;
        step_percent?: number;
        detail?: string;
        say?: Say;
        noted?: number;
    };

/* One element of the event "vm": what moves of a container. */
export type Sample = Pick<Vm, 'id'>
    & Partial<Pick<Vm, 'state' | 'memory' | 'disk' | 'cpu' | 'uptime_s'
        | 'sampled'>>;

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
