/* Light or dark: as the system is, or as the person chose. */

const KEY = 'vzpanel.theme';

/** @returns {'system' | 'light' | 'dark'} */
export function chosenTheme() {
    const chosen = document.documentElement.dataset.theme;

    return chosen === 'dark' || chosen === 'light' ? chosen : 'system';
}


/** Whether the page is dark now. */
export function dark() {
    const chosen = chosenTheme();

    return chosen === 'system'
        ? matchMedia('(prefers-color-scheme: dark)').matches
        : chosen === 'dark';
}


/** @param {'system' | 'light' | 'dark'} name */
export function chooseTheme(name) {
    if (name === 'system') {
        delete document.documentElement.dataset.theme;
    } else {
        document.documentElement.dataset.theme = name;
    }

    try {
        if (name === 'system') {
            localStorage.removeItem(KEY);
        } else {
            localStorage.setItem(KEY, name);
        }
    } catch {
        /* for this page only, then */
    }

    window.dispatchEvent(new Event('vzpanel.theme'));
}
