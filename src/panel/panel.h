/*
 * What the panel floor offers the module.
 */

#ifndef VZ_PANEL_H
#define VZ_PANEL_H

#include "runtime/call.h"
#include "runtime/zone.h"


/* vz_panel_tables: what the zone keeps for the panel; NULL ends the list. */
extern const vz_table_def_t *const  vz_panel_tables[];

/* vz_panel_serve: one API call, on its fiber: routing, sign-in, handler. */
void vz_panel_serve(vz_call_t *call);

/*
 * vz_panel_show: a page, on its fiber: index.html with what who has no scripts,
 * or has not loaded them yet, sees of it; 404 where the pages have no such
 * path.
 */
void vz_panel_show(vz_call_t *call);

/* vz_panel_init, vz_panel_exit: worker start and stop. */
ngx_int_t vz_panel_init(ngx_cycle_t *cycle);
void vz_panel_exit(void);


#endif /* VZ_PANEL_H */
