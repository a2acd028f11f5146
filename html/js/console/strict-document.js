/*
 * A document for xterm.js, which writes its rules into <style> elements and
 * colours into style attributes: the pages' policy refuses both.  Rules in
 * adopted sheets and properties set one by one it allows, and those they become
 * here.  The policy stays as strict for this page as for any other.
 */

/**
 * What stands for a <style> element: an empty one is refused, too.
 *
 * @param {HTMLElement} element
 */
function adopted(element) {
    const sheet = new CSSStyleSheet();

    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

    Object.defineProperty(element, 'textContent', {
        get: () => '',
        set: (text) => {
            sheet.replaceSync(text);
        },
    });

    element.remove = () => {
        HTMLElement.prototype.remove.call(element);
        document.adoptedStyleSheets = document.adoptedStyleSheets
            .filter((other) => other !== sheet);
    };
}


/**
 * An element whose style attribute is set by its properties, and so are those
 * of its copies.
 *
 * @param {HTMLElement} element
 */
function styled(element) {
    const set = element.setAttribute.bind(element);

    element.setAttribute = (name, value) => {
        if (name === 'style') {
            element.style.cssText = value;
        } else {
            set(name, value);
        }
    };

    element.cloneNode = (deep) => {
        const copy = create(element.localName);

        for (const { name, value } of element.attributes) {
            copy.setAttribute(name, value);
        }

        if (deep) {
            copy.append(...[...element.childNodes].map((child) =>
                child.cloneNode(true)));
        }

        return copy;
    };
}


/**
 * @param {string} tag
 * @returns {HTMLElement}
 */
function create(tag) {
    const element = Document.prototype.createElement.call(document,
        tag === 'style' ? 'template' : tag);

    styled(element);

    if (tag === 'style') {
        adopted(element);
    }

    return element;
}


/** The page's document, but for the elements that it creates. */
export function strictDocument() {
    return new Proxy(document, {
        get(target, name) {
            const value = name === 'createElement' ? create
                : Reflect.get(target, name, target);

            return typeof value === 'function' ? value.bind(target) : value;
        },
        set: (target, name, value) => Reflect.set(target, name, value, target),
    });
}


/**
 * Run what takes the page's document itself, as xterm.js does while it is
 * opened.
 *
 * @param {() => void} run
 */
export function strictly(run) {
    Object.defineProperty(document, 'createElement', { value: create,
        configurable: true });

    try {
        run();
    } finally {
        Reflect.deleteProperty(document, 'createElement');
    }
}
