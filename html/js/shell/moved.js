/* Addresses of before, which bookmarks still have. */

/**
 * Of one thing, and of its list.
 *
 * @type {Record<string, {one: (id: string) => string, list?: string}>}
 */
const MOVED = {
    status: { one: (id) => `server?id=${id}` },
    hardware: { one: (id) => `server?id=${id}&tab=hardware`, list: 'status' },
};


/**
 * Where a page of before is now; undefined where it is what it was.
 *
 * @param {string} path
 * @param {string | null} id
 */
export function moved(path, id) {
    const old = MOVED[path];

    return old && (id === null ? old.list : old.one(encodeURIComponent(id)));
}
