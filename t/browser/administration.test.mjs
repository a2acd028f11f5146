/*
 * Administration, in a browser on real parts: templates, plans, pools of
 * addresses, nodes and the audit.  Users, orders and mail are elsewhere.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { administrator, api, complaints, customer, DESK, launch, shot, signIn,
    url } from './browser.mjs';
import { press, toward } from './keyboard.mjs';

const mark = Date.now().toString().slice(-6);

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** @type {string[]} */
let wrong;
/** @type {Awaited<ReturnType<typeof api>>} */
let ask;
/** @type {Awaited<ReturnType<typeof customer>>} */
let owner;
let address = '';


before(async () => {
    const admin = await administrator();

    ask = await api(admin);
    owner = await customer(ask, 'Noa');
    [address] = (await ask('GET', `vms/${owner.vm}`)).body.addresses;
    address = address.split('/')[0];
    browser = await launch();
    page = await browser.newPage(DESK);
    wrong = complaints(page, /status of (409|422)/);
    await signIn(page, admin);
});

after(async () => {
    await shot(page, 'administration-last');
    await browser?.close();
});


/** @param {string} section */
async function enter(section) {
    await page.goto(`${url}/panel/administration?section=${section}`);
    await page.locator(`.listing[data-section=${section}] h2`).waitFor();
}


/** @param {string} words */
function line(words) {
    return page.locator('.line', { hasText: words });
}


/**
 * The editor of a line, by keyboard alone.
 *
 * @param {string} words
 */
async function open(words) {
    await press(page, line(words).locator('.row-link'));
    await page.locator('.editor').waitFor();
}


/** @param {string} name @param {string} value */
async function fill(name, value) {
    await toward(page, page.locator(`.editor [name=${name}]`));
    await page.keyboard.press('Control+a');
    await page.keyboard.type(value);
}


/** Press the button that takes a thing away, and say yes. */
async function removeIt() {
    await press(page, page.locator('.editor').getByRole('button',
        { name: 'Eliminar' }), 'Space');
    await page.locator('dialog').waitFor();
    await page.keyboard.press('Enter');
}


test('a template is deleted and registered again by its installed name',
    async () => {
        const known = (await ask('GET', 'admin/templates')).body.items.find(
            (/** @type {{name: string}} */ one) =>
                one.name.startsWith('debian'));

        /* a template that containers were made of stays: a label, then */
        await enter('templates');
        await page.locator('.line .row-link', { hasText: known.label })
            .click();
        await shot(page, 'administration');

        if (known.vms === 0) {
            await page.locator('.editor-end').getByRole('button',
                { name: 'Eliminar' }).click();
            await page.locator('dialog .dialog-foot button').last().click();
            await page.locator('.found-card').getByRole('button',
                { name: `Registrar ${known.name}` }).click();
            await page.locator('.editor [name=label]').fill(known.label);
            await page.locator('.editor [name=position]').fill('1');
            await page.locator('.editor [type=submit]').click();
        } else {
            await page.locator('.editor [name=label]').fill(
                `${known.label} nuevo`);
            await page.locator('.editor [type=submit]').click();
            await page.locator('.line', { hasText: 'nuevo' }).waitFor();
            await page.locator('.line .row-link', { hasText: 'nuevo' })
                .click();
            await page.locator('.editor [name=label]').fill(known.label);
            await page.locator('.editor [type=submit]').click();
        }

        await page.locator('.line', { hasText: known.label }).waitFor();
        assert.ok((await ask('GET', 'templates')).body.items.some(
            (/** @type {{label: string}} */ one) =>
                one.label === known.label));
    });


test('a name that no node has installed is refused beside its field',
    async () => {
        await page.getByRole('button', { name: 'Registrar sistema' }).click();
        await page.locator('.editor [name=name]').fill('no-esta');
        await page.locator('.editor [name=label]').fill('No está');
        await page.locator('.editor [type=submit]').click();
        await page.getByText('Ningún nodo tiene instalado').waitFor();
        await page.keyboard.press('Escape');
    });


