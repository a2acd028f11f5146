/*
 * Proving oneself by a passkey.
 */

#include "panel/account/passkey_use.h"
#include "panel/api/auth.h"
#include "runtime/row.h"
#include "runtime/settings.h"


/* What was decoded of an answer, and what was found for it. */
typedef struct {
    ngx_str_t       id;
    ngx_str_t       client;
    ngx_str_t       data;
    ngx_str_t       signature;
    ngx_str_t       key;
    int             algorithm;
    uint64_t        counter;        /* that it told last */
} vz_passkey_proof_t;


static ngx_int_t vz_passkey_use_read(vz_call_t *call,
    const vz_passkey_answer_t *answer, vz_passkey_proof_t *proof);
static const char *vz_passkey_use_client(const vz_call_t *call,
    vz_passkey_use_e use, uint64_t user, const vz_passkey_proof_t *proof);
static vz_code_e vz_passkey_use_find(vz_call_t *call, uint64_t user,
    vz_passkey_proof_t *proof, vz_passkey_used_t *used);
static const char *vz_passkey_use_prove(vz_call_t *call,
    vz_passkey_use_e use, const vz_passkey_proof_t *proof,
    vz_passkey_used_t *used);


static const vz_sql_t  vz_passkey_use_sql = vz_sql("passkey",
    "SELECT id, user_id, public_key, algorithm, counter FROM passkey"
    " WHERE credential = ? AND (? = 0 OR user_id = ?)");

static const vz_sql_t  vz_passkey_use_of = vz_sql("passkeys of",
    "SELECT credential FROM passkey WHERE user_id = ? ORDER BY id LIMIT 10");

/* an authenticator without a counter says 0 each time */

static const vz_sql_t  vz_passkey_use_used = vz_sql("passkey use",
    "UPDATE passkey SET counter = ?, seen = UTC_TIMESTAMP(3), seen_from = ?"
    " WHERE id = ? AND user_id = ? AND (counter < ? OR counter = 0 AND ? = 0)");


vz_code_e
vz_passkey_use_check(vz_call_t *call, vz_passkey_use_e use, uint64_t user,
    const vz_passkey_answer_t *answer, vz_passkey_used_t *used,
    const char **why)
{
    vz_code_e           rc;
    vz_passkey_proof_t  proof;

    ngx_memzero(used, sizeof(vz_passkey_used_t));
    ngx_memzero(&proof, sizeof(vz_passkey_proof_t));

    if (vz_passkey_use_read(call, answer, &proof) != NGX_OK) {
        *why = "format";
        return VZ_DENIED;
    }

    *why = vz_passkey_use_client(call, use, user, &proof);

    if (*why != NULL) {
        return VZ_DENIED;
    }

    rc = vz_passkey_use_find(call, user, &proof, used);

    if (rc == VZ_NOENT) {
        *why = "unknown";
        return VZ_DENIED;
    }

    if (rc != VZ_OK) {
        return rc;
    }

    *why = vz_passkey_use_prove(call, use, &proof, used);

    return *why == NULL ? VZ_OK : VZ_DENIED;
}


static ngx_int_t
vz_passkey_use_read(vz_call_t *call, const vz_passkey_answer_t *answer,
    vz_passkey_proof_t *proof)
{
    if (vz_passkey_use_decode(call->pool, &answer->id, &proof->id) == NGX_OK
        && vz_passkey_use_decode(call->pool, &answer->client, &proof->client)
           == NGX_OK
        && vz_passkey_use_decode(call->pool, &answer->data, &proof->data)
           == NGX_OK
        && vz_passkey_use_decode(call->pool, &answer->signature,
                                 &proof->signature)
           == NGX_OK)
    {
        return NGX_OK;
    }

    return NGX_DECLINED;
}


ngx_int_t
vz_passkey_use_decode(ngx_pool_t *pool, const ngx_str_t *text, ngx_str_t *raw)
{
    ngx_str_t  from;

    from = *text;
    raw->data = ngx_pnalloc(pool, ngx_base64_decoded_length(from.len) + 1);

    if (from.len == 0 || raw->data == NULL) {
        return NGX_DECLINED;
    }

    return ngx_decode_base64url(raw, &from) == NGX_OK ? NGX_OK : NGX_DECLINED;
}


vz_webauthn_bytes_t
vz_passkey_use_bytes(const ngx_str_t *raw)
{
    vz_webauthn_bytes_t  bytes = { raw->data, raw->len };

    return bytes;
}


/* The challenge is used up first, whatever else is wrong. */

static const char *
vz_passkey_use_client(const vz_call_t *call, vz_passkey_use_e use,
    uint64_t user, const vz_passkey_proof_t *proof)
{
    char                 origin[VZ_WEBAUTHN_ORIGIN];
    u_char               challenge[VZ_WEBAUTHN_CHALLENGE];
    vz_webauthn_bytes_t  client;

    client = vz_passkey_use_bytes(&proof->client);

    if (vz_webauthn_challenge(&client, challenge) != VZ_OK) {
        return "format";
    }

    if (vz_passkey_challenge_take(call, use, user, challenge) != VZ_OK) {
        return "challenge";
    }

    if (vz_webauthn_client(&client, VZ_WEBAUTHN_GET, challenge, origin)
        != VZ_OK)
    {
        return "format";
    }

    return vz_passkey_use_page(call, origin) ? NULL : "origin";
}


