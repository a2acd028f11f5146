/*
 * Fields of Hardware: what is asked for, what the node has in force, and how
 * a change of it takes effect.
 */

import { refusal } from '../ui/form.js';
import { h, put, uid } from '../ui/dom.js';
import { complaint, lines, whole } from '../ui/fields.js';
import { icon } from '../ui/icon.js';
import { range } from '../ui/range.js';
import { mib, number, percent, t } from '../lib/i18n.js';

/** @typedef {import('../../types.d.ts').LiveVm} LiveVm */
/** @typedef {import('../../types.d.ts').InForce} InForce */
/** @typedef {'live' | 'kept' | 'start' | 'stop'} How */

/**
 * @typedef {{
 *     names: string[], label: string, node: HTMLElement,
 *     get(): any, set(value: any): void, check(): boolean,
 *     body(): Record<string, any>, stored(vm: LiveVm): any,
 *     words(value: any): string, how(vm: LiveVm): How,
 *     tell(vm: LiveVm): void,
 *     refuse(name: string, text: string): void, focus(): void,
 * }} HwField  names: of the API's fields, as its refusals begin
 */

/**
 * @typedef {{
 *     label: string, changed: () => void,
 *     stored: (vm: LiveVm) => any, forced: (now: InForce) => any,
 *     kept?: string[], hint?: string,
 *     alike?: (now: any, want: any) => boolean,
 * }} HwOptions  kept: how the node calls its members where it keeps them only,
 *     alike: whether what is in force is what was asked for
 */

/** @type {Record<How, [string, string]>} icon and tone */
const LOOK = {
    live: ['play', 'good'],
    kept: ['pause', 'doubt'],
    start: ['clock', 'calm'],
    stop: ['stop', 'doubt'],
};


/** @param {How} how */
export function howChip(how) {
    const [mark, tone] = LOOK[how];

    return h('span', { class: 'state', data: { tone, how },
        title: t(`how.${how}.why`) }, icon(mark), t(`how.${how}`));
}


/**
 * Which of a field's members the node only keeps, without enforcing them.
 *
 * @param {LiveVm} vm
 * @param {string[]} names
 */
function keptOf(vm, names) {
    const kept = [...vm.limits?.kept ?? [], ...vm.in_force?.kept ?? []];

    return names.map((name) => kept.some((one) => name === one
        || name.startsWith(`${one}.`)));
}


/**
 * Whether two values of a field are the same.
 *
 * @param {any} a
 * @param {any} b
 */
export function same(a, b) {
    return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}


/**
 * What every field of Hardware has: the line of what is in force, the chip.
 *
 * @param {HwOptions} options
 * @param {{
 *     names: string[], node: HTMLElement, get(): any, set(value: any): void,
 *     check(): boolean, body(): Record<string, any>,
 *     words(value: any): string, refuse(name: string, text: string): void,
 *     focus(): void, how?(vm: LiveVm): How | null, told?(vm: LiveVm): void,
 * }} own
 * @returns {HwField}
 */
function field(options, own) {
    const force = h('p', { class: 'hw-force' });
    const chip = h('span', { class: 'hw-chip' });
    let shown = '';

    /** @param {LiveVm} vm @returns {How} */
    const how = (vm) => {
        const kept = keptOf(vm, options.kept ?? []);

        return own.how?.(vm) ?? (kept.length > 0 && kept.every(Boolean)
            ? 'kept' : vm.state === 'stopped' ? 'start' : 'live');
    };

    own.node.append(h('div', { class: 'hw-now' }, force, chip));

    return {
        ...own, label: options.label, stored: options.stored, how,

        tell(vm) {
            const now = vm.in_force ? options.forced(vm.in_force) : undefined;
            const next = how(vm);
            const kept = keptOf(vm, options.kept ?? []);
            const part = next === 'kept' ? -1 : kept.indexOf(true);
            const want = options.stored(vm);
            const other = now !== undefined && now !== null
                && want !== null && want?.length !== 0
                && !(options.alike ?? same)(now, want);

            force.toggleAttribute('data-other', other);
            put(force, other ? icon('warn') : null, now === undefined
                || now === null ? t('hw.force.unknown')
                : t('hw.force', { value: own.words(now) }));

            if (`${next}${part}` !== shown) {
                shown = `${next}${part}`;
                put(chip, howChip(next), part < 0 ? null
                    : h('span', { class: 'hw-part' }, t('how.kept.part',
                        { what: t(part === 0 ? 'hw.min' : 'hw.max') })));
            }

            own.told?.(vm);
        },
    };
}


