/* What the members of a body may be: made by scripts/pages-api.mjs of the panel's tables; change those. */

const r = String.raw;

const P0 = r`^(?=.{1,64}$)(?=.*[^\P{L}\u0640])(?:[\p{L}\p{M}\p{N}\p{Zs}\p{Pd}.,'’‘‛´${'`'}′ʹ!()\/·•‧・･＝=−“”„«»׳״،་]|[\u200C\u200D](?=[\p{L}\p{M}]))+$`;
const P1 = r`(?![\u200C\u200D](?=[\p{L}\p{M}]))[^\p{L}\p{M}\p{N}\p{Zs}\p{Pd}.,'’‘‛´${'`'}′ʹ!()\/·•‧・･＝=−“”„«»׳״،་]`;
const P2 = r`^(?=.{5,40}$)(?=.*\p{Nd})(?=(?:[^\p{L}\p{Nd}]*[\p{L}\p{Nd}]){5,20}[^\p{L}\p{Nd}]*$)[\p{L}\p{Nd}\p{Zs}\p{Pd}.,\/·−()+#:°№]+$`;
const P3 = r`[^\p{L}\p{Nd}\p{Zs}\p{Pd}.,\/·−()+#:°№]`;
const P4 = r`^(?=.{3,254}$)(?!-)(?=[^@]{1,64}@[^@]{1,253}$)[A-Za-z0-9!#$%&'*+\/=?^_${'`'}{|}~\-]+(?:\.[A-Za-z0-9!#$%&'*+\/=?^_${'`'}{|}~\-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?$`;
const P5 = r`(?![A-Za-z0-9!#$%&'*+\/=?^_${'`'}{|}~\-])[^.@]`;
const P6 = r`^(?=.{6,32}$)[(\p{Zs}]*[+＋]?(?:[\p{Zs}\p{Pd}.·()\/−]*\p{Nd}){6,15}[\p{Zs}\p{Pd}.·()\/−]*(?:(?:[,;]\p{Zs}*)?(?:\p{L}[\p{L}\p{M}]{0,11}\.?|#)[\p{Zs}:]*\p{Nd}{1,6}[)\p{Zs}]*)?$`;
const P7 = r`[^\p{Zs}\p{Pd}.·()\/−\p{Nd}\p{L}\p{M}+＋,;:#]`;
const P8 = r`^(?=.{2,128}$)(?=.*[^\p{Z}\p{C}])(?:[^\p{C}\p{Zl}\p{Zp}]|[\u200C\u200D](?=[\p{L}\p{M}]))+$`;
const P9 = r`(?![\u200C\u200D](?=[\p{L}\p{M}]))[\p{C}\p{Zl}\p{Zp}]`;
const P10 = r`^(?=.{1,64}$)(?=.*[^\P{L}\u0640])(?:[\p{L}\p{M}\p{N}\p{Zs}\p{Pd}.,'’‘‛´${'`'}′ʹ!()\/·•‧・･＝=−“”„«»׳״،་&#]|[\u200C\u200D](?=[\p{L}\p{M}]))+$`;
const P11 = r`(?![\u200C\u200D](?=[\p{L}\p{M}]))[^\p{L}\p{M}\p{N}\p{Zs}\p{Pd}.,'’‘‛´${'`'}′ʹ!()\/·•‧・･＝=−“”„«»׳״،་&#]`;
const P12 = r`^(?:es|en)$`;
const P13 = r`^(?=.{1,64}$)[\p{L}\p{N}][^\p{Z}\p{C}]*(?: [^\p{Z}\p{C}]+)*$`;
const P14 = r`^(?!.*\.\.)[a-z0-9][a-z0-9._+\-]{0,63}$`;
const P15 = r`^(?=.{1,64}$)[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?)*$`;
const P16 = r`^SHA256:[A-Za-z0-9+\/]{43}$`;
const P17 = r`^[A-Za-z0-9_\-]{2,2731}$`;
const P18 = r`^[^\p{Cc}\p{Zl}\p{Zp}]{10,128}$`;
const P19 = r`^(?=.{1,64}$)[^\p{Z}\p{C}]+(?: [^\p{Z}\p{C}]+)*$`;
const P20 = r`^(?:read|write)$`;
const P21 = r`^(?:read|power|servers|account|admin_read|admin_servers|admin_users|admin_orders|admin_catalog|admin_nodes)$`;
const P22 = r`^[0-9A-Fa-f:.]{2,45}(?:\/[1-9][0-9]{0,2})?$`;
const P23 = r`^(?:shell|login)$`;
const P24 = r`^[0-9A-Fa-f:.]{2,45}$`;
const P25 = r`^(?:nothing|throttle|suspend)$`;
const P26 = r`^(?:accept|drop)$`;
const P27 = r`^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+(?=[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?$`;
const P28 = r`^(?:open|shut)$`;
const P29 = r`^(?:in_place|new)$`;
const P30 = r`^[a-z][a-z0-9._\-]{2,31}$`;
const P31 = r`^(?:admin|customer)$`;
const P32 = r`^[0-9a-f]{16}$`;

/**
 * pattern: of the whole text, or of each of a list; strange: of a character
 * that it can't have; words: all that it can be; min, max: of a number, or
 * max of the characters of a text, of the texts of a list.
 *
 * @typedef {{
 *     type: 'text' | 'list' | 'int' | 'limit' | 'bool', required?: boolean,
 *     min?: number, max?: number, default?: number | string | boolean,
 *     words?: string[], pattern?: string, strange?: string,
 * }} Member
 */

/** @type {Record<string, Record<string, Member>>} */
export const BODIES = {
    Order: {
        first_name: { type: 'text', required: true, pattern: P0, strange: P1 },
        last_name: { type: 'text', pattern: P0, strange: P1 },
        dni: { type: 'text', required: true, pattern: P2, strange: P3 },
        email: { type: 'text', required: true, pattern: P4, strange: P5 },
        phone: { type: 'text', pattern: P6, strange: P7 },
        address: { type: 'text', pattern: P8, strange: P9 },
        province: { type: 'text', pattern: P10, strange: P11 },
        language: { type: 'text', words: ['es','en'], pattern: P12 },
        plan: { type: 'text', required: true, pattern: P13 },
        template: { type: 'text', required: true, pattern: P14 },
        hostname: { type: 'text', pattern: P15 },
        key: { type: 'text', max: 2048 },
    },
    OrderMail: {
        email: { type: 'text', required: true, pattern: P4, strange: P5 },
    },
    OwnOrder: {
        plan: { type: 'text', required: true, pattern: P13 },
        template: { type: 'text', required: true, pattern: P14 },
        hostname: { type: 'text', pattern: P15 },
        keys: { type: 'list', max: 20, pattern: P16 },
        first_boot: { type: 'text', max: 32768 },
    },
    SignIn: {
        account: { type: 'text', required: true, max: 254 },
        password: { type: 'text', required: true, max: 512 },
        code: { type: 'text', max: 40 },
        passkey: { type: 'text', pattern: P17 },
        client_data: { type: 'text', pattern: P17 },
        authenticator_data: { type: 'text', pattern: P17 },
        signature: { type: 'text', pattern: P17 },
    },
    SignInPasskey: {
        passkey: { type: 'text', required: true, pattern: P17 },
        client_data: { type: 'text', required: true, pattern: P17 },
        authenticator_data: { type: 'text', required: true, pattern: P17 },
        signature: { type: 'text', required: true, pattern: P17 },
    },
    Confirm: {
        password: { type: 'text', max: 512 },
        code: { type: 'text', max: 40 },
        passkey: { type: 'text', pattern: P17 },
        client_data: { type: 'text', pattern: P17 },
        authenticator_data: { type: 'text', pattern: P17 },
        signature: { type: 'text', pattern: P17 },
    },
    ResetAsk: {
        account: { type: 'text', required: true, max: 254 },
    },
    Reset: {
        token: { type: 'text', required: true, max: 128 },
        new: { type: 'text', required: true, pattern: P18 },
    },
    EmailLink: {
        token: { type: 'text', required: true, max: 128 },
    },
    ProfileChange: {
        first_name: { type: 'text', pattern: P0, strange: P1 },
        last_name: { type: 'text', pattern: P0, strange: P1 },
        phone: { type: 'text', pattern: P6, strange: P7 },
        address: { type: 'text', pattern: P8, strange: P9 },
        province: { type: 'text', pattern: P10, strange: P11 },
        language: { type: 'text', words: ['es','en'], pattern: P12 },
    },
    OwnEmail: {
        email: { type: 'text', required: true, pattern: P4, strange: P5 },
    },
    Password: {
        old: { type: 'text', required: true, max: 512 },
        new: { type: 'text', required: true, pattern: P18 },
    },
    SecondFactorCode: {
        code: { type: 'text', required: true, max: 40 },
    },
    Passkey: {
        name: { type: 'text', required: true, pattern: P19 },
        id: { type: 'text', required: true, pattern: P17 },
        client_data: { type: 'text', required: true, pattern: P17 },
        authenticator_data: { type: 'text', required: true, pattern: P17 },
        public_key: { type: 'text', required: true, pattern: P17 },
        algorithm: { type: 'int', required: true, min: -257, max: -7 },
    },
    Token: {
        name: { type: 'text', required: true, pattern: P19 },
        scope: { type: 'text', words: ['read','write'], pattern: P20 },
        rights: { type: 'list', max: 10, pattern: P21 },
        networks: { type: 'list', max: 8, pattern: P22 },
        days: { type: 'int', min: 1, max: 3650 },
    },
    Key: {
        name: { type: 'text', pattern: P19 },
        key: { type: 'text', required: true, max: 2048 },
    },
    Reinstall: {
        name: { type: 'text', required: true, max: 256 },
        template: { type: 'text', required: true, pattern: P14 },
        keys: { type: 'list', max: 20, pattern: P16 },
        first_boot: { type: 'text', max: 32768 },
    },
    Rescue: {
        keys: { type: 'list', max: 20, pattern: P16 },
    },
    Snapshot: {
        title: { type: 'text', pattern: P19 },
    },
    Rollback: {
        name: { type: 'text', required: true, max: 256 },
        keep: { type: 'bool' },
    },
    Name: {
        name: { type: 'text', required: true, pattern: P19 },
    },
    Hostname: {
        hostname: { type: 'text', required: true, pattern: P15 },
    },
    Keys: {
        keys: { type: 'list', max: 20, pattern: P16 },
    },
    Console: {
        mode: { type: 'text', words: ['shell','login'], pattern: P23 },
    },
    Network: {
        hostname: { type: 'text', pattern: P15 },
        gateway: { type: 'text', pattern: P24 },
        gateways: { type: 'list', max: 2, pattern: P24 },
        dns: { type: 'list', max: 3, pattern: P24 },
        addresses: { type: 'list', max: 32, pattern: P24 },
    },
    Disk: {
        soft_mib: { type: 'int', min: 1, max: 16777216 },
        hard_mib: { type: 'int', min: 1, max: 16777216 },
    },
    Cpu: {
        units: { type: 'int', min: 8, max: 500000 },
        limit_percent: { type: 'limit', min: 1, max: 100000 },
    },
    Rate: {
        in_mbit: { type: 'limit', min: 1, max: 99999 },
        out_mbit: { type: 'limit', min: 1, max: 99999 },
    },
    Traffic: {
        quota_gib: { type: 'limit', min: 1, max: 8388608 },
        action: { type: 'text', words: ['nothing','throttle','suspend'], pattern: P25 },
        throttle_mbit: { type: 'int', min: 1, max: 99999 },
    },
    Firewall: {
        in: { type: 'text', required: true, words: ['accept','drop'], pattern: P26 },
        out: { type: 'text', required: true, words: ['accept','drop'], pattern: P26 },
        seconds: { type: 'int', min: 0, max: 600 },
    },
    ReverseName: {
        address: { type: 'text', required: true, pattern: P24 },
        name: { type: 'text', pattern: P27 },
    },
    Gates: {
        smtp: { type: 'text', required: true, words: ['open','shut'], pattern: P28 },
        smtp_reason: { type: 'text', max: 200 },
        all: { type: 'text', required: true, words: ['open','shut'], pattern: P28 },
        all_reason: { type: 'text', max: 200 },
    },
    Container: {
        user: { type: 'int', required: true },
        template: { type: 'text', required: true, pattern: P14 },
        hostname: { type: 'text', pattern: P15 },
        plan: { type: 'text', pattern: P13 },
        memory_mib: { type: 'int', min: 8, max: 16777216 },
        disk_mib: { type: 'int', min: 1, max: 16777216 },
        cpu_units: { type: 'int', min: 8, max: 500000 },
        keys: { type: 'list', max: 20, pattern: P16 },
        first_boot: { type: 'text', max: 32768 },
    },
    Destroy: {
        name: { type: 'text', required: true, max: 256 },
        for_good: { type: 'bool' },
    },
    Suspend: {
        reason: { type: 'text', max: 200 },
    },
    BackupPolicy: {
        daily: { type: 'int', min: 0, max: 366 },
        weekly: { type: 'int', min: 0, max: 520 },
        monthly: { type: 'int', min: 0, max: 120 },
    },
    Restore: {
        mode: { type: 'text', required: true, pattern: P29 },
        name: { type: 'text', max: 256 },
        hostname: { type: 'text', pattern: P15 },
    },
    Clone: {
        hostname: { type: 'text', pattern: P15 },
        plan: { type: 'text', pattern: P13 },
    },
    AlertsChange: {
        cpu: { type: 'bool' },
        cpu_limit: { type: 'int', min: 10, max: 100 },
        cpu_minutes: { type: 'int', min: 0, max: 240 },
        memory: { type: 'bool' },
        memory_limit: { type: 'int', min: 10, max: 100 },
        memory_minutes: { type: 'int', min: 0, max: 240 },
        disk: { type: 'bool' },
        disk_limit: { type: 'int', min: 10, max: 100 },
        disk_minutes: { type: 'int', min: 0, max: 240 },
        network: { type: 'bool' },
        network_limit: { type: 'int', min: 1, max: 100000 },
        network_minutes: { type: 'int', min: 0, max: 240 },
        down: { type: 'bool' },
        down_minutes: { type: 'int', min: 0, max: 240 },
    },
    Template: {
        name: { type: 'text', required: true, pattern: P14 },
        label: { type: 'text', required: true, pattern: P19 },
        enabled: { type: 'bool', default: true },
        position: { type: 'int', min: -1000000, max: 1000000, default: 0 },
    },
    TemplateChange: {
        label: { type: 'text', pattern: P19 },
        enabled: { type: 'bool' },
        position: { type: 'int', min: -1000000, max: 1000000 },
    },
    Plan: {
        name: { type: 'text', required: true, pattern: P13 },
        memory_mib: { type: 'int', required: true, min: 8, max: 16777216 },
        disk_mib: { type: 'int', required: true, min: 256, max: 16777216 },
        cpu_units: { type: 'int', min: 8, max: 500000, default: 1000 },
        cpu_percent: { type: 'limit', min: 1, max: 100000, default: 'unlimited' },
        visible: { type: 'bool', default: true },
        position: { type: 'int', min: -1000000, max: 1000000, default: 0 },
        traffic_gib: { type: 'limit', min: 1, max: 8388608, default: 'unlimited' },
        traffic_action: { type: 'text', default: 'nothing', words: ['nothing','throttle','suspend'], pattern: P25 },
        throttle_rate: { type: 'int', min: 1, max: 99999, default: 1 },
        rate_in: { type: 'limit', min: 1, max: 99999, default: 'unlimited' },
        rate_out: { type: 'limit', min: 1, max: 99999, default: 'unlimited' },
        snapshots: { type: 'int', min: 0, max: 24, default: 3 },
        backup_daily: { type: 'int', min: 0, max: 366, default: 0 },
        backup_weekly: { type: 'int', min: 0, max: 520, default: 0 },
        backup_monthly: { type: 'int', min: 0, max: 120, default: 0 },
        undo_hours: { type: 'int', min: 0, max: 720, default: 24 },
    },
    PlanChange: {
        name: { type: 'text', pattern: P13 },
        memory_mib: { type: 'int', min: 8, max: 16777216 },
        disk_mib: { type: 'int', min: 256, max: 16777216 },
        cpu_units: { type: 'int', min: 8, max: 500000 },
        cpu_percent: { type: 'limit', min: 1, max: 100000 },
        visible: { type: 'bool' },
        position: { type: 'int', min: -1000000, max: 1000000 },
        traffic_gib: { type: 'limit', min: 1, max: 8388608 },
        traffic_action: { type: 'text', words: ['nothing','throttle','suspend'], pattern: P25 },
        throttle_rate: { type: 'int', min: 1, max: 99999 },
        rate_in: { type: 'limit', min: 1, max: 99999 },
        rate_out: { type: 'limit', min: 1, max: 99999 },
        snapshots: { type: 'int', min: 0, max: 24 },
        backup_daily: { type: 'int', min: 0, max: 366 },
        backup_weekly: { type: 'int', min: 0, max: 520 },
        backup_monthly: { type: 'int', min: 0, max: 120 },
        undo_hours: { type: 'int', min: 0, max: 720 },
    },
    Pool: {
        name: { type: 'text', required: true, pattern: P19 },
        cidr: { type: 'text', required: true, pattern: P22 },
        gateway: { type: 'text', pattern: P24 },
        dns: { type: 'list', max: 3, pattern: P24 },
        node: { type: 'text', pattern: P15 },
        enabled: { type: 'bool', default: true },
    },
    PoolChange: {
        name: { type: 'text', pattern: P19 },
        gateway: { type: 'text', pattern: P24 },
        dns: { type: 'list', max: 3, pattern: P24 },
        enabled: { type: 'bool' },
    },
    Address: {
        reserved: { type: 'bool', required: true },
    },
    User: {
        account: { type: 'text', pattern: P30 },
        role: { type: 'text', default: 'customer', words: ['admin','customer'], pattern: P31 },
        first_name: { type: 'text', required: true, pattern: P0, strange: P1 },
        last_name: { type: 'text', pattern: P0, strange: P1 },
        dni: { type: 'text', pattern: P2, strange: P3 },
        email: { type: 'text', required: true, pattern: P4, strange: P5 },
        phone: { type: 'text', pattern: P6, strange: P7 },
        address: { type: 'text', pattern: P8, strange: P9 },
        province: { type: 'text', pattern: P10, strange: P11 },
        language: { type: 'text', default: 'es', words: ['es','en'], pattern: P12 },
        vm_limit: { type: 'int', min: 0, max: 100000 },
    },
    UserChange: {
        role: { type: 'text', words: ['admin','customer'], pattern: P31 },
        first_name: { type: 'text', pattern: P0, strange: P1 },
        last_name: { type: 'text', pattern: P0, strange: P1 },
        dni: { type: 'text', pattern: P2, strange: P3 },
        email: { type: 'text', pattern: P4, strange: P5 },
        phone: { type: 'text', pattern: P6, strange: P7 },
        address: { type: 'text', pattern: P8, strange: P9 },
        province: { type: 'text', pattern: P10, strange: P11 },
        language: { type: 'text', words: ['es','en'], pattern: P12 },
        locked: { type: 'bool' },
        vm_limit: { type: 'int', min: 0, max: 100000 },
    },
    SuspendAll: {
        reason: { type: 'text', max: 200 },
    },
    Node: {
        name: { type: 'text', required: true, pattern: P15 },
        enabled: { type: 'bool', default: true },
        dead: { type: 'bool', default: false },
        ctid_min: { type: 'int', min: 101, max: 2147483644, default: 101 },
        ctid_max: { type: 'int', min: 101, max: 2147483644, default: 2147483644 },
    },
    NodeChange: {
        enabled: { type: 'bool' },
        dead: { type: 'bool' },
        ctid_min: { type: 'int', min: 101, max: 2147483644 },
        ctid_max: { type: 'int', min: 101, max: 2147483644 },
    },
    Adoption: {
        ctid: { type: 'int', required: true, min: 101, max: 2147483644 },
        tag: { type: 'text', pattern: P32 },
        account: { type: 'int' },
        plan: { type: 'text', pattern: P13 },
        template: { type: 'text', pattern: P14 },
        as: { type: 'int', min: 1, max: 9223372036854776000 },
    },
    Leave: {
        ctid: { type: 'int', required: true, min: 101, max: 2147483644 },
        tag: { type: 'text', pattern: P32 },
        left: { type: 'bool' },
    },
    Evacuate: {
        node: { type: 'text', required: true, pattern: P15 },
    },
    Remove: {
        tag: { type: 'text', required: true, pattern: P32 },
    },
    Reject: {
        reason: { type: 'text', max: 200 },
    },
    RestoreLost: {
        node: { type: 'text', required: true, pattern: P15 },
        account: { type: 'int' },
        hostname: { type: 'text', pattern: P15 },
        plan: { type: 'text', pattern: P13 },
    },
};
