/*
 * The hardware of a container: what a change of it asks for.
 */

#ifndef VZ_HARDWARE_H
#define VZ_HARDWARE_H

#include "panel/api/body.h"
#include "panel/vm/vm_action.h"


#define VZ_HARDWARE_SAME  INT64_MIN     /* of a number: it was not given */

/* As the forms read it: a limit of 0 is none, an empty text not given. */
typedef struct {
    ngx_str_t        hostname;
    ngx_str_t        gateway;           /* of its family */
    ngx_str_t        gateways;          /* words: of all families */
    ngx_str_t        dns;               /* words */
    ngx_str_t        addresses;
    int64_t          memory[3][2];      /* vmguar, oomguar, privvm in MiB */
    int64_t          disk[2];           /* soft, hard */
    int64_t          cpu[2];            /* units, per cent */
} vz_hardware_t;

extern const vz_verb_body_t  vz_hardware_network_form;
extern const vz_verb_body_t  vz_hardware_memory_form;
extern const vz_verb_body_t  vz_hardware_disk_form;
extern const vz_verb_body_t  vz_hardware_cpu_form;
void vz_hardware_network(vz_call_t *call);
void vz_hardware_memory(vz_call_t *call);
void vz_hardware_disk(vz_call_t *call);
void vz_hardware_cpu(vz_call_t *call);


#endif /* VZ_HARDWARE_H */
