/*
 * The nodes.
 */

#include "panel/api/zone_ids.h"
#include "panel/node/node.h"
#include "runtime/fiber.h"
#include "runtime/row.h"
#include "runtime/zone.h"


#define VZ_NODE_AGE       60        /* seconds that the rows are kept */
#define VZ_NODE_TEMPLATES 10
#define VZ_NODE_PATIENCE  2000      /* ms that a caller waits for an answer */
#define VZ_NODE_MUTE      5         /* seconds without waiting after it was
                                       in vain */


static void vz_node_forget(const vz_rows_t *rows);
static void vz_node_store(const vz_rows_t *rows, ngx_uint_t n);
static vz_node_row_t *vz_node_slot(uint64_t id);
static void vz_node_ask(void *data);
static vz_code_e vz_node_call(vz_node_row_t *node);
static const vz_node_template_t *vz_node_template(const vz_node_row_t *node,
    const ngx_str_t *template);
static ngx_int_t vz_node_keep(vz_node_row_t *node, ngx_pool_t *pool,
    const vz_answer_t *answer);


static const vz_sql_t  vz_node_select = vz_sql("nodes",
    "SELECT id, name, enabled, dead, ctid_min, ctid_max FROM node"
    " ORDER BY id LIMIT 16");


static vz_node_row_t  vz_node_table[VZ_NODES_MAX];
static ngx_uint_t     vz_node_count;
static time_t         vz_node_loaded;
static uint64_t       vz_node_changed;


vz_code_e
vz_node_load(ngx_pool_t *pool)
{
    uint64_t    changed;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    if (!vz_node_old()) {
        return VZ_OK;
    }

    changed = vz_zone_generation(VZ_GENERATION_CATALOG);

    rc = vz_db_query(NULL, pool, &vz_node_select, vz_no_binds, &rows);
    if (rc != VZ_OK) {
        return vz_node_count ? VZ_OK : rc;
    }

    vz_node_forget(&rows);

    for (i = 0; i < rows.rows; i++) {
        vz_node_store(&rows, i);
    }

    vz_node_loaded = ngx_time();
    vz_node_changed = changed;

    return VZ_OK;
}


ngx_uint_t
vz_node_old(void)
{
    return vz_node_count == 0
           || vz_node_changed != vz_zone_generation(VZ_GENERATION_CATALOG)
           || ngx_time() - vz_node_loaded >= VZ_NODE_AGE;
}


ngx_uint_t
vz_node_known(void)
{
    return vz_node_count != 0;
}


/*
 * Forget the nodes whose row is gone.  No fiber waits for a node that is not
 * in the configuration, so its place can be used again.
 */

static void
vz_node_forget(const vz_rows_t *rows)
{
    ngx_uint_t      i, j;
    vz_node_row_t  *node;

    for (i = 0; i < vz_node_count; i++) {
        node = &vz_node_table[i];
        node->there = 0;
        node->enabled = 0;

        for (j = 0; j < rows->rows; j++) {
            if ((uint64_t) vz_row_int(rows, j, "id") == node->id) {
                break;
            }
        }

        if (j == rows->rows && node->relay == NULL) {
            node->id = 0;
        }
    }
}


static void
vz_node_store(const vz_rows_t *rows, ngx_uint_t n)
{
    u_char         *copy;
    ngx_str_t       name;
    vz_node_row_t  *node;

    node = vz_node_slot(vz_row_int(rows, n, "id"));
    if (node == NULL) {
        return;
    }

    name = vz_row_text(rows, n, "name");

    if (node->name.len != name.len
        || ngx_strncmp(node->name.data, name.data, name.len) != 0)
    {
        /* a node is renamed rarely: the old name is not freed */

        copy = ngx_pstrdup(ngx_cycle->pool, &name);
        if (copy == NULL) {
            return;
        }

        node->name.data = copy;
        node->name.len = name.len;
    }

    node->there = 1;
    node->dead = vz_row_int(rows, n, "dead") != 0;
    node->enabled = vz_row_int(rows, n, "enabled") != 0 && !node->dead;
    node->ctid_min = vz_row_int(rows, n, "ctid_min");
    node->ctid_max = vz_row_int(rows, n, "ctid_max");
    node->relay = vz_relay_node(&node->name);
}


static vz_node_row_t *
vz_node_slot(uint64_t id)
{
    vz_node_row_t  *node;

    node = vz_node_find(id);

    if (node == NULL) {
        node = vz_node_find(0);
    }

    if (node == NULL && vz_node_count < VZ_NODES_MAX) {
        node = &vz_node_table[vz_node_count];
        ngx_memzero(node, sizeof(vz_node_row_t));

        node->index = vz_node_count++;
        vz_waitq_init(&node->line);
    }

    if (node != NULL) {
        node->id = id;
    }

    return node;
}


vz_node_row_t *
vz_node_find(uint64_t id)
{
    ngx_uint_t  i;

    for (i = 0; i < vz_node_count; i++) {
        if (vz_node_table[i].id == id) {
            return &vz_node_table[i];
        }
    }

    return NULL;
}


