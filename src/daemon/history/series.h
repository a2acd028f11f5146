/* The series of a history: what each is called, and how its values are made. */

#ifndef VZ_SERIES_H
#define VZ_SERIES_H

#include "daemon/base/ct_raw.h"


typedef enum {
    VZ_SERIES_LEVEL = 0,        /* as it is */
    VZ_SERIES_PERCENT,          /* of the time, from nanoseconds; of one CPU */
    VZ_SERIES_RATE,             /* per second */
    VZ_SERIES_EVENTS            /* how many there were: a sum, not a mean */
} vz_series_kind_e;

typedef struct {
    const char         *name;       /* on the wire */
    vz_series_kind_e    kind;
    unsigned            device;     /* 1: a counter of a device that others
                                       had before: it begins anywhere */
} vz_series_t;

extern const vz_series_t  vz_series[VZ_SERIES_COUNT];

/*
 * vz_series_value: the value of one series over ns nanoseconds, between two
 * readings; NAN where it is unknown. same: the counters are of one epoch. A
 * counter that fell has begun anew.
 */
float vz_series_value(unsigned series, uint64_t before, uint64_t now,
    uint64_t ns, unsigned same);


#endif /* VZ_SERIES_H */