ngx_uint_t
vz_passkey_use_page(const vz_call_t *call, char *origin)
{
    ngx_str_t  text;

    text.data = (u_char *) origin;
    text.len = ngx_strlen(origin);

    return vz_auth_ours(call, &text);
}


static vz_code_e
vz_passkey_use_find(vz_call_t *call, uint64_t user, vz_passkey_proof_t *proof,
    vz_passkey_used_t *used)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, call->pool, &vz_passkey_use_sql,
                     vz_binds(vz_bytes(proof->id), vz_int(user),
                              vz_int(user)),
                     &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_NOENT;
    }

    used->id = vz_row_int(&rows, 0, "id");
    used->user = vz_row_int(&rows, 0, "user_id");
    proof->key = vz_row_text(&rows, 0, "public_key");
    proof->algorithm = (int) vz_row_int(&rows, 0, "algorithm");
    proof->counter = vz_row_int(&rows, 0, "counter");

    return VZ_OK;
}


static const char *
vz_passkey_use_prove(vz_call_t *call, vz_passkey_use_e use,
    const vz_passkey_proof_t *proof, vz_passkey_used_t *used)
{
    ngx_str_t            rp;
    vz_code_e            rc;
    vz_webauthn_data_t   said;
    vz_webauthn_bytes_t  key, data, client, signature;

    key = vz_passkey_use_bytes(&proof->key);
    data = vz_passkey_use_bytes(&proof->data);
    client = vz_passkey_use_bytes(&proof->client);
    signature = vz_passkey_use_bytes(&proof->signature);
    rp = vz_passkey_use_rp(call);

    rc = vz_webauthn_data(&data, (char *) rp.data, rp.len, &said);

    if (rc != VZ_OK) {
        return rc == VZ_DENIED ? "domain" : "format";
    }

    if (vz_webauthn_verify(&key, proof->algorithm, &data, &client, &signature)
        != VZ_OK)
    {
        return "signature";
    }

    if (!said.present || (use != VZ_PASSKEY_STEP && !said.verified)) {
        return "unverified";
    }

    if (said.counter <= proof->counter
        && (said.counter != 0 || proof->counter != 0))
    {
        return "counter";
    }

    used->counter = said.counter;

    return NULL;
}


ngx_str_t
vz_passkey_use_rp(vz_call_t *call)
{
    u_char     *p, *end;
    ngx_str_t   rp, low;

    rp = call->origin.len && vz_auth_ours(call, &call->origin)
         ? call->origin : vz_settings()->public_url;
    end = rp.data + rp.len;
    p = rp.len ? ngx_strlchr(rp.data, end, ':') : NULL;

    if (p != NULL && end - p > 3) {
        rp.data = p + 3;
        rp.len = end - rp.data;

    } else {
        rp = call->host;
    }

    for (p = rp.data; p < rp.data + rp.len && *p != ':' && *p != '/'; p++) {
        /* void */
    }

    rp.len = p - rp.data;
    low.len = 0;
    low.data = ngx_pnalloc(call->pool, rp.len + 1);

    if (low.data != NULL) {
        ngx_strlow(low.data, rp.data, rp.len);
        low.len = rp.len;
    }

    return low;
}


vz_code_e
vz_passkey_use_write(vz_tx_t *tx, vz_call_t *call,
    const vz_passkey_used_t *used)
{
    vz_code_e  rc;
    vz_rows_t  rows;
    vz_bind_t  counter;

    counter = vz_int(used->counter);

    rc = vz_db_query(tx, call->pool, &vz_passkey_use_used,
                     vz_binds(counter, vz_text(call->remote),
                              vz_int(used->id), vz_int(used->user), counter,
                              counter),
                     &rows);

    return rc == VZ_OK && rows.affected == 0 ? VZ_STATE : rc;
}


void
vz_passkey_use_denied(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_UNAUTHORIZED, "bad_passkey",
                    "This passkey was not accepted: it is not known here, its "
                    "answer took longer than two minutes, or it did not check "
                    "who uses it. Try again, or use the password.");
}


vz_code_e
vz_passkey_use_offer(vz_call_t *call, vz_json_t *out, vz_passkey_use_e use,
    uint64_t user)
{
    vz_code_e   rc;
    ngx_str_t   challenge, rp, raw, id;
    vz_rows_t   rows;
    ngx_uint_t  i;

    rc = vz_db_query(NULL, call->pool, &vz_passkey_use_of,
                     vz_binds(vz_int(user)), &rows);

    if (rc == VZ_OK && rows.rows) {
        rc = vz_passkey_challenge_new(call, use, user, &challenge);
    }

    if (rc != VZ_OK || rows.rows == 0) {
        vz_json_null(out, "passkeys");
        return rc;
    }

    rp = vz_passkey_use_rp(call);

    vz_json_object(out, "passkeys");
    vz_json_text(out, "challenge", &challenge);
    vz_json_text(out, "rp_id", &rp);
    vz_json_array(out, "ids");

    for (i = 0; i < rows.rows; i++) {
        raw = vz_row_text(&rows, i, "credential");
        id.data = ngx_pnalloc(call->pool, ngx_base64_encoded_length(raw.len));

        if (id.data != NULL) {
            ngx_encode_base64url(&id, &raw);
            vz_json_text(out, NULL, &id);
        }
    }

    vz_json_close(out);
    vz_json_close(out);

    return VZ_OK;
}
