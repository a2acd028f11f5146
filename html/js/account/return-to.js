/* Between the screens of signing in: where to go then, whose password it is. */

/* Screens that somebody may be led to who signs in. */
const OURS = 'status|server|node|tasks|account|hardware|administration';

/**
 * Only a path of ours, which the address names.
 *
 * @param {import('../../types.d.ts').View} view
 */
export function nextOf(view) {
    const path = view.query.get('next') ?? '';

    return new RegExp(`^(?:${OURS})(?:\\?[\\w=&%.-]*)?$`).test(path)
        ? path : 'status';
}


/* Who asked for a link in this browser, until he has chosen a password. */
const KEY = 'vzpanel.losing';


/** @param {string} account  '' for nobody any more */
export function losing(account) {
    try {
        if (account) {
            localStorage.setItem(KEY, account);
        } else {
            localStorage.removeItem(KEY);
        }
    } catch {
        /* then the link alone has to do */
    }
}


export function lostBy() {
    try {
        return localStorage.getItem(KEY) ?? '';
    } catch {
        return '';
    }
}
