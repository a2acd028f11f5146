#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/backup/repositories.h"
#include "daemon/base/check_line.h"
#include "wire/field.h"
#include "wire/field_value.h"
#include "wire/handshake.h"


#define VZ_REPOSITORY_TAG       "%t"
#define VZ_REPOSITORY_KEY_MIN   16
#define VZ_REPOSITORY_KEY_MAX   1024
#define VZ_REPOSITORY_UPLOAD    10000000    /* KiB/s */
#define VZ_REPOSITORY_WHY       160


typedef struct {
    vz_repositories_t   *all;
    vz_repository_t     *now;               /* of the section; NULL: none */
    char                 why[VZ_REPOSITORY_WHY];
} vz_repository_parse_t;


static vz_code_e vz_repositories_secret(const char *path, char *buf,
    size_t size, size_t *len, char *why);
static int vz_repositories_parse(vz_repository_parse_t *parse, unsigned *line);
static int vz_repositories_section(vz_repository_parse_t *parse, char *text);
static int vz_repositories_value(vz_repository_parse_t *parse, const char *name,
    const char *value);
static int vz_repositories_text(vz_repository_parse_t *parse,
    const char **place, const char *name, const char *value);
static int vz_repositories_extra(vz_repository_parse_t *parse,
    const char **list, unsigned *n, const char *name, const char *value);
static int vz_repositories_whole(vz_repository_parse_t *parse);
static char *vz_repositories_trim(char *text);
static const char *vz_repositories_mounted(const vz_repository_t *repository);


vz_code_e
vz_repositories_load(const vz_config_t *conf, vz_repositories_t *all,
    char *words)
{
    size_t                  len;
    unsigned                line;
    vz_code_e               code;
    vz_repository_parse_t   parse;

    all->n = 0;
    (void) memset(&parse, 0, sizeof(parse));
    parse.all = all;

    code = vz_repositories_secret(conf->repositories, all->text,
                                sizeof(all->text), &len, parse.why);

    if (code == VZ_NOENT) {
        return VZ_OK;
    }

    if (code != VZ_OK) {
        (void) snprintf(words, VZ_CONFIG_WORDS, "%s: %s", conf->repositories,
                        parse.why);
        return code;
    }

    if (strlen(all->text) != len) {
        (void) snprintf(words, VZ_CONFIG_WORDS, "%s: has a NUL byte",
                        conf->repositories);
        code = VZ_FAILED;

    } else if (vz_repositories_parse(&parse, &line) == -1) {
        (void) snprintf(words, VZ_CONFIG_WORDS, "%s, line %u: %s",
                        conf->repositories, line, parse.why);
        code = VZ_FAILED;
    }

    if (code != VZ_OK) {
        vz_repositories_wipe(all);
    }

    return code;
}


/* the whole of a file of root's alone; VZ_NOENT where there is none */
static vz_code_e
vz_repositories_secret(const char *path, char *buf, size_t size, size_t *len,
    char *why)
{
    int          fd;
    ssize_t      n;
    vz_code_e    code;
    struct stat  st;

    fd = open(path, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);

    if (fd == -1) {
        (void) snprintf(why, VZ_REPOSITORY_WHY, "%s", strerror(errno));
        return errno == ENOENT ? VZ_NOENT : VZ_FAILED;
    }

    code = VZ_DENIED;
    *len = 0;

    if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
        (void) snprintf(why, VZ_REPOSITORY_WHY, "is not a regular file");

    } else if (st.st_uid != 0) {
        (void) snprintf(why, VZ_REPOSITORY_WHY, "does not belong to root: "
                        "chown root");

    } else if (st.st_mode & 077) {
        (void) snprintf(why, VZ_REPOSITORY_WHY, "others than root may read it: "
                        "chmod 600");

    } else {
        code = VZ_FAILED;

        do {
            n = read(fd, buf + *len, size - *len);
            *len += n > 0 ? (size_t) n : 0;
        } while (n > 0 && *len < size);

        if (n == -1) {
            (void) snprintf(why, VZ_REPOSITORY_WHY, "%s", strerror(errno));

        } else if (*len == size) {
            (void) snprintf(why, VZ_REPOSITORY_WHY, "is longer than %zu bytes",
                            size - 1);
        } else {
            buf[*len] = '\0';
            code = VZ_OK;
        }
    }

    (void) close(fd);

    return code;
}


