/*
 * Task views, in the order of their versions.
 */

#include "panel/live/task_view.h"


typedef struct {
    vz_entry_t         entry;       /* key: id; order: version */
    vz_task_view_t     view;
} vz_task_view_entry_t;

typedef struct {
    vz_task_view_pt    visit;
    void              *data;
} vz_task_view_walk_t;


static ngx_int_t vz_task_view_visit(void *data, const vz_entry_t *entry);


const vz_table_def_t  vz_task_view_table = {
    .size = sizeof(vz_task_view_entry_t),
    .parts = 8
};


void
vz_task_view_put(vz_task_view_t *view)
{
    vz_table_t            *table;
    vz_task_view_entry_t  *entry;

    table = vz_zone_lock(&vz_task_view_table);
    view->version = vz_zone_next();

    entry = vz_table_find(table, view->id, NULL, NULL);

    if (entry == NULL) {
        entry = vz_table_add(table, view->id, view->version, NULL);

    } else {
        vz_table_move(table, entry, view->version);
    }

    if (entry != NULL) {
        entry->view = *view;
    }

    vz_zone_unlock();
}


/* in one lock: whoever runs the task may put a newer view */

void
vz_task_view_note(uint64_t id, const vz_task_view_t *ended)
{
    vz_table_t            *table;
    vz_task_view_entry_t  *entry;

    table = vz_zone_lock(&vz_task_view_table);
    entry = vz_table_find(table, id, NULL, NULL);

    if (entry == NULL && ended != NULL) {
        entry = vz_table_add(table, id, vz_zone_next(), NULL);

        if (entry != NULL) {
            entry->view = *ended;
        }
    }

    if (entry != NULL) {
        entry->view.noted++;
        entry->view.version = vz_zone_next();
        vz_table_move(table, entry, entry->view.version);
    }

    vz_zone_unlock();
}


ngx_int_t
vz_task_view_get(uint64_t id, vz_task_view_t *view)
{
    return vz_zone_get(&vz_task_view_table, id, view,
                       offsetof(vz_task_view_entry_t, view),
                       sizeof(*view));
}


uint64_t
vz_task_view_each(uint64_t since, vz_task_view_pt visit, void *data)
{
    vz_task_view_walk_t  walk = { visit, data };

    return vz_zone_walk(&vz_task_view_table, since, vz_task_view_visit, &walk);
}


static ngx_int_t
vz_task_view_visit(void *data, const vz_entry_t *entry)
{
    vz_task_view_walk_t  *walk = data;

    return walk->visit(walk->data,
                       &((const vz_task_view_entry_t *) entry)->view);
}
