/*
 * Consoles.
 *
 * A page can't set headers of a websocket, nor read why one was refused: so
 * what can be refused is refused to the POST, and the ticket comes as a
 * subprotocol, the one header that a page may choose.  What can go wrong after
 * that is told by a close code.
 */

#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/api/step_up.h"
#include "panel/live/sample.h"
#include "panel/vm/vm_console.h"
#include "panel/vm/vm_console_place.h"
#include "panel/vm/vm_console_ticket.h"
#include "runtime/fiber.h"
#include "runtime/settings.h"
#include "runtime/websocket.h"
#include "runtime/zone_revocation.h"


#define VZ_VM_CONSOLE_TEXT   64     /* characters of a ticket */
#define VZ_VM_CONSOLE_LEAST  2      /* columns and rows: VZ_FIELD_CELLS */
#define VZ_VM_CONSOLE_MOST   999
#define VZ_VM_CONSOLE_POOL   2048
#define VZ_VM_CONSOLE_TRIES  5      /* to write down its end */

typedef struct {
    ngx_str_t  mode;
} vz_vm_console_body_t;

/* An open console, and what is written down when it ends. */
typedef struct {
    ngx_pool_t           *pool;
    vz_vm_console_ticket_t  ticket;
    vz_caller_t           who;
    ngx_str_t             remote;
    vz_websocket_end_t    end;
} vz_vm_console_t;


static const char *const  vz_vm_console_modes[] = {
    [VZ_VM_CONSOLE_SHELL] = "shell",
    [VZ_VM_CONSOLE_LOGIN] = "login"
};

static const vz_body_member_t  vz_vm_console_members[] = {
    { "mode", VZ_BODY_FIELD, VZ_FIELD_CONSOLE, 0, 0, 0,
      offsetof(vz_vm_console_body_t, mode) }
};

const vz_body_t  vz_vm_console_form = vz_body("Console",
                                              vz_vm_console_members);

static const vz_query_t  vz_vm_console_arg[] = {
    { "cols", VZ_QUERY_NUMBER, 0, NULL },
    { "rows", VZ_QUERY_NUMBER, 0, NULL }
};

const vz_query_args_t  vz_vm_console_args = vz_query_args(vz_vm_console_arg);


static vz_code_e vz_vm_console_runs(vz_call_t *call, uint64_t vm);
static void vz_vm_console_refuse(vz_call_t *call, vz_code_e rc);
static vz_code_e vz_vm_console_ticket(vz_call_t *call,
    vz_vm_console_ticket_t *ticket);
static vz_code_e vz_vm_console_offered(const vz_call_t *call,
    ngx_str_t *ticket);
static vz_code_e vz_vm_console_enter(vz_call_t *call,
    const vz_vm_console_ticket_t *ticket, vz_vm_console_place_t *place);
static vz_vm_console_t *vz_vm_console_keep(vz_call_t *call,
    const vz_vm_console_ticket_t *ticket);
static void vz_vm_console_stream(vz_call_t *call,
    const vz_vm_console_place_t *place, const vz_vm_console_ticket_t *ticket,
    uint64_t cols, uint64_t rows, vz_websocket_scope_t *scope);
static void vz_vm_console_cells(vz_call_t *call, const char *name,
    uint64_t *cells);
static void vz_vm_console_beat(void *data);
static void vz_vm_console_ended(void *data, const vz_websocket_end_t *end);
static void vz_vm_console_write(void *data);


void
vz_vm_console_ask(vz_call_t *call)
{
    uint64_t                id;
    vz_code_e               rc;
    ngx_str_t               text;
    vz_json_t              *out;
    vz_vm_console_body_t    body;
    vz_vm_console_place_t   place;
    vz_vm_console_ticket_t  ticket;

    ngx_memzero(&body, sizeof(vz_vm_console_body_t));

    if (vz_route_id(call, 0, &id) != VZ_OK
        || (call->text.len
            && vz_body_read(call, &vz_vm_console_form, &body) != VZ_OK)
        || vz_vm_console_place(NULL, call, id, &place) != VZ_OK
        || vz_vm_console_runs(call, id) != VZ_OK)
    {
        return;
    }

    ngx_memzero(&ticket, sizeof(vz_vm_console_ticket_t));
    ticket.vm = id;
    ticket.node = place.node_id;
    ticket.mode = body.mode.len == 5 && body.mode.data[0] == 'l'
                  ? VZ_VM_CONSOLE_LOGIN : VZ_VM_CONSOLE_SHELL;

    /* the guest's own login asks for a password itself */

    if (ticket.mode == VZ_VM_CONSOLE_SHELL
        && vz_step_up_require(call) != VZ_OK)
    {
        return;
    }

    rc = vz_vm_console_ticket_new(call, &ticket, &text);

    if (rc != VZ_OK) {
        vz_vm_console_refuse(call, rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_CREATED);
    vz_json_object(out, NULL);
    vz_json_text(out, "ticket", &text);
    vz_json_uint(out, "expires_in", VZ_VM_CONSOLE_TICKET_LIFE);
    vz_json_close(out);
}


/* what is known to be stopped is said here; its node knows better */

static vz_code_e
vz_vm_console_runs(vz_call_t *call, uint64_t vm)
{
    vz_sample_t  sample;

    if (vz_sample_get(vm, &sample) != NGX_OK
        || sample.state != VZ_STATE_STOPPED)
    {
        return VZ_OK;
    }

    vz_call_problem(call, NGX_HTTP_CONFLICT, "not_running",
                    "The container does not run: start it first.");

    return VZ_STATE;
}


static void
vz_vm_console_refuse(vz_call_t *call, vz_code_e rc)
{
    switch (rc) {

    case VZ_BUSY:
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                        "You have as many consoles open as one may: close "
                        "one, or wait half a minute.");
        break;

    case VZ_CONFLICT:
        vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                        "All consoles of the container's node are in use: "
                        "try again later.");
        break;

    default:
        vz_call_fault(call, "panel", rc);
        return;
    }

    vz_call_header(call, "Retry-After",
                   vz_call_printf(call, "%d", VZ_VM_CONSOLE_TICKET_LIFE));
}


