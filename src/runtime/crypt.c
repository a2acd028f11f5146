/*
 * yescrypt in the threads of a pool.  A job has memory of its own, which is
 * wiped before it is freed, and a timer that keeps a leaving worker alive. No
 * more jobs are posted than run at a time; others wait in crypt_line.c.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_thread_pool.h>
#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/random.h>
#include "runtime/crypt_line.h"
#include "runtime/fiber.h"


#define VZ_CRYPT_PREFIX    "$y$j9T$"
#define VZ_CRYPT_CHEAPEST  1            /* for generated passwords */
#define VZ_CRYPT_GUEST     "$6$"        /* what a system of 2010 knows, too */
#define VZ_CRYPT_ROUNDS    1000         /* of it, the fewest */
#define VZ_CRYPT_WAIT      60000        /* ms; a job takes about 50 */
#define VZ_CRYPT_RANDOM    256


typedef struct {
    vz_fiber_t         *fiber;          /* NULL: no fiber waits for it any
                                           more */
    ngx_pool_t         *pool;
    char                password[CRYPT_MAX_PASSPHRASE_SIZE];
    char                setting[CRYPT_OUTPUT_SIZE];
    char                hash[CRYPT_OUTPUT_SIZE];
    vz_crypt_line_e     line;
    ngx_uint_t          took;           /* us */
    ngx_uint_t          pad;            /* it has to take as long as any
                                           other */
    struct crypt_data   data;
} vz_crypt_job_t;


static vz_code_e vz_crypt_make(ngx_pool_t *pool,
    const vz_crypt_place_t *place, const ngx_str_t *password,
    const char *prefix, unsigned long cost, ngx_str_t *hash);
static vz_code_e vz_crypt_run(const vz_crypt_place_t *place,
    const ngx_str_t *password, const char *setting, ngx_uint_t pad,
    char hash[CRYPT_OUTPUT_SIZE]);
static ngx_thread_task_t *vz_crypt_task(void);
static void vz_crypt_thread(void *data, ngx_log_t *log);
static void vz_crypt_done(ngx_event_t *ev);
static void vz_crypt_free(vz_crypt_job_t *job);
static ngx_int_t vz_crypt_random(void *data, size_t len);


static ngx_thread_pool_t  *vz_crypt_pool;

/* a cost and a salt: hashing with them takes as long as with any other */
static const char          vz_crypt_dummy[] =
    "$y$j9T$qd5QVtKNgd16ixaMjFKSUUKMn/0RcZqQUUKMnV4....";

/* no 0 O, no 1 l I */
static const char          vz_crypt_letters[] =
    "23456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";


void
vz_crypt_init(ngx_thread_pool_t *pool, ngx_uint_t own, ngx_uint_t workers)
{
    ngx_uint_t  threads;

    vz_crypt_pool = pool;

    threads = (ngx_uint_t) ngx_ncpu / ngx_max(workers, 1);

    if (own) {
        threads = ngx_min(threads, VZ_CRYPT_THREADS - 1);
    }

    vz_crypt_line_init(ngx_max(threads, 1));
}


vz_code_e
vz_crypt_hash(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, ngx_str_t *hash)
{
    return vz_crypt_make(pool, place, password, VZ_CRYPT_PREFIX, 0, hash);
}


vz_code_e
vz_crypt_hash_drawn(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, ngx_str_t *hash)
{
    return vz_crypt_make(pool, place, password, VZ_CRYPT_PREFIX,
                         VZ_CRYPT_CHEAPEST, hash);
}


vz_code_e
vz_crypt_hash_guest(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, ngx_str_t *hash)
{
    return vz_crypt_make(pool, place, password, VZ_CRYPT_GUEST,
                         VZ_CRYPT_ROUNDS, hash);
}


/* a cost of 0 is the library's choice */

static vz_code_e
vz_crypt_make(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, const char *prefix, unsigned long cost,
    ngx_str_t *hash)
{
    char       salt[32], setting[CRYPT_GENSALT_OUTPUT_SIZE];
    char       out[CRYPT_OUTPUT_SIZE];
    vz_code_e  code;

    if (vz_crypt_random(salt, sizeof(salt)) != NGX_OK
        || crypt_gensalt_rn(prefix, cost, salt, sizeof(salt), setting,
                            sizeof(setting))
           == NULL)
    {
        return VZ_INTERNAL;
    }

    code = vz_crypt_run(place, password, setting, 0, out);

    if (code != VZ_OK) {
        return code;
    }

    hash->len = ngx_strlen(out);
    hash->data = ngx_pnalloc(pool, hash->len + 1);
    if (hash->data == NULL) {
        return VZ_INTERNAL;
    }

    ngx_memcpy(hash->data, out, hash->len + 1);

    return VZ_OK;
}


