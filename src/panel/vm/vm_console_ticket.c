/*
 * Tickets of consoles.  The zone has their hashes only; a worker that was
 * killed leaves entries that end by their time.
 */

#include "panel/vm/vm_console_ticket.h"
#include "runtime/crypt.h"


#define VZ_VM_CONSOLE_TICKET_MAX    1024   /* entries: nodes have 16 * 64 */
#define VZ_VM_CONSOLE_TICKET_BYTES  32


typedef struct {
    vz_entry_t           entry;     /* key: the hash's first bytes; order: its
                                       end, vz_zone_now() */
    vz_vm_console_ticket_t  ticket;
    uint64_t             user;
    u_char               session[32];
    uint64_t             until;     /* vz_zone_now() */
    ngx_uint_t           open;      /* it was used */
} vz_vm_console_entry_t;


static vz_code_e vz_vm_console_ticket_room(vz_table_t *table,
    const vz_call_t *call, uint64_t node, uint64_t now);
static vz_vm_console_entry_t *vz_vm_console_ticket_find(vz_table_t *table,
    const u_char hash[32]);
static ngx_uint_t vz_vm_console_ticket_same(const vz_entry_t *entry,
    const void *wanted);
static void vz_vm_console_ticket_until(const u_char hash[32],
    uint64_t until);
static uint64_t vz_vm_console_ticket_key(const u_char hash[32]);


const vz_table_def_t  vz_vm_console_ticket_table = {
    .size = sizeof(vz_vm_console_entry_t),
    .max = VZ_VM_CONSOLE_TICKET_MAX
};


vz_code_e
vz_vm_console_ticket_new(vz_call_t *call, vz_vm_console_ticket_t *ticket,
    ngx_str_t *text)
{
    uint64_t             now;
    vz_code_e            rc;
    vz_table_t          *table;
    vz_vm_console_entry_t  *entry;

    if (vz_crypt_random_hex(call->pool, VZ_VM_CONSOLE_TICKET_BYTES, text)
        != NGX_OK)
    {
        return VZ_OVERLOADED;
    }

    vz_crypt_sha256(text->data, text->len, ticket->hash);

    now = vz_zone_now();
    table = vz_zone_lock(&vz_vm_console_ticket_table);
    rc = vz_vm_console_ticket_room(table, call, ticket->node, now);

    if (rc == VZ_OK) {
        entry = vz_table_add(table, vz_vm_console_ticket_key(ticket->hash),
                             now + VZ_VM_CONSOLE_TICKET_LIFE * 1000, NULL);

        if (entry != NULL) {
            entry->ticket = *ticket;
            entry->user = call->who.user;
            entry->until = now + VZ_VM_CONSOLE_TICKET_LIFE * 1000;
            ngx_memcpy(entry->session, call->token, 32);
        }

        rc = entry != NULL ? VZ_OK : VZ_OVERLOADED;
    }

    vz_zone_unlock();

    return rc;
}


/* those whose time is over come first in the order, and go */

static vz_code_e
vz_vm_console_ticket_room(vz_table_t *table, const vz_call_t *call,
    uint64_t node, uint64_t now)
{
    ngx_uint_t           users, nodes;
    vz_vm_console_entry_t  *entry;

    while ((entry = vz_table_after(table, 0)) != NULL && entry->until <= now) {
        vz_table_remove(table, entry);
    }

    users = 0;
    nodes = 0;

    for ( /* void */ ; entry != NULL; entry = vz_table_next(table, entry)) {
        users += entry->user == call->who.user;
        nodes += entry->ticket.node == node;
    }

    if (users >= (call->who.admin ? VZ_VM_CONSOLE_TICKET_ADMIN
                                  : VZ_VM_CONSOLE_TICKET_USER))
    {
        return VZ_BUSY;
    }

    return nodes < VZ_VM_CONSOLE_TICKET_NODE ? VZ_OK : VZ_CONFLICT;
}


vz_code_e
vz_vm_console_ticket_take(const vz_call_t *call, const ngx_str_t *text,
    vz_vm_console_ticket_t *ticket)
{
    u_char               hash[32];
    uint64_t             now;
    vz_code_e            rc;
    vz_table_t          *table;
    vz_vm_console_entry_t  *entry;

    vz_crypt_sha256(text->data, text->len, hash);

    rc = VZ_NOENT;
    now = vz_zone_now();
    table = vz_zone_lock(&vz_vm_console_ticket_table);
    entry = vz_vm_console_ticket_find(table, hash);

    if (entry != NULL && !entry->open && entry->until > now
        && entry->user == call->who.user
        && ngx_memcmp(entry->session, call->token, 32) == 0)
    {
        *ticket = entry->ticket;
        entry->open = 1;
        entry->until = now + VZ_VM_CONSOLE_TICKET_LIFE * 1000;
        vz_table_move(table, entry, entry->until);
        rc = VZ_OK;
    }

    vz_zone_unlock();

    return rc;
}


void
vz_vm_console_ticket_keep(const u_char hash[32])
{
    vz_vm_console_ticket_until(hash, vz_zone_now()
                                     + VZ_VM_CONSOLE_TICKET_LIFE * 1000);
}


void
vz_vm_console_ticket_end(const u_char hash[32])
{
    vz_vm_console_ticket_until(hash, 0);
}


/* 0: it is removed */

static void
vz_vm_console_ticket_until(const u_char hash[32], uint64_t until)
{
    vz_table_t             *table;
    vz_vm_console_entry_t  *entry;

    table = vz_zone_lock(&vz_vm_console_ticket_table);
    entry = vz_vm_console_ticket_find(table, hash);

    if (entry != NULL && until == 0) {
        vz_table_remove(table, entry);

    } else if (entry != NULL) {
        entry->until = until;
        vz_table_move(table, entry, until);
    }

    vz_zone_unlock();
}


static vz_vm_console_entry_t *
vz_vm_console_ticket_find(vz_table_t *table, const u_char hash[32])
{
    return vz_table_find(table, vz_vm_console_ticket_key(hash),
                         vz_vm_console_ticket_same, hash);
}


static ngx_uint_t
vz_vm_console_ticket_same(const vz_entry_t *entry, const void *wanted)
{
    const vz_vm_console_entry_t  *own = (const vz_vm_console_entry_t *) entry;

    return ngx_memcmp(own->ticket.hash, wanted, 32) == 0;
}


static uint64_t
vz_vm_console_ticket_key(const u_char hash[32])
{
    uint64_t  key;

    ngx_memcpy(&key, hash, sizeof(uint64_t));

    return key;
}
