/*
 * Connections that stay open and end with the session that they came by:
 * streams, websockets.
 */

#ifndef VZ_REVOCABLE_H
#define VZ_REVOCABLE_H

#include <ngx_config.h>
#include <ngx_core.h>


/* A session, as the database has it. */
typedef struct {
    ngx_str_t        token;         /* 32 bytes */
    ngx_uint_t       all;           /* it may see what is not its user's */
    ngx_msec_t       until;         /* ngx_current_msec of its end; 0: never */
} vz_revocable_session_t;

/* A connection in a worker's list of its kind. */
typedef struct {
    ngx_queue_t      queue;
    u_char           token[32];     /* of its session */
    uint64_t         user;          /* 0: a visitor's, with no session */
    ngx_uint_t       all;           /* as of its session */
    ngx_msec_t       until;         /* the same */
    ngx_msec_t       asked;         /* when the database was asked last */
    unsigned         asking:1;
    unsigned         over:1;        /* its session has ended */
} vz_revocable_t;


/*
 * vz_revocable_add: add a connection to the end of the list; the caller removes
 * it by ngx_queue_remove().
 */
void vz_revocable_add(ngx_queue_t *list, vz_revocable_t *connection);

/*
 * vz_revocable_drop: the session with this hash has ended, or, if the hash is
 * NULL, all sessions of this user.
 * vz_revocable_drop_all: it is not known which ones have.
 */
void vz_revocable_drop(ngx_queue_t *list, const u_char *hash, uint64_t user);
void vz_revocable_drop_all(ngx_queue_t *list);

/* vz_revocable_over: whether the session was revoked or has expired. */
ngx_uint_t vz_revocable_over(const vz_revocable_t *connection);

/*
 * vz_revocable_ask: the sessions that the database was not asked about since a
 * time (ngx_current_msec), because another nginx host may have ended them.
 * Writes most of them at most, some more than once, and returns how many.
 */
ngx_uint_t vz_revocable_ask(ngx_queue_t *list, ngx_msec_t since,
    ngx_str_t *tokens, ngx_uint_t most);

/*
 * vz_revocable_told: the answer to vz_revocable_ask(): those of the sessions
 * that exist.  All others are over, and so are those that may see other things
 * now.  sessions is NULL if there was no answer.
 */
void vz_revocable_told(ngx_queue_t *list,
    const vz_revocable_session_t *sessions, ngx_uint_t n);


#endif /* VZ_REVOCABLE_H */
