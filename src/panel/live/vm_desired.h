/*
 * The desired state of a container: whether it shall run.  It is the column
 * vm.desired_state and the API's "desired_state"; what the node says it does
 * is another thing (live/collector.h).
 */

#ifndef VZ_VM_DESIRED_H
#define VZ_VM_DESIRED_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    VZ_VM_DESIRED_NONE = 0,         /* a name that is none of these */
    VZ_VM_DESIRED_RUNNING,
    VZ_VM_DESIRED_STOPPED
} vz_vm_desired_e;


/* vz_vm_desired_names: those of both, ended by NULL. */
extern const char *const  vz_vm_desired_names[];


/*
 * vz_vm_desired_parse: the desired state of that name, VZ_VM_DESIRED_NONE
 * where there is none.
 */
vz_vm_desired_e vz_vm_desired_parse(const ngx_str_t *name);

/* vz_vm_desired_name: its name, static; "" of VZ_VM_DESIRED_NONE. */
const char *vz_vm_desired_name(vz_vm_desired_e desired);


#endif /* VZ_VM_DESIRED_H */
