/* Which containers are asked for: what the address of Status says. */

/* A first page of them. */
export const PAGE = 50;


/**
 * @param {{q: string, state: string, sort: string}} wish
 * @param {string | null} [cursor]
 * @param {number} [limit]
 * @returns {`vms?${string}`}
 */
export function vmsPath(wish, cursor, limit = PAGE) {
    const query = new URLSearchParams({ limit: String(limit) });

    for (const [name, value] of Object.entries({ ...wish, cursor })) {
        if (value) {
            query.set(name, value);
        }
    }

    return `vms?${query}`;
}


/** @param {URLSearchParams} query */
export function wishOf(query) {
    return {
        q: query.get('q') ?? '',
        state: query.get('state') ?? '',
        sort: query.get('sort') ?? '',
    };
}
