/* The figures of the node itself, for the recorder. */

#ifndef VZ_NODE_METER_H
#define VZ_NODE_METER_H

#include "daemon/base/config.h"
#include "daemon/base/ct_raw.h"


/*
 * vz_node_meter: read the node: CPU, memory, the disk that has the containers
 * and its device, the uplink (or all interfaces that are devices), processes,
 * pressure, and what the kernel killed because memory was used up.
 */
void vz_node_meter(const vz_config_t *conf, vz_ct_raw_t *raw);


#endif /* VZ_NODE_METER_H */