test('a plan is created, changed, hidden and deleted by keyboard',
    async () => {
        const name = `Mini ${mark}`;
        const visitor = await browser.newPage({ locale: 'es-AR' });
        const offered = async () => {
            await visitor.goto(`${url}/panel/`);
            await visitor.getByText('Profesional').first().waitFor();
            return visitor.getByRole('heading', { name }).count();
        };

        await enter('plans');
        await press(page, page.getByRole('button', { name: 'Añadir plan' }));
        await fill('name', name);
        await fill('memory_mib', '4');
        await fill('disk_mib', '300');
        await page.keyboard.press('Enter');

        /* what is too small is said where it stands */
        await page.locator('[name=memory_mib][aria-invalid=true]').waitFor();
        await fill('memory_mib', '32');
        await page.keyboard.press('Enter');
        await line(name).filter({ hasText: '32 MB' }).waitFor();
        assert.equal(await offered(), 1);

        await open(name);
        await fill('memory_mib', '48');
        await toward(page, page.locator('.editor [name=visible]'));
        await page.keyboard.press('Space');
        await page.keyboard.press('Enter');
        await line(name).filter({ hasText: '48 MB' })
            .filter({ hasText: 'Oculto' }).waitFor();
        assert.equal(await offered(), 0);

        await open(name);
        await removeIt();
        await line(name).waitFor({ state: 'detached' });

        /* one that servers have cannot go */
        await open('Básico');
        await page.getByText('Hay servidores con este plan').waitFor();
        await visitor.close();
    });


test('pools of IPv4 and IPv6 are created by the rules of their family',
    async () => {
        const pools = [[`v4 ${mark}`, '10.251.7.0/30', '10.251.7.1', '1'],
            [`v6 ${mark}`, '2001:db8:77::/126', '2001:db8:77::1', '2']];

        await enter('addresses');

        for (const [name, cidr, gateway] of pools) {
            await press(page, page.getByRole('button',
                { name: 'Añadir rango' }));
            await fill('name', name);
            await fill('cidr', cidr);
            await fill('gateway', cidr.includes(':') ? '10.0.0.1'
                : '2001:db8::1');
            await page.keyboard.press('Enter');
            await page.locator('[name=gateway][aria-invalid=true]').waitFor();
            await fill('gateway', gateway);
            await page.keyboard.press('Enter');
            await line(name).filter({ hasText: cidr }).waitFor();
        }

        await press(page, page.getByRole('button', { name: 'Añadir rango' }));
        await fill('name', `v4 twice ${mark}`);
        await fill('cidr', '10.251.7.0/29');
        await page.keyboard.press('Enter');
        await page.locator('.field-error', { hasText: 'Se superpone' })
            .waitFor();
        await shot(page, 'administration-overlap');
        await page.keyboard.press('Escape');

        for (const [name] of pools) {
            await open(name);
            await removeIt();
            await line(name).waitFor({ state: 'detached' });
        }
    });


test('the user of an address is found, and an address is reserved',
    async () => {
        await enter('addresses');
        await open('test');

        /* in use, it cannot go */
        await page.getByText('ciérrelo en lugar de eliminarlo').waitFor();

        await toward(page, page.locator('.editor [type=search]'));
        await page.keyboard.type(owner.account);
        await page.locator('.editor .login').nth(1)
            .waitFor({ state: 'detached' });
        await page.locator('.editor .login', { hasText: address })
            .filter({ hasText: 'Ocupada' })
            .filter({ hasText: `(${owner.account})` }).waitFor();
        await page.locator('.editor [type=search]').fill('');
        await page.locator('.editor .login').nth(1).waitFor();
        await press(page, page.locator('.editor .chip',
            { hasText: 'Libres' }));
        await page.locator('.editor .login', { hasText: 'Ocupada' }).first()
            .waitFor({ state: 'detached' });

        const keep = page.locator('.editor').getByRole('button',
            { name: /^Reservar / }).first();
        const free = (await keep.getAttribute('aria-label') ?? '')
            .split(' ')[1];

        await press(page, keep);
        await page.getByRole('button', { name: `Liberar ${free}` }).waitFor();
        await press(page, page.locator('.editor .chip',
            { hasText: 'Reservadas' }));
        await page.locator('.editor').getByRole('button',
            { name: /^Reservar / }).first().waitFor({ state: 'detached' });
        await press(page, page.getByRole('button',
            { name: `Liberar ${free}` }));
        await page.getByRole('button', { name: `Reservar ${free}` })
            .waitFor();
    });


