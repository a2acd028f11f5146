/*
 * The lifecycle of a container, from its order to its end: the column
 * vm.lifecycle and the API's "lifecycle".
 */

#ifndef VZ_VM_LIFECYCLE_H
#define VZ_VM_LIFECYCLE_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    VZ_VM_LIFECYCLE_NONE = 0,       /* a name that is none of these */
    VZ_VM_LIFECYCLE_ORDERED,
    VZ_VM_LIFECYCLE_CREATING,
    VZ_VM_LIFECYCLE_READY,
    VZ_VM_LIFECYCLE_SUSPENDED,
    VZ_VM_LIFECYCLE_DELETING,
    VZ_VM_LIFECYCLE_CREATE_FAILED,
    VZ_VM_LIFECYCLE_DELETE_FAILED,
    VZ_VM_LIFECYCLE_TRASHED
} vz_vm_lifecycle_e;

/* A set of them. */
#define vz_vm_lifecycle_bit(lifecycle)  ((ngx_uint_t) 1 << (lifecycle))

#define VZ_VM_LIFECYCLE_IS_READY                                              \
    vz_vm_lifecycle_bit(VZ_VM_LIFECYCLE_READY)
#define VZ_VM_LIFECYCLE_IS_MADE                                               \
    (VZ_VM_LIFECYCLE_IS_READY                                                 \
     | vz_vm_lifecycle_bit(VZ_VM_LIFECYCLE_SUSPENDED))

/* VZ_VM_LIFECYCLE_IS_MADE in a statement */
#define vz_vm_lifecycle_made(column)  column " IN ('ready', 'suspended')"


/* vz_vm_lifecycle_names: those of all, ended by NULL. */
extern const char *const  vz_vm_lifecycle_names[];


/*
 * vz_vm_lifecycle_parse: the lifecycle of that name, VZ_VM_LIFECYCLE_NONE
 * where there is none.
 */
vz_vm_lifecycle_e vz_vm_lifecycle_parse(const ngx_str_t *name);

/* vz_vm_lifecycle_name: its name, static; "" of VZ_VM_LIFECYCLE_NONE. */
const char *vz_vm_lifecycle_name(vz_vm_lifecycle_e lifecycle);

/*
 * vz_vm_lifecycle_retried: what a failed lifecycle becomes when the task that
 * failed is retried; any other stays as it is.
 */
vz_vm_lifecycle_e vz_vm_lifecycle_retried(vz_vm_lifecycle_e lifecycle);


#endif /* VZ_VM_LIFECYCLE_H */
