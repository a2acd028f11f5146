/*
 * Which function carries out which verb, on every driver.
 */

#ifndef VZ_VERB_TABLE_H
#define VZ_VERB_TABLE_H

#include "daemon/base/driver.h"
#include "daemon/server/feature.h"


typedef struct {
    vz_verb_pt    run;              /* NULL: not on this host */
    unsigned      bare;             /* 1: it needs no driver */
    vz_feature_e  feature;          /* that the driver must have */
} vz_verb_row_t;

extern const vz_verb_row_t  vz_verb_table[VZ_VERB_COUNT];


#endif /* VZ_VERB_TABLE_H */