void
vz_vm_console_open(vz_call_t *call)
{
    uint64_t                cols, rows;
    vz_websocket_scope_t    scope;
    vz_vm_console_place_t   place;
    vz_vm_console_ticket_t  ticket;

    ngx_memzero(&scope, sizeof(vz_websocket_scope_t));
    scope.revoked = vz_zone_revocation_count();

    cols = 80;
    rows = 24;
    vz_vm_console_cells(call, "cols", &cols);
    vz_vm_console_cells(call, "rows", &rows);

    if (call->nerrors) {
        vz_call_refuse(call);
        return;
    }

    if (vz_websocket_asked(call) != VZ_OK
        || vz_vm_console_ticket(call, &ticket) != VZ_OK)
    {
        return;
    }

    scope.data = vz_vm_console_keep(call, &ticket);

    if (scope.data == NULL) {
        vz_vm_console_ticket_end(ticket.hash);
        vz_call_busy(call, 1);
        return;
    }

    if (vz_vm_console_enter(call, &ticket, &place) != VZ_OK) {
        vz_vm_console_ticket_end(ticket.hash);
        ngx_destroy_pool(((vz_vm_console_t *) scope.data)->pool);
        return;
    }

    scope.who = call->who;
    ngx_memcpy(scope.token, call->token, sizeof(scope.token));
    scope.idle = vz_settings()->console_timeout;
    scope.beat = vz_vm_console_beat;
    scope.ended = vz_vm_console_ended;

    vz_vm_console_stream(call, &place, &ticket, cols, rows, &scope);

    if (vz_websocket_open(call, VZ_VM_CONSOLE_PROTOCOL, &scope) != VZ_OK) {
        vz_call_busy(call, 1);
    }
}


/*
 * A page of another site could open one with this browser's cookie, so the
 * Origin has to be there and right; a ticket is no page's but ours anyway.
 */

static vz_code_e
vz_vm_console_ticket(vz_call_t *call, vz_vm_console_ticket_t *ticket)
{
    ngx_str_t  text;

    if (call->origin.len == 0) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "bad_origin",
                        "A console is opened by a page: Origin is missing.");
        return VZ_DENIED;
    }

    if (vz_auth_origin(call) != VZ_OK) {
        return VZ_DENIED;
    }

    if (vz_vm_console_offered(call, &text) == VZ_OK
        && vz_vm_console_ticket_take(call, &text, ticket) == VZ_OK)
    {
        return VZ_OK;
    }

    vz_call_problem(call, NGX_HTTP_FORBIDDEN, "bad_ticket",
                    "The ticket is not known, was used, or is older than %d "
                    "s: ask for another.", VZ_VM_CONSOLE_TICKET_LIFE);

    return VZ_DENIED;
}


/* "vzpanel.console, TICKET" */

static vz_code_e
vz_vm_console_offered(const vz_call_t *call, ngx_str_t *ticket)
{
    u_char            *p, *end;
    static const char  name[] = VZ_VM_CONSOLE_PROTOCOL;

    p = call->ws_protocol.data;
    end = p + call->ws_protocol.len;

    if (call->ws_protocol.len < sizeof(name)
        || ngx_strncmp(p, name, sizeof(name) - 1) != 0
        || p[sizeof(name) - 1] != ',')
    {
        return VZ_SYNTAX;
    }

    for (p += sizeof(name); p < end && *p == ' '; p++) { /* void */ }

    ticket->data = p;
    ticket->len = end - p;

    return ticket->len == VZ_VM_CONSOLE_TEXT ? VZ_OK : VZ_SYNTAX;
}


/*
 * Whether the caller still may, and who does is written down: the ticket says
 * only who might half a minute ago.
 */

