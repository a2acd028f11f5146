/*
 * Signing in with a passkey alone.
 */

#include "panel/account/passkey_use.h"
#include "panel/account/session.h"
#include "panel/account/session_passkey.h"
#include "runtime/call.h"


static void vz_session_passkey_wrong(vz_call_t *call,
    const vz_user_t *user, const char *why);


static const vz_body_member_t  vz_session_passkey_members[] = {
    { "passkey", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 1, 0, 0,
      offsetof(vz_passkey_answer_t, id) },
    { "client_data", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 1, 0, 0,
      offsetof(vz_passkey_answer_t, client) },
    { "authenticator_data", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 1, 0, 0,
      offsetof(vz_passkey_answer_t, data) },
    { "signature", VZ_BODY_FIELD, VZ_FIELD_ENCODED, 1, 0, 0,
      offsetof(vz_passkey_answer_t, signature) }
};

const vz_body_t  vz_session_passkey_form =
    vz_body("SignInPasskey", vz_session_passkey_members);


void
vz_session_passkey_begin(vz_call_t *call)
{
    ngx_str_t   challenge, rp;
    vz_code_e   rc;
    vz_json_t  *out;

    rc = vz_passkey_challenge_new(call, VZ_PASSKEY_ENTER, 0, &challenge);

    if (rc == VZ_BUSY) {
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                        "Too many tries; wait two minutes.");
        vz_call_header(call, "Retry-After",
                       vz_call_printf(call, "%d", VZ_PASSKEY_CHALLENGE_LIFE));
        return;
    }

    if (rc != VZ_OK) {
        vz_call_busy(call, 1);
        return;
    }

    rp = vz_passkey_use_rp(call);
    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_text(out, "challenge", &challenge);
    vz_json_text(out, "rp_id", &rp);
    vz_json_close(out);
}


void
vz_session_passkey_open(vz_call_t *call)
{
    vz_code_e             rc;
    const char           *why;
    vz_users_t            found;
    vz_second_step_t      step;
    vz_passkey_answer_t   answer;

    ngx_memzero(&answer, sizeof(vz_passkey_answer_t));
    ngx_memzero(&step, sizeof(vz_second_step_t));
    ngx_memzero(&found, sizeof(vz_users_t));

    if (vz_body_read(call, &vz_session_passkey_form, &answer) != VZ_OK) {
        return;
    }

    rc = vz_passkey_use_check(call, VZ_PASSKEY_ENTER, 0, &answer,
                              &step.passkey, &why);

    if ((rc == VZ_OK || rc == VZ_DENIED) && step.passkey.user) {
        if (vz_user_find_id(call->pool, step.passkey.user, &found) != VZ_OK) {
            rc = VZ_DOWN;
        }
    }

    if (rc == VZ_OK && found.n) {
        step.asked = 1;
        vz_session_enter(call, &found.users[0], &step);

    } else if (rc == VZ_OK || rc == VZ_DENIED) {
        vz_session_passkey_wrong(call, &found.users[0],
                                 rc == VZ_OK ? "unknown" : why);
    } else {
        vz_call_fault(call, "database", rc);
    }
}


/* an answer to no challenge of ours is not worth a line of the audit */

static void
vz_session_passkey_wrong(vz_call_t *call, const vz_user_t *user,
    const char *why)
{
    if (ngx_strcmp(why, "challenge") != 0 && ngx_strcmp(why, "format") != 0) {
        vz_session_denied(call, user, "passkey", why);
    }

    vz_passkey_use_denied(call);
}
