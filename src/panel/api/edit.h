/*
 * Changes by table: a form, a statement that takes its members in their order,
 * the audit, and the item as it is then.
 */

#ifndef VZ_EDIT_H
#define VZ_EDIT_H

#include "panel/api/body.h"
#include "panel/api/listing.h"


/* Answers with the item as it is now. */
typedef void (*vz_edit_pt)(vz_call_t *call, uint64_t id, ngx_uint_t status);

typedef struct {
    const char           *kind;     /* "plan": in the audit, and its actions */
    const vz_body_t      *make;     /* the first member is its name, which no
                                       other may have */
    const vz_body_t      *change;
    const vz_sql_t       *insert;   /* takes the members of make */
    const vz_sql_t       *update;   /* takes those of change, NULL for what
                                       stays, and the id */
    const vz_sql_t       *remove;   /* takes the id; spares what is needed */
    const char           *needed;   /* what to do where it was spared */
    const vz_listing_t   *listing;  /* whose one takes the id */
    vz_edit_pt            answer;   /* NULL: by the listing */
} vz_edit_t;


/*
 * vz_edit_make: answer POST with 201 and what was made of data, which the form
 * was read into, over what holds where a member is missing.
 */
void vz_edit_make(vz_call_t *call, const vz_edit_t *edit, const void *data);

/*
 * vz_edit_change: read the form into data, which is zero, and answer PATCH;
 * vz_edit_store: the same where it was read already.
 */
void vz_edit_change(vz_call_t *call, const vz_edit_t *edit, void *data);
void vz_edit_store(vz_call_t *call, const vz_edit_t *edit, const void *data,
    uint64_t id);

/* vz_edit_end: answer DELETE with 204, 404, or 409 "in_use". */
void vz_edit_end(vz_call_t *call, const vz_edit_t *edit);

/*
 * vz_edit_done: the answer to a change: the item, 409 where its name is
 * another's, or the database's trouble.
 */
void vz_edit_done(vz_call_t *call, const vz_edit_t *edit, vz_code_e rc,
    uint64_t id, ngx_uint_t status);

/*
 * vz_edit_write: one statement, audited by the name of the action with what
 * members the body had, in a transaction.  Nothing changed, nothing audited:
 * rows->affected is 0 then.  VZ_OK or the database's.
 */
vz_code_e vz_edit_write(vz_call_t *call, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n, const char *action,
    ngx_str_t object, vz_rows_t *rows);

/* vz_edit_audit: the audit alone, in the caller's transaction. */
vz_code_e vz_edit_audit(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object);

/* vz_edit_exists: 409 "exists" for a field that has to be unique. */
void vz_edit_exists(vz_call_t *call, const char *field);


#endif /* VZ_EDIT_H */
