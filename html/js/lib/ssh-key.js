/* The fingerprint of a public SSH key, as ssh-keygen -l tells it. */


/**
 * Nothing where it is none, or where the browser can't hash.
 *
 * @param {string} line
 */
export async function fingerprint(line) {
    const blob = /^\s*[\w-]+\s+([\w+/]+={0,2})(?:\s|$)/.exec(line)?.[1];

    if (!blob || !globalThis.crypto?.subtle) {
        return '';
    }

    try {
        const bytes = Uint8Array.from(atob(blob), (c) => c.charCodeAt(0));
        const hash = await crypto.subtle.digest('SHA-256', bytes);

        return `SHA256:${btoa(String.fromCharCode(...new Uint8Array(hash)))
            .replace(/=+$/, '')}`;
    } catch {
        return '';
    }
}
