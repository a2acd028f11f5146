/*
 * Making nodes.  Text goes in as text nodes only: nothing that came from a
 * person or a container is ever parsed as markup.
 */

/** @typedef {Node | string | number | null | undefined | false} Child */
/** @typedef {Child | Child[]} Children */

const SVG = 'http://www.w3.org/2000/svg';


/**
 * @param {Element} el
 * @param {Record<string, any>} props
 */
function apply(el, props) {
    for (const [name, value] of Object.entries(props)) {
        if (value === null || value === undefined || value === false) {
            continue;
        }

        if (name === 'on') {
            for (const [type, listener] of Object.entries(value)) {
                el.addEventListener(type,
                    /** @type {EventListener} */ (listener));
            }

        } else if (name === 'data') {
            Object.assign(/** @type {HTMLElement} */ (el).dataset, value);

        } else {
            el.setAttribute(name, value === true ? '' : String(value));
        }
    }
}


/**
 * @param {Node} el
 * @param {Children[]} children
 */
function fill(el, children) {
    for (const child of children.flat()) {
        if (child === null || child === undefined || child === false) {
            continue;
        }

        el.appendChild(child instanceof Node ? child
            : document.createTextNode(String(child)));
    }
}


/**
 * An element: h('a', {href, class, on: {click}, data: {state}}, children).
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any> | null} [props]
 * @param {...Children} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
    const el = document.createElement(tag);

    apply(el, props ?? {});
    fill(el, children);

    return el;
}


/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} props
 * @param {...Children} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, props, ...children) {
    const el = document.createElementNS(SVG, tag);

    apply(el, props);
    fill(el, children);

    return el;
}


/**
 * Give an element new children, leaving it alone where it holds just this
 * text already (a screen reader would read it again).
 *
 * @param {Element} el
 * @param {string} text
 */
export function say(el, text) {
    if (el.textContent !== text) {
        el.textContent = text;
    }
}


/**
 * The same where there may be no room for all of it: a pointer that rests on
 * it is told the rest.
 *
 * @param {HTMLElement} el
 * @param {string} text
 */
export function sayWhole(el, text) {
    say(el, text);

    if (el.title !== text) {
        el.title = text;
    }
}


/**
 * @param {Element} el
 * @param {...Children} children
 */
export function put(el, ...children) {
    el.replaceChildren();
    fill(el, children);
}


let serial = 0;

/** An id no other element has. */
export function uid() {
    serial += 1;
    return `u${serial}`;
}


/**
 * Call back every so many ms until the signal is aborted, and not while
 * nobody looks.
 *
 * @param {number} ms
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function every(ms, callback, signal) {
    const timer = setInterval(() => {
        if (!document.hidden) {
            callback();
        }
    }, ms);

    signal.addEventListener('abort', () => clearInterval(timer));
}
