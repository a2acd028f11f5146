/*
 * The nodes that both the database and the configuration have, and the
 * templates that each has installed.  Each worker keeps its own copy and reads
 * it again from time to time.
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
    ngx_uint_t      cloud;          /* it has cloud-init */
} vz_node_template_t;

typedef struct {
    ngx_uint_t           index;          /* its place here, and its lease's */
    uint64_t             id;             /* of its row */
    ngx_uint_t           there;          /* the database has the row */
    ngx_uint_t           enabled;        /* containers are placed there */
    ngx_uint_t           dead;           /* an administrator says so */
    uint32_t             ctid_min;
    uint32_t             ctid_max;
    vz_node_t           *relay;          /* NULL: not in this configuration */
    ngx_str_t            name;

    /* the installed templates, from the node's last answer */
    ngx_pool_t          *pool;
    ngx_uint_t           ntemplates;
    vz_node_template_t  *templates;
    time_t               asked;          /* when it was asked last */
    uint64_t             changed;        /* the catalog's generation then */
    vz_code_e            answer;         /* how that ended */
    ngx_uint_t           known;          /* it has answered once */
    ngx_uint_t           asking;         /* a fiber is asking it now */
    time_t               mute;           /* nobody waits for it until then */
    vz_waitq_t           line;           /* of those who wait for the fiber */
} vz_node_row_t;


/*
 * vz_node_load: on a fiber, have the rows of the node table, not older than a
 * minute nor than the catalog's generation.  VZ_OK (also with old rows when the
 * database is down), or the database's code while none are known.
 */
vz_code_e vz_node_load(ngx_pool_t *pool);

/* vz_node_old: whether vz_node_load() would ask the database. */
ngx_uint_t vz_node_old(void);

/* vz_node_known: whether the rows were loaded at least once. */
ngx_uint_t vz_node_known(void);

/*
 * vz_node_rows: the nodes that the configuration has; returns how many.  The
 * rows stay where they are for the life of the worker.
 */
ngx_uint_t vz_node_rows(vz_node_row_t *rows[VZ_NODES_MAX]);

/* vz_node_places: those of them that new containers are placed on. */
ngx_uint_t vz_node_places(vz_node_row_t *rows[VZ_NODES_MAX]);

/* vz_node_find: a node by the id of its row; NULL where it is not known. */
vz_node_row_t *vz_node_find(uint64_t id);

/*
 * vz_node_begin: start asking a node for its templates, unless the last answer
 * is fresh or somebody asks already.  It does not wait.
 */
void vz_node_begin(vz_node_row_t *node);

/*
 * vz_node_templates: on a fiber, have node->templates not older than 10 s nor
 * than the catalog's generation.  All callers wait for one answer, 2 s at most.
 * VZ_OK, or why there is no answer; the templates of the last one are kept.
 */
vz_code_e vz_node_templates(vz_node_row_t *node);

/* vz_node_has: whether node->templates has a template of that name. */
ngx_uint_t vz_node_has(const vz_node_row_t *node, const ngx_str_t *template);

/*
 * vz_node_has_cloud: whether it has one of that name, with cloud-init in it, as
 * the node tells once it has unpacked it.
 */
ngx_uint_t vz_node_has_cloud(const vz_node_row_t *node,
    const ngx_str_t *template);

/* vz_node_exit: worker stop. */
void vz_node_exit(void);


#endif /* VZ_NODE_H */