static vz_code_e
vz_vm_console_enter(vz_call_t *call, const vz_vm_console_ticket_t *ticket,
    vz_vm_console_place_t *place)
{
    vz_tx_t    *tx;
    vz_code_e   rc;
    ngx_str_t   mode;

    mode = vz_call_printf(call, "%s", vz_vm_console_modes[ticket->mode]);
    rc = vz_db_begin(call->pool, &tx);

    if (rc == VZ_OK) {
        rc = vz_vm_console_place(tx, call, ticket->vm, place);

        if (rc == VZ_OK) {
            rc = vz_audit_with(tx, call, "console.open",
                               vz_call_printf(call, "vm %uL", ticket->vm),
                               mode);
        }

        rc = vz_db_end(tx, rc);
    }

    if (rc != VZ_OK && call->status == 0) {
        vz_call_fault(call, "database", rc);
    }

    return rc;
}


/* it lives until its end is written down, longer than the call */

static vz_vm_console_t *
vz_vm_console_keep(vz_call_t *call, const vz_vm_console_ticket_t *ticket)
{
    ngx_pool_t       *pool;
    vz_vm_console_t  *console;

    pool = ngx_create_pool(VZ_VM_CONSOLE_POOL, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    console = ngx_pcalloc(pool, sizeof(vz_vm_console_t));

    if (console != NULL) {
        console->pool = pool;
        console->ticket = *ticket;
        console->who = call->who;
        console->remote.len = call->remote.len;
        console->remote.data = ngx_pstrdup(pool, &call->remote);
    }

    if (console == NULL || console->remote.data == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    return console;
}


/* a node that refuses is told by the close code: a page sees no status */

static void
vz_vm_console_stream(vz_call_t *call, const vz_vm_console_place_t *place,
    const vz_vm_console_ticket_t *ticket, uint64_t cols, uint64_t rows,
    vz_websocket_scope_t *scope)
{
    u_char          columns[NGX_INT_T_LEN + 1], lines[NGX_INT_T_LEN + 1];
    vz_code_e       rc;
    const char     *argv[4];
    vz_answer_t     answer;
    vz_relay_act_t  act;

    (void) ngx_sprintf(columns, "%uL%Z", cols);
    (void) ngx_sprintf(lines, "%uL%Z", rows);

    argv[0] = (const char *) place->id;
    argv[1] = vz_vm_console_modes[ticket->mode];
    argv[2] = (const char *) columns;
    argv[3] = (const char *) lines;

    ngx_memzero(&act, sizeof(vz_relay_act_t));
    act.verb = VZ_VERB_CONSOLE;
    act.argc = 4;
    act.argv = argv;
    act.mark = &place->mark;

    rc = vz_relay_stream_open(place->node->relay, call->pool, &act, &answer,
                              &scope->stream);
    if (rc == VZ_OK) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, call->log, 0,
                  "vzpanel: console of %s on node \"%V\": %s: %V", argv[0],
                  &place->node->name, vz_relay_trouble(rc), &answer.words);

    scope->stream = NULL;
    scope->code = VZ_WEBSOCKET_NODE;
    scope->reason = vz_relay_trouble(rc);
}


static void
vz_vm_console_cells(vz_call_t *call, const char *name, uint64_t *cells)
{
    if (vz_query_number(call, name, VZ_VM_CONSOLE_MOST, cells) == VZ_OK
        && *cells < VZ_VM_CONSOLE_LEAST)
    {
        vz_call_invalid(call, name, "range", "At least %d.",
                        VZ_VM_CONSOLE_LEAST);
    }
}


static void
vz_vm_console_beat(void *data)
{
    vz_vm_console_t  *console = data;

    vz_vm_console_ticket_keep(console->ticket.hash);
}


static void
vz_vm_console_ended(void *data, const vz_websocket_end_t *end)
{
    vz_vm_console_t  *console = data;

    vz_vm_console_ticket_end(console->ticket.hash);
    console->end = *end;

    if (vz_fiber_spawn(vz_vm_console_write, console) != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "vzpanel: the end of a console of user \"%s\" is not in "
                      "the audit: there is no fiber", console->who.account);
        ngx_destroy_pool(console->pool);
    }
}


/* its own call has ended: the audit is given what it reads of one */

static void
vz_vm_console_write(void *data)
{
    vz_code_e         rc;
    vz_call_t         call;
    ngx_uint_t        i;
    const char       *mode;
    vz_vm_console_t  *console = data;

    ngx_memzero(&call, sizeof(vz_call_t));
    call.pool = console->pool;
    call.log = ngx_cycle->log;
    call.remote = console->remote;
    call.who = console->who;

    rc = VZ_DOWN;
    mode = vz_vm_console_modes[console->ticket.mode];

    for (i = 0; rc != VZ_OK && i < VZ_VM_CONSOLE_TRIES; i++) {

        if (i > 0) {
            vz_fiber_sleep(1000 << i);
        }

        rc = vz_audit_with(NULL, &call, "console.close",
                           vz_call_printf(&call, "vm %uL",
                                          console->ticket.vm),
                           vz_call_printf(&call, "%s, %M s, %uL bytes typed, "
                                          "%uL shown, %ui", mode,
                                          console->end.lasted / 1000,
                                          console->end.typed,
                                          console->end.shown,
                                          console->end.code));
    }

    ngx_destroy_pool(console->pool);
}
