/*
 * What the fuzz targets share: what libFuzzer calls, and a claim that ends a
 * target where it does not hold.
 */

#ifndef VZ_FUZZ_H
#define VZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);


static inline void
must(int truth)
{
    if (!truth) {
        abort();
    }
}


#endif /* VZ_FUZZ_H */
