/*
 * Audited changes: one statement and the line of the audit that tells of it.
 */

#ifndef VZ_EDIT_H
#define VZ_EDIT_H

#include "runtime/db.h"
#include "runtime/http.h"


/*
 * vz_edit_write: run one statement and audit it in a transaction.  The audit
 * has the action ("plan.change"), the object ("plan 7"), and which members the
 * body had.  If the statement changed no row, nothing is audited and
 * rows->affected is 0.  VZ_OK, or the database's code.
 */
vz_code_e vz_edit_write(vz_call_t *call, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t n, const char *action,
    ngx_str_t object, vz_rows_t *rows);

/*
 * vz_edit_audit: write the audit alone, in the caller's transaction, where it
 * has to be the last statement.
 */
vz_code_e vz_edit_audit(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object);

/* vz_edit_exists: reply 409 "exists": the field's value is another row's. */
void vz_edit_exists(vz_call_t *call, const char *field);


#endif /* VZ_EDIT_H */