static int
vz_repositories_parse(vz_repository_parse_t *parse, unsigned *line)
{
    int    rc;
    char  *text, *next, *eq;

    rc = 0;
    *line = 0;

    for (text = parse->all->text; rc == 0 && text != NULL; text = next) {
        (*line)++;
        next = strchr(text, '\n');

        if (next != NULL) {
            *next++ = '\0';
        }

        text = vz_repositories_trim(text);

        if (*text == '\0' || *text == '#') {
            continue;
        }

        if (*text == '[') {
            rc = vz_repositories_section(parse, text);
            continue;
        }

        eq = strchr(text, '=');

        if (eq == NULL) {
            (void) snprintf(parse->why, sizeof(parse->why),
                            "is neither [NAME] nor \"key = value\"");
            rc = -1;

        } else {
            *eq = '\0';
            rc = vz_repositories_value(parse, vz_repositories_trim(text),
                                     vz_repositories_trim(eq + 1));
        }
    }

    return rc == 0 ? vz_repositories_whole(parse) : rc;
}


static int
vz_repositories_section(vz_repository_parse_t *parse, char *text)
{
    size_t  len;

    if (vz_repositories_whole(parse) == -1) {
        return -1;
    }

    len = strlen(++text);

    if (len < 2 || text[len - 1] != ']'
        || vz_field_check(VZ_FIELD_REPOSITORY, text, len - 1) != VZ_OK)
    {
        (void) snprintf(parse->why, sizeof(parse->why), "[NAME]: %s",
                        vz_field_rule(VZ_FIELD_REPOSITORY));
        return -1;
    }

    text[len - 1] = '\0';

    if (vz_repositories_find(parse->all, text) != NULL) {
        (void) snprintf(parse->why, sizeof(parse->why), "[%.32s] is there "
                        "twice", text);
        return -1;
    }

    if (parse->all->n == VZ_REPOSITORY_MOST) {
        (void) snprintf(parse->why, sizeof(parse->why), "there are more than "
                        "%d repositories", VZ_REPOSITORY_MOST);
        return -1;
    }

    parse->now = &parse->all->list[parse->all->n++];
    (void) memset(parse->now, 0, sizeof(vz_repository_t));
    (void) strcpy(parse->now->name, text);

    return 0;
}


static int
vz_repositories_value(vz_repository_parse_t *parse, const char *name,
    const char *value)
{
    uint64_t          n;
    vz_repository_t  *now;

    now = parse->now;

    if (now == NULL) {
        (void) snprintf(parse->why, sizeof(parse->why), "stands before the "
                        "first [NAME]");
        return -1;
    }

    if (strcmp(name, "url") == 0) {
        return vz_repositories_text(parse, &now->url, name, value);
    }

    if (strcmp(name, "key") == 0) {
        return vz_repositories_text(parse, &now->key, name, value);
    }

    if (strcmp(name, "mounted") == 0) {
        return vz_repositories_text(parse, &now->mounted, name, value);
    }

    if (strcmp(name, "env") == 0) {
        return vz_repositories_extra(parse, now->env, &now->nenv, name, value);
    }

    if (strcmp(name, "option") == 0) {
        return vz_repositories_extra(parse, now->option, &now->noption, name,
                                   value);
    }

    if (strcmp(name, "upload") == 0) {
        if (vz_field_value_number(value, strlen(value), VZ_REPOSITORY_UPLOAD,
                                  &n) == VZ_OK)
        {
            now->upload = (unsigned) n;
            return 0;
        }

        (void) snprintf(parse->why, sizeof(parse->why), "upload: a number of "
                        "KiB/s, 0 to %d", VZ_REPOSITORY_UPLOAD);
        return -1;
    }

    (void) snprintf(parse->why, sizeof(parse->why), "unknown key \"%.64s\"",
                    name);

    return -1;
}


