/* Bodies and replies of the API: made by scripts/pages-api.mjs of the panel's tables; change those. */

export interface OrderBody {
    first_name: string;
    last_name?: string | null;
    dni: string;
    email: string;
    phone?: string | null;
    address?: string | null;
    province?: string | null;
    language?: string | null;
    plan: string;
    template: string;
    hostname?: string | null;
    key?: string | null;
}

export interface OrderMailBody {
    email: string;
}

export interface OwnOrderBody {
    plan: string;
    template: string;
    hostname?: string | null;
    keys?: string[] | null;
    first_boot?: string | null;
}

export interface OrdersLeft {
    servers: number;
    limit: number | null;
}

export interface SignInBody {
    account: string;
    password: string;
    code?: string | null;
    passkey?: string | null;
    client_data?: string | null;
    authenticator_data?: string | null;
    signature?: string | null;
}

export interface PasskeyChallenge {
    challenge: string;
    rp_id: string;
}

export interface SignInPasskeyBody {
    passkey: string;
    client_data: string;
    authenticator_data: string;
    signature: string;
}

export interface ConfirmBody {
    password?: string | null;
    code?: string | null;
    passkey?: string | null;
    client_data?: string | null;
    authenticator_data?: string | null;
    signature?: string | null;
}

export interface Confirming {
    code: boolean;
    passkeys: PasskeyStep | null;
}

export interface ResetAskBody {
    account: string;
}

export interface ResetBody {
    token: string;
    new: string;
}

export interface EmailLinkBody {
    token: string;
}

export interface EmailStopped {
    undone: boolean;
}

export interface ProfileChangeBody {
    first_name?: string | null;
    last_name?: string | null;
    phone?: string | null;
    address?: string | null;
    province?: string | null;
    language?: string | null;
}

export interface OwnEmailBody {
    email: string;
}

export interface PasswordBody {
    old: string;
    new: string;
}

export interface SecondFactor {
    enabled: boolean;
    passkeys: number;
    recovery_left: number;
}

export interface SecondFactorSecret {
    secret: string;
    uri: string;
    qr: Qr;
}

export interface SecondFactorCodeBody {
    code: string;
}

export interface PasskeyOffer {
    challenge: string;
    rp_id: string;
    rp_name: string;
    user_id: string;
    account: string;
    name: string;
    ids: string[];
}

export interface PasskeyBody {
    name: string;
    id: string;
    client_data: string;
    authenticator_data: string;
    public_key: string;
    algorithm: number;
}

export interface NewPasskey {
    id: number;
    recovery: string[];
}

export interface TokenBody {
    name: string;
    scope?: string | null;
    rights?: string[] | null;
    networks?: string[] | null;
    days?: number | null;
}

export interface KeyBody {
    name?: string | null;
    key: string;
}

export interface ReinstallBody {
    name: string;
    template: string;
    keys?: string[] | null;
    first_boot?: string | null;
}

export interface RescueBody {
    keys?: string[] | null;
}

export interface SnapshotBody {
    title?: string | null;
}

export interface RollbackBody {
    name: string;
    keep?: boolean | null;
}

export interface NameBody {
    name: string;
}

export interface HostnameBody {
    hostname: string;
}

export interface KeysBody {
    keys?: string[] | null;
}

export interface ConsoleBody {
    mode?: string | null;
}

export interface ConsoleTicket {
    ticket: string;
    expires_in: number;
}

export interface BootLog {
    log: string;
}

export interface NetworkBody {
    hostname?: string | null;
    gateway?: string | null;
    gateways?: string[] | null;
    dns?: string[] | null;
    addresses?: string[] | null;
}

export interface MemoryBody {
    vmguarpages?: {
        barrier_mib?: number;
        limit_mib?: number | 'unlimited';
    } | null;
    oomguarpages?: {
        barrier_mib?: number;
        limit_mib?: number | 'unlimited';
    } | null;
    privvmpages?: {
        barrier_mib?: number;
        limit_mib?: number | 'unlimited';
    } | null;
}

export interface DiskBody {
    soft_mib?: number | null;
    hard_mib?: number | null;
}

export interface CpuBody {
    units?: number | null;
    limit_percent?: number | 'unlimited' | null;
}

export interface RateBody {
    in_mbit?: number | 'unlimited' | null;
    out_mbit?: number | 'unlimited' | null;
}

export interface TrafficBody {
    quota_gib?: number | 'unlimited' | null;
    action?: string | null;
    throttle_mbit?: number | null;
}

export interface FirewallBody {
    in: string;
    out: string;
    rules?: FirewallRule[] | null;
    seconds?: number | null;
}

export interface ReverseNames {
    available: boolean;
    items: ReverseNameState[];
    next: number | null;
}

export interface ReverseNameBody {
    address: string;
    name?: string | null;
}

export interface ReverseNameSet {
    points_back: boolean | null;
    items: ReverseNameState[];
}

