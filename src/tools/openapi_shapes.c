/*
 * What replies look like.  The test that asks the running server everything
 * (t/browser/openapi.test.mjs) holds each answer to this: nothing is missing,
 * of another type, or there without being told here.
 */

#include <stddef.h>
#include "tools/openapi_shapes.h"


#define vz_page(item)  "items " item "[], next int|null"

#define VZ_SHAPE_PROGRESS                                                     \
    "vm? ContainerName,"                                                      \
    " state queued|running|done|failed|cancelled|held,"                       \
    " step int, steps Step[], percent int, created time, finished? time,"     \
    " error? TaskError"

#define VZ_SHAPE_TASK                                                         \
    "id int, kind text, actor text, via web|token|order|system,"              \
    " owner? Owner, unseen? bool,"                                            \
    " started? time, undo? TaskUndo, " VZ_SHAPE_PROGRESS

#define VZ_SHAPE_NODE                                                         \
    "answers bool, error text|null, facts NodeFacts|null, address text|null"

#define VZ_SHAPE_QUOTA                                                        \
    "quota_gib int|unlimited, action nothing|throttle|suspend,"               \
    " throttle_mbit int, throttled bool, suspended bool"

#define VZ_SHAPE_LIFECYCLE                                                    \
    "lifecycle ordered|creating|ready|suspended|deleting|create_failed"       \
    "|delete_failed|trashed"


