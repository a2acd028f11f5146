/*
 * The superblock of a copied btrfs: it gets an id of its own, in each of its
 * copies, and keeps the one that is in its blocks; one that is not whole is
 * left alone.
 *
 * sources: src/daemon/rootfs/super.c
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "unit.h"
#include "daemon/rootfs/super.h"


#define SIZE       4096
#define FIRST      (64LL << 10)
#define SECOND     (64LL << 20)
#define FSID       0x20             /* places in it */
#define BYTENR     0x30
#define MAGIC      0x40
#define GENERATION 0x48
#define LOG_ROOT   0x60
#define INCOMPAT   0xbc
#define CSUM_TYPE  0xc4
#define METADATA   0x23b


/* their sums, by another program */
#define SUM_FIRST   0x3be52089U
#define SUM_SECOND  0xf5cd4129U
#define SUM_OTHER   0xeece785cU     /* of the first, with another csum_type */

static int  fd = -1;


static void
put(uint8_t *at, uint64_t value, unsigned bytes)
{
    unsigned  i;

    for (i = 0; i < bytes; i++) {
        at[i] = (uint8_t) (value >> (8 * i));
    }
}


static uint64_t
number(const uint8_t *at)
{
    unsigned  i;
    uint64_t  value;

    for (value = 0, i = 0; i < 8; i++) {
        value |= (uint64_t) at[i] << (8 * i);
    }

    return value;
}


static void
write_one(int64_t place, uint16_t type, uint32_t sum)
{
    uint8_t  super[SIZE];

    memset(super, 0, sizeof(super));
    put(super, sum, 4);
    memset(super + FSID, 0x11, 16);
    put(super + BYTENR, (uint64_t) place, 8);
    memcpy(super + MAGIC, "_BHRfS_M", 8);
    put(super + GENERATION, 7, 8);
    put(super + LOG_ROOT, 0x1234000, 8);
    put(super + INCOMPAT, 0x341, 8);
    put(super + CSUM_TYPE, type, 2);

    assert_int_equal(pwrite(fd, super, SIZE, place), SIZE);
}


static void
read_one(int64_t place, uint8_t super[SIZE])
{
    assert_int_equal(pread(fd, super, SIZE, place), SIZE);
}


static int
setup(void **state)
{
    char  path[] = "/tmp/vz-super-XXXXXX";

    (void) state;

    fd = mkstemp(path);

    return fd == -1 || unlink(path) == -1
           || ftruncate(fd, SECOND + SIZE) == -1 ? -1 : 0;
}


static int
teardown(void **state)
{
    (void) state;

    return close(fd);
}


static void
test_renewed(void **state)
{
    unsigned  i;
    uint8_t   before[16], one[SIZE], two[SIZE], again[SIZE];
    uint64_t  generation;

    (void) state;

    memset(before, 0x11, sizeof(before));
    write_one(FIRST, 0, SUM_FIRST);
    write_one(SECOND, 0, SUM_SECOND);
    assert_int_equal(vz_super_renew(fd), 0);
    read_one(FIRST, one);
    read_one(SECOND, two);

    assert_memory_not_equal(one + FSID, before, 16);
    assert_memory_equal(one + METADATA, before, 16);
    assert_int_equal(number(one + INCOMPAT), 0x341 | 0x400);
    assert_int_equal(number(one + LOG_ROOT), 0);
    assert_int_equal(number(one + GENERATION), 7);
    assert_memory_equal(one + FSID, two + FSID, 16);
    assert_int_equal(number(two + BYTENR), SECOND);

    /* whose sum is right, too, and whose blocks have the id of before */

    for (i = 0; i < 3; i++) {
        assert_int_equal(vz_super_generation(fd, &generation), 0);
        assert_int_equal(generation, 7);
        assert_int_equal(vz_super_renew(fd), 0);
    }

    read_one(FIRST, again);
    assert_memory_not_equal(again + FSID, one + FSID, 16);
    assert_memory_equal(again + METADATA, before, 16);
}


static void
test_first_alone(void **state)
{
    uint8_t  two[SIZE], nothing[SIZE];

    (void) state;

    memset(nothing, 0, sizeof(nothing));
    write_one(FIRST, 0, SUM_FIRST);
    assert_int_equal(vz_super_renew(fd), 0);
    read_one(SECOND, two);
    assert_memory_equal(two, nothing, SIZE);

    /* of a file that ends before it */

    assert_int_equal(ftruncate(fd, FIRST + SIZE), 0);
    write_one(FIRST, 0, SUM_FIRST);
    assert_int_equal(vz_super_renew(fd), 0);
}


static void
left_alone(int error)
{
    uint8_t  before[SIZE], after[SIZE];

    read_one(FIRST, before);
    errno = 0;
    assert_int_equal(vz_super_renew(fd), -1);
    assert_int_equal(errno, error);
    read_one(FIRST, after);
    assert_memory_equal(before, after, SIZE);
}


static void
test_broken(void **state)
{
    uint64_t  generation;

    (void) state;

    left_alone(EUCLEAN);                            /* nothing is there */

    write_one(FIRST, 0, SUM_FIRST ^ 1);
    left_alone(EUCLEAN);
    assert_int_equal(vz_super_generation(fd, &generation), -1);

    write_one(FIRST, 1, SUM_OTHER);                 /* xxhash */
    left_alone(EOPNOTSUPP);

    write_one(FIRST, 0, SUM_FIRST);
    assert_int_equal(pwrite(fd, "x", 1, FIRST + SIZE - 1), 1);
    left_alone(EUCLEAN);

    write_one(FIRST, 0, SUM_FIRST);
    assert_int_equal(pwrite(fd, "x", 1, FIRST + MAGIC), 1);
    left_alone(EUCLEAN);

    write_one(FIRST, 0, SUM_FIRST);
    assert_int_equal(ftruncate(fd, FIRST + SIZE - 1), 0);
    errno = 0;
    assert_int_equal(vz_super_renew(fd), -1);
    assert_int_equal(errno, EUCLEAN);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_renewed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken, setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
