/*
 * Folders of any depth are made, synced and removed.
 *
 * sources: src/daemon/base/dirtree.c
 */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/base/dirtree.h"


static char  home[] = "/tmp/vz-tree-XXXXXX";


static void
very_deep_folders_can_be_removed(void **state)
{
    int    i, fd, next;
    char   deep[PATH_MAX];

    (void) state;

    (void) snprintf(deep, sizeof(deep), "%s/deep", home);
    assert_int_equal(mkdir(deep, 0700), 0);
    fd = open(deep, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    for (i = 0; i < 3000; i++) {
        assert_int_equal(mkdirat(fd, "eleven-char", 0700), 0);
        next = openat(fd, "eleven-char", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
        assert_true(next != -1);
        (void) close(fd);
        fd = next;
    }

    assert_int_equal(symlinkat(home, fd, "link"), 0);
    (void) close(fd);

    assert_int_equal(vz_dirtree_remove(deep), 0);
    assert_int_not_equal(access(deep, F_OK), 0);
    assert_int_equal(access(home, F_OK), 0);

    /* nothing there is nothing to do */
    assert_int_equal(vz_dirtree_remove(deep), 0);
    assert_int_equal(vz_dirtree_remove("relative"), -1);
}


static void
a_folder_is_made_with_its_parents_and_synced(void **state)
{
    char         path[PATH_MAX];
    struct stat  st;

    (void) state;

    (void) snprintf(path, sizeof(path), "%s/a/b/c", home);
    assert_int_equal(vz_dirtree_make(path, 0711), 0);
    assert_int_equal(vz_dirtree_make(path, 0700), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0711);

    assert_int_equal(vz_dirtree_sync(path), 0);
    assert_int_equal(vz_dirtree_remove(path), 0);
    assert_int_equal(vz_dirtree_sync(path), -1);
}


int
main(void)
{
    int  rc;

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(very_deep_folders_can_be_removed),
        cmocka_unit_test(a_folder_is_made_with_its_parents_and_synced)
    };

    if (mkdtemp(home) == NULL) {
        return 1;
    }

    rc = cmocka_run_group_tests(tests, NULL, NULL);

    return vz_dirtree_remove(home) == -1 ? 1 : rc;
}
