/* Where to go after signing in. */

/**
 * Only a path of ours, which the address names.
 *
 * @param {import('../types.d.ts').View} view
 */
export function nextOf(view) {
    const path = view.query.get('next') ?? '';

    return /^(status|tasks|account|hardware|administration)(\?[\w=&%.-]*)?$/
        .test(path) ? path : 'status';
}
