/*
 * The workflows: what each kind of task is made of.
 */

#include "panel/workflow/step.h"
#include "panel/workflow/step_backup.h"
#include "panel/workflow/step_clone.h"
#include "panel/workflow/step_evacuate.h"
#include "panel/workflow/step_firewall.h"
#include "panel/workflow/step_guest.h"
#include "panel/workflow/step_rate.h"
#include "panel/workflow/step_reinstall.h"
#include "panel/workflow/step_rescue.h"
#include "panel/workflow/step_snapshot.h"
#include "panel/workflow/step_trash.h"
#include "panel/workflow/step_vm.h"
#include "panel/workflow/workflow.h"


#define vz_step(name, step, weight, lifecycle)                                \
    { name, vz_step_##step, weight, VZ_VM_LIFECYCLE_##lifecycle }


/* The transaction of the order has done the first two steps. */

static const vz_step_t  vz_order_steps[] = {
    vz_step("account", nothing, 0, NONE),
    vz_step("address", nothing, 0, NONE),
    vz_step("create", create, 40, CREATING),
    vz_step("limits", limits, 10, NONE),
    vz_step("network", first_network, 10, NONE),
    vz_step("password", guest_first, 5, NONE),
    vz_step("start", start, 25, READY),
    vz_step("mail", mail, 10, NONE)
};

/* for an existing user: the transaction has done the first step */

static const vz_step_t  vz_create_steps[] = {
    vz_step("address", nothing, 0, NONE),
    vz_step("create", create, 40, CREATING),
    vz_step("limits", limits, 10, NONE),
    vz_step("network", first_network, 10, NONE),
    vz_step("password", guest_first, 5, NONE),
    vz_step("start", start, 25, READY),
    vz_step("mail", mail, 10, NONE)
};

/* an order's mail once more, to the address that its buyer corrected */

static const vz_step_t  vz_credentials_steps[] = {
    vz_step("password", password, 30, NONE),
    vz_step("mail", mail, 70, NONE)
};

/* for a container that was on its node before it had a row */

static const vz_step_t  vz_adopt_steps[] = {
    vz_step("adopt", adopt, 95, NONE),
    vz_step("store", adopted, 5, NONE)
};

static const vz_step_t  vz_start_steps[] = {
    vz_step("start", start, 100, NONE)
};

static const vz_step_t  vz_stop_steps[] = {
    vz_step("stop", stop, 100, NONE)
};

static const vz_step_t  vz_poweroff_steps[] = {
    vz_step("poweroff", poweroff, 100, NONE)
};

static const vz_step_t  vz_password_steps[] = {
    vz_step("password", guest_hash, 100, NONE)
};

static const vz_step_t  vz_hostname_steps[] = {
    vz_step("hostname", guest_hostname, 90, NONE),
    vz_step("store", store, 10, NONE)
};

static const vz_step_t  vz_keys_steps[] = {
    vz_step("keys", guest_keys, 100, NONE)
};

static const vz_step_t  vz_reinstall_steps[] = {
    { "reinstall", vz_step_reinstall, 60, VZ_VM_LIFECYCLE_NONE },
    vz_step("limits", limits, 5, NONE),
    vz_step("password", reinstall_hash, 5, NONE),
    vz_step("keys", guest_keys, 5, NONE),
    vz_step("start", start, 20, NONE),
    vz_step("mail", reinstall_mail, 5, NONE)
};

static const vz_step_t  vz_revert_steps[] = {
    vz_step("revert", reinstall_revert, 50, NONE),
    vz_step("limits", limits, 20, NONE),
    vz_step("start", start, 30, NONE)
};

static const vz_step_t  vz_backup_steps[] = {
    vz_step("snapshot", backup_snapshot, 5, NONE),
    vz_step("upload", backup_upload, 85, NONE),
    vz_step("prune", backup_keep, 5, NONE),
    vz_step("unpin", backup_drop, 5, NONE)
};

static const vz_step_t  vz_restore_steps[] = {
    vz_step("restore", backup_restore, 75, NONE),
    vz_step("limits", limits, 5, NONE),
    vz_step("start", resume, 20, NONE)
};

/*
 * Another container out of a backup: the transaction has done the first step.
 * Its disk is as large as it will be before it is filled.
 */

static const vz_step_t  vz_restore_new_steps[] = {
    vz_step("address", nothing, 0, NONE),
    vz_step("create", create, 20, CREATING),
    vz_step("limits", limits, 5, NONE),
    vz_step("restore", backup_fill, 50, NONE),
    vz_step("network", first_network, 5, NONE),
    vz_step("start", start, 15, READY),
    vz_step("mail", mail, 5, NONE)
};

/* another container with the disk of one: the same */

static const vz_step_t  vz_clone_steps[] = {
    vz_step("address", nothing, 0, NONE),
    vz_step("clone", clone, 60, CREATING),
    vz_step("limits", limits, 5, NONE),
    vz_step("network", first_network, 5, NONE),
    vz_step("firewall", clone_firewall, 5, NONE),
    vz_step("start", start, 20, READY),
    vz_step("mail", mail, 5, NONE)
};

/* the same of one that was deleted, with all that its record tells */

static const vz_step_t  vz_recover_steps[] = {
    vz_step("address", nothing, 0, NONE),
    vz_step("create", create, 20, CREATING),
    vz_step("restore", backup_fill, 45, NONE),
    vz_step("history", backup_inherit, 5, NONE),
    vz_step("limits", limits, 5, NONE),
    vz_step("network", first_network, 5, NONE),
    vz_step("firewall", firewall_again, 5, NONE),
    vz_step("start", start, 10, READY),
    vz_step("mail", mail, 5, NONE)
};

/* the row stays what it is, on another node: its own is dead */

static const vz_step_t  vz_evacuate_steps[] = {
    vz_step("create", create, 20, NONE),
    vz_step("restore", backup_fill, 45, NONE),
    vz_step("history", backup_inherit, 5, NONE),
    vz_step("limits", limits, 5, NONE),
    vz_step("network", first_network, 5, NONE),
    vz_step("firewall", firewall_again, 5, NONE),
    vz_step("start", evacuate_start, 10, NONE),
    vz_step("tell", evacuate_mail, 5, NONE)
};

static const vz_step_t  vz_rescue_steps[] = {
    { "rescue", vz_step_rescue, 50, VZ_VM_LIFECYCLE_NONE },
    vz_step("password", reinstall_hash, 5, NONE),
    vz_step("keys", guest_keys_send, 5, NONE),
    vz_step("start", start, 35, NONE),
    vz_step("mail", rescue_mail, 5, NONE)
};

static const vz_step_t  vz_unrescue_steps[] = {
    vz_step("unrescue", rescue_leave, 60, NONE),
    vz_step("start", start, 40, NONE)
};

static const vz_step_t  vz_snapshot_steps[] = {
    { "snapshot", vz_step_snapshot, 100, VZ_VM_LIFECYCLE_NONE }
};

static const vz_step_t  vz_snapshot_drop_steps[] = {
    vz_step("drop", snapshot_drop, 100, NONE)
};

/* what is kept of before is whole: it is taken when nothing runs any more */

static const vz_step_t  vz_rollback_steps[] = {
    vz_step("stop", snapshot_stop, 25, NONE),
    vz_step("keep", snapshot_keep, 10, NONE),
    vz_step("rollback", snapshot_rollback, 25, NONE),
    vz_step("limits", limits, 10, NONE),
    vz_step("start", resume, 25, NONE),
    vz_step("tidy", snapshot_tidy, 5, NONE)
};

static const vz_step_t  vz_restart_steps[] = {
    vz_step("restart", restart, 100, NONE)
};

static const vz_step_t  vz_destroy_steps[] = {
    vz_step("destroy", destroy, 95, NONE),
    vz_step("release", release, 5, NONE)
};

static const vz_step_t  vz_trash_steps[] = {
    vz_step("stop", stop, 100, NONE)
};

static const vz_step_t  vz_undelete_steps[] = {
    vz_step("start", trash_undelete, 100, NONE)
};

static const vz_step_t  vz_suspend_steps[] = {
    vz_step("stop", stop, 100, SUSPENDED)
};

static const vz_step_t  vz_unsuspend_steps[] = {
    vz_step("start", resume, 100, READY)
};

static const vz_step_t  vz_memory_steps[] = {
    vz_step("memory", memory, 90, NONE),
    vz_step("store", store, 10, NONE)
};

static const vz_step_t  vz_disk_steps[] = {
    vz_step("disk", disk, 90, NONE),
    vz_step("store", store, 10, NONE)
};

static const vz_step_t  vz_cpu_steps[] = {
    vz_step("cpu", cpu, 90, NONE),
    vz_step("store", store, 10, NONE)
};

static const vz_step_t  vz_rate_steps[] = {
    vz_step("rate", rate, 90, NONE),
    vz_step("store", store, 10, NONE)
};

static const vz_step_t  vz_throttle_steps[] = {
    vz_step("rate", rate, 90, NONE),
    vz_step("store", rate_throttled, 10, NONE)
};

static const vz_step_t  vz_network_steps[] = {
    vz_step("network", network, 90, NONE),
    vz_step("store", store, 10, NONE)
};

static const vz_step_t  vz_firewall_steps[] = {
    vz_step("firewall", firewall_set, 90, NONE),
    vz_step("store", firewall_store, 10, NONE)
};

static const vz_step_t  vz_firewall_keep_steps[] = {
    vz_step("firewall", firewall_keep, 90, NONE),
    vz_step("store", firewall_kept, 10, NONE)
};

static const vz_step_t  vz_gates_steps[] = {
    vz_step("firewall", firewall_gates, 90, NONE),
    vz_step("store", firewall_gated, 10, NONE)
};


#define CANCEL    VZ_WORKFLOW_CANCELLABLE
#define RETRY     VZ_WORKFLOW_RETRY
#define STARTS    VZ_WORKFLOW_STARTS
#define RESHAPES  VZ_WORKFLOW_RESHAPES
#define HARDWARE  (RESHAPES|CANCEL|RETRY|VZ_WORKFLOW_RETRY_IF_VERSION)

#define vz_workflow(kind, flags, load, failed, undo, notice, broke, attempts, \
    steps)                                                                    \
    { kind, flags, load, VZ_VM_LIFECYCLE_##failed, undo, VZ_NOTICE_##notice,  \
      VZ_NOTICE_##broke, attempts, sizeof(steps) / sizeof(vz_step_t), steps }

/*
 * A change of the network is never retried: its addresses were given back; a
 * snapshot is not, for it would be of another moment than its row says; nor is
 * a rollback, for what was kept of before would be older than what it undoes.
 *
 * Attempts are also what a worker has that takes over from one that died: the
 * node is busy with what that one asked for, of backups for an hour.
 */

static const vz_workflow_t  vz_workflows[] = {
    vz_workflow("order", RETRY, vz_step_vm_load_hardware, CREATE_FAILED, NULL,
                NONE, ORDER_FAILED, 60, vz_order_steps),
    vz_workflow("create", RETRY, vz_step_vm_load_hardware, CREATE_FAILED, NULL,
                NONE, ORDER_FAILED, 60, vz_create_steps),
    vz_workflow("credentials", RETRY|VZ_WORKFLOW_RETRY_IF_DRAWN, NULL, NONE,
                NULL, NONE, ORDER_FAILED, 60, vz_credentials_steps),
    vz_workflow("adopt", RETRY, vz_step_vm_load_adopt, CREATE_FAILED, NULL,
                NONE, NONE, 20, vz_adopt_steps),
    vz_workflow("start", CANCEL|RETRY|STARTS, NULL, NONE, NULL, NONE, NONE, 6,
                vz_start_steps),
    vz_workflow("stop", CANCEL|RETRY, NULL, NONE, NULL, NONE, NONE, 6,
                vz_stop_steps),
    vz_workflow("poweroff", CANCEL|RETRY, NULL, NONE, NULL, NONE, NONE, 6,
                vz_poweroff_steps),
    vz_workflow("restart", CANCEL|RETRY|STARTS, NULL, NONE, NULL, NONE, NONE,
                6, vz_restart_steps),
    vz_workflow("reinstall", CANCEL|RETRY|STARTS, vz_step_vm_load_hardware,
                NONE, vz_step_resume, NONE, NONE, 6, vz_reinstall_steps),
    vz_workflow("revert", CANCEL|RETRY|STARTS, vz_step_vm_load, NONE,
                vz_step_resume, NONE, NONE, 6, vz_revert_steps),
    vz_workflow("backup", CANCEL|VZ_WORKFLOW_FREES, NULL, NONE,
                vz_step_backup_undo, NONE, NONE, 120, vz_backup_steps),
    vz_workflow("restore", CANCEL|RETRY|STARTS, vz_step_vm_load_hardware, NONE,
                vz_step_resume, NONE, NONE, 60, vz_restore_steps),
    vz_workflow("restore_new", RETRY, vz_step_vm_load_hardware, CREATE_FAILED,
                NULL, NONE, ORDER_FAILED, 60, vz_restore_new_steps),
    vz_workflow("clone", RETRY, vz_step_vm_load_hardware, CREATE_FAILED, NULL,
                NONE, ORDER_FAILED, 60, vz_clone_steps),
    vz_workflow("recover", RETRY, vz_step_vm_load_hardware, CREATE_FAILED,
                NULL, NONE, ORDER_FAILED, 60, vz_recover_steps),
    vz_workflow("evacuate", RETRY, vz_step_vm_load_hardware, NONE, NULL, NONE,
                NONE, 60, vz_evacuate_steps),
    vz_workflow("rescue", CANCEL|RETRY|STARTS, vz_step_vm_load_hardware, NONE,
                vz_step_resume, RESCUED, NONE, 6, vz_rescue_steps),
    vz_workflow("unrescue", CANCEL|RETRY|STARTS, vz_step_vm_load, NONE,
                vz_step_resume, UNRESCUED, NONE, 6, vz_unrescue_steps),
    vz_workflow("snapshot", CANCEL, vz_step_vm_load_hardware, NONE,
                vz_step_snapshot_undo, NONE, NONE, 6, vz_snapshot_steps),
    vz_workflow("snapshot_drop", CANCEL|RETRY, vz_step_vm_load_hardware, NONE,
                NULL, NONE, NONE, 6, vz_snapshot_drop_steps),
    vz_workflow("rollback", CANCEL|STARTS, vz_step_vm_load_hardware, NONE,
                vz_step_resume, NONE, NONE, 6, vz_rollback_steps),
    vz_workflow("password", CANCEL|RETRY, vz_step_vm_load_hardware, NONE, NULL,
                NONE, NONE, 6, vz_password_steps),
    vz_workflow("hostname", HARDWARE, vz_step_vm_load_hardware, NONE,
                vz_step_guest_undo_name, NONE, NONE, 6, vz_hostname_steps),
    vz_workflow("keys", CANCEL|RETRY, vz_step_vm_load_hardware, NONE, NULL,
                NONE, NONE, 6, vz_keys_steps),
    vz_workflow("destroy", RETRY, vz_step_vm_load, DELETE_FAILED, NULL, NONE,
                NONE, 20, vz_destroy_steps),
    vz_workflow("trash", RETRY, NULL, TRASHED, NULL, NONE, NONE, 20,
                vz_trash_steps),
    vz_workflow("undelete", CANCEL|RETRY|STARTS, vz_step_vm_load, NONE, NULL,
                NONE, NONE, 6, vz_undelete_steps),
    vz_workflow("suspend", CANCEL|RETRY, NULL, NONE, NULL, SUSPENDED, NONE,
                20, vz_suspend_steps),
    vz_workflow("unsuspend", CANCEL|RETRY, vz_step_vm_load, NONE, NULL,
                UNSUSPENDED, NONE, 6, vz_unsuspend_steps),
    vz_workflow("memory", HARDWARE, vz_step_vm_load_hardware, NONE,
                vz_step_undo_hardware, NONE, NONE, 6, vz_memory_steps),
    vz_workflow("disk", HARDWARE, vz_step_vm_load_hardware, NONE,
                vz_step_undo_hardware, NONE, NONE, 6, vz_disk_steps),
    vz_workflow("cpu", HARDWARE, vz_step_vm_load_hardware, NONE,
                vz_step_undo_hardware, NONE, NONE, 6, vz_cpu_steps),
    vz_workflow("rate", HARDWARE, vz_step_vm_load_hardware, NONE,
                vz_step_rate_undo, NONE, NONE, 6, vz_rate_steps),
    vz_workflow("throttle", CANCEL|RETRY, vz_step_vm_load_hardware, NONE,
                NULL, NONE, NONE, 20, vz_throttle_steps),
    vz_workflow("unthrottle", CANCEL|RETRY, vz_step_vm_load_hardware, NONE,
                NULL, NONE, NONE, 20, vz_throttle_steps),
    vz_workflow("network", RESHAPES, vz_step_vm_load_hardware, NONE,
                vz_step_undo_network, NONE, NONE, 6, vz_network_steps),
    vz_workflow("firewall", CANCEL, vz_step_firewall_load, NONE, NULL, NONE,
                NONE, 6, vz_firewall_steps),
    vz_workflow("firewall_keep", CANCEL, NULL, NONE, NULL, NONE, NONE, 6,
                vz_firewall_keep_steps),
    vz_workflow("gates", CANCEL|RETRY, vz_step_firewall_load, NONE, NULL, NONE,
                NONE, 6, vz_gates_steps)
};


void
vz_workflow_init(void)
{
    vz_task_workflow_init(vz_workflows,
                          sizeof(vz_workflows) / sizeof(vz_workflow_t));
}