static int
vz_repositories_text(vz_repository_parse_t *parse, const char **place,
    const char *name, const char *value)
{
    if (*place != NULL) {
        (void) snprintf(parse->why, sizeof(parse->why), "%s is there twice",
                        name);
        return -1;
    }

    if (strcmp(name, "url") == 0 ? strstr(value, VZ_REPOSITORY_TAG) == NULL
                                 : value[0] != '/')
    {
        (void) snprintf(parse->why, sizeof(parse->why), "%s: %s", name,
                        strcmp(name, "url") == 0
                        ? "has no %t, so containers would share a repository"
                        : "an absolute path");
        return -1;
    }

    *place = value;

    return 0;
}


static int
vz_repositories_extra(vz_repository_parse_t *parse, const char **list,
    unsigned *n, const char *name, const char *value)
{
    const char  *eq;

    eq = strchr(value, '=');

    if (eq == NULL || eq == value) {
        (void) snprintf(parse->why, sizeof(parse->why), "%s: NAME=VALUE",
                        name);
        return -1;
    }

    if (*n == VZ_REPOSITORY_EXTRA) {
        (void) snprintf(parse->why, sizeof(parse->why), "%s: more than %d of "
                        "them", name, VZ_REPOSITORY_EXTRA);
        return -1;
    }

    list[(*n)++] = value;

    return 0;
}


/* the section that ends has all it needs */
static int
vz_repositories_whole(vz_repository_parse_t *parse)
{
    const vz_repository_t  *now;

    now = parse->now;

    if (now == NULL || (now->url != NULL && now->key != NULL)) {
        return 0;
    }

    (void) snprintf(parse->why, sizeof(parse->why), "[%s] above has no %s",
                    now->name, now->url ? "key" : "url");

    return -1;
}


static char *
vz_repositories_trim(char *text)
{
    char  *end;

    text += strspn(text, " \t\r");
    end = text + strlen(text);

    while (end > text && strchr(" \t\r", end[-1]) != NULL) {
        *--end = '\0';
    }

    return text;
}


const vz_repository_t *
vz_repositories_find(const vz_repositories_t *all, const char *name)
{
    unsigned  i;

    for (i = 0; i < all->n; i++) {
        if (strcmp(all->list[i].name, name) == 0) {
            return &all->list[i];
        }
    }

    return NULL;
}


void
vz_repositories_wipe(vz_repositories_t *all)
{
    explicit_bzero(all, sizeof(vz_repositories_t));
}


void
vz_repositories_names(const vz_config_t *conf, char *text)
{
    char                       *p, words[VZ_CONFIG_WORDS];
    unsigned                    i;
    static vz_repositories_t    all;

    p = stpcpy(text, "-");

    if (vz_repositories_load(conf, &all, words) == VZ_OK && all.n) {
        p = text;

        for (i = 0; i < all.n; i++) {
            p = stpcpy(stpcpy(p, i ? "," : ""), all.list[i].name);
        }
    }

    vz_repositories_wipe(&all);
}


int
vz_repositories_url(const vz_repository_t *repository, const char *tag,
    char *url)
{
    size_t       len;
    const char  *p, *next;

    len = 0;

    for (p = repository->url; *p; p = next) {
        next = strstr(p, VZ_REPOSITORY_TAG);

        if (next == NULL) {
            next = p + strlen(p);
        }

        if (len + (size_t) (next - p) + strlen(tag) >= VZ_REPOSITORY_URL) {
            return -1;
        }

        (void) memcpy(url + len, p, (size_t) (next - p));
        len += (size_t) (next - p);

        if (*next) {
            (void) strcpy(url + len, tag);
            len += strlen(tag);
            next += sizeof(VZ_REPOSITORY_TAG) - 1;
        }
    }

    url[len] = '\0';

    return 0;
}


