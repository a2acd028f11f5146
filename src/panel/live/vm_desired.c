/*
 * The desired state of a container: whether it shall run.
 */

#include "panel/api/strlist.h"
#include "panel/live/vm_desired.h"


/* in the order of vz_vm_desired_e */

const char *const  vz_vm_desired_names[] = { "running", "stopped", NULL };


vz_vm_desired_e
vz_vm_desired_parse(const ngx_str_t *name)
{
    return vz_strlist_index(name, vz_vm_desired_names) + 1;
}


const char *
vz_vm_desired_name(vz_vm_desired_e desired)
{
    return desired == VZ_VM_DESIRED_NONE ? ""
                                         : vz_vm_desired_names[desired - 1];
}
