/*
 * Words, numbers and times in the person's language.  Every text of the pages
 * stands in i18n/LANGUAGE.json, those for who is signed in in own.LANGUAGE.json
 * and an administrator's in admin.LANGUAGE.json; code names it by its key.
 */

import { send } from './api.js';
import { now } from './clock.js';

/** @typedef {'es' | 'en'} Language */
/** @typedef {string | Record<string, string>} Text */

export const LANGUAGES = /** @type {const} */ (['es', 'en']);
const KEY = 'vzpanel.language';

/** @type {Language} */
let language = 'es';

/** @type {Record<string, Text>} */
let texts = {};

/** @type {Intl.PluralRules} */
let plural = new Intl.PluralRules('es');


/** @returns {Language} */
export function current() {
    return language;
}


/**
 * @param {string | null | undefined} value
 * @returns {Language | undefined}
 */
function known(value) {
    return LANGUAGES.find((name) => name === value?.slice(0, 2).toLowerCase());
}


/** The language chosen by hand, else the browser's first that we speak. */
export function preferred() {
    let kept = null;

    try {
        kept = localStorage.getItem(KEY);
    } catch {
        /* storage refused */
    }

    for (const value of [kept, ...navigator.languages]) {
        const name = known(value);

        if (name) {
            return name;
        }
    }

    return 'es';
}


/**
 * @param {string} name  of a file of texts
 * @returns {Promise<Record<string, Text>>}
 */
async function load(name) {
    const reply = await send(
        new URL(`../../i18n/${name}.json`, import.meta.url), {}, true);

    if (!reply.ok) {
        throw new Error(`no texts for ${name}`);
    }

    return reply.json();
}


/** @type {Set<string>} the parts that are there in the language of now */
const parts = new Set();

/**
 * Load the texts of a part that not everybody needs.
 *
 * @param {string} part
 */
export async function more(part) {
    const name = language;

    if (!parts.has(part)) {
        const found = await load(`${part}.${name}`);

        if (name === language) {
            Object.assign(texts, found);
            parts.add(part);
        }
    }
}


/**
 * Load a language; the page is drawn again by the caller.
 *
 * @param {Language} name
 * @param {boolean} [keep]  remember it as chosen by hand
 */
export async function use(name, keep = false) {
    texts = await load(name);
    parts.clear();
    language = name;
    plural = new Intl.PluralRules(name);
    document.documentElement.lang = name;

    if (keep) {
        try {
            localStorage.setItem(KEY, name);
        } catch {
            /* then for this page only */
        }
    }
}


/**
 * Whether there are words under that key.
 *
 * @param {string} key
 */
export function has(key) {
    return Object.hasOwn(texts, key);
}


/**
 * The words of a key, {name} replaced by vars.name.  Texts with plural forms
 * choose by vars.n.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [vars]
 */
export function t(key, vars = {}) {
    let text = has(key) ? texts[key] : key;

    if (typeof text !== 'string') {
        text = text[plural.select(Number(vars.n))] ?? text.other;
    }

    return text.replace(/\{(\w+)\}/g, (whole, name) => {
        const value = vars[name];

        return typeof value === 'number' ? number(value)
            : value ?? whole;
    });
}


/**
 * The words of prefix.code, or the other where we have none: codes of the API
 * that are newer than these pages.
 *
 * @param {string} prefix
 * @param {string | null | undefined} code
 * @param {string} [other]
 */
export function word(prefix, code, other) {
    const key = `${prefix}.${code}`;

    return code && has(key) ? t(key) : other ?? code ?? '';
}


/**
 * @param {number} value
 * @param {number} [digits]  after the comma, at most
 */
export function number(value, digits = 0) {
    return new Intl.NumberFormat(language, {
        maximumFractionDigits: digits,
    }).format(value);
}


const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/**
 * Sizes as customers name them: 64 MB, 1 GB; a step is 1,024.
 *
 * @param {number} value
 */
