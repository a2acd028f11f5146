/*
 * The engine of an outbox: rows that are sent at least once, each by one
 * sender at a time, tried again after a while and not for ever.  What is sent,
 * and over which table, its owner says (mail/mail.c).
 *
 * A row is claimed by a compare-and-set on its count of attempts, which also
 * moves its next try away: two senders never have the same row in hand, and
 * one that died gives it back when that time is over.
 */

#ifndef VZ_OUTBOX_H
#define VZ_OUTBOX_H

#include "runtime/db.h"


/* A row while it is sent. */
typedef struct {
    uint64_t         id;
    uint64_t         attempts;      /* before this one */
    void            *data;          /* of load, for send */
} vz_outbox_item_t;

typedef struct {
    /* the statements: what they take, in this order */
    const vz_sql_t  *due;           /* how many: their ids, the oldest first */
    const vz_sql_t  *claim;         /* id, attempts: one more of them */
    const vz_sql_t  *sent;          /* id; wipes what is secret */
    const vz_sql_t  *again;         /* error, seconds, id, attempts */
    const vz_sql_t  *failed;        /* error, id, attempts */

    ngx_uint_t       tries;         /* then it has failed */
    uint64_t         first;         /* seconds until the second try */
    uint64_t         most;          /* seconds between tries */
    ngx_msec_t       sure;          /* ms after its claim in which a sender may
                                       begin */
    ngx_uint_t       senders;       /* at work in this worker; 0 at first */

    /* read the row: VZ_OK with attempts and data; VZ_NOENT */
    vz_code_e      (*load)(ngx_pool_t *pool, vz_outbox_item_t *item);

    /* VZ_OK; VZ_FAILED or VZ_UNSUPPORTED: never again; other: try again */
    vz_code_e      (*send)(ngx_pool_t *pool, vz_outbox_item_t *item,
                           ngx_str_t *words);

    /* it was taken, and that is noted */
    void           (*taken)(const vz_outbox_item_t *item, ngx_pool_t *pool);

    /* it has failed for good */
    void           (*refused)(const vz_outbox_item_t *item,
                              const ngx_str_t *words);
} vz_outbox_t;


/*
 * vz_outbox_try: on a fiber, send one row now.
 *
 *   VZ_OK        it was taken
 *   VZ_AGAIN     it will be tried again
 *   VZ_FAILED    it was refused for good
 *   VZ_CONFLICT  another sender has it in hand, or has sent it
 *   VZ_NOENT     there is no such row
 *   or the database's code; with words where they are known
 */
vz_code_e vz_outbox_try(vz_outbox_t *outbox, ngx_pool_t *pool, uint64_t id,
    ngx_str_t *words);

/*
 * vz_outbox_deliver: send one row on a fiber of its own, and wait some seconds
 * for what comes of it.  VZ_OK when it was taken or the outbox goes on trying;
 * else as vz_outbox_try().
 */
vz_code_e vz_outbox_deliver(vz_outbox_t *outbox, ngx_pool_t *pool,
    uint64_t id, ngx_str_t *words);

/* vz_outbox_look: on a fiber, send some of the rows that are due. */
void vz_outbox_look(vz_outbox_t *outbox, ngx_pool_t *pool);


#endif /* VZ_OUTBOX_H */