const vz_openapi_shape_t  vz_openapi_shapes[] = {

    /* what visitors see */

    { "Offers", vz_page("Offer") ", stock Stock, signup open|approve|off,"
      " soon bool" },
    { "Offer",
      "id int, name text, memory_mib int, disk_mib int, cpu_units int,"
      " traffic_gib int|unlimited, ready_seconds? number" },
    { "Stock", "addresses int, templates int" },
    { "Systems", vz_page("System") },
    { "System", "name text, label text" },
    { "Health",
      "database bool, nodes NodeHealth[], mail bool, failing Failing[]" },
    { "Failing",
      "check database|schema|node|mail, name? text, why text, have? int,"
      " need? int" },
    { "NodeHealth", "name text, ok bool" },
    { "Nothing", "" },

    /* orders and tasks */

    { "Order",
      "order text, task int, " VZ_SHAPE_PROGRESS ", account? text,"
      " email? text, hostname? text, address? text, mail? OrderMail" },
    { "OrderMail",
      "state queued|sent|failed|bounced, correctable bool, until time,"
      " left int" },
    { "Tasks", vz_page("Task") },
    { "Task", VZ_SHAPE_TASK },
    { "TaskWithLog", VZ_SHAPE_TASK ", log LogLine[]" },
    { "LogLine", "at time, step text, text text, say? Say" },
    { "Say", "code text, values SayValue[]" },
    { "SayValue", "name text, value text" },
    { "Step",
      "name text, state queued|running|done|failed|skipped, percent int,"
      " detail text, say? Say, started? time, seconds? number" },
    { "TaskError", "code text, detail text, say? Say" },
    { "TaskUndo", "path text, until time, left_s int" },
    { "TaskAtWork",
      "id int, vm? ContainerName, kind text, state text, step int, steps int,"
      " step_name? text, step_percent? int, percent int, detail? text,"
      " say? Say, noted? int" },

    /* one's account */

    { "SignedIn", "user Who" },
    { "Who",
      "id int, account text, role admin|customer, name text,"
      " must_change bool, must_enroll bool" },
    { "Qr", "size int, path text" },
    { "RecoveryCodes", "recovery text[]" },
    { "Sessions", vz_page("Session") },
    { "Tokens", vz_page("Token") },
    { "Activities", vz_page("Activity") },
    { "Passkeys", vz_page("Passkey") },
    { "NewToken",
      "id int, name text, scope read|write, rights text[], networks text[], "
      "token text" },

    { "Keys", vz_page("Key") },
    { "NewKey", "id int, name text, type text, fingerprint text" },

    /* containers */

    { "Containers", "items Container[], next text|null, version int" },
    { "Container",
      "id int, name text, hostname text, owner Owner, plan text|null,"
      " template text, template_label text,"
      " state running|stopped|frozen|unknown, " VZ_SHAPE_LIFECYCLE ","
      " suspended text|null, suspended_at time|null,"
      " rescue InRescue|null,"
      " desired_state running|stopped, ctid int, version int,"
      " addresses text[], gateway text|null, gateways text[], dns text[],"
      " memory Memory, disk Disk, cpu Cpu, rate RateLimit,"
      " traffic MonthTraffic, uptime_s int|null,"
      " sampled time|null, task TaskAtWork|null, features? text[],"
      " undo? Undo|null, undo_hours? int, trash? InTrash|null,"
      " node? up|down|absent, in_force? InForce|null,"
      " limits? NodeLimits|null" },
    { "Undo", "template text, until time" },
    { "InTrash", "since time, until time, left_s int" },
    { "Trash", vz_page("TrashedContainer") },
    { "TrashedContainer",
      "id int, name text, hostname text, owner Owner, plan text|null,"
      " template_label text|null, disk_mib int, addresses text[],"
      " since time, until time, left_s int, suspended bool,"
      " task int|null" },
    { "InRescue", "template text, since time" },
    { "DrawnPassword", "password text|null, task Task" },
    { "ContainerKeys", vz_page("ContainerKey") },
    { "ContainerKey",
      "id int, name text, type text, fingerprint text, has bool" },
    { "ContainerName", "id int, name? text" },
    { "Owner", "id int, account text" },
    { "Memory",
      "used_bytes int|null, limit_bytes int|unlimited, vmguarpages Pair,"
      " oomguarpages Pair, privvmpages Pair" },
    { "Pair", "barrier_mib int, limit_mib int|unlimited" },
    { "Disk",
      "used_bytes int|null, total_bytes int, soft_mib int, hard_mib int" },
    { "Cpu", "percent number, units int, limit_percent int|unlimited" },
    { "RateLimit", "in_mbit int|unlimited, out_mbit int|unlimited" },
    { "MonthTraffic", "in_bytes int, out_bytes int, " VZ_SHAPE_QUOTA },
    { "TrafficMonths",
      vz_page("TrafficMonth") ", counted bool, month text, starts_anew time, "
      VZ_SHAPE_QUOTA },
    { "TrafficMonth", "month text, in_bytes int, out_bytes int" },
    { "Backups",
      vz_page("Backup") ", offered bool, available bool, overdue bool,"
      " daily int, weekly int, monthly int, window text|null" },
    { "Backup",
      "id int, kind manual|scheduled, state queued|running|done|failed,"
      " taken time|null, created time, finished time|null, files int|null,"
      " bytes int|null, added_bytes int|null, seconds int|null,"
      " task int|null, error text|null, error_detail text|null" },
    { "BackupStandings", vz_page("ServerBackups")
      ", overdue int, bad int, untried text[]" },
    { "ServerBackups",
      "vm int, name text, account text, node text, overdue bool,"
      " taken time|null, bytes int|null, added_bytes int|null,"
      " seconds int|null, backups int, error text|null,"
      " error_detail text|null, running bool, bad bool,"
      " check BackupLook|null, trial BackupLook|null" },
    { "BackupLook",
      "at time, good time|null, seconds int, error text|null, detail text,"
      " say? Say" },
    { "LostServers", vz_page("LostServer") },
    { "LostServer",
      "vm int|null, name text, account text|null, node_id int|null,"
      " node text|null, node_dead bool, backup int|null, taken time|null,"
      " lost_seconds int|null, bytes int|null, backups int, task int|null" },
    { "Moved",
      "vm int, name text, taken time|null, lost_seconds int|null,"
      " task int|null, reason text|null" },
    { "BackupFiles", vz_page("BackupFile") ", more bool" },
    { "BackupFile",
      "path text, name text, type file|dir|link|other, bytes int,"
      " modified time|null, mode text|null" },
    { "InForce",
      "state text|null, hostname text|null, addresses text[],"
      " gateway text|null, gateways text[], dns text[],"
      " rescue text|null, rescue_disk gone|ro|null,"
      " memory MemoryInForce, disk DiskInForce, cpu CpuInForce,"
      " rate RateLimit,"
      " kept text[]" },
    { "MemoryInForce",
      "limit_bytes int|unlimited|null, used_bytes int|null,"
      " vmguarpages PairInForce|null, oomguarpages PairInForce|null,"
      " privvmpages PairInForce|null" },
    { "PairInForce",
      "barrier_mib int|unlimited|null, limit_mib int|unlimited|null" },
    { "DiskInForce",
      "soft_mib int|unlimited|null, hard_mib int|unlimited|null,"
      " used_bytes int|null, total_bytes int|null" },
    { "CpuInForce", "units int|null, limit_percent int|unlimited" },
    { "NodeLimits",
      "driver text, disk_min_mib int, shrink_live bool, kept text[]" },
    { "FirewallState",
      "version int, kept FirewallRules, trial FirewallRules|null,"
      " left_ms int|null, node up|down|absent|unsupported,"
      " hits FirewallHits|null, smtp open|shut, smtp_reason text|null,"
      " all open|shut, all_reason text|null, your_address text" },
    { "FirewallRules",
      "in accept|drop, out accept|drop, rules FirewallRule[]" },
    { "FirewallRule",
      "direction in|out, action accept|drop, protocol any|tcp|udp|icmp,"
      " ports? text|null, address? text|null, note? text|null" },
    { "FirewallHits", "in Hits, out Hits, rules Hits[]" },
    { "Hits", "packets int, bytes int" },
    { "Snapshots",
      "node up|down|absent|unsupported, most int, used int, bytes int|null, "
      vz_page("Snapshot") },
    { "Snapshot",
      "id int, title text, automatic bool, actor text|null, taken time,"
      " bytes int|null" },
    { "ReverseNameState",
      "address text, name text|null, chosen bool, published bool,"
      " problem no_zone|delegated|away|null" },

    /* what the nodes have recorded; figures are null where they are not
       known */

    { "History",
      "range text, step_s int, from time|null, until time|null,"
      " recorded time|null, at int[], up int[], series HistorySeries[],"
      " marks HistoryMark[], limits? HistoryLimits, tasks? HistoryTask[]" },
    { "HistorySeries",
      "name text, unit percent|bytes|bytes_per_second|count|events,"
      " mean number|null[], most number|null[]" },
    { "HistoryMark",
      "kind killed|refused, at time|null, count int, name text|null" },
    { "HistoryLimits",
      "cpu_percent int|null, memory_bytes int|null, disk_bytes int|null" },
    { "HistoryTask", "id int, kind text, state text, at time" },
    { "Alerts", "items Alert[]" },
    { "Alert",
      "kind cpu|memory|disk|network|down, enabled bool, limit int|null,"
      " preset int|null, unit percent|mbit|null, minutes int,"
      " preset_minutes int, value number|null, raised time|null,"
      " mailed time|null" },
    { "Reason",
      "code text, at time|null, value number|null, hour number|null,"
      " limit number|null, name text|null" },

    /* administration */

    { "Templates",
      "nodes NodeAnswers[], installed Installed[], " vz_page("Template") },
    { "Template", "nodes text[]" },
    { "NodeAnswers", "name text, answers bool" },
    { "Installed",
      "node text, name text, size_bytes int, date text|null,"
      " registered bool" },
    { "Plans", vz_page("Plan") },
    { "Pools", vz_page("Pool") ", stock PoolStock" },
    { "PoolStock",
      "policy ipv4|both|any, addresses int, ipv4 int, ipv6 int" },
    { "Addresses", vz_page("Address") },
    { "Address",
      "address text, state free|taken|reserved, reserved bool,"
      " vm ContainerName|null, owner Holder|null, stranger text|null" },
    { "Holder", "id int, account text, name text" },
    { "Users", vz_page("UserRow") },
    { "User", "containers UserContainer[]" },
    { "UserContainer",
      "id int, name text, hostname text, " VZ_SHAPE_LIFECYCLE ","
      " template text" },
    { "SuspendedAll", vz_page("Suspended") },
    { "Suspended", "vm int, task? int, code? text" },
    { "Nodes", "unregistered UnregisteredNode[], " vz_page("Node") },
    { "Node",
      "configured bool, strangers int|null, missing int|null,"
      " heard time|null, "
      VZ_SHAPE_NODE },
    { "UnregisteredNode", "name text, " VZ_SHAPE_NODE },
    { "NodeFacts",
      "driver text|null, version text|null, kernel text|null,"
      " hostname text|null, load text|null, cpus int|null,"
      " memory_total_bytes int|null, memory_free_bytes int|null,"
      " disk_total_bytes int|null, disk_free_bytes int|null,"
      " containers int|null, running int|null" },
    { "NodeContainers",
      "node ContainerName, counts Differences, left Stranger[],"
      " missing Missing[], " vz_page("Stranger") },
    { "Differences", "strangers int, left int, missing int" },
    { "Stranger",
      "ctid int, tag text|null, hostname text|null,"
      " state running|stopped|frozen|unknown, addresses text[],"
      " template text|null, memory_limit_bytes int|unlimited|null,"
      " disk_total_bytes int|unlimited|null, cpu_units int|unlimited|null,"
      " cpu_limit_percent int|unlimited|null, left bool,"
      " vm ContainerName|null, moved MovedFrom|null" },
    { "MovedFrom", "id int|null, name text, removing bool" },
    { "Missing",
      "id int, name text, hostname text, owner Owner, ctid int, "
      VZ_SHAPE_LIFECYCLE ", created time, addresses text[]" },
    { "Adopted", "task Task, left_out LeftOut[]" },
    { "LeftOut", "address text, code absent|taken" },
    { "WaitingOrders", vz_page("WaitingOrder") },
    { "WaitingOrder",
      "task int, created time, vm ContainerName, user Customer,"
      " plan text|null, template text, address text|null" },
    { "Customer",
      "id int, account text, first_name text, last_name text|null,"
      " dni text|null, email text, phone text|null" },
    { "Audit", vz_page("Deed") },
    { "Outbox", vz_page("Mail") },
    { "Bounce",
      "mail int, outcome bounced|delayed|answered|ignored, recorded bool" },

    /* the data of the event "notice" of GET /events */

    { "Notice",
      "id int, kind order_waits|order_decided|mail_refused|mail_bounced"
      "|node_down|node_up|suspended|unsuspended|traffic_near|traffic_over"
      "|rescued|unrescued|alert_cpu|alert_memory|alert_disk|alert_network"
      "|alert_down|alert_over,"
      " object int, name text,"
      " text text" },

    /* errors, RFC 9457 */

    { "Problem",
      "type text, title text, status int, detail text, code text,"
      " errors? FieldError[], by? text, at? time, task? int, version? int,"
      " reason? text, passkeys? PasskeyStep|null" },
    { "PasskeyStep", "challenge text, rp_id text, ids text[]" },
    { "FieldError", "field text, code text, message text" },

    { NULL, NULL }
};
