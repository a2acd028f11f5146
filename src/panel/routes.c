/*
 * The one route table: who may call what, with which body, and what answers.
 */

#include "panel/account/account.h"
#include "panel/account/activity.h"
#include "panel/account/own_email.h"
#include "panel/account/own_email_link.h"
#include "panel/account/passkey.h"
#include "panel/account/password_reset.h"
#include "panel/account/profile.h"
#include "panel/account/second_factor.h"
#include "panel/account/session.h"
#include "panel/account/session_confirm.h"
#include "panel/account/session_passkey.h"
#include "panel/account/ssh_keys.h"
#include "panel/account/token.h"
#include "panel/account/user_list.h"
#include "panel/account/user_write.h"
#include "panel/api/openapi.h"
#include "panel/api/resource_route.h"
#include "panel/live/events.h"
#include "panel/mail/bounce.h"
#include "panel/mail/mail_admin.h"
#include "panel/node/address_admin.h"
#include "panel/node/address_pool.h"
#include "panel/node/history_told.h"
#include "panel/ops/adopt_admin.h"
#include "panel/ops/audit_list.h"
#include "panel/ops/backup_admin.h"
#include "panel/ops/health.h"
#include "panel/ops/lost_admin.h"
#include "panel/ops/metrics.h"
#include "panel/ops/node_admin.h"
#include "panel/ops/node_evacuate.h"
#include "panel/ops/node_history.h"
#include "panel/ops/stranger_admin.h"
#include "panel/order/order.h"
#include "panel/order/order_mail.h"
#include "panel/order/order_review.h"
#include "panel/order/order_show.h"
#include "panel/order/plan.h"
#include "panel/order/plan_admin.h"
#include "panel/order/template.h"
#include "panel/order/template_admin.h"
#include "panel/routes.h"
#include "panel/task/task.h"
#include "panel/task/task_action.h"
#include "panel/vm/hardware.h"
#include "panel/vm/user_suspend.h"
#include "panel/vm/vm.h"
#include "panel/vm/vm_alert.h"
#include "panel/vm/vm_backup.h"
#include "panel/vm/vm_backup_files.h"
#include "panel/vm/vm_backup_restore.h"
#include "panel/vm/vm_bootlog.h"
#include "panel/vm/vm_clone.h"
#include "panel/vm/vm_console.h"
#include "panel/vm/vm_create.h"
#include "panel/vm/vm_destroy.h"
#include "panel/vm/vm_files.h"
#include "panel/vm/vm_firewall.h"
#include "panel/vm/vm_guest.h"
#include "panel/vm/vm_history.h"
#include "panel/vm/vm_left.h"
#include "panel/vm/vm_list.h"
#include "panel/vm/vm_moved.h"
#include "panel/vm/vm_query.h"
#include "panel/vm/vm_rdns.h"
#include "panel/vm/vm_reinstall.h"
#include "panel/vm/vm_rescue.h"
#include "panel/vm/vm_snapshot.h"
#include "panel/vm/vm_snapshot_files.h"
#include "panel/vm/vm_suspend.h"
#include "panel/vm/vm_traffic.h"
#include "panel/vm/vm_trash.h"


#define GET     NGX_HTTP_GET
#define POST    NGX_HTTP_POST
#define PUT     NGX_HTTP_PUT
#define PATCH   NGX_HTTP_PATCH
#define DELETE  NGX_HTTP_DELETE

/* a task's route takes Prefer: wait and Idempotency-Key; one that changes
   hardware requires If-Match as well */

#define CHANGE    VZ_ROUTE_WAIT | VZ_ROUTE_KEY
#define HARDWARE  VZ_ROUTE_WAIT | VZ_ROUTE_KEY | VZ_ROUTE_MATCH

