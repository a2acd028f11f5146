/*
 * Boxes of what is on a page, measured: nothing is cut off without a sign and
 * a way to read it whole, nothing that can be pressed is out of reach, nothing
 * lies on top of something else, and the page does not scroll sideways.
 */

/**
 * What is wrong with the page as it is now.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
export function faults(page) {
    return page.evaluate(measure);
}


/* Runs in the page, and so has nothing from outside. */
function measure() {
    const CONTROL = 'a[href], button, input, select, textarea, summary,'
        + ' [role=button], [tabindex="0"]:not(.table-scroll)';
    const NEAR = 1.5;               /* px: what rounding does */
    const wide = document.documentElement.clientWidth;
    /** @type {Set<string>} */
    const wrong = new Set();
    const dialog = [...document.querySelectorAll('dialog[open]')].pop();

    /** @typedef {{left: number, top: number, right: number, bottom: number}}
     *     Box */
    /** @typedef {{el: Element, box: Box, layer: Element, text: string,
     *     control: Element | null}} Part  control: that it is, or is in */

    /** @param {Element} el @param {string} [text] */
    const name = (el, text) => {
        const near = el.closest('[class]');
        const cls = near?.getAttribute('class')?.trim().split(/\s+/).join('.');

        return `${near === el ? '' : el.tagName.toLowerCase()} .${cls} "${
            (text ?? el.textContent ?? '').trim().slice(0, 24)}"`.trim();
    };

    /** @param {Box} a @param {Box} b */
    const cut = (a, b) => ({
        left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
        right: Math.min(a.right, b.right),
        bottom: Math.min(a.bottom, b.bottom),
    });

    /** @param {Element} el */
    const shown = (el) => el.checkVisibility({ opacityProperty: true,
        visibilityProperty: true }) && !el.closest('.sr, .skip, [inert]');

    /** What is under it scrolls, or is drawn, apart. @param {Element} el */
    const layerOf = (el) => {
        for (let at = el; at.parentElement; at = at.parentElement) {
            const { position, zIndex } = getComputedStyle(at);

            if (position === 'fixed' || position === 'sticky'
                || at.tagName === 'DIALOG'
                || (position === 'absolute' && Number(zIndex) > 1))
            {
                return at;
            }
        }

        return document.body;
    };

    /**
     * What is seen of a box; what hides some of it sideways is told, but where
     * an ellipsis says so and a title has the rest.
     *
     * @param {Element} el
     * @param {Box} whole
     * @param {(by: Element) => void} told
     */
    const seen = (el, whole, told) => {
        let box = whole;

        for (let at = /** @type {Element | null} */ (el); at;
            at = at.parentElement)
        {
            const how = getComputedStyle(at);

            if (how.overflowX !== 'visible' && how.display !== 'inline') {
                const clip = at.getBoundingClientRect();

                /* tabs are a row that scrolls; arrows bring each into sight */
                const sign = at.getAttribute('role') === 'tablist'
                    || (how.textOverflow === 'ellipsis'
                        && at.closest('[title]:not([title=""])'));

                if (!sign && (box.left < clip.left - NEAR
                    || box.right > clip.right + NEAR
                    || (how.overflowY === 'hidden' && box.bottom
                        > clip.bottom + (box.bottom - box.top) / 3)))
                {
                    told(at);
                }

                box = cut(box, clip);
            }

            if (how.position === 'fixed' || at === dialog) {
                break;
            }
        }

        return box;
    };

    /** @param {Element} el */
    const inner = (el) => {
        const box = el.getBoundingClientRect();
        const how = getComputedStyle(el);
        const pad = (/** @type {string} */ side) => el.matches('input, select')
            ? parseFloat(how.getPropertyValue(`padding-${side}`)) : 0;

        return { left: box.left + pad('left'), right: box.right - pad('right'),
            top: box.top, bottom: box.bottom };
    };

    /** @type {Part[]} */
    const parts = [];

    /** @param {Element} el @param {Box} box @param {string} text */
    const add = (el, box, text) => {
        const control = el.closest(CONTROL) ?? el.closest('label');
        const now = seen(el, box, (by) =>
            wrong.add(`cut: ${name(el, text)} by ${name(by, '')}`));

        if (now.right > wide + NEAR || now.left < -NEAR) {
            wrong.add(`outside: ${name(el, text)}`);
        }

        if (now.right - now.left > NEAR && now.bottom - now.top > NEAR) {
            parts.push({ el, box: now, layer: layerOf(el), text, control });
        }
    };

    const root = dialog ?? document.body;

    for (const el of root.querySelectorAll(CONTROL)) {
        const box = el.getBoundingClientRect();

        if (box.width > 2 && shown(el)) {
            add(el, inner(el), el.textContent || el.getAttribute('name') || '');
        }
    }

    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const range = document.createRange();

    while (walk.nextNode()) {
        const node = walk.currentNode;
        const el = node.parentElement;

        if (!el || !node.textContent?.trim() || el.closest('svg, select, script,'
            + ' style, noscript') || !shown(el))
        {
            continue;
        }

        const frame = el.closest('button, .button, .state, .chip, .tag')
            ?.getBoundingClientRect();

        range.selectNodeContents(node);

        for (const line of range.getClientRects()) {
            const less = line.height / 5;

            if (line.width > 1) {
                if (frame && (line.right > frame.right + NEAR
                    || line.left < frame.left - NEAR))
                {
                    wrong.add(`out of its frame: ${name(el,
                        node.textContent)}`);
                }

                add(el, { left: line.left, right: line.right,
                    top: line.top + less, bottom: line.bottom - less },
                node.textContent);
            }
        }
    }

    /* what a field says while it is empty, and what a list has chosen */
    const ruler = document.createElement('canvas').getContext('2d');

    for (const field of root.querySelectorAll('input, select')) {
        const words = field instanceof HTMLSelectElement
            ? field.selectedOptions[0]?.text ?? ''
            : /** @type {HTMLInputElement} */ (field).value ? ''
                : /** @type {HTMLInputElement} */ (field).placeholder;

        if (ruler && words && shown(field)) {
            const how = getComputedStyle(field);
            const { left, right } = inner(field);
            const cross = /** @type {HTMLInputElement} */ (field).type
                === 'search' ? 20 : 0;          /* its room is kept */

            ruler.font = how.font;

            if (ruler.measureText(words).width > right - left - cross + NEAR
                && !(how.textOverflow === 'ellipsis'
                    && field.getAttribute('title')))
            {
                wrong.add(`cut: ${name(field, words)} in its field`);
            }
        }
    }

    parts.sort((a, b) => a.box.top - b.box.top);

    parts.forEach((a, i) => {
        for (let k = i + 1; k < parts.length
            && parts[k].box.top < a.box.bottom - NEAR; k++)
        {
            const b = parts[k];
            const both = cut(a.box, b.box);

            if (a.layer === b.layer && a.el !== b.el
                && both.right - both.left > 2 && both.bottom - both.top > 2
                && !a.el.contains(b.el) && !b.el.contains(a.el)
                && !(a.control && a.control === b.control
                    && (a.el === a.control || b.el === b.control)))
            {
                wrong.add(`over each other: ${name(a.el, a.text)} and ${
                    name(b.el, b.text)}`);
            }
        }
    });

    const over = document.documentElement.scrollWidth - innerWidth;

    if (over > 0) {
        wrong.add(`${over} px sideways`);
    }

    return [...wrong];
}
