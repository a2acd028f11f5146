/*
 * The texts of the pages: every language says everything, with the same
 * {names}, and no key that the code asks for is missing.
 */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { BODIES } from '../../html/js/lib/bodies.js';

const html = new URL('../../html/', import.meta.url);


/**
 * The files of a language: that of everybody, and those of a part.
 *
 * @param {string} language
 */
async function files(language) {
    const names = (await readdir(new URL('i18n/', html)))
        .filter((name) => new RegExp(`^([a-z]+\\.)?${language}\\.json$`)
            .test(name));

    assert.ok(names.length > 2, 'the parts are there');

    return names.map((name) => new URL(`i18n/${name}`, html));
}


/**
 * All texts of a language.
 *
 * @param {string} language
 * @returns {Promise<Record<string, unknown>>}
 */
async function texts(language) {
    const parts = await Promise.all((await files(language)).map(
        async (name) => JSON.parse(await readFile(name, 'utf8'))));
    const texts = Object.assign({}, ...parts);

    /* none of them twice */
    assert.equal(parts.flatMap((part) => Object.keys(part)).length,
        Object.keys(texts).length);

    return texts;
}


/** @param {unknown} text */
function names(text) {
    return [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort();
}


test('Spanish and English say the same things', async () => {
    const [es, en] = await Promise.all([texts('es'), texts('en')]);

    assert.deepEqual(Object.keys(en).sort(), Object.keys(es).sort());

    for (const [key, text] of Object.entries(es)) {
        assert.deepEqual(names(en[key]), names(text), key);
    }
});


test('every text that the pages name exists', async () => {
    const es = await texts('es');
    const files = (await readdir(html, { recursive: true }))
        .filter((name) => name.endsWith('.js'));
    const missing = [];

    for (const name of files) {
        const code = await readFile(new URL(name, html), 'utf8');

        for (const [, key] of code.matchAll(/\bt\(\s*'([\w.]+)'/g)) {
            if (!Object.hasOwn(es, key)) {
                missing.push(`${name}: ${key}`);
            }
        }
    }

    assert.deepEqual(missing, []);
});


test('code that everybody loads names only texts that everybody loads', async () => {
    const base = JSON.parse(await readFile(new URL('i18n/es.json', html),
        'utf8'));
    const all = await texts('es');
    const early = ['js/app.js', 'js/order/plans.js', 'js/order/order.js',
        'js/order/order-live.js', 'js/account/signin.js', 'js/account/reset.js',
        'js/order/contact.js', 'js/shell/header.js', 'js/ui/form.js',
        'js/ui/fault.js', 'js/task/steps.js', 'js/ui/toast.js',
        'js/ui/button.js', 'js/ui/loading.js', 'js/order/order-mail.js'];
    const missing = [];

    for (const name of early) {
        const code = await readFile(new URL(name, html), 'utf8');

        for (const [, key] of code.matchAll(/'([a-z]+(?:\.[a-z]+)+)'/g)) {
            if (Object.hasOwn(all, key) && !Object.hasOwn(base, key)) {
                missing.push(`${name}: ${key}`);
            }
        }
    }

    assert.deepEqual(missing, []);
});


/*
 * What the daemon, the drivers and the panel's own code say, and what pages of
 * hosting say in English.  Not here: words that are Spanish as well (control,
 * error, general, no, plan, total), and names (root, ssh, CPU, IP, DNS, token,
 * kernel, nginx.conf, virtual-server).
 */
const ENGLISH = new Set(`
    about account accounts action actions active add added address addresses
    administration adopt after again all already and answer answers any apply
    approve are ask asking at attempt available back backup balance barrier be
    been begin begun being bounced browser busy by came cancel cancelled change
    changed check checking choose clean close closed connection container
    containers contract copy create created creating credentials custom
    customer customers daemon dark database day days delete deleted denied
    destroy destroying detail details disk down driver email e-mail e-mails
    empty enabled end ended enter every expired fail failed file files first
    folder for free from full gateway gateways get give go gone group guest
    half halted has have held hold hostname hosts how if image in
    installed into invalid is it its keep key last left less light limit limits
    list live load loading locked log logged login look mail mailed mails make
    making memory message minimum missing more must network new next no-one
    node nodes none not nothing now of off offered offline on online only open
    order ordered orders other out overview owner owners password passwords
    path pending pool pools power process processes progress provider queued
    quota ready reason reboot refused register registered rejected release
    remove reset resize resource resources restart restarted restarting retry
    role rules running save saved search see seen send sent server servers
    service session sessions set setting settings shared show shut shutdown
    sign since size snapshot some space start started starting state status
    step steps stop stopped stopping storage store stored submit suspend
    suspended swap system systems take taken task tasks template templates text
    than that the their then there they this time timeout to too took try
    under unit units unknown unlimited unpack unpacking unreachable until up
    update upgrade used user username users version view virtualiser
    virtualizer wait waiting was weight when where who will with without write
    wrong yes you your
`.trim().split(/\s+/));

/* Those that a name has in it: not what is said. */
const NAMES = /\{url\}\S*|\{\w+\}|nginx\.conf|vzpanel_\w+|virtual-server|example\.\w+/g;


/** @param {string} file */
function spanish(file) {
    return Object.entries(JSON.parse(file)).flatMap(([key, text]) =>
        (typeof text === 'string' ? [text]
            : Object.values(/** @type {Record<string, string>} */ (text)))
            .map((one) => ({ key, said: one.replace(NAMES, ' ') })));
}


/** The mails of the module, as C has them. */
async function mailTexts() {
    return (await Promise.all(['order', 'vm', 'account'].map((name) =>
        readFile(new URL(`../src/panel/mail/mail_text_${name}.c`, html),
            'utf8')))).join('\n');
}


test('the list of mails has a word for each that there is', async () => {
    const names = new Set([...(await mailTexts()).matchAll(
        /\{ "(\w+)", "e[sn]",/g)].map(([, name]) => name));

    assert.ok(names.size > 10);

    for (const language of ['es', 'en']) {
        const words = JSON.parse(await readFile(new URL(
            `i18n/admin.${language}.json`, html), 'utf8'));

        assert.deepEqual([...names].filter((name) =>
            !words[`letter.${name}`]), []);
    }
});


/** Every text in Spanish, and the mails of the module. */
async function allSpanish() {
    const all = await Promise.all((await files('es')).map((name) =>
        readFile(name, 'utf8')));
    const mails = await mailTexts();

    return [...all.flatMap(spanish),
        ...[...mails.matchAll(/\{ "(\w+)", "es",((?:\s*"[^"]*",?)+) \}/g)]
            .map(([, key, said]) => ({ key: `mail ${key}`,
                said: said.replace(/\\n/g, ' ').replace(NAMES, ' ') }))];
}


test('no Spanish text has an English word in it', async () => {
    const all = await allSpanish();

    assert.ok(all.filter(({ key }) => key.startsWith('mail ')).length >= 6);
    assert.deepEqual(all.flatMap(({ key, said }) =>
        (said.match(/[\p{L}-]+/gu) ?? [])
            .filter((one) => ENGLISH.has(one.toLowerCase()))
            .map((one) => `${key}: ${one}`)), []);
});


test('a server is masculine', async () => {
    /* what would be said of a máquina; tasks and addresses are feminine */
    const machine = new RegExp('(?<!\\p{L})(máquinas?|(apaga|borra|congela'
        + '|crea|deteni|elimina|encendi|inicia|pedi|reinicia|suspendi)das?'
        + '|listas?|(deten|inici|reinici)[ae]rla'
        + '|la inicie)(?!\\p{L})', 'iu');

    assert.deepEqual((await allSpanish()).filter(({ said }) =>
        machine.test(said)).map(({ key, said }) => `${key}: ${said}`), []);
});


/** All of what the browser runs, as one text. */
async function code() {
    const files = (await readdir(html, { recursive: true }))
        .filter((name) => /\.(js|html)$/.test(name));

    return (await Promise.all(files.map((name) =>
        readFile(new URL(name, html), 'utf8')))).join('\n');
}


test('every text is used by a page', async () => {
    /* and of those that the module writes for who has no scripts */
    const all = await code() + (await readFile(new URL(
        '../src/panel/page/shell.c', html), 'utf8')).replaceAll('"', '\'');

    /* a form that is made of what the API says of a body */
    const made = new Set([...all.matchAll(
        /\bname: '(\w+)', words: '(\w+)', item\b/g)]
        .flatMap(([, body, words]) => Object.keys(BODIES[body])
            .flatMap((one) => [`${words}.${one}`, `${words}.${one}.hint`])));

    for (const [, some] of all.matchAll(/\bnamed: \{([^}]*)\}/g)) {
        for (const [, key] of some.matchAll(/'([^']+)'/g)) {
            made.add(`${key}.hint`);
        }
    }

    /* "kind.order" is named as it is, or made of `kind.${…}`, word('kind', …) */
    const dead = Object.keys(await texts('es')).filter((key) =>
        !all.includes(`'${key}'`) && !made.has(key)
        && !key.split('.').some((_, i, parts) => {
            const begin = parts.slice(0, i).join('.');

            return i > 0 && (all.includes(`\`${begin}.\${`)
                || new RegExp(`word\\(\\s*'${begin}'`).test(all));
        }));

    assert.deepEqual(dead, []);
});


/** The style sheets, by their paths in html. */
async function sheets() {
    const names = (await readdir(new URL('css/', html)))
        .filter((name) => name.endsWith('.css'));

    assert.ok(names.length > 5, 'the sheets are there');

    return names.map((name) => `css/${name}`);
}


test('every class of a style sheet is used by a page', async () => {
    const said = ((await code()).replace(/\/\*.*?\*\//gs, '')
        .match(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g) ?? []).join('\n');
    const dead = [];

    for (const name of await sheets()) {
        const rules = (await readFile(new URL(name, html), 'utf8'))
            .replace(/\/\*.*?\*\//gs, '');
        const classes = new Set([...rules.matchAll(/([^{}]+)\{/g)]
            .flatMap(([, head]) => [...head.matchAll(/\.([a-z][\w-]*)/g)])
            .map(([, one]) => one));

        dead.push(...[...classes].filter((one) => !new RegExp(
            `(^|[^\\w.-])${one}($|[^\\w-])`, 'm').test(said))
            .map((one) => `${name}: .${one}`));
    }

    assert.deepEqual(dead, []);
});


test('style sheets use logical directions, not left and right', async () => {
    const physical = [];
    const rule = new RegExp('((margin|padding|border)-(left|right)\\b'
        + '|^\\s+(left|right):|text-align: (left|right)).*', 'gm');

    for (const name of await sheets()) {
        physical.push(...(await readFile(new URL(name, html), 'utf8'))
            .match(rule) ?? []);
    }

    assert.deepEqual(physical, []);
});


/**
 * A source of C, with the parts of its literals joined.
 *
 * @param {string} name
 */
async function source(name) {
    return (await readFile(new URL(`../../src/${name}`, import.meta.url),
        'utf8')).replaceAll(/"\s*\n\s*"/g, '');
}


/** Code and English of each row of say.c. */
async function said() {
    return [...(await source('wire/say.c'))
        .matchAll(/\{ "(\w+)",\s+"([^"]+)"/g)];
}


test('each message with a code occurs in the sources in these words', async () => {
    let all = '';

    for (const dir of ['daemon', 'panel', 'runtime']) {
        const names = await readdir(new URL(`../../src/${dir}`,
            import.meta.url), { recursive: true });

        for (const name of names.filter((one) => one.endsWith('.c'))) {
            all += await source(`${dir}/${name}`);
        }
    }

    /* a rest may be missing; who did it stands in a format of its own */
    const lost = (await said()).filter(([, , pattern]) => !new RegExp(pattern
        .replace(/\{\*\}$| by \{who\}$/, '').replace(/^ctid:/, '%s:').split(/\{[^}]+\}/)
        .map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'))
        .join('%[.*\\w]+("\\s*\\w+\\s*")?')).test(all));

    assert.deepEqual(lost.map(([, code]) => code), []);

    /* names of values are constants of C */
    const known = /names\[\] = \{([^}]+)\}/.exec(await source('wire/say.c'))?.[1];

    assert.deepEqual((await said()).flatMap(([, , pattern]) =>
        [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
        .filter((name) => !known?.includes(`"${name}"`)), []);
});


test('every code of daemon and panel has a text', async () => {
    const es = await texts('es');
    const rows = await said();

    assert.ok(rows.length > 50);

    for (const [, code, pattern] of rows) {
        const text = es[`say.${code}`];

        assert.ok(text, code);

        for (const name of names(text)) {
            assert.ok(pattern.includes(name), `${code} has no ${name}`);
        }
    }

    assert.deepEqual(Object.keys(es).filter((key) => key.startsWith('say.')
        && !rows.some(([, code]) => key === `say.${code}`)), []);
});
