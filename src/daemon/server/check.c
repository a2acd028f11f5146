#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "daemon/backup/repositories.h"
#include "daemon/base/check_line.h"
#include "daemon/base/job.h"
#include "daemon/base/strbuf.h"
#include "daemon/ct/ct_store.h"
#include "daemon/server/check.h"
#include "daemon/server/driver_pick.h"
#include "daemon/server/feature.h"
#include "daemon/server/peer.h"
#include "daemon/template/template_verdict.h"
#include "wire/handshake.h"


static int vz_check_key(const vz_config_t *conf);
static int vz_check_peers(const vz_config_t *conf);
static int vz_check_diag(void);
static void vz_check_peer(const char *name, int known, uid_t uid,
    void *data);
static int vz_check_templates(const vz_config_t *conf,
    const vz_driver_t *driver);
static vz_code_e vz_check_template(const vz_template_t *entry, void *data);
static void vz_check_odd(const char *file, const char *why, void *data);
static int vz_check_log(const vz_config_t *conf);
static int vz_check_addresses(const vz_config_t *conf);
static int vz_check_network(const vz_ct_t *ct, void *data);
static int vz_check_driver(const vz_config_t *conf,
    const vz_driver_t *driver, const char *words);


#define VZ_CHECK_LOOK  600          /* seconds for one archive */

typedef struct {
    const vz_config_t     *conf;
    const vz_archives_t   *archives;
    unsigned               found;
    int                    lacks;
} vz_check_cache_t;


int
vz_check(const vz_config_t *conf)
{
    int                 lacks;
    char                words[VZ_WORDS_MAX];
    const vz_driver_t  *driver;

    driver = vz_driver_pick(conf, words);

    lacks = vz_check_line(geteuid() == 0, "root: needed for containers");
    lacks += vz_check_key(conf);
    lacks += vz_check_peers(conf);
    lacks += vz_check_log(conf);
    lacks += vz_check_templates(conf, driver);
    lacks += vz_check_addresses(conf);
    lacks += vz_check_driver(conf, driver, words);

    (void) vz_check_line(1, "containers %u to %u, stop kills after %u s, "
                         "silence closes after %u s", conf->ctid_min,
                         conf->ctid_max, conf->stop_timeout, conf->silence);

    (void) fflush(stdout);

    return lacks;
}


static int
vz_check_key(const vz_config_t *conf)
{
    int         rc;
    vz_key_t    key;
    vz_code_e   code;

    code = vz_handshake_key_read(conf->key_file, &key);

    switch (code) {
    case VZ_OK:
        rc = vz_check_line(1, "key %s: %zu bytes", conf->key_file, key.len);
        break;

    case VZ_RANGE:
        rc = vz_check_line(0, "key %s: must hold %d to %d bytes",
                           conf->key_file, VZ_KEY_MIN, VZ_KEY_MAX);
        break;

    case VZ_DENIED:
        rc = vz_check_line(0, "key %s: must be a regular file, closed to "
                           "others (0640)", conf->key_file);
        break;

    default:
        rc = vz_check_line(0, "key %s: %s", conf->key_file, strerror(errno));
    }

    explicit_bzero(&key, sizeof(key));

    return rc;
}


static int
vz_check_peers(const vz_config_t *conf)
{
    int  lacks;

    if (conf->peers[0] == '\0') {
        return vz_check_line(1, "peers: every user of this host who has the "
                             "key");
    }

    lacks = vz_check_line(vz_check_diag() == 0, "peers: the kernel tells whose "
                          "a connection is (tcp_diag)");
    vz_peer_each(conf, vz_check_peer, &lacks);

    return lacks;
}


static void
vz_check_peer(const char *name, int known, uid_t uid, void *data)
{
    *(int *) data += known
        ? vz_check_line(1, "peer %s: user %u", name, (unsigned) uid)
        : vz_check_line(0, "peer %s: no such user", name);
}


/* Try it with a connection to ourselves. */
static int
vz_check_diag(void)
{
    int                  rc, fds[3];
    uid_t                uid;
    socklen_t            len;
    struct sockaddr_in   sin;

    (void) memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(sin);

    fds[0] = socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0);
    fds[1] = socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0);
    fds[2] = -1;

    rc = bind(fds[0], (struct sockaddr *) &sin, len) == 0
         && listen(fds[0], 1) == 0
         && getsockname(fds[0], (struct sockaddr *) &sin, &len) == 0
         && connect(fds[1], (struct sockaddr *) &sin, len) == 0
         && (fds[2] = accept4(fds[0], NULL, NULL, SOCK_CLOEXEC)) != -1
         && vz_peer_uid(fds[2], &uid) == 0 && uid == geteuid();

    (void) close(fds[0]);
    (void) close(fds[1]);
    (void) close(fds[2]);

    return rc ? 0 : -1;
}


