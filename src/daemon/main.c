/*
 * virtual-server: xinetd starts it for each connection, with the socket as its
 * stdin and stdout.
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/base/check_line.h"
#include "daemon/base/log.h"
#include "daemon/history/recorder.h"
#include "daemon/server/boot.h"
#include "daemon/server/check.h"
#include "daemon/server/connection.h"
#include "daemon/server/console_process.h"
#include "daemon/server/driver_pick.h"
#include "daemon/server/peer.h"
#include "daemon/template/template_cache.h"
#include "daemon/template/template_prune.h"
#include "wire/field.h"
#include "wire/field_value.h"
#include "wire/handshake.h"


#ifndef VZ_VERSION
#define VZ_VERSION  "0.1.0"
#endif


/* OpenSSL loads no configuration and no lists of names: we name what we use */
#define VZ_MAIN_CRYPTO  (OPENSSL_INIT_NO_LOAD_CONFIG                          \
                         |OPENSSL_INIT_NO_ADD_ALL_CIPHERS                     \
                         |OPENSSL_INIT_NO_ADD_ALL_DIGESTS                     \
                         |OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS)


typedef enum {
    VZ_MAIN_SERVE = 0,
    VZ_MAIN_CHECK,
    VZ_MAIN_WARM,
    VZ_MAIN_BOOT,
    VZ_MAIN_DOWN,
    VZ_MAIN_AGAIN,
    VZ_MAIN_CONSOLE,
    VZ_MAIN_USER_DATA,
    VZ_MAIN_RECORD,
    VZ_MAIN_VERSION,
    VZ_MAIN_USAGE
} vz_main_e;


static vz_main_e vz_main_options(int argc, char **argv, const char **path,
    const char **arg);
static int vz_main_process(void);
static void vz_main_ignore(int signo);
static int vz_main_serve(const char *path);
static int vz_main_socket(int *in, int *out);
static int vz_main_refuse(int out, vz_code_e code, const char *words);
static int vz_main_tool(vz_main_e what, const char *path, const char *arg);
static int vz_main_down(const vz_config_t *conf);
static int vz_main_again(const vz_config_t *conf, const char *arg);
static int vz_main_console(const vz_config_t *conf, const char *arg);
static int vz_main_user_data(const vz_config_t *conf, const char *arg);
static int vz_main_record(const vz_config_t *conf);


static const char  vz_main_usage[] =
    "usage: virtual-server [--config FILE] [OPTION]\n"
    "Without an option it serves the connection on stdin and stdout, as\n"
    "xinetd starts it.\n"
    "  --config FILE  instead of " VZ_CONFIG_PATH "\n"
    "  --check        report what this host has and what is missing\n"
    "  --warm         unpack every template now, so that create is quick,\n"
    "                 and remove what is unpacked and no longer used\n"
    "  --boot         start every container that ran before the node stopped\n"
    "  --down         stop every container and release what they use\n"
    "  --again CTID   used by monitors: restart a container whose init has\n"
    "                 failed, with growing pauses\n"
    "  --console ARG  used by verbs: serve a terminal on stdin and stdout\n"
    "  --user-data CTID\n"
    "                 used by verbs: run what waits for a first boot\n"
    "  --record       record what containers use, until it is ended\n"
    "  --version      print the version and the protocol's number\n";


int
main(int argc, char **argv)
{
    char         real[PATH_MAX];
    vz_main_e    what;
    const char  *path, *arg;

    path = VZ_CONFIG_PATH;
    what = vz_main_options(argc, argv, &path, &arg);

    if (what == VZ_MAIN_USAGE) {
        (void) fputs(vz_main_usage, stderr);
        return 2;
    }

    if (what == VZ_MAIN_VERSION) {
        (void) printf("virtual-server %s, protocol %d\n", VZ_VERSION,
                      VZ_PROTOCOL);
        return 0;
    }

    /*
     * resolve the path before the working folder changes; a file that is
     * missing is reported later
     */
    if (realpath(path, real) != NULL) {
        path = real;
    }

    if (vz_main_process() == -1) {
        return 1;
    }

    if (what == VZ_MAIN_SERVE) {
        return vz_main_serve(path);
    }

    return vz_main_tool(what, path, arg);
}


