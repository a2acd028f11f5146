/*
 * Changing the hardware of a container: PATCH /api/vms/{id}/network, /memory,
 * /disk, /cpu and /rate.
 */

#ifndef VZ_HARDWARE_H
#define VZ_HARDWARE_H

#include "panel/api/body.h"
#include "panel/vm/vm_action.h"


#define VZ_HARDWARE_SAME  INT64_MIN     /* of a number: it was not given */

/*
 * What a request asks for, as the forms read it.  A text that is empty, or a
 * number of VZ_HARDWARE_SAME, was not given; a limit may be VZ_LIMIT_NONE.
 */
typedef struct {
    ngx_str_t        hostname;
    ngx_str_t        gateway;           /* replaces that of its family */
    ngx_str_t        gateways;          /* of all families, by spaces */
    ngx_str_t        dns;               /* the same way */
    ngx_str_t        addresses;         /* the same way */
    int64_t          memory[3][2];      /* vmguar, oomguar, privvm in MiB */
    int64_t          disk[2];           /* soft, hard */
    int64_t          cpu[2];            /* units, per cent */
    int64_t          rate[2];           /* in, out in Mbit/s */
} vz_hardware_t;


extern const vz_body_t  vz_hardware_network_form;
extern const vz_body_t  vz_hardware_memory_form;
extern const vz_body_t  vz_hardware_disk_form;
extern const vz_body_t  vz_hardware_cpu_form;
extern const vz_body_t  vz_hardware_rate_form;

/* PATCH /api/vms/{id}/network, /memory, /disk, /cpu and /rate */
void vz_hardware_network(vz_call_t *call);
void vz_hardware_memory(vz_call_t *call);
void vz_hardware_disk(vz_call_t *call);
void vz_hardware_cpu(vz_call_t *call);
void vz_hardware_rate(vz_call_t *call);


#endif /* VZ_HARDWARE_H */
