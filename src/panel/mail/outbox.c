/*
 * The engine of an outbox.
 */

#include "panel/mail/outbox.h"
#include "runtime/clock.h"
#include "runtime/fiber.h"
#include "runtime/row.h"
#include "runtime/waitq.h"


#define VZ_OUTBOX_BATCH     8       /* rows of one look */
#define VZ_OUTBOX_SENDERS   4       /* at once in a worker, for tasks */
#define VZ_OUTBOX_PATIENCE  3000    /* ms a task waits for its row */


/* A row that a task waits for; whoever is the last to need it frees it. */
typedef struct {
    vz_outbox_t  *outbox;
    ngx_pool_t   *pool;
    uint64_t      id;
    vz_code_e     rc;
    ngx_str_t     words;
    ngx_uint_t    done;
    ngx_uint_t    left;             /* the task waits no more */
    vz_waitq_t    line;
} vz_outbox_job_t;


static vz_code_e vz_outbox_claim(const vz_outbox_t *outbox, ngx_pool_t *pool,
    const vz_outbox_item_t *item);
static vz_code_e vz_outbox_note(const vz_outbox_t *outbox, ngx_pool_t *pool,
    const vz_outbox_item_t *item, vz_code_e rc, const ngx_str_t *words);
static uint64_t vz_outbox_wait(const vz_outbox_t *outbox, uint64_t attempts);
static vz_outbox_job_t *vz_outbox_begin(vz_outbox_t *outbox, uint64_t id);
static void vz_outbox_send(void *data);


vz_code_e
vz_outbox_try(vz_outbox_t *outbox, ngx_pool_t *pool, uint64_t id,
    ngx_str_t *words)
{
    uint64_t          claimed;
    vz_code_e         rc;
    vz_outbox_item_t  item;

    ngx_memzero(&item, sizeof(vz_outbox_item_t));
    item.id = id;

    rc = outbox->load(pool, &item);
    if (rc != VZ_OK) {
        return rc;
    }

    claimed = vz_clock_msec();
    rc = vz_outbox_claim(outbox, pool, &item);

    /* a sender that stood still for so long has lost it to another */

    if (rc == VZ_OK && vz_clock_msec() - claimed > outbox->sure) {
        rc = VZ_CONFLICT;
    }

    if (rc == VZ_CONFLICT) {
        ngx_str_set(words, "the outbox is sending it");
    }

    if (rc != VZ_OK) {
        return rc;
    }

    rc = outbox->send(pool, &item, words);

    return vz_outbox_note(outbox, pool, &item, rc, words);
}


static vz_code_e
vz_outbox_claim(const vz_outbox_t *outbox, ngx_pool_t *pool,
    const vz_outbox_item_t *item)
{
    vz_rows_t  rows;
    vz_code_e  rc;

    rc = vz_db_query(NULL, pool, outbox->claim,
                     vz_binds(vz_int(item->id), vz_int(item->attempts)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    return rows.affected ? VZ_OK : VZ_CONFLICT;
}


static vz_code_e
vz_outbox_note(const vz_outbox_t *outbox, ngx_pool_t *pool,
    const vz_outbox_item_t *item, vz_code_e rc, const ngx_str_t *words)
{
    vz_rows_t  rows;

    if (rc == VZ_OK) {
        (void) vz_db_query(NULL, pool, outbox->sent,
                           vz_binds(vz_int(item->id)), NULL);
        outbox->taken(item, pool);

        return VZ_OK;
    }

    if (rc == VZ_FAILED || rc == VZ_UNSUPPORTED
        || item->attempts + 1 >= outbox->tries)
    {
        if (vz_db_query(NULL, pool, outbox->failed,
                        vz_binds(vz_text(*words), vz_int(item->id),
                                 vz_int(item->attempts + 1)),
                        &rows)
            == VZ_OK && rows.affected)
        {
            outbox->refused(item, words);
        }

        return VZ_FAILED;
    }

    (void) vz_db_query(NULL, pool, outbox->again,
                       vz_binds(vz_text(*words),
                                vz_int(vz_outbox_wait(outbox,
                                                      item->attempts)),
                                vz_int(item->id), vz_int(item->attempts + 1)),
                       NULL);

    return VZ_AGAIN;
}


/* seconds: twice as long after each attempt */

static uint64_t
vz_outbox_wait(const vz_outbox_t *outbox, uint64_t attempts)
{
    return attempts > 8 ? outbox->most
           : ngx_min(outbox->first << attempts, outbox->most);
}


/* where the server takes none, the others keep their place and their tries */

void
vz_outbox_look(vz_outbox_t *outbox, ngx_pool_t *pool)
{
    vz_code_e    rc;
    ngx_str_t    words;
    vz_rows_t    rows;
    ngx_uint_t   i;

    rc = vz_db_query(NULL, pool, outbox->due,
                     vz_binds(vz_int(VZ_OUTBOX_BATCH)), &rows);

    for (i = 0; rc != VZ_AGAIN && rc != VZ_DOWN && i < rows.rows; i++) {
        rc = vz_outbox_try(outbox, pool, vz_row_int(&rows, i, "id"), &words);
    }
}


vz_code_e
vz_outbox_deliver(vz_outbox_t *outbox, ngx_pool_t *pool, uint64_t id,
    ngx_str_t *words)
{
    vz_code_e         rc;
    vz_outbox_job_t  *job;

    job = vz_outbox_begin(outbox, id);

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
vz_outbox_begin(vz_outbox_t *outbox, uint64_t id)
{
    ngx_pool_t       *pool;
    vz_outbox_job_t  *job;

    if (outbox->senders >= VZ_OUTBOX_SENDERS) {
        return NULL;
    }

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    job = ngx_pcalloc(pool, sizeof(vz_outbox_job_t));

    if (job != NULL) {
        job->outbox = outbox;
        job->pool = pool;
        job->id = id;
        ngx_str_set(&job->words, "");
        vz_waitq_init(&job->line);

        outbox->senders++;

        if (vz_fiber_spawn(vz_outbox_send, job) == NGX_OK) {
            return job;
        }

        outbox->senders--;
    }

    ngx_destroy_pool(pool);

    return NULL;
}


static void
vz_outbox_send(void *data)
{
    vz_outbox_job_t  *job = data;

    job->rc = vz_outbox_try(job->outbox, job->pool, job->id, &job->words);
    job->outbox->senders--;

    if (job->left) {
        ngx_destroy_pool(job->pool);
        return;
    }

    job->done = 1;
    (void) vz_waitq_wake(&job->line, 1);
}
