/*
 * The chains: what each kind of task is made of.
 */

#include "steps.h"


/* The first two are done in the transaction that takes the order. */

static const vz_step_t  vz_order_steps[] = {
    { "account",  vz_step_nothing,   0, NULL },
    { "address",  vz_step_nothing,   0, NULL },
    { "create",   vz_step_create,   40, "creating" },
    { "limits",   vz_step_limits,   10, NULL },
    { "network",  vz_step_first_network, 10, NULL },
    { "password", vz_step_password,  5, NULL },
    { "start",    vz_step_start,    25, "ready" },
    { "mail",     vz_step_mail,     10, NULL }
};

/* the same for somebody who has an account */

static const vz_step_t  vz_create_steps[] = {
    { "address",  vz_step_nothing,   0, NULL },
    { "create",   vz_step_create,   40, "creating" },
    { "limits",   vz_step_limits,   10, NULL },
    { "network",  vz_step_first_network, 10, NULL },
    { "password", vz_step_password,  5, NULL },
    { "start",    vz_step_start,    25, "ready" },
    { "mail",     vz_step_mail,     10, NULL }
};

/* an order's mail once more, to the address that its buyer corrected */

static const vz_step_t  vz_credentials_steps[] = {
    { "password", vz_step_password, 30, NULL },
    { "mail",     vz_step_mail,     70, NULL }
};

/* of a container that was there before the panel knew of it */

static const vz_step_t  vz_adopt_steps[] = {
    { "adopt",    vz_step_adopt,    95, NULL },
    { "store",    vz_step_adopted,   5, NULL }
};

static const vz_step_t  vz_start_steps[] = {
    { "start",    vz_step_start,   100, NULL }
};

static const vz_step_t  vz_stop_steps[] = {
    { "stop",     vz_step_stop,    100, NULL }
};

static const vz_step_t  vz_restart_steps[] = {
    { "restart",  vz_step_restart, 100, NULL }
};

static const vz_step_t  vz_destroy_steps[] = {
    { "destroy",  vz_step_destroy,  95, NULL },
    { "release",  vz_step_release,   5, NULL }
};

static const vz_step_t  vz_suspend_steps[] = {
    { "stop",     vz_step_stop,    100, "suspended" }
};

static const vz_step_t  vz_unsuspend_steps[] = {
    { "start",    vz_step_resume,  100, "ready" }
};

static const vz_step_t  vz_memory_steps[] = {
    { "memory",   vz_step_memory,   90, NULL },
    { "store",    vz_step_store,    10, NULL }
};

static const vz_step_t  vz_disk_steps[] = {
    { "disk",     vz_step_disk,     90, NULL },
    { "store",    vz_step_store,    10, NULL }
};

static const vz_step_t  vz_cpu_steps[] = {
    { "cpu",      vz_step_cpu,      90, NULL },
    { "store",    vz_step_store,    10, NULL }
};

static const vz_step_t  vz_network_steps[] = {
    { "network",  vz_step_network,  90, NULL },
    { "store",    vz_step_store,    10, NULL }
};


#define vz_chain(kind, failed, undo, notice, broke, attempts, steps)          \
    { kind, failed, undo, VZ_NOTICE_##notice, VZ_NOTICE_##broke, attempts,    \
      sizeof(steps) / sizeof(vz_step_t), steps }

static const vz_chain_t  vz_chains[] = {
    vz_chain("order", "create_failed", NULL, NONE, ORDER_FAILED, 60,
             vz_order_steps),
    vz_chain("create", "create_failed", NULL, NONE, ORDER_FAILED, 60,
             vz_create_steps),
    vz_chain("credentials", NULL, NULL, NONE, ORDER_FAILED, 60,
             vz_credentials_steps),
    vz_chain("adopt", "create_failed", NULL, NONE, NONE, 20, vz_adopt_steps),
    vz_chain("start", NULL, NULL, NONE, NONE, 6, vz_start_steps),
    vz_chain("stop", NULL, NULL, NONE, NONE, 6, vz_stop_steps),
    vz_chain("restart", NULL, NULL, NONE, NONE, 6, vz_restart_steps),
    vz_chain("destroy", "delete_failed", NULL, NONE, NONE, 20,
             vz_destroy_steps),
    vz_chain("suspend", NULL, NULL, SUSPENDED, NONE, 20, vz_suspend_steps),
    vz_chain("unsuspend", NULL, NULL, UNSUSPENDED, NONE, 6,
             vz_unsuspend_steps),
    vz_chain("memory", NULL, vz_undo_hardware, NONE, NONE, 6,
             vz_memory_steps),
    vz_chain("disk", NULL, vz_undo_hardware, NONE, NONE, 6, vz_disk_steps),
    vz_chain("cpu", NULL, vz_undo_hardware, NONE, NONE, 6, vz_cpu_steps),
    vz_chain("network", NULL, vz_undo_network, NONE, NONE, 6,
             vz_network_steps)
};


const vz_chain_t *
vz_chain_find(const u_char *kind, size_t len)
{
    ngx_uint_t         i;
    const vz_chain_t  *chain;

    for (i = 0; i < sizeof(vz_chains) / sizeof(vz_chain_t); i++) {
        chain = &vz_chains[i];

        if (ngx_strlen(chain->kind) == len
            && ngx_strncmp(chain->kind, kind, len) == 0)
        {
            return chain;
        }
    }

    return NULL;
}