test('a node shows its facts, and the page explains how to add another',
    async () => {
        await enter('nodes');
        await line('Responde').filter({ hasText: 'local' }).waitFor();
        await open('local');
        await page.locator('.editor .fact', { hasText: 'Virtualización' })
            .getByText('lxc').waitFor();
        await page.keyboard.press('Escape');

        await press(page, page.getByRole('button', { name: 'Añadir nodo' }));
        await fill('name', 'nodo2');
        await fill('address', '127.0.0.1:9007');
        await page.getByText('vzpanel_node nodo2 127.0.0.1:9007'
            + ' key_file=/etc/vzpanel/nodo2.key;').waitFor();
        await shot(page, 'administration-node');
        await fill('name', 'no vale');
        await page.keyboard.press('Tab');
        await page.getByText('Escriba un nombre como nodo2').waitFor();
    });


test('the audit is filtered by account, action and time', async () => {
    await enter('audit');
    await line('eliminó el plan').first().waitFor();
    await page.locator('.list-filters [name=action]').selectOption('plan.');
    await line('eliminó el pool').first().waitFor({ state: 'detached' });
    await line('creó el plan').first().waitFor();
    await page.locator('.list-filters [name=action]').selectOption('order.');
    await page.locator('.list-filters [name=user]').fill(owner.account);
    await page.locator('.line').nth(1).waitFor({ state: 'detached' });
    await line(`${owner.account} contrató`).waitFor();
    await page.locator('.list-filters [name=to]').fill('2020-01-01');
    await page.getByText('Nada coincide con los filtros').waitFor();

    /* the filters are in the address: a link to what was found */
    await page.reload();
    await page.getByText('Nada coincide con los filtros').waitFor();
    await page.locator('.list-filters [name=to]').fill('');
    await line(owner.account).waitFor();
});


test('the audit names a server, links to it, and can be downloaded',
    async () => {
        const vm = (await ask('GET', `vms/${owner.vm}`)).body;
        const name = `${vm.name} (${vm.ctid})`;

        await page.goto(`${url}/panel/server?id=${vm.id}&tab=activity`);
        await page.getByRole('link', { name: 'Actividad en la auditoría' })
            .click();
        await page.waitForURL(/section=audit/);

        const what = line(`${owner.account} contrató ${name}`);

        await what.waitFor();
        await what.locator('th [title="order.make"]').waitFor();
        await page.getByText(/Horas de \S+ \(UTC/).waitFor();

        const [file] = await Promise.all([page.waitForEvent('download'),
            page.getByRole('button', { name: 'Descargar CSV' }).click()]);
        const text = await readFile(await file.path(), 'utf8');

        assert.match(text, /^\ufeff?at,account,action/);
        assert.ok(text.includes(`"${name}"`));
        await shot(page, 'audit-1280');
        await page.setViewportSize({ width: 360, height: 740 });
        await shot(page, 'audit-360');
        await page.setViewportSize({ width: 1280, height: 900 });
        await what.getByRole('link', { name }).click();
        await page.waitForURL(new RegExp(`server\\?id=${vm.id}`));
    });


test('the audit filters by days of the reader\'s time zone', async () => {
    const far = await browser.newPage({ locale: 'es-AR',
        timezoneId: 'Pacific/Kiritimati' });
    const asked = far.waitForRequest(/admin\/audit\?.*from=/);

    await signIn(far, await administrator());
    await far.goto(`${url}/panel/administration?section=audit`
        + '&from=2026-11-28&to=2026-11-28');

    const query = new URL((await asked).url()).searchParams;

    assert.equal(query.get('from'), '2026-11-27T10:00:00.000Z');
    assert.equal(query.get('to'), '2026-11-28T09:59:59.999Z');
    await far.getByText('Pacific/Kiritimati (UTC+14)').waitFor();
    await far.close();
});


test('the pages had no error of their own', () => {
    assert.deepEqual(wrong, []);
});