export interface GatesBody {
    smtp: string;
    smtp_reason?: string | null;
    all: string;
    all_reason?: string | null;
}

export interface ContainerBody {
    user: number | string;
    template: string;
    hostname?: string | null;
    plan?: string | null;
    memory_mib?: number | null;
    disk_mib?: number | null;
    cpu_units?: number | null;
    keys?: string[] | null;
    first_boot?: string | null;
}

export interface DestroyBody {
    name: string;
    for_good?: boolean | null;
}

export interface SuspendBody {
    reason?: string | null;
}

export interface BackupPolicyBody {
    daily?: number | null;
    weekly?: number | null;
    monthly?: number | null;
}

export interface RestoreBody {
    mode: string;
    name?: string | null;
    hostname?: string | null;
}

export interface CloneBody {
    hostname?: string | null;
    plan?: string | null;
}

export interface Reasons {
    recorded: string | null;
    reasons: Reason[];
}

export interface AlertsChangeBody {
    cpu?: boolean | null;
    cpu_limit?: number | null;
    cpu_minutes?: number | null;
    memory?: boolean | null;
    memory_limit?: number | null;
    memory_minutes?: number | null;
    disk?: boolean | null;
    disk_limit?: number | null;
    disk_minutes?: number | null;
    network?: boolean | null;
    network_limit?: number | null;
    network_minutes?: number | null;
    down?: boolean | null;
    down_minutes?: number | null;
}

export interface TemplateBody {
    name: string;
    label: string;
    enabled?: boolean | null;
    position?: number | null;
}

export interface TemplateChangeBody {
    label?: string | null;
    enabled?: boolean | null;
    position?: number | null;
}

export interface PlanBody {
    name: string;
    memory_mib: number;
    disk_mib: number;
    cpu_units?: number | null;
    cpu_percent?: number | 'unlimited' | null;
    visible?: boolean | null;
    position?: number | null;
    traffic_gib?: number | 'unlimited' | null;
    traffic_action?: string | null;
    throttle_rate?: number | null;
    rate_in?: number | 'unlimited' | null;
    rate_out?: number | 'unlimited' | null;
    snapshots?: number | null;
    backup_daily?: number | null;
    backup_weekly?: number | null;
    backup_monthly?: number | null;
    undo_hours?: number | null;
}

export interface PlanChangeBody {
    name?: string | null;
    memory_mib?: number | null;
    disk_mib?: number | null;
    cpu_units?: number | null;
    cpu_percent?: number | 'unlimited' | null;
    visible?: boolean | null;
    position?: number | null;
    traffic_gib?: number | 'unlimited' | null;
    traffic_action?: string | null;
    throttle_rate?: number | null;
    rate_in?: number | 'unlimited' | null;
    rate_out?: number | 'unlimited' | null;
    snapshots?: number | null;
    backup_daily?: number | null;
    backup_weekly?: number | null;
    backup_monthly?: number | null;
    undo_hours?: number | null;
}

export interface PoolBody {
    name: string;
    cidr: string;
    gateway?: string | null;
    dns?: string[] | null;
    node?: string | null;
    enabled?: boolean | null;
}

export interface PoolChangeBody {
    name?: string | null;
    gateway?: string | null;
    dns?: string[] | null;
    enabled?: boolean | null;
}

export interface AddressBody {
    reserved: boolean;
}

export interface UserBody {
    account?: string | null;
    role?: string | null;
    first_name: string;
    last_name?: string | null;
    dni?: string | null;
    email: string;
    phone?: string | null;
    address?: string | null;
    province?: string | null;
    language?: string | null;
    vm_limit?: number | null;
}

export interface UserChangeBody extends ProfileChangeBody {
    role?: string | null;
    dni?: string | null;
    email?: string | null;
    locked?: boolean | null;
    vm_limit?: number | null;
}

export interface SuspendAllBody {
    reason?: string | null;
}

export interface NodeBody {
    name: string;
    enabled?: boolean | null;
    dead?: boolean | null;
    ctid_min?: number | null;
    ctid_max?: number | null;
}

export interface NodeChangeBody {
    enabled?: boolean | null;
    dead?: boolean | null;
    ctid_min?: number | null;
    ctid_max?: number | null;
}

export interface AdoptionBody {
    ctid: number;
    tag?: string | null;
    account?: number | string | null;
    plan?: string | null;
    template?: string | null;
    as?: number | null;
}

export interface LeaveBody {
    ctid: number;
    tag?: string | null;
    left?: boolean | null;
}

export interface EvacuateBody {
    node: string;
}

export interface Evacuated {
    begun: number;
    left: number;
    items: Moved[];
}

export interface RemoveBody {
    tag: string;
}

export interface RejectBody {
    reason?: string | null;
}

export interface RestoreLostBody {
    node: string;
    account?: number | string | null;
    hostname?: string | null;
    plan?: string | null;
}