/* the last member of a row is there where its handler asks for it */

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const vz_route_t  vz_routes[] = {

    { GET, "/plans", VZ_ROLE_ANYONE, 0,
      NULL, NULL, vz_plan_list,
      "List the plans on offer, and what is in stock", 200, "Offers" },
    { GET, "/templates", VZ_ROLE_ANYONE, 0,
      NULL, NULL, vz_template_list,
      "List the operating systems on offer", 200, "Systems" },

    { POST, "/orders", VZ_ROLE_ANYONE, CHANGE,
      &vz_order_form, NULL, vz_order_make,
      "Order a container of a plan", 202, "Order" },
    { GET, "/orders/{link}", VZ_ROLE_ANYONE, VZ_ROUTE_STREAM,
      NULL, &vz_events_args, vz_order_show,
      "Show an order and its steps, or stream them", 200, "Order" },
    { POST, "/orders/{link}/mail", VZ_ROLE_ANYONE, VZ_ROUTE_WAIT,
      &vz_order_mail_form, NULL, vz_order_mail,
      "Correct the address of an order, and mail its credentials again", 202,
      "Order" },

    { POST, "/account/orders", VZ_ROLE_USER, CHANGE | VZ_ROUTE_LONG,
      &vz_vm_create_own_form, NULL, vz_vm_create_own,
      "Order another container of a plan", 202, "Task" },
    { GET, "/account/orders", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_left,
      "Tell how many containers the caller has, and may have", 200,
      "OrdersLeft: servers int, limit int|null" },

    { POST, "/session", VZ_ROLE_ANYONE, VZ_ROUTE_ALWAYS,
      &vz_session_form, NULL, vz_session_open,
      "Sign in", 200, "SignedIn" },
    { GET, "/session", VZ_ROLE_USER, VZ_ROUTE_FIRST,
      NULL, NULL, vz_session_show,
      "Show the user who is signed in", 200, "SignedIn" },
    { DELETE, "/session", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_ALWAYS | VZ_ROUTE_FIRST,
      NULL, NULL, vz_session_close,
      "Sign out", 204, NULL },
    { POST, "/session/passkey/begin", VZ_ROLE_ANYONE, VZ_ROUTE_ALWAYS,
      NULL, NULL, vz_session_passkey_begin,
      "Give a challenge, for one use within two minutes, that a passkey signs "
      "in with", 200, "PasskeyChallenge: challenge text, rp_id text" },
    { POST, "/session/passkey", VZ_ROLE_ANYONE, VZ_ROUTE_ALWAYS,
      &vz_session_passkey_form, NULL, vz_session_passkey_open,
      "Sign in with a passkey alone", 200, "SignedIn" },
    { POST, "/session/confirm", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST,
      &vz_session_confirm_form, NULL, vz_session_confirm,
      "Prove again who you are, for what asks for it", 204, NULL },
    { POST, "/session/confirm/begin", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST,
      NULL, NULL, vz_session_confirm_begin,
      "Tell what a session may be confirmed by, with a challenge for passkeys",
      200, "Confirming: code bool, passkeys PasskeyStep|null" },

    { POST, "/password/reset", VZ_ROLE_ANYONE, 0,
      &vz_password_reset_ask_form, NULL, vz_password_reset_link,
      "Request a password-reset link by mail", 202, "Nothing" },
    { PUT, "/password/reset", VZ_ROLE_ANYONE, 0,
      &vz_password_reset_form, NULL, vz_password_reset_set,
      "Set a new password by the token of a reset link", 204, NULL },

    { POST, "/email/confirm", VZ_ROLE_ANYONE, 0,
      &vz_own_email_link_form, NULL, vz_own_email_link_confirm,
      "Prove a new address by the token of its link", 204, NULL },
    { POST, "/email/stop", VZ_ROLE_ANYONE, 0,
      &vz_own_email_link_form, NULL, vz_own_email_link_stop,
      "Stop a change of the address, or take it back, by the token of the "
      "notice", 200, "EmailStopped: undone bool" },

    { GET, "/account", VZ_ROLE_USER, VZ_ROUTE_FIRST,
      NULL, NULL, vz_profile_show,
      "Show what is known of the caller", 200, "Profile" },
    { PATCH, "/account", VZ_ROLE_USER, VZ_ROUTE_SESSION,
      &vz_profile_resource.change, NULL, vz_profile_change,
      "Change what is known of the caller", 200, "Profile" },
    { POST, "/account/email", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_STEP_UP,
      &vz_own_email_form, NULL, vz_own_email_ask,
      "Ask for another address of mail, or for its link once more", 202,
      "Profile" },
    { DELETE, "/account/email", VZ_ROLE_USER, VZ_ROUTE_SESSION,
      NULL, NULL, vz_own_email_cancel,
      "Give up the address that was asked for", 204, NULL },
    { GET, "/account/activity", VZ_ROLE_USER, VZ_ROUTE_FIRST,
      NULL, &vz_activity_args, vz_activity_list,
      "List what was done by and to the caller's account", 200,
      "Activities" },
    { PUT, "/account/password", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST,
      &vz_account_password_form, NULL, vz_account_password,
      "Change the caller's password", 204, NULL },
    { GET, "/account/second-factor", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST,
      NULL, NULL, vz_second_factor_show,
      "Show whether signing in takes a second step", 200,
      "SecondFactor: enabled bool, passkeys int, recovery_left int" },
    { POST, "/account/second-factor", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST | VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_second_factor_begin,
      "Draw a secret for an app of one-time codes (TOTP)", 201,
      "SecondFactorSecret: secret text, uri text, qr Qr" },
    { POST, "/account/second-factor/confirm", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST,
      &vz_second_factor_form, NULL, vz_second_factor_confirm,
      "Turn the second step on by a code of the app; the reply alone shows "
      "the recovery codes", 200, "RecoveryCodes" },
    { POST, "/account/second-factor/recovery", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_second_factor_recovery,
      "Replace the recovery codes", 200, "RecoveryCodes" },
    { DELETE, "/account/second-factor", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_second_factor_end,
      "Turn the app of the second step off", 204, NULL },
    { GET, "/account/passkeys", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST,
      NULL, NULL, vz_passkey_list,
      "List the caller's passkeys", 200, "Passkeys" },
    { POST, "/account/passkeys/begin", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST | VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_passkey_begin,
      "Give a challenge that a new passkey signs", 200,
      "PasskeyOffer: challenge text, rp_id text, rp_name text, user_id text, "
      "account text, name text, ids text[]" },
    { POST, "/account/passkeys", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_FIRST | VZ_ROUTE_STEP_UP,
      &vz_passkey_form, NULL, vz_passkey_add,
      "Add a passkey; the first one turns the second step on, and the reply "
      "alone shows the recovery codes", 201,
      "NewPasskey: id int, recovery text[]" },
    { DELETE, "/account/passkeys/{id}", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_passkey_end,
      "Delete a passkey", 204, NULL },
    { GET, "/account/sessions", VZ_ROLE_USER, VZ_ROUTE_FIRST,
      NULL, NULL, vz_account_sessions,
      "List the caller's sessions", 200, "Sessions" },
    { DELETE, "/account/sessions/{id}", VZ_ROLE_USER, VZ_ROUTE_SESSION,
      NULL, NULL, vz_account_session_end,
      "Revoke one of the caller's sessions", 204, NULL },
    { GET, "/account/tokens", VZ_ROLE_USER, VZ_ROUTE_FIRST,
      NULL, NULL, vz_token_list,
      "List the caller's API tokens", 200, "Tokens" },
    { POST, "/account/tokens", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_STEP_UP,
      &vz_token_resource.create, NULL, vz_token_make,
      "Create an API token; the reply alone shows it", 201, "NewToken" },
    { DELETE, "/account/tokens/{id}", VZ_ROLE_USER, VZ_ROUTE_SESSION,
      NULL, NULL, vz_account_token_end,
      "Revoke an API token", 204, NULL },

    { GET, "/account/keys", VZ_ROLE_USER, 0,
      NULL, NULL, vz_ssh_keys_list,
      "List the caller's SSH keys", 200, "Keys" },
    { POST, "/account/keys", VZ_ROLE_USER,
      VZ_ROUTE_SESSION | VZ_ROUTE_STEP_UP,
      &vz_ssh_keys_form, NULL, vz_ssh_keys_add,
      "Keep a public SSH key", 201, "NewKey" },
    { DELETE, "/account/keys/{id}", VZ_ROLE_USER, VZ_ROUTE_SESSION,
      NULL, NULL, vz_ssh_keys_end,
      "Delete an SSH key that no server has", 204, NULL },

    { GET, "/vms", VZ_ROLE_USER, VZ_ROUTE_OWN_AUTH,
      NULL, &vz_vm_query_args, vz_vm_list,
      "List the caller's containers, or all for an administrator, with "
      "live figures", 200, "Containers" },
    { GET, "/vms/{id}", VZ_ROLE_USER, VZ_ROUTE_ETAG,
      NULL, &vz_vm_args, vz_vm_one,
      "Show a container", 200, "Container" },
    { POST, "/vms/{id}/start", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_start,
      "Start a container", 202, "Task" },
    { POST, "/vms/{id}/stop", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_stop,
      "Stop a container", 202, "Task" },
    { POST, "/vms/{id}/poweroff", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_poweroff,
      "Stop a container at once, without asking it", 202, "Task" },
    { POST, "/vms/{id}/restart", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_restart,
      "Restart a container", 202, "Task" },
    { POST, "/vms/{id}/reinstall", VZ_ROLE_USER,
      CHANGE | VZ_ROUTE_STEP_UP | VZ_ROUTE_LONG,
      &vz_vm_reinstall_form, NULL, vz_vm_reinstall,
      "Install another system; the body repeats the container's name as "
      "confirmation, and the reply alone shows root's password", 202,
      "DrawnPassword" },
    { POST, "/vms/{id}/reinstall/undo", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_reinstall_undo,
      "Go back to the system before the last reinstall, while it is kept", 202,
      "Task" },
    { POST, "/vms/{id}/rescue", VZ_ROLE_USER, CHANGE | VZ_ROUTE_STEP_UP,
      &vz_vm_rescue_form, NULL, vz_vm_rescue,
      "Boot a rescue system that has the container's own disk at /mnt; the "
      "reply alone shows the password of its root", 202, "DrawnPassword" },
    { POST, "/vms/{id}/rescue/leave", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_rescue_leave,
      "Leave rescue: the container boots its own system", 202, "Task" },
    { GET, "/vms/{id}/snapshots", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_snapshot_list,
      "List a container's snapshots, how many it may have, and the disk that "
      "they take", 200, "Snapshots" },
    { POST, "/vms/{id}/snapshots", VZ_ROLE_USER, CHANGE,
      &vz_vm_snapshot_form, NULL, vz_vm_snapshot_take,
      "Take a snapshot of a container's disk, while it runs or not", 202,
      "Task" },
    { DELETE, "/vms/{id}/snapshots/{snapshot}", VZ_ROLE_USER,
      CHANGE | VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_vm_snapshot_drop,
      "Delete a snapshot", 202, "Task" },
    { POST, "/vms/{id}/snapshots/{snapshot}/rollback", VZ_ROLE_USER,
      CHANGE | VZ_ROUTE_STEP_UP,
      &vz_vm_snapshot_rollback_form, NULL, vz_vm_snapshot_rollback,
      "Make the disk what a snapshot has, after one of now was taken; the "
      "body repeats the container's name as confirmation", 202, "Task" },
    { GET, "/vms/{id}/snapshots/{snapshot}/files", VZ_ROLE_USER, 0,
      NULL, &vz_vm_files_args, vz_vm_snapshot_files,
      "List a folder of a snapshot", 200, "BackupFiles" },
    { GET, "/vms/{id}/snapshots/{snapshot}/file", VZ_ROLE_USER, VZ_ROUTE_TEXT,
      NULL, &vz_vm_files_take_args, vz_vm_snapshot_files_take,
      "Download a file of a snapshot, or a folder as a tar archive", 200,
      NULL },
    { POST, "/vms/{id}/password", VZ_ROLE_USER, CHANGE | VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_vm_guest_password,
      "Draw a new password for root; the reply alone shows it", 202,
      "DrawnPassword" },
    { PUT, "/vms/{id}/name", VZ_ROLE_USER, 0,
      &vz_vm_guest_name_form, NULL, vz_vm_guest_name,
      "Change the name of a container, which is for people", 204, NULL },
    { PUT, "/vms/{id}/hostname", VZ_ROLE_USER, CHANGE,
      &vz_vm_guest_hostname_form, NULL, vz_vm_guest_hostname,
      "Change the host name of a container", 202, "Task" },
    { GET, "/vms/{id}/keys", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_guest_keys_list,
      "List the SSH keys of a container's owner, and whether it has each",
      200, "ContainerKeys" },
    { PUT, "/vms/{id}/keys", VZ_ROLE_USER, CHANGE,
      &vz_vm_guest_keys_form, NULL, vz_vm_guest_keys,
      "Choose which SSH keys of its owner root of a container has", 202,
      "Task" },
    { POST, "/vms/{id}/console", VZ_ROLE_USER, VZ_ROUTE_SESSION,
      &vz_vm_console_form, NULL, vz_vm_console_ask,
      "Give a ticket, for one use within 30 s, with which a console is opened",
      201, "ConsoleTicket: ticket text, expires_in int" },
    { GET, "/console", VZ_ROLE_USER, VZ_ROUTE_SESSION,
      NULL, &vz_vm_console_args, vz_vm_console_open,
      "Open a console, as a websocket, with the ticket as its second "
      "subprotocol", 101, NULL },
    { GET, "/vms/{id}/boot-log", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_bootlog,
      "Show what the last boot of a running container printed", 200,
      "BootLog: log text" },
    { PATCH, "/vms/{id}/network", VZ_ROLE_ADMIN, HARDWARE,
      &vz_hardware_network_form, NULL, vz_hardware_network,
      "Change hostname, addresses, gateways and name servers", 202, "Task" },
    { PATCH, "/vms/{id}/memory", VZ_ROLE_ADMIN, HARDWARE,
      &vz_hardware_memory_form, NULL, vz_hardware_memory,
      "Change the memory limits", 202, "Task" },
    { PATCH, "/vms/{id}/disk", VZ_ROLE_ADMIN, HARDWARE,
      &vz_hardware_disk_form, NULL, vz_hardware_disk,
      "Change the disk limits", 202, "Task" },
    { PATCH, "/vms/{id}/cpu", VZ_ROLE_ADMIN, HARDWARE,
      &vz_hardware_cpu_form, NULL, vz_hardware_cpu,
      "Change the weight and the limit of the CPU", 202, "Task" },
    { PATCH, "/vms/{id}/rate", VZ_ROLE_ADMIN, HARDWARE,
      &vz_hardware_rate_form, NULL, vz_hardware_rate,
      "Change the rates of what a container gets and sends", 202, "Task" },
    { GET, "/vms/{id}/traffic", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_traffic_show,
      "Show what a container received and sent by months, and its quota", 200,
      "TrafficMonths" },
    { PATCH, "/vms/{id}/traffic", VZ_ROLE_ADMIN, 0,
      &vz_vm_traffic_form, NULL, vz_vm_traffic_set,
      "Change the quota of a month, and what becomes of a container beyond it",
      200, "TrafficMonths" },
    { GET, "/vms/{id}/firewall", VZ_ROLE_USER, VZ_ROUTE_ETAG,
      NULL, NULL, vz_vm_firewall_show,
      "Show a container's firewall, and what its rules have counted", 200,
      "FirewallState" },
    { PUT, "/vms/{id}/firewall", VZ_ROLE_USER, HARDWARE,
      &vz_vm_firewall_form, NULL, vz_vm_firewall_set,
      "Replace the rules: for the seconds of a trial, or at once", 202,
      "Task" },
    { POST, "/vms/{id}/firewall/confirm", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_firewall_confirm,
      "Keep the rules that are tried", 202, "Task" },
    { POST, "/vms/{id}/firewall/undo", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_firewall_undo,
      "Take back the rules that are tried", 202, "Task" },
    { GET, "/vms/{id}/rdns", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_rdns_show,
      "List the names that a container's addresses have in DNS", 200,
      "ReverseNames: available bool, items ReverseNameState[], next int|null" },
    { PUT, "/vms/{id}/rdns", VZ_ROLE_USER, 0,
      &vz_vm_rdns_form, NULL, vz_vm_rdns_set,
      "Give an address of a container a name in DNS, or take it away", 200,
      "ReverseNameSet: points_back bool|null, items ReverseNameState[]" },
    { PUT, "/vms/{id}/gates", VZ_ROLE_ADMIN, CHANGE,
      &vz_vm_firewall_gates_form, NULL, vz_vm_firewall_gates,
      "Open or shut a container's outgoing port 25, or all of its network",
      202, "Task" },
    { POST, "/vms", VZ_ROLE_ADMIN, CHANGE | VZ_ROUTE_LONG,
      &vz_vm_create_form, NULL, vz_vm_create,
      "Create a container for an existing user", 202, "Task" },
    { DELETE, "/vms/{id}", VZ_ROLE_ADMIN, CHANGE,
      &vz_vm_destroy_form, NULL, vz_vm_destroy,
      "Delete a container, into the trash while its plan has one, or for "
      "good; the body repeats its name as confirmation", 202, "Task" },
    { POST, "/vms/{id}/undelete", VZ_ROLE_ADMIN, CHANGE,
      NULL, NULL, vz_vm_trash_undelete,
      "Take a container out of the trash, and start it if it ran", 202,
      "Task" },
    { GET, "/trash", VZ_ROLE_USER, 0,
      NULL, &vz_vm_trash_args, vz_vm_trash_list,
      "List the containers in the trash, and how long each is kept", 200,
      "Trash" },
    { POST, "/vms/{id}/suspend", VZ_ROLE_ADMIN, CHANGE,
      &vz_vm_suspend_form, NULL, vz_vm_suspend,
      "Suspend a container: stop it, and allow nobody to start it",
      202, "Task" },
    { POST, "/vms/{id}/unsuspend", VZ_ROLE_ADMIN, CHANGE,
      NULL, NULL, vz_vm_suspend_undo,
      "Unsuspend a container", 202, "Task" },

    { GET, "/vms/{id}/backups", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_backup_list,
      "List the backups of a container, and how many its plan keeps", 200,
      "Backups" },
    { POST, "/vms/{id}/backups", VZ_ROLE_USER, CHANGE,
      NULL, NULL, vz_vm_backup_make,
      "Make a backup of a container", 202, "Task" },
    { PATCH, "/vms/{id}/backups", VZ_ROLE_ADMIN, 0,
      &vz_vm_backup_policy_form, NULL, vz_vm_backup_policy,
      "Change how many backups of a container are kept", 200, "Backups" },
    { DELETE, "/vms/{id}/backups/{backup}", VZ_ROLE_USER, VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_vm_backup_end,
      "Delete a backup", 204, NULL },
    { POST, "/vms/{id}/backups/{backup}/restore", VZ_ROLE_USER,
      CHANGE | VZ_ROUTE_STEP_UP,
      &vz_vm_backup_restore_form, NULL, vz_vm_backup_restore,
      "Restore a backup: in place, where the body repeats the container's "
      "name, or as a new container", 202, "Task" },

    { POST, "/vms/{id}/clone", VZ_ROLE_USER, CHANGE,
      &vz_vm_clone_form, NULL, vz_vm_clone,
      "Make another container with the disk that a container has now", 202,
      "Task" },

    { GET, "/vms/{id}/backups/{backup}/files", VZ_ROLE_USER, 0,
      NULL, &vz_vm_files_args, vz_vm_backup_files,
      "List a folder of a backup", 200, "BackupFiles" },
    { GET, "/vms/{id}/backups/{backup}/file", VZ_ROLE_USER, VZ_ROUTE_TEXT,
      NULL, &vz_vm_files_take_args, vz_vm_backup_files_take,
      "Download a file of a backup, or a folder as a tar archive", 200, NULL },

    { GET, "/vms/{id}/history", VZ_ROLE_USER, 0,
      NULL, &vz_history_told_args, vz_vm_history,
      "Show what a container used, and its limits", 200, "History" },
    { GET, "/vms/{id}/reasons", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_history_reasons,
      "Explain why a container is slow, or fails", 200,
      "Reasons: recorded time|null, reasons Reason[]" },
    { GET, "/vms/{id}/alerts", VZ_ROLE_USER, 0,
      NULL, NULL, vz_vm_alert_show,
      "Show what a container's owner is told of, and which alerts are raised",
      200, "Alerts" },
    { PATCH, "/vms/{id}/alerts", VZ_ROLE_USER, 0,
      &vz_vm_alert_form, NULL, vz_vm_alert_set,
      "Change what a container's owner is told of", 200, "Alerts" },

    { GET, "/tasks", VZ_ROLE_USER, 0,
      NULL, &vz_task_list_args, vz_task_list,
      "List tasks, the newest first", 200, "Tasks" },
    { GET, "/tasks/{id}", VZ_ROLE_USER, VZ_ROUTE_WAIT,
      NULL, NULL, vz_task_one,
      "Show a task, its steps and its log", 200, "TaskWithLog" },
    { POST, "/tasks/{id}/retry", VZ_ROLE_ADMIN, VZ_ROUTE_WAIT,
      NULL, NULL, vz_task_action_retry,
      "Retry a failed task", 202, "Task" },
    { POST, "/tasks/{id}/cancel", VZ_ROLE_ADMIN, VZ_ROUTE_WAIT,
      NULL, NULL, vz_task_action_cancel,
      "Cancel a queued task", 202, "Task" },
    { POST, "/tasks/{id}/seen", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_task_action_seen,
      "Mark a failed task as seen", 204, NULL },

    { GET, "/events", VZ_ROLE_USER, VZ_ROUTE_STREAM,
      NULL, &vz_events_stream_args, vz_events_stream,
      "Stream changes of containers and tasks, and notices", 200, NULL },

    { GET, "/admin/templates", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_template_admin_list,
      "List the registered templates, and those installed on the nodes",
      200, "Templates" },
    { POST, "/admin/templates", VZ_ROLE_ADMIN, 0,
      &vz_template_admin_resource.create, NULL, vz_template_admin_create,
      "Register an installed template", 201, "Template" },
    { PATCH, "/admin/templates/{id}", VZ_ROLE_ADMIN, 0,
      &vz_template_admin_resource.change, NULL, vz_template_admin_change,
      "Change how a template is offered", 200, "Template" },
    { DELETE, "/admin/templates/{id}", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_resource_route_delete,
      "Unregister a template", 204, NULL,
      &vz_template_admin_resource },

    { GET, "/admin/plans", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_resource_route_list,
      "List all plans, including hidden ones", 200, "Plans",
      &vz_plan_admin_resource },
    { POST, "/admin/plans", VZ_ROLE_ADMIN, 0,
      &vz_plan_admin_resource.create, NULL, vz_resource_route_create,
      "Create a plan", 201, "Plan",
      &vz_plan_admin_resource },
    { PATCH, "/admin/plans/{id}", VZ_ROLE_ADMIN, 0,
      &vz_plan_admin_resource.change, NULL, vz_resource_route_change,
      "Change a plan; existing containers keep their limits", 200, "Plan",
      &vz_plan_admin_resource },
    { DELETE, "/admin/plans/{id}", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_resource_route_delete,
      "Delete a plan that no container has", 204, NULL,
      &vz_plan_admin_resource },

    { GET, "/admin/addresses", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_address_pool_list,
      "List the address pools, and how many addresses each has left",
      200, "Pools" },
    { POST, "/admin/addresses", VZ_ROLE_ADMIN, 0,
      &vz_address_pool_resource.create, NULL, vz_address_pool_create,
      "Create a pool with all its addresses", 201, "Pool" },
    { PATCH, "/admin/addresses/{id}", VZ_ROLE_ADMIN, 0,
      &vz_address_pool_resource.change, NULL, vz_address_pool_change,
      "Change a pool; existing containers keep their addresses", 200, "Pool" },
    { DELETE, "/admin/addresses/{id}", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_address_pool_delete,
      "Delete a pool of which no address is taken", 204, NULL },
    { GET, "/admin/addresses/{id}/addresses", VZ_ROLE_ADMIN, 0,
      NULL, &vz_address_admin_args, vz_address_admin_list,
      "List the addresses of a pool, and who has them", 200, "Addresses" },
    { PATCH, "/admin/addresses/{id}/{address}", VZ_ROLE_ADMIN, 0,
      &vz_address_admin_form, NULL, vz_address_admin_change,
      "Reserve an address, or release its reservation", 200, "Address" },

    { GET, "/admin/users", VZ_ROLE_ADMIN, 0,
      NULL, &vz_user_list_args, vz_resource_route_list,
      "List users", 200, "Users",
      &vz_user_list_resource },
    { POST, "/admin/users", VZ_ROLE_ADMIN, VZ_ROUTE_STEP_UP,
      &vz_user_list_resource.create, NULL, vz_user_write_create,
      "Create a user; the password is mailed", 201, "User" },
    { GET, "/admin/users/{id}", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_user_list_one,
      "Show a user, with their containers", 200, "User" },
    { GET, "/admin/users/{id}/keys", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_ssh_keys_of,
      "List a user's public SSH keys", 200, "Keys" },
    { PATCH, "/admin/users/{id}", VZ_ROLE_ADMIN, VZ_ROUTE_STEP_UP,
      &vz_user_list_resource.change, NULL, vz_user_write_change,
      "Change, lock or unlock a user", 200, "User" },
    { POST, "/admin/users/{id}/password", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_user_write_password,
      "Mail a new password, and revoke sessions and API tokens", 204, NULL },
    { DELETE, "/admin/users/{id}/second-factor", VZ_ROLE_ADMIN,
      VZ_ROUTE_STEP_UP,
      NULL, NULL, vz_second_factor_end_user,
      "Turn off the second step of a user who lost app and passkeys", 204,
      NULL },
    { POST, "/admin/users/{id}/suspend", VZ_ROLE_ADMIN, 0,
      &vz_user_suspend_form, NULL, vz_user_suspend,
      "Suspend all containers of a user", 202, "SuspendedAll" },
    { POST, "/admin/users/{id}/unsuspend", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_user_suspend_undo,
      "Unsuspend all containers of a user", 202, "SuspendedAll" },

    { GET, "/admin/nodes", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_node_admin_list,
      "List the nodes, and what each reports of itself", 200, "Nodes" },
    { POST, "/admin/nodes", VZ_ROLE_ADMIN, 0,
      &vz_node_admin_resource.create, NULL, vz_node_admin_create,
      "Register a node of nginx.conf", 201, "Node" },
    { PATCH, "/admin/nodes/{id}", VZ_ROLE_ADMIN, 0,
      &vz_node_admin_resource.change, NULL, vz_node_admin_change,
      "Change which containers are placed on a node", 200, "Node" },
    { DELETE, "/admin/nodes/{id}", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_node_admin_delete,
      "Unregister a node that nginx.conf no longer has and that is empty",
      204, NULL },

    { GET, "/admin/nodes/{id}/containers", VZ_ROLE_ADMIN, 0,
      NULL, &vz_stranger_admin_args, vz_stranger_admin_list,
      "List a node's containers that the panel does not know, and those "
      "missing", 200, "NodeContainers" },
    { POST, "/admin/nodes/{id}/adopt", VZ_ROLE_ADMIN, CHANGE,
      &vz_adopt_admin_form, NULL, vz_adopt_admin_request,
      "Adopt an existing container for a user", 202, "Adopted" },
    { POST, "/admin/nodes/{id}/leave", VZ_ROLE_ADMIN, 0,
      &vz_stranger_admin_leave_form, NULL, vz_stranger_admin_leave,
      "Ignore an unknown container, or stop ignoring it", 204, NULL },

    { POST, "/admin/nodes/{id}/evacuate", VZ_ROLE_ADMIN, VZ_ROUTE_STEP_UP,
      &vz_node_evacuate_form, NULL, vz_node_evacuate,
      "Restore all containers of a dead node on another one, each out of its "
      "last backup", 202, "Evacuated: begun int, left int, items Moved[]" },
    { POST, "/admin/nodes/{id}/remove", VZ_ROLE_ADMIN, VZ_ROUTE_STEP_UP,
      &vz_vm_moved_form, NULL, vz_vm_moved_remove,
      "Remove from a node what it still has of a container that goes on "
      "elsewhere", 204, NULL },

    { GET, "/admin/nodes/{id}/history", VZ_ROLE_ADMIN, 0,
      NULL, &vz_history_told_args, vz_node_history,
      "Show what a node used", 200, "History" },

    { GET, "/admin/orders", VZ_ROLE_ADMIN, 0,
      NULL, &vz_order_review_args, vz_order_review_list,
      "List the orders that wait for approval", 200, "WaitingOrders" },
    { POST, "/admin/orders/{task}/approve", VZ_ROLE_ADMIN, VZ_ROUTE_WAIT,
      NULL, NULL, vz_order_review_approve,
      "Approve an order", 202, "Task" },
    { POST, "/admin/orders/{task}/reject", VZ_ROLE_ADMIN, 0,
      &vz_order_review_reject_form, NULL, vz_order_review_reject,
      "Reject an order, and release what it had claimed", 204, NULL },

    { GET, "/admin/backups", VZ_ROLE_ADMIN, 0,
      NULL, &vz_backup_admin_args, vz_backup_admin_list,
      "List how each container stands with its backups, the overdue ones first",
      200, "BackupStandings" },
    { POST, "/admin/backups/{vm}/check", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_backup_admin_check,
      "Check the backups of a container now, and boot the newest one", 204,
      NULL },
    { GET, "/admin/backups/lost", VZ_ROLE_ADMIN, 0,
      NULL, &vz_lost_admin_args, vz_lost_admin_list,
      "List the containers that were deleted, or whose node is dead, and the "
      "last backup of each", 200, "LostServers" },
    { POST, "/admin/backups/{backup}/restore", VZ_ROLE_ADMIN,
      CHANGE | VZ_ROUTE_STEP_UP,
      &vz_lost_admin_form, NULL, vz_lost_admin_restore,
      "Restore a backup of a container that was deleted, or whose node is "
      "dead, on another node", 202, "Task" },
    { GET, "/admin/audit", VZ_ROLE_ADMIN, 0,
      NULL, &vz_audit_list_args, vz_resource_route_list,
      "List the audit: who did what, when, from where", 200, "Audit",
      &vz_audit_list_resource },
    { GET, "/admin/mail", VZ_ROLE_ADMIN, 0,
      NULL, &vz_mail_admin_args, vz_resource_route_list,
      "List the mails of the outbox", 200, "Outbox",
      &vz_mail_admin_resource },
    { POST, "/admin/mail/{id}/retry", VZ_ROLE_ADMIN, 0,
      NULL, NULL, vz_mail_admin_retry,
      "Retry a failed mail", 200, "Mail" },

    { POST, "/mail/bounces", VZ_ROLE_ANYONE, VZ_ROUTE_MESSAGE,
      NULL, &vz_bounce_args, vz_bounce_take,
      "Take a mail that came back, piped by the mail server", 200, "Bounce" },

    { GET, "/health", VZ_ROLE_ANYONE, 0,
      NULL, NULL, vz_health_show,
      "Check the database, the nodes and the mail server", 200, "Health" },
    { GET, "/openapi.json", VZ_ROLE_ANYONE, VZ_ROUTE_ETAG,
      NULL, NULL, vz_openapi_show,
      "Show this document", 200, NULL },
    { GET, "/metrics", VZ_ROLE_ANYONE, VZ_ROUTE_TEXT,
      NULL, &vz_metrics_args, vz_metrics_show,
      "Show metrics for Prometheus: of the panel, or of each container", 200,
      NULL }
};

#undef GET
#undef POST
#undef PUT
#undef PATCH
#undef DELETE
#undef CHANGE
#undef HARDWARE


const vz_route_t *
vz_routes_table(ngx_uint_t *count)
{
    *count = sizeof(vz_routes) / sizeof(vz_route_t);

    return vz_routes;
}