export function bytes(value) {
    let unit = 0;
    let rest = value;

    while (rest >= 1024 && unit < UNITS.length - 1) {
        rest /= 1024;
        unit += 1;
    }

    const digits = rest >= 10 ? 0 : unit > 2 ? 2 : 1;

    return `${number(rest, digits)}\u00a0${UNITS[unit]}`;
}


/** @param {number} value */
export function mib(value) {
    return bytes(value * 1024 * 1024);
}


/** @param {number} value */
export function percent(value) {
    return new Intl.NumberFormat(language, {
        style: 'percent', maximumFractionDigits: value < 10 ? 1 : 0,
    }).format(value / 100);
}


/**
 * A short time: "0,04 s", "2,5 s", "12 s", "3 min 5 s".
 *
 * @param {number} value
 */
export function seconds(value) {
    if (value < 60) {
        return `${number(value, value < 1 ? 2 : value < 10 ? 1 : 0)}\u00a0s`;
    }

    return span(value);
}


/* s: what took no time is not told */
const LEAST = 0.01;

/**
 * How long something took, '' where that was no time.
 *
 * @param {number} value
 */
export function took(value) {
    return value < LEAST ? '' : seconds(value);
}


/**
 * A long time, two units: "3 d 4 h", "5 min 12 s".
 *
 * @param {number} value
 */
export function span(value) {
    const parts = /** @type {[number, string][]} */ ([
        [Math.floor(value / 86400), 'd'],
        [Math.floor(value / 3600) % 24, 'h'],
        [Math.floor(value / 60) % 60, 'min'],
        [Math.floor(value) % 60, 's'],
    ]);
    const first = parts.findIndex(([n]) => n > 0);

    return parts.slice(first < 0 ? 3 : first).slice(0, 2)
        .map(([n, unit]) => `${n}\u00a0${unit}`).join(' ');
}


/**
 * How long ago, in words.
 *
 * @param {string} time
 */
export function ago(time) {
    const past = Math.max(0, (now() - Date.parse(time)) / 1000);
    const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });

    if (past < 60) {
        return format.format(-Math.round(past), 'second');
    }

    if (past < 3600) {
        return format.format(-Math.round(past / 60), 'minute');
    }

    if (past < 86400) {
        return format.format(-Math.round(past / 3600), 'hour');
    }

    return format.format(-Math.round(past / 86400), 'day');
}


/**
 * The day and the time of day, to the second; in 24 hours, as each time is.
 *
 * @param {string} time
 */
export function moment(time) {
    return new Intl.DateTimeFormat(language, {
        dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23',
    }).format(new Date(time));
}


/** The time zone that times are told in, by its name and beside UTC. */
export function zone() {
    const format = new Intl.DateTimeFormat('en', { timeZoneName:
        'shortOffset' });

    return {
        zone: format.resolvedOptions().timeZone,
        offset: (format.formatToParts(new Date()).find(({ type }) =>
            type === 'timeZoneName')?.value ?? '').replace('GMT', 'UTC')
            .replace('-', '\u2212'),
    };
}


/**
 * The time of day, to the second.
 *
 * @param {string} time
 */
export function clock(time) {
    return new Intl.DateTimeFormat(language, {
        hour: '2-digit', minute: '2-digit', second: '2-digit',
        hourCycle: 'h23',
    }).format(new Date(time));
}


/**
 * The time of day, to the minute.
 *
 * @param {string} time
 */
export function hour(time) {
    return new Intl.DateTimeFormat(language, {
        hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    }).format(new Date(time));
}


/**
 * A month as people name it: "diciembre de 2026"; of UTC, as it is counted.
 *
 * @param {string} month  "2026-12"
 */
export function monthName(month) {
    return new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric',
        timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`));
}


/** @param {string} time */
export function day(time) {
    return new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
        .format(new Date(time));
}