export interface Session {
    id: number;
    current: boolean;
    remote: string;
    agent: string;
    created: string;
    seen: string;
    expires: string;
}

export interface Activity {
    id: number;
    at: string;
    actor: 'self' | 'staff';
    action: string;
    name: string;
    vm: number | null;
    result: string;
    remote: string;
    via: string;
    detail: string;
}

export interface Pool {
    id: number;
    name: string;
    cidr: string;
    family: number;
    gateway: string | null;
    dns: string[];
    node: string | null;
    enabled: boolean;
    state: 'ready' | 'making' | 'ending';
    total: number;
    free: number;
    taken: number;
    reserved: number;
}

export interface Deed {
    id: number;
    at: string;
    user: number | null;
    account: string;
    action: string;
    object: string;
    name: string;
    vm: number | null;
    remote: string;
    result: string;
    detail: string;
}

export interface Mail {
    id: number;
    user: number | null;
    task: number | null;
    recipient: string;
    template: string;
    language: 'es' | 'en';
    state: 'held' | 'queued' | 'sent' | 'failed' | 'bounced' | 'cancelled';
    attempts: number;
    next_try: string | null;
    error: string | null;
    created: string;
    sent: string | null;
    reported: string | null;
}

export interface Node {
    id: number;
    name: string;
    enabled: boolean;
    dead: boolean;
    ctid_min: number;
    ctid_max: number;
    vms: number;
    pools: number;
    configured: boolean;
    strangers: number | null;
    missing: number | null;
    heard: string | null;
    answers: boolean;
    error: string | null;
    facts: NodeFacts | null;
    address: string | null;
}

export interface Passkey {
    id: number;
    name: string;
    created: string;
    seen: string | null;
    seen_from: string | null;
}

export interface Plan {
    id: number;
    name: string;
    memory_mib: number;
    disk_mib: number;
    cpu_units: number;
    cpu_percent: number | 'unlimited';
    visible: boolean;
    position: number;
    vms: number;
    traffic_gib: number | 'unlimited';
    traffic_action: string;
    throttle_rate: number;
    rate_in: number | 'unlimited';
    rate_out: number | 'unlimited';
    snapshots: number;
    backup_daily: number;
    backup_weekly: number;
    backup_monthly: number;
    undo_hours: number;
}

export interface Profile {
    id: number;
    account: string;
    first_name: string;
    last_name: string;
    dni: string | null;
    phone: string | null;
    address: string | null;
    province: string | null;
    language: 'es' | 'en';
    email: string;
    email_state: 'unproven' | 'mailed' | 'proven';
    email_asked: string | null;
    email_asked_until: string | null;
    created: string;
}

export interface Key {
    id: number;
    name: string;
    type: string;
    fingerprint: string;
    servers: number;
    created: string;
}

export interface Template {
    id: number;
    name: string;
    label: string;
    enabled: boolean;
    position: number;
    vms: number;
    nodes: string[];
}

export interface Token {
    id: number;
    name: string;
    scope: 'read' | 'write';
    rights: string[];
    networks: string[];
    created: string;
    seen: string | null;
    seen_from: string | null;
    expires: string | null;
}

export interface UserRow {
    id: number;
    account: string;
    role: 'admin' | 'customer';
    first_name: string;
    last_name: string;
    dni: string | null;
    email: string;
    phone: string | null;
    address: string | null;
    province: string | null;
    language: 'es' | 'en';
    locked: boolean;
    vm_limit: number | null;
    must_change: boolean;
    second_factor: boolean;
    created: string;
    vms: number;
    undelivered: string | null;
}

export interface User extends UserRow {
    sessions: number;
    tokens: number;
    containers: UserContainer[];
}

export interface Offers {
    items: Offer[];
    next: number | null;
    stock: Stock;
    signup: 'open' | 'approve' | 'off';
    soon: boolean;
}

export interface Offer {
    id: number;
    name: string;
    memory_mib: number;
    disk_mib: number;
    cpu_units: number;
    traffic_gib: number | 'unlimited';
    ready_seconds?: number;
}

export interface Stock {
    addresses: number;
    templates: number;
}

export interface Systems {
    items: System[];
    next: number | null;
}

export interface System {
    name: string;
    label: string;
}

export interface Health {
    database: boolean;
    nodes: NodeHealth[];
    mail: boolean;
    failing: Failing[];
}

export interface Failing {
    check: 'database' | 'schema' | 'node' | 'mail';
    name?: string;
    why: string;
    have?: number;
    need?: number;
}

export interface NodeHealth {
    name: string;
    ok: boolean;
}

export interface Nothing {}

export interface Order {
    order: string;
    task: number;
    vm?: ContainerName;
    state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'held';
    step: number;
    steps: Step[];
    percent: number;
    created: string;
    finished?: string;
    error?: TaskError;
    account?: string;
    email?: string;
    hostname?: string;
    address?: string;
    mail?: OrderMail;
}