ngx_uint_t
vz_node_rows(vz_node_row_t *rows[VZ_NODES_MAX])
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < vz_node_count; i++) {
        if (vz_node_table[i].there && vz_node_table[i].relay != NULL) {
            rows[n++] = &vz_node_table[i];
        }
    }

    return n;
}


ngx_uint_t
vz_node_places(vz_node_row_t *rows[VZ_NODES_MAX])
{
    ngx_uint_t  i, n, all;

    all = vz_node_rows(rows);

    for (i = 0, n = 0; i < all; i++) {
        if (rows[i]->enabled) {
            rows[n++] = rows[i];
        }
    }

    return n;
}


void
vz_node_begin(vz_node_row_t *node)
{
    if (node->asking
        || (node->asked && ngx_time() - node->asked < VZ_NODE_TEMPLATES
            && node->answer == VZ_OK
            && node->changed == vz_zone_generation(VZ_GENERATION_CATALOG)))
    {
        return;
    }

    node->asking = 1;
    node->changed = vz_zone_generation(VZ_GENERATION_CATALOG);

    if (vz_fiber_spawn(vz_node_ask, node) != NGX_OK) {
        node->asking = 0;
        node->answer = VZ_OVERLOADED;
    }
}


vz_code_e
vz_node_templates(vz_node_row_t *node)
{
    vz_node_begin(node);

    if (!node->asking) {
        return node->answer;
    }

    if (ngx_time() < node->mute) {
        return VZ_TIMEOUT;
    }

    if (vz_waitq_wait(&node->line, VZ_NODE_PATIENCE) != NGX_OK) {
        node->mute = ngx_time() + VZ_NODE_MUTE;
        return VZ_TIMEOUT;
    }

    return node->answer;
}


static void
vz_node_ask(void *data)
{
    vz_node_row_t  *node = data;

    node->answer = vz_node_call(node);
    node->asked = ngx_time();
    node->asking = 0;

    (void) vz_waitq_wake(&node->line, 1);
}


static vz_code_e
vz_node_call(vz_node_row_t *node)
{
    vz_code_e     rc;
    ngx_pool_t   *pool;
    vz_answer_t   answer;

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return VZ_INTERNAL;
    }

    rc = vz_relay_call(node->relay, pool, VZ_VERB_TEMPLATES, 0, NULL, NULL,
                       NULL, NULL, &answer);

    if (rc != VZ_OK || vz_node_keep(node, pool, &answer) != NGX_OK) {
        ngx_destroy_pool(pool);
        return rc != VZ_OK ? rc : VZ_INTERNAL;
    }

    return VZ_OK;
}


/* the old list lives until the new one is complete */

static ngx_int_t
vz_node_keep(vz_node_row_t *node, ngx_pool_t *pool, const vz_answer_t *answer)
{
    ngx_str_t            cloud;
    ngx_uint_t           i, n;
    vz_node_template_t  *templates;

    n = ngx_min(answer->nlines, VZ_TEMPLATES_MAX);

    templates = ngx_pcalloc(pool, (n + 1) * sizeof(vz_node_template_t));
    if (templates == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        templates[i].name = vz_relay_pair(&answer->lines[i], "name");
        templates[i].date = vz_relay_pair(&answer->lines[i], "date");
        templates[i].size = vz_relay_number(&answer->lines[i], "size");
        cloud = vz_relay_pair(&answer->lines[i], "cloud_init");
        templates[i].cloud = cloud.len == 3
                             && ngx_strncmp(cloud.data, "yes", 3) == 0;
    }

    if (node->pool != NULL) {
        ngx_destroy_pool(node->pool);
    }

    node->pool = pool;
    node->templates = templates;
    node->ntemplates = n;
    node->known = 1;

    return NGX_OK;
}


ngx_uint_t
vz_node_has(const vz_node_row_t *node, const ngx_str_t *template)
{
    return vz_node_template(node, template) != NULL;
}


ngx_uint_t
vz_node_has_cloud(const vz_node_row_t *node, const ngx_str_t *template)
{
    const vz_node_template_t  *one;

    one = vz_node_template(node, template);

    return one != NULL && one->cloud;
}


static const vz_node_template_t *
vz_node_template(const vz_node_row_t *node, const ngx_str_t *template)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    for (i = 0; i < node->ntemplates; i++) {
        name = &node->templates[i].name;

        if (name->len == template->len
            && ngx_memcmp(name->data, template->data, name->len) == 0)
        {
            return &node->templates[i];
        }
    }

    return NULL;
}


void
vz_node_exit(void)
{
    ngx_uint_t  i;

    for (i = 0; i < vz_node_count; i++) {
        if (vz_node_table[i].pool != NULL) {
            ngx_destroy_pool(vz_node_table[i].pool);
            vz_node_table[i].pool = NULL;
        }
    }

    vz_node_count = 0;
}
