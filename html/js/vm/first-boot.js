/* What a new system runs at its first boot, in a fold: few need it. */

import { h } from '../ui/dom.js';
import { icon } from '../ui/icon.js';
import { longText } from '../ui/long-text.js';
import { t } from '../lib/i18n.js';

const MOST = 32768;
const OUTPUT = '/var/log/first-boot.log';

/* as the API takes it; an end of a line may be two characters */
// eslint-disable-next-line no-control-regex
const RULE = /^(?:#!\/|#cloud-config\r?\n)[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$/;


/** The field, and the fold that it stands in. */
export function firstBoot() {
    const text = longText({ name: 'first_boot', label: t('boot.text'),
        hint: t('boot.hint', { file: OUTPUT }), most: MOST, rule: RULE });
    const fold = h('details', { class: 'fold' },
        h('summary', null, icon('right', 'chevron'), t('boot.title')),
        text.node);

    return {
        fold,
        /* what is wrong in it has to be seen */
        field: {
            ...text,
            refuse: (/** @type {string} */ words) => {
                fold.open ||= words !== '';
                text.refuse(words);
            },
            check: () => {
                const good = text.check();

                fold.open ||= !good;

                return good;
            },
        },
        body: () => (text.value() ? { first_boot: text.value() } : {}),
    };
}