static int
vz_check_log(const vz_config_t *conf)
{
    char  *slash, dir[PATH_MAX];

    if (strcmp(conf->log, "syslog") == 0) {
        if (access("/dev/log", W_OK) == 0) {
            return vz_check_line(1, "log: syslog");
        }

        return vz_check_line(0, "log: no syslog listens at /dev/log");
    }

    (void) strcpy(dir, conf->log);

    slash = strrchr(dir, '/');
    slash[slash == dir] = '\0';

    return vz_check_line(access(dir, W_OK) == 0, "log %s", conf->log);
}


static int
vz_check_templates(const vz_config_t *conf, const vz_driver_t *driver)
{
    vz_check_cache_t  cache;

    cache.conf = conf;
    cache.archives = driver && driver->archives ? driver->archives
                                                : &vz_archive_all;
    cache.found = 0;
    cache.lacks = 0;

    if (vz_archive_list(conf, cache.archives, vz_check_template, &cache)
        != VZ_OK)
    {
        return vz_check_line(0, "templates %s: %s", conf->template_dir,
                             strerror(errno));
    }

    vz_archive_odd(conf, cache.archives, vz_check_odd, &cache);

    return cache.lacks + vz_check_line(cache.found > 0, "templates %s: %u "
                                       "found", conf->template_dir,
                                       cache.found);
}


static vz_code_e
vz_check_template(const vz_template_t *entry, void *data)
{
    char               words[VZ_WORDS_MAX];
    vz_job_t           job;
    vz_code_e          code;
    vz_check_cache_t  *cache;

    cache = data;
    code = VZ_OK;

    if (cache->archives->look) {
        vz_job_alone(&job, cache->conf, -1, VZ_CHECK_LOOK);

        code = vz_template_verdict(&job, entry, 1, words);
    }

    if (code != VZ_OK) {
        cache->lacks += vz_check_line(0, "template %s", words);
        return VZ_OK;
    }

    (void) vz_check_line(1, "template %s: %llu bytes", entry->name,
                         (unsigned long long) entry->size);

    cache->found++;

    return VZ_OK;
}


/* An older node has containers, whose addresses suggest what to configure. */
static int
vz_check_addresses(const vz_config_t *conf)
{
    char         buf[sizeof(conf->addresses)];
    vz_strbuf_t  text;

    if (conf->addresses[0]) {
        return vz_check_line(1, "addresses: %s", conf->addresses);
    }

    vz_strbuf_init(&text, buf, sizeof(buf));
    (void) vz_ct_store_each(conf, 0, vz_check_network, &text);

    return vz_check_line(0, "addresses: containers get none until it "
                         "names the networks of the pools, such as addresses "
                         "=%s", buf[0] ? buf : " 198.51.100.0/24");
}


static int
vz_check_network(const vz_ct_t *ct, void *data)
{
    char          name[VZ_IP_TEXT + 2], ip[VZ_IP_TEXT];
    unsigned      i;
    vz_strbuf_t  *text;
    vz_ip_t       network;

    text = data;

    for (i = 0; i < ct->naddresses; i++) {
        network = ct->addresses[i];
        network.prefix = network.family == AF_INET ? 24 : 64;
        (void) memset(network.addr + network.prefix / 8, 0,
                      sizeof(network.addr) - network.prefix / 8);

        vz_ip_print(&network, 1, ip);
        (void) snprintf(name, sizeof(name), " %s", ip);

        if (strstr(text->buf, name) == NULL) {
            vz_strbuf_put(text, "%s", name);
        }
    }

    return 0;
}


static void
vz_check_odd(const char *file, const char *why, void *data)
{
    vz_check_cache_t  *cache;

    cache = data;
    cache->lacks += vz_check_line(0, "template file %s: %s", file, why);
}


static int
vz_check_driver(const vz_config_t *conf, const vz_driver_t *driver,
    const char *words)
{
    int  lacks;

    if (driver == NULL) {
        return vz_check_line(0, "driver %s: %s", conf->driver, words);
    }

    lacks = vz_check_line(1, "driver %s (configured: %s)", driver->name,
                          conf->driver);

    if (vz_feature_has(driver, VZ_FEATURE_BACKUP)) {
        lacks += vz_repositories_check(conf);
    }

    return driver->check ? lacks + driver->check(conf) : lacks;
}
