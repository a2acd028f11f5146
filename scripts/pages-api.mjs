#!/usr/bin/env node
/*
 * pages-api.mjs [--check] [OPENAPI.JSON]: what the pages know of the API, from
 * the document that the build makes of the panel's tables:
 *
 *   html/schemas.d.ts       the types of bodies and replies, and which path
 *                           replies with which
 *   html/js/lib/bodies.js   what each member of a body may be, for the forms
 *   docs/api.md             the table of all operations
 *
 * All are committed.  With --check nothing is written, and the exit status is
 * 1 if one of them is out of date.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const check = args[0] === '--check';
const file = args[check ? 1 : 0]
    ?? join(top, 'build/nginx/vzpanel/openapi.json');
const { paths, components } = JSON.parse(readFileSync(file, 'utf8'));
const made = 'made by scripts/pages-api.mjs of the panel\'s tables; change '
    + 'those';


// --- types ---

/** The name that a reference points to. */
const named = (ref) => ref.split('/').pop();


/** A schema as a type of TypeScript; the lines of an object begin at indent. */
function type(schema, indent = '') {
    if (schema.$ref) {
        return named(schema.$ref);
    }

    if (schema.const !== undefined) {
        return JSON.stringify(schema.const).replaceAll('"', '\'');
    }

    if (schema.enum) {
        return schema.enum.map((one) => `'${one}'`).join(' | ');
    }

    const any = schema.oneOf ?? (schema.type ? null : schema.anyOf);

    if (any) {
        return any.map((one) => type(one, indent)).join(' | ');
    }

    return [schema.type].flat().map((one) => {
        switch (one) {
        case 'integer':
        case 'number':
            return 'number';
        case 'array': {
            const items = type(schema.items, indent);

            return items.includes('|') ? `(${items})[]` : `${items}[]`;
        }
        case 'object':
            return schema.properties ? members(schema, indent) : 'object';
        default:
            return one;
        }
    }).join(' | ');
}


/** The members of an object, in braces. */
function members(schema, indent) {
    const inner = `${indent}    `;
    const lines = Object.entries(schema.properties).map(([name, one]) =>
        `${inner}${name}${schema.required?.includes(name) ? '' : '?'}: `
        + `${type(one, inner)};\n`);

    return lines.length ? `{\n${lines.join('')}${indent}}` : '{}';
}


/** The schema of a good reply, or null where it has none. */
function reply(operation) {
    const good = Object.entries(operation.responses)
        .filter(([status]) => status.startsWith('2'))
        .map(([, one]) => one.content?.['application/json']?.schema)
        .find((schema) => schema?.$ref);

    return good ? named(good.$ref) : null;
}


/** "/vms/{id}/start" as a key: numbers where the path has numbers. */
function key(path, parameters) {
    const text = path.slice(1).replace(/\{(\w+)\}/g, (_, name) =>
        `\${${parameters.find((one) => one.name === name)?.schema.type
            === 'integer' ? 'number' : 'string'}}`);

    return text.includes('$') ? `[path: \`${text}\`]` : `'${text}'`;
}


/** Whether a has all members of b, as b has them, and some more. */
function extend(a, b) {
    const names = Object.keys(b.properties);

    return names.length > 5 && names.length < Object.keys(a.properties).length
        && names.every((name) => a.properties[name]
            && type(a.properties[name]) === type(b.properties[name])
            && a.required?.includes(name) === b.required?.includes(name));
}


function types() {
    let text = `/* Bodies and replies of the API: ${made}. */\n`;
    const all = Object.entries(components.schemas);

    for (const [name, schema] of all) {
        const [base, less] = all.find(([, one]) => extend(schema, one)) ?? [];
        const own = less ? { ...schema, properties: Object.fromEntries(
            Object.entries(schema.properties).filter(([member]) =>
                !less.properties[member])) } : schema;

        text += `\nexport interface ${name} ${base ? `extends ${base} ` : ''}${
            members(own, '')}\n`;
    }

    text += '\n/* What each method replies, by path below the API. */\n'
        + 'export interface Replies {\n';

    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
        text += `    ${method.toUpperCase()}: {\n`;

        for (const [path, operations] of Object.entries(paths)) {
            const operation = operations[method];
            const name = operation && (reply(operation)
                ?? (operation.responses[204] ? 'null' : null));

            if (name) {
                text += `        ${key(path, operation.parameters)}: `
                    + `${name};\n`;
            }
        }

        text += '    };\n';
    }

    return `${text}}\n`;
}


// --- bodies ---