export interface OrderMail {
    state: 'queued' | 'sent' | 'failed' | 'bounced';
    correctable: boolean;
    until: string;
    left: number;
}

export interface Tasks {
    items: Task[];
    next: number | null;
}

export interface Task {
    id: number;
    kind: string;
    actor: string;
    via: 'web' | 'token' | 'order' | 'system';
    owner?: Owner;
    unseen?: boolean;
    started?: string;
    undo?: TaskUndo;
    vm?: ContainerName;
    state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'held';
    step: number;
    steps: Step[];
    percent: number;
    created: string;
    finished?: string;
    error?: TaskError;
}

export interface TaskWithLog extends Task {
    log: LogLine[];
}

export interface LogLine {
    at: string;
    step: string;
    text: string;
    say?: Say;
}

export interface Say {
    code: string;
    values: SayValue[];
}

export interface SayValue {
    name: string;
    value: string;
}

export interface Step {
    name: string;
    state: 'queued' | 'running' | 'done' | 'failed' | 'skipped';
    percent: number;
    detail: string;
    say?: Say;
    started?: string;
    seconds?: number;
}

export interface TaskError {
    code: string;
    detail: string;
    say?: Say;
}

export interface TaskUndo {
    path: string;
    until: string;
    left_s: number;
}

export interface TaskAtWork {
    id: number;
    vm?: ContainerName;
    kind: string;
    state: string;
    step: number;
    steps: number;
    step_name?: string;
    step_percent?: number;
    percent: number;
    detail?: string;
    say?: Say;
    noted?: number;
}

export interface SignedIn {
    user: Who;
}

export interface Who {
    id: number;
    account: string;
    role: 'admin' | 'customer';
    name: string;
    must_change: boolean;
    must_enroll: boolean;
}

export interface Qr {
    size: number;
    path: string;
}

export interface RecoveryCodes {
    recovery: string[];
}

export interface Sessions {
    items: Session[];
    next: number | null;
}

export interface Tokens {
    items: Token[];
    next: number | null;
}

export interface Activities {
    items: Activity[];
    next: number | null;
}

export interface Passkeys {
    items: Passkey[];
    next: number | null;
}

export interface NewToken {
    id: number;
    name: string;
    scope: 'read' | 'write';
    rights: string[];
    networks: string[];
    token: string;
}

export interface Keys {
    items: Key[];
    next: number | null;
}

export interface NewKey {
    id: number;
    name: string;
    type: string;
    fingerprint: string;
}

export interface Containers {
    items: Container[];
    next: string | null;
    version: number;
}

export interface Container {
    id: number;
    name: string;
    hostname: string;
    owner: Owner;
    plan: string | null;
    template: string;
    template_label: string;
    state: 'running' | 'stopped' | 'frozen' | 'unknown';
    lifecycle: 'ordered' | 'creating' | 'ready' | 'suspended' | 'deleting' | 'create_failed' | 'delete_failed' | 'trashed';
    suspended: string | null;
    suspended_at: string | null;
    rescue: InRescue | null;
    desired_state: 'running' | 'stopped';
    ctid: number;
    version: number;
    addresses: string[];
    gateway: string | null;
    gateways: string[];
    dns: string[];
    memory: Memory;
    disk: Disk;
    cpu: Cpu;
    rate: RateLimit;
    traffic: MonthTraffic;
    uptime_s: number | null;
    sampled: string | null;
    task: TaskAtWork | null;
    features?: string[];
    undo?: Undo | null;
    undo_hours?: number;
    trash?: InTrash | null;
    node?: 'up' | 'down' | 'absent';
    in_force?: InForce | null;
    limits?: NodeLimits | null;
}

export interface Undo {
    template: string;
    until: string;
}

export interface InTrash {
    since: string;
    until: string;
    left_s: number;
}

export interface Trash {
    items: TrashedContainer[];
    next: number | null;
}

export interface TrashedContainer {
    id: number;
    name: string;
    hostname: string;
    owner: Owner;
    plan: string | null;
    template_label: string | null;
    disk_mib: number;
    addresses: string[];
    since: string;
    until: string;
    left_s: number;
    suspended: boolean;
    task: number | null;
}

export interface InRescue {
    template: string;
    since: string;
}

export interface DrawnPassword {
    password: string | null;
    task: Task;
}

export interface ContainerKeys {
    items: ContainerKey[];
    next: number | null;
}

export interface ContainerKey {
    id: number;
    name: string;
    type: string;
    fingerprint: string;
    has: boolean;
}

export interface ContainerName {
    id: number;
    name?: string;
}

export interface Owner {
    id: number;
    account: string;
}

export interface Memory {
    used_bytes: number | null;
    limit_bytes: number | 'unlimited';
    vmguarpages: Pair;
    oomguarpages: Pair;
    privvmpages: Pair;
}

