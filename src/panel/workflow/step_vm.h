/*
 * What the steps of a workflow work with: the container as the database has
 * it, and over it what the task's data ask for.
 */

#ifndef VZ_STEP_VM_H
#define VZ_STEP_VM_H

#include "panel/live/vm_desired.h"
#include "panel/task/task_run.h"


/* The hardware of a container; texts are terminated. */
typedef struct {
    ngx_str_t        template;      /* its name on the node */
    ngx_str_t        hostname;
    ngx_str_t        gateway;       /* of each family, separated by spaces */
    ngx_str_t        dns;           /* up to three, the same way */
    ngx_str_t        addresses;     /* all of them, the same way */
    int64_t          memory[3][2];  /* vmguar, oomguar, privvm: barrier and
                                       limit in MiB; or VZ_LIMIT_NONE */
    int64_t          disk[2];       /* soft, hard */
    int64_t          cpu[2];        /* units, per cent */
    int64_t          rate[2];       /* in, out in Mbit/s; or VZ_LIMIT_NONE */
    int64_t          throttle;      /* its rate while it is throttled */
    ngx_uint_t       throttled;     /* because its month's traffic is used */
    vz_vm_desired_e  desired;       /* whether it shall run */
    ngx_uint_t       adopting;      /* the container was there before its row,
                                       and may not have got its tag yet */
} vz_step_vm_t;

/* The work of a run (run->work) that one of the functions below loaded. */
typedef struct {
    vz_step_vm_t     vm;            /* as the task wants it */
    vz_step_vm_t     was;           /* as the database has it */
    ngx_str_t        add;           /* addresses to give and to take, */
    ngx_str_t        drop;          /* separated by spaces */
    ngx_str_t        from;          /* tag of what is adopted, or empty */
    ngx_str_t        hash;          /* of root's password, or empty */
    ngx_str_t        keys;          /* fingerprints of root's SSH keys,
                                       separated by spaces */
    ngx_uint_t       chosen;        /* the task names keys, perhaps none */
    ngx_str_t        snapshot;      /* its name on the node, or empty */
    ngx_str_t        keep;          /* of one that is taken before another
                                       becomes the disk, or empty */
} vz_step_work_t;


/*
 * vz_step_vm_load: read the container's row; all is empty where it is gone.
 *
 * vz_step_vm_load_hardware: the same, and what the data of a change ask for:
 * {"hostname", "gateway", "dns", "add", "drop", "template", "hash",
 * "keys", "snapshot", "keep": texts;
 * "vmguarpages",
 * "oomguarpages", "privvmpages", "disk", "cpu", "rate": pairs of numbers;
 * "throttled": 0 or 1}.  What is
 * not there stays as it is.
 *
 * vz_step_vm_load_adopt: only the data of an adoption: {"from": text}.
 *
 * Each is a vz_workflow_load_pt: VZ_OK; VZ_INTERNAL for data that can't be
 * read; or the database's code.
 */
vz_code_e vz_step_vm_load(vz_task_run_t *run, const ngx_str_t *data);
vz_code_e vz_step_vm_load_hardware(vz_task_run_t *run, const ngx_str_t *data);
vz_code_e vz_step_vm_load_adopt(vz_task_run_t *run, const ngx_str_t *data);


#endif /* VZ_STEP_VM_H */