/** A member as the forms need it; null: the pages do not check it. */
function rule(schema, required) {
    const number = schema.oneOf?.find((one) => one.type === 'integer')
        ?? ([schema.type].flat().includes('integer') ? schema : null);
    const one = schema.items ?? schema;
    const all = {
        type: number ? (schema.oneOf ? 'limit' : 'int')
            : [schema.type].flat()[0] === 'boolean' ? 'bool'
                : schema.items?.pattern ? 'list'
                    : schema.pattern || schema.maxLength ? 'text' : null,
        required: required || undefined,
        min: number?.minimum,
        max: number?.maximum ?? schema.maxItems ?? schema.maxLength,
        default: schema.default,
        words: /^\^\(\?:([a-z|]+)\)\$$/.exec(one.pattern)?.[1].split('|'),
        pattern: one.pattern, strange: one['x-vzpanel-strange'],
    };

    return all.type ? all : null;
}


function bodies() {
    /* a pattern that several members have is written once */
    const patterns = new Map();
    const pattern = (source) => {
        if (!patterns.has(source)) {
            patterns.set(source, `P${patterns.size}`);
        }

        return patterns.get(source);
    };
    let rows = '';

    for (const [name, schema] of Object.entries(components.schemas)) {
        if (!name.endsWith('Body')) {
            continue;
        }

        const lines = Object.entries(schema.properties).flatMap(
            ([member, one]) => {
                const all = rule(one, schema.required.includes(member));

                return all ? [`        ${member}: { ${Object.entries(all)
                    .filter(([, value]) => value !== undefined)
                    .map(([what, value]) => `${what}: `
                        + (what === 'pattern' || what === 'strange'
                            ? pattern(value)
                            : JSON.stringify(value).replaceAll('"', '\'')))
                    .join(', ')} },\n`] : [];
            });

        if (lines.length) {
            rows += `    ${name.replace(/Body$/, '')}: {\n`
                + `${lines.join('')}    },\n`;
        }
    }

    return `/* What the members of a body may be: ${made}. */\n\n`
        + 'const r = String.raw;\n\n'
        + [...patterns].map(([source, name]) =>
            `const ${name} = r\`${source.replaceAll('`', '${\'`\'}')}\`;\n`)
            .join('')
        + '\n/**\n'
        + ' * pattern: of the whole text, or of each of a list; strange: of a '
        + 'character\n * that it can\'t have; words: all that it can be; min, '
        + 'max: of a number, or\n * max of the characters of a text, of the '
        + 'texts of a list.'
        + '\n *\n * @typedef {{\n'
        + ' *     type: \'text\' | \'list\' | \'int\' | \'limit\' | '
        + '\'bool\', required?: boolean,\n'
        + ' *     min?: number, max?: number, '
        + 'default?: number | string | boolean,\n'
        + ' *     words?: string[], pattern?: string, strange?: string,\n'
        + ' * }} Member\n */\n\n'
        + '/** @type {Record<string, Record<string, Member>>} */\n'
        + `export const BODIES = {\n${rows}};\n`;
}


// --- the table of operations ---

/** "{name, position?}" of a request's body, and "?q= &limit=" of its query. */
function asks({ requestBody, parameters }) {
    const media = requestBody?.content ?? {};
    const body = media['application/json']?.schema;
    const schema = body && components.schemas[named(body.$ref)];
    const query = parameters.filter((one) => one.in === 'query')
        .map((one) => `${one.name}=`);

    return [
        schema ? `\`{${Object.keys(schema.properties).map((name) =>
            name + (schema.required.includes(name) ? '' : '?'))
            .join(', ')}}\`` : Object.keys(media).map((one) => `\`${one}\``)
            .join(),
        query.length ? `\`?${query.join(' &')}\`` : '',
        parameters.some((one) => one.name === 'If-Match') ? '`If-Match`' : '',
    ].filter(Boolean).join(', ');
}


function operations() {
    const who = { anyone: 'anyone', user: 'signed in', admin: 'admin' };
    let text = '| method and path | who | what | body and query |\n'
        + '|---|---|---|---|\n';

    for (const [path, methods] of Object.entries(paths)) {
        for (const [method, one] of Object.entries(methods)) {
            text += `| ${method.toUpperCase()} \`/api${path}\` | ${
                who[one['x-vzpanel-role']]}${one['x-vzpanel-step-up']
                ? ', password typed lately' : ''} | ${one.summary} | ${
                asks(one)} |\n`;
        }
    }

    return text;
}


/** docs/api.md with the table between its marks. */
function guide() {
    return readFileSync(join(top, 'docs/api.md'), 'utf8').replace(
        /(<!-- operations:.*-->\n)[^]*(<!-- end of operations -->)/,
        (_, from, to) => `${from}${operations()}${to}`);
}


let stale = 0;

for (const [path, text] of [['html/schemas.d.ts', types()],
    ['html/js/lib/bodies.js', bodies()], ['docs/api.md', guide()]])
{
    let before = '';

    try {
        before = readFileSync(join(top, path), 'utf8');
    } catch {
        /* it is not there yet */
    }

    if (before === text) {
        continue;
    }

    if (check) {
        console.error(`${path} is out of date: run scripts/pages-api.mjs`);
        stale = 1;
    } else {
        writeFileSync(join(top, path), text);
        console.log(`wrote ${path}`);
    }
}

process.exit(stale);
