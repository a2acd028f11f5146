/*
 * The outbox.
 */

#include "panel/api/zone_ids.h"
#include "panel/mail/outbox.h"
#include "runtime/fiber.h"
#include "runtime/waitq.h"
#include "runtime/call.h"
#include "runtime/schema.h"
#include "runtime/zone.h"


#define VZ_OUTBOX_POLL      1000    /* ms between two looks at the database */
#define VZ_OUTBOX_DUTY      5000    /* ms that one worker looks for all */
#define VZ_OUTBOX_SCHEMA    2000    /* ms that its number is good for */
#define VZ_OUTBOX_BATCH     8       /* mails claimed in one look */
#define VZ_OUTBOX_SENDERS   4       /* at once in a worker, for tasks */
#define VZ_OUTBOX_PATIENCE  3000    /* ms a task waits for its mail */


/* A mail that a task waits for; the last of task and sender frees it. */
typedef struct {
    ngx_pool_t  *pool;
    uint64_t     id;
    vz_code_e    rc;
    ngx_str_t    words;
    ngx_uint_t   done;
    ngx_uint_t   left;             /* the task does not wait any more */
    vz_waitq_t   line;
} vz_outbox_job_t;


static void vz_outbox_poll(ngx_event_t *ev);
static void vz_outbox_look(void *data);
static vz_outbox_job_t *vz_outbox_begin(uint64_t id);
static void vz_outbox_send(void *data);


static ngx_event_t  vz_outbox_event;
static ngx_uint_t   vz_outbox_looking;
static ngx_uint_t   vz_outbox_senders;


ngx_int_t
vz_outbox_init(ngx_cycle_t *cycle)
{
    vz_outbox_event.handler = vz_outbox_poll;
    vz_outbox_event.log = cycle->log;
    vz_outbox_event.data = &vz_outbox_event;
    vz_outbox_event.cancelable = 1;

    /* workers start together: spread their first looks */
    ngx_add_timer(&vz_outbox_event, 50 + ngx_random() % VZ_OUTBOX_POLL);

    return NGX_OK;
}


void
vz_outbox_exit(void)
{
    if (vz_outbox_event.timer_set) {
        ngx_del_timer(&vz_outbox_event);
    }
}


static void
vz_outbox_poll(ngx_event_t *ev)
{
    if (ngx_exiting) {
        return;
    }

    if (!vz_outbox_looking
        && vz_zone_lease(VZ_LEASE_OUTBOX, VZ_OUTBOX_DUTY) == NGX_OK)
    {
        vz_outbox_looking = 1;

        if (vz_fiber_spawn(vz_outbox_look, NULL) != NGX_OK) {
            vz_outbox_looking = 0;
        }
    }

    ngx_add_timer(ev, VZ_OUTBOX_POLL);
}


/* while the server is down the other mails keep their order and attempts */

static void
vz_outbox_look(void *data)
{
    vz_code_e    rc;
    ngx_str_t    words;
    vz_rows_t    rows;
    ngx_uint_t   i;
    ngx_pool_t  *pool;

    (void) data;

    if (vz_schema_check(VZ_OUTBOX_SCHEMA) == VZ_BEHIND) {
        goto done;
    }

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        goto done;
    }

    rc = vz_mail_due(pool, VZ_OUTBOX_BATCH, &rows);

    for (i = 0; rc != VZ_AGAIN && rc != VZ_DOWN && i < rows.rows; i++) {
        rc = vz_mail_try(pool, vz_cell_int(&rows, i, 0), &words);
    }

    ngx_destroy_pool(pool);

done:

    vz_outbox_looking = 0;
}


vz_code_e
vz_outbox_deliver(ngx_pool_t *pool, uint64_t task, ngx_str_t *words)
{
    uint64_t          id;
    vz_code_e         rc;
    vz_outbox_job_t  *job;

    rc = vz_mail_release(pool, task, &id);

    if (rc == VZ_NOENT) {
        ngx_str_set(words, "no mail was asked for");
        return VZ_OK;
    }

    if (rc == VZ_EXISTS) {
        ngx_str_set(words, "already sent");
        return VZ_OK;
    }

    if (rc != VZ_OK) {
        return rc;
    }

    job = vz_outbox_begin(id);

    if (job == NULL) {
        ngx_str_set(words, "the outbox is sending it");
        return VZ_OK;
    }

    if (!job->done) {
        (void) vz_waitq_wait(&job->line, VZ_OUTBOX_PATIENCE);
    }

    if (!job->done) {
        job->left = 1;
        ngx_str_set(words, "the mail server is slow, the outbox goes on");
        return VZ_OK;
    }

    rc = job->rc;

    words->len = job->words.len;
    words->data = ngx_pstrdup(pool, &job->words);

    if (words->data == NULL) {
        words->len = 0;
    }

    ngx_destroy_pool(job->pool);

    return rc == VZ_AGAIN || rc == VZ_CONFLICT ? VZ_OK : rc;
}


/* NULL where the worker sends its most already, or has no memory */

static vz_outbox_job_t *
vz_outbox_begin(uint64_t id)
{
    ngx_pool_t       *pool;
    vz_outbox_job_t  *job;

    if (vz_outbox_senders >= VZ_OUTBOX_SENDERS) {
        return NULL;
    }

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    job = ngx_pcalloc(pool, sizeof(vz_outbox_job_t));

    if (job != NULL) {
        job->pool = pool;
        job->id = id;
        ngx_str_set(&job->words, "");
        vz_waitq_init(&job->line);

        vz_outbox_senders++;

        if (vz_fiber_spawn(vz_outbox_send, job) == NGX_OK) {
            return job;
        }

        vz_outbox_senders--;
    }

    ngx_destroy_pool(pool);

    return NULL;
}


static void
vz_outbox_send(void *data)
{
    vz_outbox_job_t  *job = data;

    job->rc = vz_mail_try(job->pool, job->id, &job->words);
    vz_outbox_senders--;

    if (job->left) {
        ngx_destroy_pool(job->pool);
        return;
    }

    job->done = 1;
    (void) vz_waitq_wake(&job->line, 1);
}
