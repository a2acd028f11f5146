/*
 * The lifecycle of a container, from its order to its end.
 */

#include "panel/api/strlist.h"
#include "panel/live/vm_lifecycle.h"


/* in the order of vz_vm_lifecycle_e */

const char *const  vz_vm_lifecycle_names[] = {
    "ordered", "creating", "ready", "suspended", "deleting", "create_failed",
    "delete_failed", "trashed", NULL
};


vz_vm_lifecycle_e
vz_vm_lifecycle_parse(const ngx_str_t *name)
{
    return vz_strlist_index(name, vz_vm_lifecycle_names) + 1;
}


const char *
vz_vm_lifecycle_name(vz_vm_lifecycle_e lifecycle)
{
    return lifecycle == VZ_VM_LIFECYCLE_NONE
           ? "" : vz_vm_lifecycle_names[lifecycle - 1];
}


vz_vm_lifecycle_e
vz_vm_lifecycle_retried(vz_vm_lifecycle_e lifecycle)
{
    switch (lifecycle) {

    case VZ_VM_LIFECYCLE_CREATE_FAILED:
        return VZ_VM_LIFECYCLE_CREATING;

    case VZ_VM_LIFECYCLE_DELETE_FAILED:
        return VZ_VM_LIFECYCLE_DELETING;

    default:
        return lifecycle;
    }
}