vz_code_e
vz_repositories_password(const vz_repository_t *repository, const char *tag,
    char password[VZ_REPOSITORY_PASSWORD + 1], char *words)
{
    char            key[VZ_REPOSITORY_KEY_MAX + 1], why[VZ_REPOSITORY_WHY];
    size_t          len;
    unsigned        n;
    vz_code_e       code;
    unsigned char   mac[EVP_MAX_MD_SIZE];

    code = vz_repositories_secret(repository->key, key, sizeof(key), &len, why);

    if (code == VZ_OK) {
        while (len && strchr(" \t\r\n", key[len - 1]) != NULL) {
            len--;
        }

        if (len < VZ_REPOSITORY_KEY_MIN) {
            (void) snprintf(why, sizeof(why), "must hold %d bytes or more",
                            VZ_REPOSITORY_KEY_MIN);
            code = VZ_FAILED;
        }
    }

    if (code == VZ_OK
        && HMAC(EVP_sha256(), key, (int) len, (const unsigned char *) tag,
                strlen(tag), mac, &n) == NULL)
    {
        (void) snprintf(why, sizeof(why), "no password can be made");
        code = VZ_FAILED;
    }

    explicit_bzero(key, sizeof(key));

    if (code != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "key %.60s: %.100s",
                        repository->key, why);
        return code == VZ_NOENT ? VZ_FAILED : code;
    }

    vz_handshake_hex(password, mac, VZ_REPOSITORY_PASSWORD / 2);
    explicit_bzero(mac, sizeof(mac));

    return VZ_OK;
}


vz_code_e
vz_repositories_there(const vz_repository_t *repository, char *words)
{
    const char  *why;

    why = vz_repositories_mounted(repository);

    if (why == NULL) {
        return VZ_OK;
    }

    (void) snprintf(words, VZ_WORDS_MAX, "%.120s: %.60s", repository->mounted,
                    why);

    return VZ_FAILED;
}


/* NULL, or why what must be mounted is not */
static const char *
vz_repositories_mounted(const vz_repository_t *repository)
{
    char         above[PATH_MAX];
    struct stat  st, parent;

    if (repository->mounted == NULL) {
        return NULL;
    }

    if (snprintf(above, sizeof(above), "%s/..", repository->mounted)
        >= (int) sizeof(above)
        || stat(repository->mounted, &st) == -1 || stat(above, &parent) == -1)
    {
        return strerror(errno);
    }

    return st.st_dev == parent.st_dev ? "nothing is mounted there" : NULL;
}


int
vz_repositories_check(const vz_config_t *conf)
{
    int                         lacks;
    char                        words[VZ_CONFIG_WORDS];
    char                        password[VZ_REPOSITORY_PASSWORD + 1];
    unsigned                    i;
    const vz_repository_t      *one;
    static vz_repositories_t    all;

    if (vz_repositories_load(conf, &all, words) != VZ_OK) {
        return vz_check_line(0, "%s", words);
    }

    if (all.n == 0) {
        return vz_check_line(1, "repositories: none in %s, so nothing is "
                             "backed up", conf->repositories);
    }

    lacks = vz_check_line(access(VZ_REPOSITORY_RESTIC, X_OK) == 0,
                          VZ_REPOSITORY_RESTIC " (package restic)");
    lacks += vz_check_line(access(VZ_REPOSITORY_RSYNC, X_OK) == 0,
                           VZ_REPOSITORY_RSYNC " (package rsync)");
    lacks += vz_check_line(access("/usr/bin/fusermount3", X_OK) == 0
                           && access("/dev/fuse", R_OK|W_OK) == 0,
                           "fuse (package fuse3): backups are restored by it");

    for (i = 0; i < all.n; i++) {
        one = &all.list[i];

        if (vz_repositories_password(one, "0000000000000000", password, words)
            == VZ_OK && vz_repositories_there(one, words) == VZ_OK)
        {
            lacks += vz_check_line(1, "repository %s", one->name);
        } else {
            lacks += vz_check_line(0, "repository %s: %s", one->name, words);
        }
    }

    explicit_bzero(password, sizeof(password));
    vz_repositories_wipe(&all);

    return lacks;
}