/**
 * A line of text; null where it is empty.
 *
 * @param {HwOptions & {key: string, rule: RegExp, required?: boolean}} options
 * @returns {HwField}
 */
export function hwLine(options) {
    const id = uid();
    const input = h('input', { id, type: 'text', name: options.key,
        autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off',
        maxlength: 64, 'aria-describedby': `${id}-error`,
        on: { input: () => {
            wrong.refuse('');
            options.changed();
        } } });
    const wrong = complaint(id, () => [input]);
    const get = () => input.value.trim() || null;

    return field(options, {
        names: [options.key], get,
        set: (value) => {
            input.value = value ?? '';
            wrong.refuse('');
        },
        check() {
            const value = get();
            const bad = value === null ? options.required ? 'required' : ''
                : options.rule.test(value) ? '' : 'format';

            wrong.refuse(bad ? refusal(options.key, bad) : '');

            return bad === '';
        },
        body: () => ({ [options.key]: get() }),
        words: (value) => value || t('hw.none'),
        refuse: (_, text) => wrong.refuse(text),
        focus: () => input.focus(),
        node: h('div', { class: 'field hw-field' },
            h('label', { for: id }, options.label), input,
            options.hint ? h('p', { class: 'field-hint' }, options.hint)
                : null, wrong.node),
    });
}


/**
 * Lines of text.
 *
 * @param {HwOptions & {
 *     key: string, rule: RegExp, add: string, most: number, least: number,
 *     line: (n: number) => string, fresh?: () => Promise<string>,
 * }} options
 * @returns {HwField}
 */
export function hwLines(options) {
    const own = lines({ ...options, name: options.key });

    return field(options, {
        names: [options.key], get: own.get, set: own.set, check: own.check,
        body: () => ({ [options.key]: own.get() }),
        words: (value) => (value?.length > 0 ? value.join(', ')
            : t('hw.none')),
        refuse: (_, text) => own.refuse(text),
        focus: own.focus,
        node: h('div', { class: 'hw-field' }, own.node),
    });
}


/**
 * An amount in a box of its own, with a box for "no limit" where there may
 * be none.
 *
 * @param {{
 *     id: string, name: string, label: string, unit: string,
 *     unlimited?: boolean, error: string, changed: () => void,
 * }} options
 */
function amount(options) {
    const input = h('input', { id: options.id, type: 'number', min: 0,
        step: 1, inputmode: 'numeric', name: options.name,
        'aria-describedby': options.error,
        on: { input: options.changed } });

    input.style.setProperty('--unit', String(options.unit.length));

    const free = options.unlimited ? h('input', { type: 'checkbox',
        id: `${options.id}-free`, name: `${options.name}.unlimited`,
        on: { change: () => {
            input.disabled = free?.checked ?? false;
            options.changed();

            if (!input.disabled) {
                input.focus();
            }
        } } }) : null;

    return {
        input,

        /** @returns {number | 'unlimited'} */
        get: () => (free?.checked ? 'unlimited' : whole(input.value)),

        /** @param {number | 'unlimited' | undefined} value */
        set(value) {
            const none = value === 'unlimited';

            input.value = none || value === undefined ? '' : String(value);

            if (free) {
                free.checked = none;
                input.disabled = none;
            }
        },
        node: h('div', { class: 'amount' },
            h('label', { for: options.id }, options.label),
            h('span', { class: 'with-unit' }, input,
                h('span', { class: 'unit', 'aria-hidden': 'true' },
                    options.unit)),
            free ? h('label', { class: 'tick small', for: free.id }, free,
                h('span', null, t('hw.unlimited'))) : null),
    };
}


/** @param {number | 'unlimited'} value */
function size(value) {
    return value === 'unlimited' ? t('hw.unlimited') : mib(value);
}


/**
 * The least and the most of something, in MB.
 *
 * @param {HwOptions & {
 *     names: [string, string], members: [string, string],
 *     body: (value: any) => Record<string, any>, unlimited?: boolean,
 *     used?: (vm: LiveVm) => number | undefined,
 *     least?: (vm: LiveVm) => number,
 *     how?: (vm: LiveVm, value: any) => How | null,
 * }} options  names: of the fields in a refusal, members: of the value,
 *     least: what the most may not be below
 * @returns {HwField}
 */
