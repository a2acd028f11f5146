/*
 * The audit.
 */

#include "panel/api/audit.h"
#include "panel/api/auth.h"


static ngx_str_t vz_audit_cut(ngx_str_t text, size_t max);
static vz_bind_t vz_audit_number(const ngx_str_t *object, const char *kind);
static ngx_str_t vz_audit_rest(const ngx_str_t *object);
static const char *vz_audit_via(const vz_call_t *call,
    const vz_audit_t *audit);


/*
 * The audit stores the name of the container, task or user as it is now,
 * because people do not know the ids of rows.  If the row is gone, the name is
 * what follows the id in the object's text.  It is about the user whom the
 * object names, else about the user who did it.
 */

static const vz_sql_t  vz_audit_insert = vz_sql("audit insert",
    "INSERT INTO audit (user_id, account, action, object, remote, result,"
    " detail, via, vm_id, name, about)"
    " SELECT o.own, ?, ?, ?, ?, ?, ?, ?, COALESCE(o.vm, t.vm_id),"
    "  COALESCE(CONCAT(v.name, ' (', v.ctid, ')'), t.vm_name, u.account, ?),"
    "  COALESCE(u.id, o.own)"
    " FROM (SELECT ? AS vm, ? AS task, ? AS user, ? AS own) o"
    " LEFT JOIN task t ON t.id = o.task"
    " LEFT JOIN vm v ON v.id = COALESCE(o.vm, t.vm_id)"
    " LEFT JOIN user u ON u.id = o.user");


vz_code_e
vz_audit_write(vz_tx_t *tx, vz_call_t *call, const vz_audit_t *audit)
{
    ngx_str_t  account, object, detail;

    account = vz_audit_cut(audit->account, 64);
    object = vz_audit_cut(audit->object, 80);
    detail = vz_audit_cut(audit->detail, 255);

    ngx_log_error(NGX_LOG_NOTICE, call->log, 0,
                  "vzpanel: %s %V by user %uL from %V: %s",
                  audit->action, &object, audit->user, &call->remote,
                  audit->result);

    return vz_db_query(tx, call->pool, &vz_audit_insert,
                       vz_binds(vz_text(account), vz_bind_cstr(audit->action),
                                vz_text(object), vz_text(call->remote),
                                vz_bind_cstr(audit->result), vz_text(detail),
                                vz_bind_cstr(vz_audit_via(call, audit)),
                                vz_text(vz_audit_rest(&object)),
                                vz_audit_number(&object, "vm "),
                                vz_audit_number(&object, "task "),
                                vz_audit_number(&object, "user "),
                                audit->user ? vz_int(audit->user)
                                            : vz_none()),
                       NULL);
}


static const char *
vz_audit_via(const vz_call_t *call, const vz_audit_t *audit)
{
    return audit->via != NULL ? audit->via
           : call->who.user == 0 ? ""
           : call->cookie_auth ? "session" : "token";
}


/* the id of "vm 101" if the object is of that kind, else NULL */

static vz_bind_t
vz_audit_number(const ngx_str_t *object, const char *kind)
{
    u_char  *p, *last;
    size_t   len;

    len = ngx_strlen(kind);
    last = object->data + object->len;

    if (object->len <= len || ngx_strncmp(object->data, kind, len) != 0) {
        return vz_none();
    }

    for (p = object->data + len; p < last && *p >= '0' && *p <= '9'; p++) {
        /* void */
    }

    if (p == object->data + len || (p < last && *p != ' ')) {
        return vz_none();
    }

    return vz_int(ngx_atoof(object->data + len, p - object->data - len));
}


/* "vps101 (101)" of "vm 7 vps101 (101)", "ana" of "user ana", or empty */

static ngx_str_t
vz_audit_rest(const ngx_str_t *object)
{
    u_char     *p, *last;
    ngx_str_t   rest;

    ngx_str_set(&rest, "");

    last = object->data + object->len;
    p = ngx_strlchr(object->data, last, ' ');

    if (p != NULL && vz_audit_number(object, "vm ").type != VZ_BIND_NULL) {
        p = ngx_strlchr(p + 1, last, ' ');
    }

    if (p != NULL) {
        rest.data = p + 1;
        rest.len = last - p - 1;
    }

    return rest;
}


vz_code_e
vz_audit_by(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object)
{
    ngx_str_t  none = ngx_string("");

    return vz_audit_with(tx, call, action, object, none);
}


vz_code_e
vz_audit_with(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object, ngx_str_t detail)
{
    vz_code_e   rc;
    vz_audit_t  audit;

    if (tx != NULL && call->who.user) {

        rc = vz_auth_still(tx, call);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = call->who.user;
    audit.account.data = call->who.account;
    audit.account.len = ngx_strlen(call->who.account);
    audit.action = action;
    audit.object = object;
    audit.result = "ok";
    audit.detail = detail;

    return vz_audit_write(tx, call, &audit);
}


vz_code_e
vz_audit_panel(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object, ngx_str_t detail)
{
    vz_audit_t  audit;

    ngx_memzero(&audit, sizeof(vz_audit_t));

    ngx_str_set(&audit.account, "panel");
    audit.action = action;
    audit.object = object;
    audit.result = "ok";
    audit.detail = detail;

    return vz_audit_write(tx, call, &audit);
}


/* cut to max bytes, between two characters */

static ngx_str_t
vz_audit_cut(ngx_str_t text, size_t max)
{
    if (text.data == NULL) {
        ngx_str_set(&text, "");
    }

    if (text.len <= max) {
        return text;
    }

    text.len = max;

    while (text.len && (text.data[text.len] & 0xc0) == 0x80) {
        text.len--;
    }

    return text;
}
