/*
 * Where backups lie.
 */

#include "panel/api/strlist.h"
#include "panel/node/repository.h"


ngx_str_t
vz_repository_first(const vz_node_limit_t *limit)
{
    ngx_str_t  rest, word = ngx_null_string;

    if (vz_node_limit_has(limit, "backup")) {
        rest = limit->repositories;

        if (!vz_strlist_next(&rest, ',', &word) || vz_strlist_is(&word, "-")) {
            ngx_str_null(&word);
        }
    }

    return word;
}


vz_node_row_t *
vz_repository_node(ngx_pool_t *pool, uint64_t id, const ngx_str_t *name)
{
    ngx_uint_t      i, n;
    vz_node_row_t  *row, *rows[VZ_NODES_MAX];

    (void) vz_node_load(pool);
    row = vz_node_find(id);

    if (row != NULL && vz_repository_reached(row, name)) {
        return row;
    }

    n = vz_node_rows(rows);

    for (i = 0; i < n; i++) {
        if (rows[i] != row && vz_repository_reached(rows[i], name)) {
            return rows[i];
        }
    }

    return NULL;
}


ngx_uint_t
vz_repository_reached(vz_node_row_t *node, const ngx_str_t *name)
{
    const vz_node_limit_t  *limit;

    if (node->relay == NULL) {
        return 0;
    }

    limit = vz_node_limit_known(node);

    return vz_node_limit_has(limit, "backup")
           && vz_strlist_has(limit->repositories, ',', name);
}