vz_code_e
vz_crypt_verify(const vz_crypt_place_t *place, const ngx_str_t *password,
    const ngx_str_t *hash)
{
    char        setting[CRYPT_OUTPUT_SIZE], out[CRYPT_OUTPUT_SIZE];
    vz_code_e   code;
    ngx_uint_t  real, pad;

    /* a hash such as "!", which no password has, takes as long as any other */

    real = hash->len > 0 && hash->len < sizeof(setting)
           && hash->data[0] == '$';

    if (real) {
        ngx_memcpy(setting, hash->data, hash->len);
        setting[hash->len] = '\0';

    } else {
        ngx_memcpy(setting, vz_crypt_dummy, sizeof(vz_crypt_dummy));
    }

    pad = (ngx_strncmp(setting, VZ_CRYPT_PREFIX, sizeof(VZ_CRYPT_PREFIX) - 1)
           != 0);

    code = vz_crypt_run(place, password, setting, pad, out);

    if (code != VZ_OK) {
        return code == VZ_RANGE ? VZ_DENIED : code;
    }

    if (!real || ngx_strlen(out) != hash->len
        || CRYPTO_memcmp(out, hash->data, hash->len) != 0)
    {
        return VZ_DENIED;
    }

    return VZ_OK;
}


/* VZ_RANGE: libxcrypt refuses the password or the setting */

static vz_code_e
vz_crypt_run(const vz_crypt_place_t *place, const ngx_str_t *password,
    const char *setting, ngx_uint_t pad, char hash[CRYPT_OUTPUT_SIZE])
{
    vz_code_e           code;
    vz_crypt_job_t     *job;
    ngx_thread_task_t  *task;

    if (password->len >= CRYPT_MAX_PASSPHRASE_SIZE
        || ngx_strlchr(password->data, password->data + password->len, '\0'))
    {
        return VZ_RANGE;
    }

    code = vz_crypt_line_enter(place);
    if (code != VZ_OK) {
        return code;
    }

    task = vz_crypt_task();
    if (task == NULL) {
        vz_crypt_line_leave(place->line, 0);
        return VZ_INTERNAL;
    }

    job = task->ctx;
    job->fiber = vz_fiber_self();
    job->line = place->line;
    job->pad = pad;

    ngx_memcpy(job->password, password->data, password->len);
    ngx_cpystrn((u_char *) job->setting, (u_char *) setting,
                sizeof(job->setting));

    if (ngx_thread_task_post(vz_crypt_pool, task) != NGX_OK) {
        vz_crypt_free(job);
        vz_crypt_line_leave(place->line, 0);
        return VZ_OVERLOADED;
    }

    /* the fiber's own timer holds the worker; the job's does afterwards */

    ngx_add_timer(&task->event, VZ_CRYPT_WAIT * 2);

    if (vz_fiber_wait(VZ_CRYPT_WAIT) != NGX_OK) {
        job->fiber = NULL;
        return VZ_OVERLOADED;
    }

    code = job->hash[0] == '$' ? VZ_OK : VZ_RANGE;
    ngx_memcpy(hash, job->hash, CRYPT_OUTPUT_SIZE);

    vz_crypt_free(job);

    return code;
}