static vz_main_e
vz_main_options(int argc, char **argv, const char **path, const char **arg)
{
    int        c;
    vz_main_e  what;

    static const struct option  options[] = {
        { "config",  required_argument, NULL, 'c' },
        { "check",   no_argument,       NULL, VZ_MAIN_CHECK },
        { "warm",    no_argument,       NULL, VZ_MAIN_WARM },
        { "boot",    no_argument,       NULL, VZ_MAIN_BOOT },
        { "down",    no_argument,       NULL, VZ_MAIN_DOWN },
        { "again",   required_argument, NULL, VZ_MAIN_AGAIN },
        { "console", required_argument, NULL, VZ_MAIN_CONSOLE },
        { "user-data", required_argument, NULL, VZ_MAIN_USER_DATA },
        { "record",  no_argument,       NULL, VZ_MAIN_RECORD },
        { "version", no_argument,       NULL, VZ_MAIN_VERSION },
        { NULL, 0, NULL, 0 }
    };

    what = VZ_MAIN_SERVE;
    *arg = NULL;
    opterr = 0;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {

        if (c == 'c') {
            *path = optarg;

        } else if (c == '?' || what != VZ_MAIN_SERVE) {
            return VZ_MAIN_USAGE;

        } else {
            what = (vz_main_e) c;
            *arg = optarg;
        }
    }

    return optind == argc ? what : VZ_MAIN_USAGE;
}


/* Nothing that the caller has set up may matter: xinetd, make, or a person. */
static int
vz_main_process(void)
{
    int               fd, signo;
    sigset_t          none;
    struct sigaction  sa;

    if (clearenv() != 0
        || setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) == -1
        || setlocale(LC_CTYPE, "C.UTF-8") == NULL
        || chdir("/") == -1
        || vz_field_init() != VZ_OK
        || OPENSSL_init_crypto(VZ_MAIN_CRYPTO, NULL) != 1)
    {
        return -1;
    }

    (void) umask(077);

    (void) memset(&sa, 0, sizeof(sa));
    (void) sigemptyset(&sa.sa_mask);

    for (signo = 1; signo < SIGRTMIN; signo++) {
        /* a handler instead of SIG_IGN, which guests would inherit */
        sa.sa_handler = signo == SIGPIPE ? vz_main_ignore : SIG_DFL;
        (void) sigaction(signo, &sa, NULL);
    }

    (void) sigemptyset(&none);
    (void) sigprocmask(SIG_SETMASK, &none, NULL);

    closefrom(STDERR_FILENO + 1);

    /* descriptors 0, 1 and 2 are open from here on */
    do {
        fd = open("/dev/null", O_RDWR);
        if (fd == -1) {
            return -1;
        }
    } while (fd <= STDERR_FILENO);

    return close(fd);
}


static void
vz_main_ignore(int signo)
{
    (void) signo;
}


static int
vz_main_serve(const char *path)
{
    int                  in, out;
    char                 words[VZ_CONFIG_WORDS], why[VZ_WORDS_MAX];
    char                 peer[VZ_PEER_MAX];
    vz_key_t             key;
    vz_code_e            code;
    vz_dispatch_host_t   host;
    vz_connection_t      serve;
    static vz_config_t   conf;

    /*
     * log to syslog until the configuration is read; descriptor 2 is no longer
     * the socket
     */
    if (vz_main_socket(&in, &out) == -1
        || vz_log_open("syslog", "info") == -1)
    {
        return 1;
    }

    vz_peer_name(in, peer);

    if (vz_config_read(path, &conf, words) == -1) {
        vz_log(LOG_ERR, "%s", words);
        return vz_main_refuse(out, VZ_INTERNAL, "the configuration of "
                              "virtual-server is broken, see its log");
    }

    if (vz_log_open(conf.log, conf.log_level) == -1) {
        vz_log(LOG_ERR, "%s: %s", conf.log, strerror(errno));
    }

    if (!vz_peer_allowed(&conf, in, why)) {
        vz_log(LOG_WARNING, "%s: denied: %s", peer, why);
        return vz_main_refuse(out, VZ_DENIED, why);
    }

    code = vz_handshake_key_read(conf.key_file, &key);
    if (code != VZ_OK) {
        vz_log(LOG_ERR, "key %s: %s: %s", conf.key_file, vz_code_name(code),
               strerror(errno));
    }

    host.conf = &conf;
    host.driver = vz_driver_pick(&conf, why);
    host.why = why;
    host.opened = 0;

    serve.host = &host;
    serve.key = code == VZ_OK ? &key : NULL;
    serve.in = in;
    serve.out = out;
    serve.handshake = VZ_HANDSHAKE_TIME;
    serve.peer = peer;

    vz_connection_serve(&serve);

    explicit_bzero(&key, sizeof(key));

    return 0;
}


/*
 * Move the socket away from descriptors 0, 1 and 2: programs that we run must
 * not find it there.
 */