export interface Pair {
    barrier_mib: number;
    limit_mib: number | 'unlimited';
}

export interface Disk {
    used_bytes: number | null;
    total_bytes: number;
    soft_mib: number;
    hard_mib: number;
}

export interface Cpu {
    percent: number;
    units: number;
    limit_percent: number | 'unlimited';
}

export interface RateLimit {
    in_mbit: number | 'unlimited';
    out_mbit: number | 'unlimited';
}

export interface MonthTraffic {
    in_bytes: number;
    out_bytes: number;
    quota_gib: number | 'unlimited';
    action: 'nothing' | 'throttle' | 'suspend';
    throttle_mbit: number;
    throttled: boolean;
    suspended: boolean;
}

export interface TrafficMonths {
    items: TrafficMonth[];
    next: number | null;
    counted: boolean;
    month: string;
    starts_anew: string;
    quota_gib: number | 'unlimited';
    action: 'nothing' | 'throttle' | 'suspend';
    throttle_mbit: number;
    throttled: boolean;
    suspended: boolean;
}

export interface TrafficMonth {
    month: string;
    in_bytes: number;
    out_bytes: number;
}

export interface Backups {
    items: Backup[];
    next: number | null;
    offered: boolean;
    available: boolean;
    overdue: boolean;
    daily: number;
    weekly: number;
    monthly: number;
    window: string | null;
}

export interface Backup {
    id: number;
    kind: 'manual' | 'scheduled';
    state: 'queued' | 'running' | 'done' | 'failed';
    taken: string | null;
    created: string;
    finished: string | null;
    files: number | null;
    bytes: number | null;
    added_bytes: number | null;
    seconds: number | null;
    task: number | null;
    error: string | null;
    error_detail: string | null;
}

export interface BackupStandings {
    items: ServerBackups[];
    next: number | null;
    overdue: number;
    bad: number;
    untried: string[];
}

export interface ServerBackups {
    vm: number;
    name: string;
    account: string;
    node: string;
    overdue: boolean;
    taken: string | null;
    bytes: number | null;
    added_bytes: number | null;
    seconds: number | null;
    backups: number;
    error: string | null;
    error_detail: string | null;
    running: boolean;
    bad: boolean;
    check: BackupLook | null;
    trial: BackupLook | null;
}

export interface BackupLook {
    at: string;
    good: string | null;
    seconds: number;
    error: string | null;
    detail: string;
    say?: Say;
}

export interface LostServers {
    items: LostServer[];
    next: number | null;
}

export interface LostServer {
    vm: number | null;
    name: string;
    account: string | null;
    node_id: number | null;
    node: string | null;
    node_dead: boolean;
    backup: number | null;
    taken: string | null;
    lost_seconds: number | null;
    bytes: number | null;
    backups: number;
    task: number | null;
}

export interface Moved {
    vm: number;
    name: string;
    taken: string | null;
    lost_seconds: number | null;
    task: number | null;
    reason: string | null;
}

export interface BackupFiles {
    items: BackupFile[];
    next: number | null;
    more: boolean;
}

export interface BackupFile {
    path: string;
    name: string;
    type: 'file' | 'dir' | 'link' | 'other';
    bytes: number;
    modified: string | null;
    mode: string | null;
}

export interface InForce {
    state: string | null;
    hostname: string | null;
    addresses: string[];
    gateway: string | null;
    gateways: string[];
    dns: string[];
    rescue: string | null;
    rescue_disk: null | 'gone' | 'ro';
    memory: MemoryInForce;
    disk: DiskInForce;
    cpu: CpuInForce;
    rate: RateLimit;
    kept: string[];
}

export interface MemoryInForce {
    limit_bytes: number | null | 'unlimited';
    used_bytes: number | null;
    vmguarpages: PairInForce | null;
    oomguarpages: PairInForce | null;
    privvmpages: PairInForce | null;
}

export interface PairInForce {
    barrier_mib: number | null | 'unlimited';
    limit_mib: number | null | 'unlimited';
}

export interface DiskInForce {
    soft_mib: number | null | 'unlimited';
    hard_mib: number | null | 'unlimited';
    used_bytes: number | null;
    total_bytes: number | null;
}

export interface CpuInForce {
    units: number | null;
    limit_percent: number | 'unlimited';
}

export interface NodeLimits {
    driver: string;
    disk_min_mib: number;
    shrink_live: boolean;
    kept: string[];
}

export interface FirewallState {
    version: number;
    kept: FirewallRules;
    trial: FirewallRules | null;
    left_ms: number | null;
    node: 'up' | 'down' | 'absent' | 'unsupported';
    hits: FirewallHits | null;
    smtp: 'open' | 'shut';
    smtp_reason: string | null;
    all: 'open' | 'shut';
    all_reason: string | null;
    your_address: string;
}

export interface FirewallRules {
    in: 'accept' | 'drop';
    out: 'accept' | 'drop';
    rules: FirewallRule[];
}