static ngx_thread_task_t *
vz_crypt_task(void)
{
    ngx_pool_t         *pool;
    vz_crypt_job_t     *job;
    ngx_thread_task_t  *task;

    pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    task = ngx_thread_task_alloc(pool, sizeof(vz_crypt_job_t));
    if (task == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    job = task->ctx;
    job->pool = pool;

    task->handler = vz_crypt_thread;
    task->event.data = task;
    task->event.handler = vz_crypt_done;
    task->event.log = ngx_cycle->log;

    return task;
}


/* in a thread: nothing of nginx but the job may be touched */

static void
vz_crypt_thread(void *data, ngx_log_t *log)
{
    char            *hash;
    struct timespec  begin, end;
    vz_crypt_job_t  *job = data;

    (void) clock_gettime(CLOCK_MONOTONIC, &begin);

    hash = crypt_r(job->password, job->setting, &job->data);

    if (hash) {
        ngx_cpystrn((u_char *) job->hash, (u_char *) hash, sizeof(job->hash));
    }

    if (job->pad) {
        (void) crypt_r(job->password, vz_crypt_dummy, &job->data);
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &end);

    job->took = (end.tv_sec - begin.tv_sec) * 1000000
                + (end.tv_nsec - begin.tv_nsec) / 1000;

    ngx_explicit_memzero(job->password, sizeof(job->password));
    ngx_explicit_memzero(&job->data, sizeof(job->data));
}


static void
vz_crypt_done(ngx_event_t *ev)
{
    vz_crypt_job_t     *job;
    ngx_thread_task_t  *task;

    task = ev->data;
    job = task->ctx;

    if (!ev->complete) {
        ev->timedout = 0;
        ngx_log_error(NGX_LOG_ALERT, ev->log, 0,
                      "vzpanel: a password is being hashed for too long");
        ngx_add_timer(ev, VZ_CRYPT_WAIT);
        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    vz_crypt_line_leave(job->line, job->took);

    if (job->fiber) {
        vz_fiber_wake(job->fiber);
        return;
    }

    vz_crypt_free(job);
}


static void
vz_crypt_free(vz_crypt_job_t *job)
{
    ngx_pool_t  *pool;

    pool = job->pool;

    ngx_explicit_memzero(job, sizeof(vz_crypt_job_t));
    ngx_destroy_pool(pool);
}


static ngx_int_t
vz_crypt_random(void *data, size_t len)
{
    size_t   n;
    ssize_t  got;

    for (n = 0; n < len; n += got) {

        got = getrandom((u_char *) data + n, len - n, 0);

        if (got == -1) {
            if (ngx_errno == NGX_EINTR) {
                got = 0;
                continue;
            }

            ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                          "vzpanel: getrandom() failed");
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
vz_crypt_random_hex(ngx_pool_t *pool, ngx_uint_t n, ngx_str_t *hex)
{
    u_char  *raw;

    hex->len = n * 2;
    hex->data = ngx_pnalloc(pool, hex->len + 1);
    raw = ngx_pnalloc(pool, n);

    if (hex->data == NULL || raw == NULL || vz_crypt_random(raw, n) != NGX_OK) {
        return NGX_ERROR;
    }

    *ngx_hex_dump(hex->data, raw, n) = '\0';
    ngx_explicit_memzero(raw, n);

    return NGX_OK;
}


ngx_int_t
vz_crypt_random_password(ngx_pool_t *pool, ngx_uint_t n, ngx_str_t *out)
{
    u_char       raw[VZ_CRYPT_RANDOM], *p, *last;
    ngx_uint_t   i, letters, bound;

    letters = sizeof(vz_crypt_letters) - 1;
    bound = 256 - 256 % letters;

    p = ngx_pnalloc(pool, n + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    out->data = p;
    out->len = n;
    last = p + n;

    while (p < last) {

        if (vz_crypt_random(raw, sizeof(raw)) != NGX_OK) {
            return NGX_ERROR;
        }

        /*
         * bytes above the last whole multiple would favour the first letters
         */

        for (i = 0; i < sizeof(raw) && p < last; i++) {
            if (raw[i] < bound) {
                *p++ = vz_crypt_letters[raw[i] % letters];
            }
        }
    }

    *p = '\0';
    ngx_explicit_memzero(raw, sizeof(raw));

    return NGX_OK;
}


void
vz_crypt_sha256(const void *data, size_t len, u_char out[32])
{
    if (EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) != 1) {
        /* without a hash nothing matches: access is refused */
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "vzpanel: EVP_Digest() failed");
        (void) vz_crypt_random(out, 32);
    }
}


ngx_int_t
vz_crypt_sha256_hex(ngx_pool_t *pool, const ngx_str_t *in, ngx_str_t *hex)
{
    u_char  raw[32];

    hex->len = sizeof(raw) * 2;
    hex->data = ngx_pnalloc(pool, hex->len + 1);
    if (hex->data == NULL) {
        return NGX_ERROR;
    }

    vz_crypt_sha256(in->data, in->len, raw);
    *ngx_hex_dump(hex->data, raw, sizeof(raw)) = '\0';

    return NGX_OK;
}