static int
vz_main_socket(int *in, int *out)
{
    int  null, on;

    *in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    *out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    null = open("/dev/null", O_RDWR|O_CLOEXEC);

    if (*in == -1 || *out == -1 || null == -1
        || dup2(null, STDIN_FILENO) == -1
        || dup2(null, STDOUT_FILENO) == -1
        || dup2(null, STDERR_FILENO) == -1)
    {
        return -1;
    }

    /* an answer is one write, so nothing is gained by delaying it */
    on = 1;
    (void) setsockopt(*out, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void) setsockopt(*out, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));

    return close(null);
}


/* Refuse before the greeting: nothing of the client is read. */
static int
vz_main_refuse(int out, vz_code_e code, const char *words)
{
    (void) dprintf(out, "err %s %s\n", vz_code_name(code), words);

    return 1;
}


static int
vz_main_tool(vz_main_e what, const char *path, const char *arg)
{
    int                  rc;
    char                 words[VZ_CONFIG_WORDS];
    static vz_config_t   conf;

    vz_log_tty();

    if (vz_config_read(path, &conf, words) == -1) {
        (void) vz_check_line(0, "%s", words);
        return 1;
    }

    if (what == VZ_MAIN_WARM) {
        rc = vz_template_cache_warm(&conf) == 0 ? 0 : 1;
        vz_template_prune(&conf, NULL, NULL);
        return rc;
    }

    if (what == VZ_MAIN_BOOT) {
        (void) vz_log_open(conf.log, conf.log_level);
        return vz_boot(&conf) == 0 ? 0 : 1;
    }

    if (what == VZ_MAIN_DOWN) {
        return vz_main_down(&conf);
    }

    if (what == VZ_MAIN_AGAIN) {
        return vz_main_again(&conf, arg);
    }

    if (what == VZ_MAIN_CONSOLE) {
        return vz_main_console(&conf, arg);
    }

    if (what == VZ_MAIN_USER_DATA) {
        return vz_main_user_data(&conf, arg);
    }

    if (what == VZ_MAIN_RECORD) {
        return vz_main_record(&conf);
    }

    (void) vz_check_line(1, "configuration %s", path);

    return vz_check(&conf) == 0 ? 0 : 1;
}


static int
vz_main_down(const vz_config_t *conf)
{
    char                words[VZ_WORDS_MAX];
    const vz_driver_t  *driver;

    driver = vz_driver_pick(conf, words);

    if (driver && (driver->down == NULL || driver->down(conf, words) == 0)) {
        return 0;
    }

    vz_log(LOG_ERR, "%s", words);

    return 1;
}


static int
vz_main_again(const vz_config_t *conf, const char *text)
{
    uint32_t  ctid;

    if (vz_field_value_ctid(text, strlen(text), &ctid) != VZ_OK) {
        (void) fputs(vz_main_usage, stderr);
        return 2;
    }

    (void) vz_log_open(conf->log, conf->log_level);

    return vz_boot_again(conf, ctid) == 0 ? 0 : 1;
}


static int
vz_main_console(const vz_config_t *conf, const char *arg)
{
    char            words[VZ_WORDS_MAX];
    vz_terminal_t   terminal;

    if (vz_console_process_parse(arg, &terminal) == -1) {
        (void) fputs(vz_main_usage, stderr);
        return 2;
    }

    (void) vz_log_open(conf->log, conf->log_level);

    return vz_console_process_run(conf, vz_driver_pick(conf, words),
                                  &terminal);
}


static int
vz_main_user_data(const vz_config_t *conf, const char *text)
{
    char                words[VZ_WORDS_MAX];
    uint32_t            ctid;
    const vz_driver_t  *driver;

    if (vz_field_value_ctid(text, strlen(text), &ctid) != VZ_OK) {
        (void) fputs(vz_main_usage, stderr);
        return 2;
    }

    (void) vz_log_open(conf->log, conf->log_level);

    driver = vz_driver_pick(conf, words);

    return driver && driver->user_data_run
           && driver->user_data_run(conf, ctid) == 0 ? 0 : 1;
}


static int
vz_main_record(const vz_config_t *conf)
{
    char                words[VZ_WORDS_MAX];
    const vz_driver_t  *driver;

    (void) vz_log_open(conf->log, conf->log_level);

    driver = vz_driver_pick(conf, words);

    if (driver) {
        (void) vz_recorder(conf, driver, words);
    }

    vz_log(LOG_ERR, "the recorder can't begin: %s", words);

    return 1;
}