export interface FirewallRule {
    direction: 'in' | 'out';
    action: 'accept' | 'drop';
    protocol: 'any' | 'tcp' | 'udp' | 'icmp';
    ports?: string | null;
    address?: string | null;
    note?: string | null;
}

export interface FirewallHits {
    in: Hits;
    out: Hits;
    rules: Hits[];
}

export interface Hits {
    packets: number;
    bytes: number;
}

export interface Snapshots {
    node: 'up' | 'down' | 'absent' | 'unsupported';
    most: number;
    used: number;
    bytes: number | null;
    items: Snapshot[];
    next: number | null;
}

export interface Snapshot {
    id: number;
    title: string;
    automatic: boolean;
    actor: string | null;
    taken: string;
    bytes: number | null;
}

export interface ReverseNameState {
    address: string;
    name: string | null;
    chosen: boolean;
    published: boolean;
    problem: null | 'no_zone' | 'delegated' | 'away';
}

export interface History {
    range: string;
    step_s: number;
    from: string | null;
    until: string | null;
    recorded: string | null;
    at: number[];
    up: number[];
    series: HistorySeries[];
    marks: HistoryMark[];
    limits?: HistoryLimits;
    tasks?: HistoryTask[];
}

export interface HistorySeries {
    name: string;
    unit: 'percent' | 'bytes' | 'bytes_per_second' | 'count' | 'events';
    mean: (number | null)[];
    most: (number | null)[];
}

export interface HistoryMark {
    kind: 'killed' | 'refused';
    at: string | null;
    count: number;
    name: string | null;
}

export interface HistoryLimits {
    cpu_percent: number | null;
    memory_bytes: number | null;
    disk_bytes: number | null;
}

export interface HistoryTask {
    id: number;
    kind: string;
    state: string;
    at: string;
}

export interface Alerts {
    items: Alert[];
}

export interface Alert {
    kind: 'cpu' | 'memory' | 'disk' | 'network' | 'down';
    enabled: boolean;
    limit: number | null;
    preset: number | null;
    unit: null | 'percent' | 'mbit';
    minutes: number;
    preset_minutes: number;
    value: number | null;
    raised: string | null;
    mailed: string | null;
}

export interface Reason {
    code: string;
    at: string | null;
    value: number | null;
    hour: number | null;
    limit: number | null;
    name: string | null;
}

export interface Templates {
    nodes: NodeAnswers[];
    installed: Installed[];
    items: Template[];
    next: number | null;
}

export interface NodeAnswers {
    name: string;
    answers: boolean;
}

export interface Installed {
    node: string;
    name: string;
    size_bytes: number;
    date: string | null;
    registered: boolean;
}

export interface Plans {
    items: Plan[];
    next: number | null;
}

export interface Pools {
    items: Pool[];
    next: number | null;
    stock: PoolStock;
}

export interface PoolStock {
    policy: 'ipv4' | 'both' | 'any';
    addresses: number;
    ipv4: number;
    ipv6: number;
}

export interface Addresses {
    items: Address[];
    next: number | null;
}

export interface Address {
    address: string;
    state: 'free' | 'taken' | 'reserved';
    reserved: boolean;
    vm: ContainerName | null;
    owner: Holder | null;
    stranger: string | null;
}

export interface Holder {
    id: number;
    account: string;
    name: string;
}

export interface Users {
    items: UserRow[];
    next: number | null;
}

export interface UserContainer {
    id: number;
    name: string;
    hostname: string;
    lifecycle: 'ordered' | 'creating' | 'ready' | 'suspended' | 'deleting' | 'create_failed' | 'delete_failed' | 'trashed';
    template: string;
}

export interface SuspendedAll {
    items: Suspended[];
    next: number | null;
}

export interface Suspended {
    vm: number;
    task?: number;
    code?: string;
}

export interface Nodes {
    unregistered: UnregisteredNode[];
    items: Node[];
    next: number | null;
}

export interface UnregisteredNode {
    name: string;
    answers: boolean;
    error: string | null;
    facts: NodeFacts | null;
    address: string | null;
}

export interface NodeFacts {
    driver: string | null;
    version: string | null;
    kernel: string | null;
    hostname: string | null;
    load: string | null;
    cpus: number | null;
    memory_total_bytes: number | null;
    memory_free_bytes: number | null;
    disk_total_bytes: number | null;
    disk_free_bytes: number | null;
    containers: number | null;
    running: number | null;
}

export interface NodeContainers {
    node: ContainerName;
    counts: Differences;
    left: Stranger[];
    missing: Missing[];
    items: Stranger[];
    next: number | null;
}

export interface Differences {
    strangers: number;
    left: number;
    missing: number;
}