export function hwPair(options) {
    const id = uid();
    const [low, high] = options.members;
    /** @type {LiveVm | null} */
    let vm = null;

    const changed = () => {
        wrong.refuse('');
        draw();
        options.changed();
    };
    const make = (/** @type {number} */ i) => amount({
        id: `${id}-${i}`, name: options.names[i],
        label: t(i === 0 ? 'hw.min' : 'hw.max'), unit: 'MB', changed,
        unlimited: i === 1 && options.unlimited, error: `${id}-error`,
    });
    const least = make(0);
    const most = make(1);
    const wrong = complaint(id, () => [least.input, most.input]);
    const line = range(options.label);
    const get = () => ({ [low]: least.get(), [high]: most.get() });

    const draw = () => {
        const now = get();
        const base = vm ? options.stored(vm) : null;
        const known = [now[low], now[high], base?.[low], base?.[high],
            vm ? options.used?.(vm) : 0].filter((value) =>
            typeof value === 'number' && Number.isFinite(value));

        line.set({
            least: Number(now[low]), most: now[high],
            used: vm ? options.used?.(vm) : undefined,
            top: Math.max(1, ...known.map(Number)) * 1.15,
        });
    };

    return field(options, {
        names: options.names, get,
        set(value) {
            least.set(value?.[low]);
            most.set(value?.[high]);
            wrong.refuse('');
            draw();
        },
        check() {
            const now = get();
            const floor = vm ? options.least?.(vm) ?? 0 : 0;
            const bad = Object.values(now).some((value) =>
                Number.isNaN(value)) ? t('rule.whole')
                : now[high] !== 'unlimited'
                    && Number(now[low]) > Number(now[high]) ? t('rule.pair')
                    : now[high] !== 'unlimited' && Number(now[high]) < floor
                        ? t('rule.floor', { n: mib(floor) }) : '';

            wrong.refuse(bad);

            return bad === '';
        },
        body: () => options.body(get()),
        words: (value) => `${size(value[low])} – ${size(value[high])}`,
        refuse: (_, text) => wrong.refuse(text),
        focus: () => (least.input.getAttribute('aria-invalid')
            && !Number.isNaN(least.get()) && !most.input.disabled
            ? most : least).input.focus(),
        how: (now) => options.how?.(now, get()) ?? null,
        told(now) {
            vm = now;
            draw();
        },
        node: h('fieldset', { class: 'field hw-field' },
            h('legend', null, options.label),
            options.hint ? h('p', { class: 'field-hint' }, options.hint)
                : null,
            h('div', { class: 'pair-boxes' }, least.node, most.node),
            line.node, wrong.node),
    });
}


/**
 * One number.
 *
 * @param {HwOptions & {
 *     key: string, unit: string, unlimited?: boolean,
 *     most: number, least: number,
 * }} options
 * @returns {HwField}
 */
export function hwNumber(options) {
    const id = uid();
    const box = amount({
        id, name: options.key, label: options.label, unit: options.unit,
        unlimited: options.unlimited, error: `${id}-error`,
        changed: () => {
            wrong.refuse('');
            options.changed();
        },
    });
    const wrong = complaint(id, () => [box.input]);

    return field(options, {
        names: [options.key], get: box.get,
        set(value) {
            box.set(value);
            wrong.refuse('');
        },
        check() {
            const now = box.get();
            const bad = now !== 'unlimited' && !(now >= options.least
                && now <= options.most);

            wrong.refuse(bad ? t('rule.between', { least: options.least,
                most: options.most }) : '');

            return !bad;
        },
        body: () => ({ [options.key]: box.get() }),
        words: (value) => (value === 'unlimited' ? t('hw.unlimited')
            : options.unit === '%' ? percent(value)
                : options.unit === 'Mbit/s' ? `${number(value)}\u00a0Mbit/s`
                    : t('hw.units.n', { n: number(value) })),
        refuse: (_, text) => wrong.refuse(text),
        focus: () => box.input.focus(),
        node: h('div', { class: 'field hw-field' }, box.node,
            options.hint ? h('p', { class: 'field-hint' }, options.hint)
                : null, wrong.node),
    });
}
