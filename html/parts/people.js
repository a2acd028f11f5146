/*
 * What people are called and how they write it: the grammars of the API
 * (src/panel/api/people.h) as the pages check them, letter by letter.
 */

const r = String.raw;

const JOINER = r`[\u200C\u200D](?=[\p{L}\p{M}])`;
const NAME = r`\p{L}\p{M}\p{N}\p{Zs}\p{Pd}.,'’‘‛´${'`'}′ʹ!()\/·•‧・･＝=−“”„«»׳״،་`;
const PLACE = `${NAME}&#`;
const INK = r`\p{L}\p{Nd}`;
const DNI = r`${INK}\p{Zs}\p{Pd}.,\/·−()+#:°№`;
const GAP = r`\p{Zs}\p{Pd}.·()\/−`;
const PHONE = r`${GAP}\p{Nd}\p{L}\p{M}+＋,;:#`;
const ATEXT = r`[A-Za-z0-9!#$%&'*+\/=?^_${'`'}{|}~\-]`;
const LABEL = r`[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?`;

/** @param {string} max @param {string} inside */
const line = (max, inside) => [
    r`^(?=.{1,${max}}$)(?=.*[^\P{L}\u0640])(?:[${inside}]|${JOINER})+$`,
    r`(?!${JOINER})[^${inside}]`];

/**
 * Rule, and a character that none can have.
 *
 * @type {Record<string, [string, string]>}
 */
const GRAMMARS = {
    name: /** @type {[string, string]} */ (line('64', NAME)),
    province: /** @type {[string, string]} */ (line('64', PLACE)),
    dni: [r`^(?=.{5,40}$)(?=.*\p{Nd})`
        + r`(?=(?:[^${INK}]*[${INK}]){5,20}[^${INK}]*$)[${DNI}]+$`,
    `[^${DNI}]`],
    phone: [r`^(?=.{6,32}$)[(\p{Zs}]*[+＋]?(?:[${GAP}]*\p{Nd}){6,15}[${GAP}]*`
        + r`(?:(?:[,;]\p{Zs}*)?(?:\p{L}[\p{L}\p{M}]{0,11}\.?|#)[\p{Zs}:]*`
        + r`\p{Nd}{1,6}[)\p{Zs}]*)?$`, `[^${PHONE}]`],
    email: [r`^(?=.{3,254}$)(?!-)(?=[^@]{1,64}@[^@]{1,253}$)`
        + r`${ATEXT}+(?:\.${ATEXT}+)*@(?:${LABEL}\.)*`
        + r`[A-Za-z](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?$`,
    r`(?!${ATEXT})[^.@]`],
    address: [r`^(?=.{2,128}$)(?=.*[^\p{Z}\p{C}])`
        + r`(?:[^\p{C}\p{Zl}\p{Zp}]|${JOINER})+$`,
    r`(?!${JOINER})[\p{C}\p{Zl}\p{Zp}]`],
};

/** @type {Record<string, string>} */
const KINDS = { first_name: 'name', last_name: 'name' };

/**
 * @param {string} name  of the field
 * @returns {{rule: RegExp, strange: RegExp}}
 */
export function grammar(name) {
    const [rule, strange] = GRAMMARS[KINDS[name] ?? name]
        .map((source) => new RegExp(source, 'u'));

    return { rule, strange };
}


/**
 * The first character that a text of that kind can't have.
 *
 * @param {string} name
 * @param {string} value
 */
export function strangeIn(name, value) {
    return grammar(name).strange.exec(value)?.[0] ?? '';
}