export interface Stranger {
    ctid: number;
    tag: string | null;
    hostname: string | null;
    state: 'running' | 'stopped' | 'frozen' | 'unknown';
    addresses: string[];
    template: string | null;
    memory_limit_bytes: number | null | 'unlimited';
    disk_total_bytes: number | null | 'unlimited';
    cpu_units: number | null | 'unlimited';
    cpu_limit_percent: number | null | 'unlimited';
    left: boolean;
    vm: ContainerName | null;
    moved: MovedFrom | null;
}

export interface MovedFrom {
    id: number | null;
    name: string;
    removing: boolean;
}

export interface Missing {
    id: number;
    name: string;
    hostname: string;
    owner: Owner;
    ctid: number;
    lifecycle: 'ordered' | 'creating' | 'ready' | 'suspended' | 'deleting' | 'create_failed' | 'delete_failed' | 'trashed';
    created: string;
    addresses: string[];
}

export interface Adopted {
    task: Task;
    left_out: LeftOut[];
}

export interface LeftOut {
    address: string;
    code: 'absent' | 'taken';
}

export interface WaitingOrders {
    items: WaitingOrder[];
    next: number | null;
}

export interface WaitingOrder {
    task: number;
    created: string;
    vm: ContainerName;
    user: Customer;
    plan: string | null;
    template: string;
    address: string | null;
}

export interface Customer {
    id: number;
    account: string;
    first_name: string;
    last_name: string | null;
    dni: string | null;
    email: string;
    phone: string | null;
}

export interface Audit {
    items: Deed[];
    next: number | null;
}

export interface Outbox {
    items: Mail[];
    next: number | null;
}

export interface Bounce {
    mail: number;
    outcome: 'bounced' | 'delayed' | 'answered' | 'ignored';
    recorded: boolean;
}

export interface Notice {
    id: number;
    kind: 'order_waits' | 'order_decided' | 'mail_refused' | 'mail_bounced' | 'node_down' | 'node_up' | 'suspended' | 'unsuspended' | 'traffic_near' | 'traffic_over' | 'rescued' | 'unrescued' | 'alert_cpu' | 'alert_memory' | 'alert_disk' | 'alert_network' | 'alert_down' | 'alert_over';
    object: number;
    name: string;
    text: string;
}

export interface Problem {
    type: string;
    title: string;
    status: number;
    detail: string;
    code: string;
    errors?: FieldError[];
    by?: string;
    at?: string;
    task?: number;
    version?: number;
    reason?: string;
    passkeys?: PasskeyStep | null;
}

export interface PasskeyStep {
    challenge: string;
    rp_id: string;
    ids: string[];
}

export interface FieldError {
    field: string;
    code: string;
    message: string;
}

