/*
 * The nodes as both the database and the configuration know them, and which
 * templates each has installed.  Kept per worker, read anew now and then.
 */

#ifndef VZ_NODE_H
#define VZ_NODE_H

#include "runtime/db.h"
#include "runtime/relay.h"
#include "runtime/waitq.h"


#define VZ_NODES_MAX      16        /* VZ_LEASE_COLLECT has room for so many */
#define VZ_TEMPLATES_MAX  256


typedef struct {
    ngx_str_t       name;
    ngx_str_t       date;           /* RFC 3339, as the node says it */
    uint64_t        size;           /* bytes */
} vz_node_template_t;

typedef struct {
    ngx_uint_t           index;          /* its place, and its duty's */
    uint64_t             id;             /* of its row */
    ngx_uint_t           there;          /* it has a row */
    ngx_uint_t           enabled;        /* containers are placed there */
    uint32_t             ctid_min;
    uint32_t             ctid_max;
    vz_node_t           *relay;          /* NULL: not in this configuration */
    ngx_str_t            name;

    /* installed templates, of the last time it answered */
    ngx_pool_t          *pool;
    ngx_uint_t           ntemplates;
    vz_node_template_t  *templates;
    time_t               asked;
    uint64_t             changed;        /* the generation then */
    vz_code_e            answer;         /* of asking, the last time */
    ngx_uint_t           known;          /* it answered once */
    ngx_uint_t           asking;
    time_t               mute;           /* until then nobody waits for it */
    vz_waitq_t           line;
} vz_node_row_t;


/*
 * vz_node_load: on a fiber, have the rows of the node table, not older than a
 * minute nor than the catalog's generation.  VZ_OK (also with old rows when the
 * database is down), or the database's code while none are known.
 */
vz_code_e vz_node_load(ngx_pool_t *pool);

/* vz_node_old: whether vz_node_load() would ask the database. */
ngx_uint_t vz_node_old(void);

/* vz_node_known: whether the database has told once. */
ngx_uint_t vz_node_known(void);

/*
 * vz_node_rows: those that are in the configuration, which are watched.  The
 * rows stay where they are for the life of the worker.
 * vz_node_places: those of them where containers are placed.
 */
ngx_uint_t vz_node_rows(vz_node_row_t *rows[VZ_NODES_MAX]);
ngx_uint_t vz_node_places(vz_node_row_t *rows[VZ_NODES_MAX]);

/* vz_node_find: by the id of the row, NULL where it is not known. */
vz_node_row_t *vz_node_find(uint64_t id);

/*
 * vz_node_templates: on a fiber, have node->templates not older than 10 s nor
 * than the catalog's generation.  All who want them wait for one question, and
 * for 2 s at most; vz_node_begin() asks it without waiting.
 * VZ_OK, or why there is no answer; what it had last is kept.
 */
void vz_node_begin(vz_node_row_t *node);
vz_code_e vz_node_templates(vz_node_row_t *node);

/*
 * vz_node_has: whether a template is installed there, by what is known.
 */
ngx_uint_t vz_node_has(const vz_node_row_t *node, const ngx_str_t *template);

/* vz_node_exit: worker stop. */
void vz_node_exit(void);


#endif /* VZ_NODE_H */
