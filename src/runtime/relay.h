/*
 * The relay: verbs to a virtual-server, over a few kept connections per
 * worker and node.  One verb at a time on each; progress lines are delivered
 * while the verb runs.  Every call belongs on a fiber.
 */

#ifndef VZ_RELAY_H
#define VZ_RELAY_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "wire/frame.h"
#include "wire/reply.h"


typedef struct {
    ngx_str_t        name;          /* as the node table names it */
    ngx_addr_t       addr;
    ngx_str_t        key_file;      /* terminated; read at each connection */
    ngx_uint_t       connections;   /* per worker, at most; 4 by default */
    void            *pool;          /* the relay's own, per worker */
} vz_node_t;


typedef void (*vz_progress_pt)(void *data, ngx_uint_t percent,
    const ngx_str_t *words);

typedef struct {
    vz_code_e        code;          /* VZ_OK, or the daemon's, or VZ_DOWN,
                                       VZ_TIMEOUT, VZ_OVERLOADED */
    ngx_str_t        words;         /* of ok or err; never NULL data */
    ngx_uint_t       nlines;        /* "= ..." lines, without "= " */
    ngx_str_t       *lines;
} vz_answer_t;


/*
 * A verb and who asks for it.  mark says which container is meant, for which
 * owner of its work, and may be NULL.  may, where not NULL, is asked with data
 * right before the bytes leave, however long the verb stood in line: VZ_OK, or
 * VZ_AGAIN, with which the call ends, and nothing was sent.
 */
typedef struct {
    vz_verb_e             verb;
    ngx_uint_t            argc;
    const char *const    *argv;
    const ngx_str_t      *body;     /* its lines; of passwd the secret */
    ngx_uint_t            nbody;
    const vz_mark_t      *mark;
    vz_code_e           (*may)(void *data);
    vz_progress_pt        progress;
    void                 *data;     /* of may and progress */
} vz_relay_act_t;


/*
 * vz_relay_act: one verb with its arguments (C strings) and its body, checked
 * by the verb table before anything is sent; VZ_RANGE or VZ_SYNTAX with words
 * then.  progress may be NULL; what it is told is for show, and not proved
 * until the answer is whole.  Strings of the answer live in pool.  Returns
 * answer->code.
 *
 * At most node->connections short verbs run at once per worker, of them one
 * less of reading ones and one less of changing ones, so that status never
 * waits for a slow stop.  Long verbs have as many places of their own.  Others
 * stand in line for as long as their verb may take, a minute at most:
 * VZ_OVERLOADED then.
 *
 * A short verb gets its table's timeout and 5 s more.  A long one goes on for
 * as long as lines of it come: it ends when there was none for three times its
 * beat.  VZ_TIMEOUT in both cases, and it may still run.
 *
 * The wrong key on either side, a key file that can't be used, or somebody in
 * between is VZ_DENIED; a daemon of another version VZ_DOWN.
 *
 * A kept connection that turns out to be dead before the verb was written is
 * replaced silently.  One that breaks afterwards gives VZ_DOWN: the verb may
 * have run, and converging verbs make it safe to ask again.
 */
vz_code_e vz_relay_act(vz_node_t *node, ngx_pool_t *pool,
    const vz_relay_act_t *act, vz_answer_t *answer);

/*
 * vz_relay_call: the same for a verb that anybody may ask for; secret is the
 * one line of its body, or NULL.
 */
vz_code_e vz_relay_call(vz_node_t *node, ngx_pool_t *pool, vz_verb_e verb,
    ngx_uint_t argc, const char *const *argv, const ngx_str_t *secret,
    vz_progress_pt progress, void *data, vz_answer_t *answer);

/* vz_relay_connections: how many verbs a worker may have at a node at once. */
ngx_uint_t vz_relay_connections(const vz_node_t *node);

/* vz_relay_trouble: a word for what a call ended with, "down" for VZ_DOWN. */
const char *vz_relay_trouble(vz_code_e code);

/*
 * vz_relay_pair: the value of a key in a "= ..." line; an empty string with
 * NULL data where it is missing.  vz_relay_number: the same as a number, 0.
 */
ngx_str_t vz_relay_pair(const ngx_str_t *line, const char *key);
uint64_t vz_relay_number(const ngx_str_t *line, const char *key);


/* Worker start and stop; nodes is the configuration's array of vz_node_t. */
ngx_int_t vz_relay_init(ngx_cycle_t *cycle, ngx_array_t *nodes);
void vz_relay_exit(void);

/* vz_relay_node: by name, NULL where there is none. */
vz_node_t *vz_relay_node(const ngx_str_t *name);

/* vz_relay_nodes: all of the configuration. */
ngx_array_t *vz_relay_nodes(void);


#endif /* VZ_RELAY_H */