/* What each method replies, by path below the API. */
export interface Replies {
    GET: {
        'plans': Offers;
        'templates': Systems;
        [path: `orders/${string}`]: Order;
        'account/orders': OrdersLeft;
        'session': SignedIn;
        'account': Profile;
        'account/activity': Activities;
        'account/second-factor': SecondFactor;
        'account/passkeys': Passkeys;
        'account/sessions': Sessions;
        'account/tokens': Tokens;
        'account/keys': Keys;
        'vms': Containers;
        [path: `vms/${number}`]: Container;
        [path: `vms/${number}/snapshots`]: Snapshots;
        [path: `vms/${number}/snapshots/${number}/files`]: BackupFiles;
        [path: `vms/${number}/keys`]: ContainerKeys;
        [path: `vms/${number}/boot-log`]: BootLog;
        [path: `vms/${number}/traffic`]: TrafficMonths;
        [path: `vms/${number}/firewall`]: FirewallState;
        [path: `vms/${number}/rdns`]: ReverseNames;
        'trash': Trash;
        [path: `vms/${number}/backups`]: Backups;
        [path: `vms/${number}/backups/${number}/files`]: BackupFiles;
        [path: `vms/${number}/history`]: History;
        [path: `vms/${number}/reasons`]: Reasons;
        [path: `vms/${number}/alerts`]: Alerts;
        'tasks': Tasks;
        [path: `tasks/${number}`]: TaskWithLog;
        'admin/templates': Templates;
        'admin/plans': Plans;
        'admin/addresses': Pools;
        [path: `admin/addresses/${number}/addresses`]: Addresses;
        'admin/users': Users;
        [path: `admin/users/${number}`]: User;
        [path: `admin/users/${number}/keys`]: Keys;
        'admin/nodes': Nodes;
        [path: `admin/nodes/${number}/containers`]: NodeContainers;
        [path: `admin/nodes/${number}/history`]: History;
        'admin/orders': WaitingOrders;
        'admin/backups': BackupStandings;
        'admin/backups/lost': LostServers;
        'admin/audit': Audit;
        'admin/mail': Outbox;
        'health': Health;
    };
    POST: {
        'orders': Order;
        [path: `orders/${string}/mail`]: Order;
        'account/orders': Task;
        'session': SignedIn;
        'session/passkey/begin': PasskeyChallenge;
        'session/passkey': SignedIn;
        'session/confirm': null;
        'session/confirm/begin': Confirming;
        'password/reset': Nothing;
        'email/confirm': null;
        'email/stop': EmailStopped;
        'account/email': Profile;
        'account/second-factor': SecondFactorSecret;
        'account/second-factor/confirm': RecoveryCodes;
        'account/second-factor/recovery': RecoveryCodes;
        'account/passkeys': NewPasskey;
        'account/passkeys/begin': PasskeyOffer;
        'account/tokens': NewToken;
        'account/keys': NewKey;
        'vms': Task;
        [path: `vms/${number}/start`]: Task;
        [path: `vms/${number}/stop`]: Task;
        [path: `vms/${number}/poweroff`]: Task;
        [path: `vms/${number}/restart`]: Task;
        [path: `vms/${number}/reinstall`]: DrawnPassword;
        [path: `vms/${number}/reinstall/undo`]: Task;
        [path: `vms/${number}/rescue`]: DrawnPassword;
        [path: `vms/${number}/rescue/leave`]: Task;
        [path: `vms/${number}/snapshots`]: Task;
        [path: `vms/${number}/snapshots/${number}/rollback`]: Task;
        [path: `vms/${number}/password`]: DrawnPassword;
        [path: `vms/${number}/console`]: ConsoleTicket;
        [path: `vms/${number}/firewall/confirm`]: Task;
        [path: `vms/${number}/firewall/undo`]: Task;
        [path: `vms/${number}/undelete`]: Task;
        [path: `vms/${number}/suspend`]: Task;
        [path: `vms/${number}/unsuspend`]: Task;
        [path: `vms/${number}/backups`]: Task;
        [path: `vms/${number}/backups/${number}/restore`]: Task;
        [path: `vms/${number}/clone`]: Task;
        [path: `tasks/${number}/retry`]: Task;
        [path: `tasks/${number}/cancel`]: Task;
        [path: `tasks/${number}/seen`]: null;
        'admin/templates': Template;
        'admin/plans': Plan;
        'admin/addresses': Pool;
        'admin/users': User;
        [path: `admin/users/${number}/password`]: null;
        [path: `admin/users/${number}/suspend`]: SuspendedAll;
        [path: `admin/users/${number}/unsuspend`]: SuspendedAll;
        'admin/nodes': Node;
        [path: `admin/nodes/${number}/adopt`]: Adopted;
        [path: `admin/nodes/${number}/leave`]: null;
        [path: `admin/nodes/${number}/evacuate`]: Evacuated;
        [path: `admin/nodes/${number}/remove`]: null;
        [path: `admin/orders/${number}/approve`]: Task;
        [path: `admin/orders/${number}/reject`]: null;
        [path: `admin/backups/${number}/check`]: null;
        [path: `admin/backups/${number}/restore`]: Task;
        [path: `admin/mail/${number}/retry`]: Mail;
        'mail/bounces': Bounce;
    };
    PUT: {
        'password/reset': null;
        'account/password': null;
        [path: `vms/${number}/name`]: null;
        [path: `vms/${number}/hostname`]: Task;
        [path: `vms/${number}/keys`]: Task;
        [path: `vms/${number}/firewall`]: Task;
        [path: `vms/${number}/rdns`]: ReverseNameSet;
        [path: `vms/${number}/gates`]: Task;
    };
    PATCH: {
        'account': Profile;
        [path: `vms/${number}/network`]: Task;
        [path: `vms/${number}/memory`]: Task;
        [path: `vms/${number}/disk`]: Task;
        [path: `vms/${number}/cpu`]: Task;
        [path: `vms/${number}/rate`]: Task;
        [path: `vms/${number}/traffic`]: TrafficMonths;
        [path: `vms/${number}/backups`]: Backups;
        [path: `vms/${number}/alerts`]: Alerts;
        [path: `admin/templates/${number}`]: Template;
        [path: `admin/plans/${number}`]: Plan;
        [path: `admin/addresses/${number}`]: Pool;
        [path: `admin/addresses/${number}/${string}`]: Address;
        [path: `admin/users/${number}`]: User;
        [path: `admin/nodes/${number}`]: Node;
    };
    DELETE: {
        'session': null;
        'account/email': null;
        'account/second-factor': null;
        [path: `account/passkeys/${number}`]: null;
        [path: `account/sessions/${number}`]: null;
        [path: `account/tokens/${number}`]: null;
        [path: `account/keys/${number}`]: null;
        [path: `vms/${number}`]: Task;
        [path: `vms/${number}/snapshots/${number}`]: Task;
        [path: `vms/${number}/backups/${number}`]: null;
        [path: `admin/templates/${number}`]: null;
        [path: `admin/plans/${number}`]: null;
        [path: `admin/addresses/${number}`]: null;
        [path: `admin/users/${number}/second-factor`]: null;
        [path: `admin/nodes/${number}`]: null;
    };
}
