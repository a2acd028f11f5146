/*
 * What time it is where the figures come from: the clock of this machine may
 * be wrong by minutes, and ages are told by the server's.
 */

/* A date has whole seconds, and was on its way for some. */
const SLACK = 2000;

/* ms that the server's clock is ahead of ours. */
let ahead = 0;


/** ms since the epoch, by the server. */
export function now() {
    return Date.now() + ahead;
}


/**
 * Take what an answer says of the time.
 *
 * @param {Headers} headers
 */
export function hear(headers) {
    const at = Date.parse(headers.get('Date') ?? '');
    const off = at - Date.now();

    if (Number.isFinite(off) && Math.abs(off - ahead) > SLACK) {
        ahead = Math.abs(off) > SLACK ? off : 0;
    }
}
