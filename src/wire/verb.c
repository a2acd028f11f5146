/*
 * The verb table, and lines by it.
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "wire/field_value.h"
#include "wire/frame.h"
#include "wire/rule.h"
#include "wire/ssh_key.h"


#define VZ_VERB_BODY    "body="
#define VZ_MARK_FENCE   "fence="
#define VZ_MARK_ID      "id="
#define VZ_MARK_TAG     "tag="
#define VZ_FENCE_MAX    19          /* digits */


#define ID     VZ_FIELD_CTID
#define SIZE   VZ_FIELD_SIZE
#define LIMIT  VZ_FIELD_LIMIT
#define ADDR   VZ_FIELD_ADDRESS
#define REPO   VZ_FIELD_REPOSITORY

static const vz_verb_t  vz_verbs[VZ_VERB_COUNT] = {

    /*   name, alias, arguments, min, max, lock, what else */

    [VZ_VERB_CREATE] =
        { "create", NULL, { ID, VZ_FIELD_TEMPLATE }, 2, 2, 1, .timeout = 300,
          .beat = 10 },
    [VZ_VERB_DESTROY] =
        { "destroy", "deletevm", { ID }, 1, 1, 1, .timeout = 240 },
    [VZ_VERB_ADOPT] =
        { "adopt", NULL, { ID, VZ_FIELD_TAG }, 2, 2, 1, .timeout = 30 },
    [VZ_VERB_REINSTALL] =
        { "reinstall", NULL, { ID, VZ_FIELD_TEMPLATE }, 2, 2, 1,
          .timeout = 300, .beat = 10 },
    [VZ_VERB_REVERT] =
        { "revert", NULL, { ID }, 1, 1, 1, .timeout = 240 },
    [VZ_VERB_RESCUE] =
        { "rescue", NULL, { ID }, 1, 1, 1, .timeout = 300, .beat = 10 },
    [VZ_VERB_UNRESCUE] =
        { "unrescue", NULL, { ID }, 1, 1, 1, .timeout = 240 },
    [VZ_VERB_SNAPSHOT] =
        { "snapshot", NULL, { ID, VZ_FIELD_SNAPSHOT }, 2, 2, 1,
          .timeout = 60 },
    [VZ_VERB_ROLLBACK] =
        { "rollback", NULL, { ID, VZ_FIELD_SNAPSHOT }, 2, 2, 1,
          .timeout = 240, .beat = 10 },
    [VZ_VERB_DROPSNAPSHOT] =
        { "dropsnapshot", NULL, { ID, VZ_FIELD_SNAPSHOT }, 2, 2, 1,
          .timeout = 60 },
    [VZ_VERB_CLONE] =
        { "clone", NULL, { ID, ID, VZ_FIELD_TAG }, 2, 3, 1, .timeout = 300,
          .beat = 10 },
    [VZ_VERB_SNAPSHOTS] =
        { "snapshots", NULL, { ID }, 1, 1, 0, .timeout = 10 },
    [VZ_VERB_SNAPFILES] =
        { "snapfiles", NULL, { ID, VZ_FIELD_SNAPSHOT }, 2, 2, 0, .timeout = 60,
          .body_min = 1, .body_max = 1, .body_bytes = VZ_BODY_BYTES },
    [VZ_VERB_SNAPFILE] =
        { "snapfile", NULL, { ID, VZ_FIELD_SNAPSHOT }, 2, 2, 1, .timeout = 30,
          .stream = 1, .body_min = 1, .body_max = 1,
          .body_bytes = VZ_BODY_BYTES },
    [VZ_VERB_START] =
        { "start", NULL, { ID }, 1, 1, 1, .timeout = 60 },
    [VZ_VERB_STOP] =
        { "stop", NULL, { ID }, 1, 1, 1, .timeout = 180 },
    [VZ_VERB_POWEROFF] =
        { "poweroff", NULL, { ID }, 1, 1, 1, .timeout = 120 },
    [VZ_VERB_RESTART] =
        { "restart", NULL, { ID }, 1, 1, 1, .timeout = 180 },
    [VZ_VERB_SETMEMORYVM] =
        { "setmemoryvm", NULL, { ID, SIZE, LIMIT }, 2, 3, 1, .timeout = 30 },
    [VZ_VERB_SETMEMORYOO] =
        { "setmemoryoo", "setmemoryoc", { ID, SIZE, LIMIT }, 2, 3, 1,
          .timeout = 30 },
    [VZ_VERB_SETMEMORYP] =
        { "setmemoryp", NULL, { ID, SIZE, LIMIT }, 2, 3, 1, .timeout = 30 },
    [VZ_VERB_SETDISK] =
        { "setdisk", NULL, { ID, SIZE, SIZE }, 2, 3, 1, .timeout = 30 },
    [VZ_VERB_SETCPU] =
        { "setcpu", NULL, { ID, VZ_FIELD_UNITS, VZ_FIELD_PERCENT },
          2, 3, 1, .timeout = 30 },
    [VZ_VERB_SETNAME] =
        { "setname", NULL, { ID, VZ_FIELD_HOSTNAME }, 2, 2, 1, .timeout = 30 },
    [VZ_VERB_SETIP] =
        { "setip", NULL, { ID, VZ_FIELD_CIDR }, 2, 2, 1, .timeout = 30 },
    [VZ_VERB_DELETEIP] =
        { "deleteip", NULL, { ID, ADDR }, 1, 2, 1, .timeout = 30 },
    [VZ_VERB_SETGATEWAY] =
        { "setgateway", NULL, { ID, VZ_FIELD_GATEWAY }, 2, 2, 1,
          .timeout = 30 },
    [VZ_VERB_SETDNS] =
        { "setdns", NULL, { ID, ADDR, ADDR, ADDR }, 2, 4, 1, .timeout = 30 },
    [VZ_VERB_SETFIREWALL] =
        { "setfirewall", NULL,
          { ID, VZ_FIELD_POLICY, VZ_FIELD_POLICY, VZ_FIELD_TRIAL },
          3, 4, 1, .timeout = 30, .body_max = VZ_RULES_MAX,
          .body_bytes = VZ_RULE_LINE - 1 },
    [VZ_VERB_KEEPFIREWALL] =
        { "keepfirewall", NULL, { ID }, 1, 1, 1, .timeout = 30 },
    [VZ_VERB_SETGATE] =
        { "setgate", NULL, { ID, VZ_FIELD_GATE, VZ_FIELD_SWITCH }, 3, 3, 1,
          .timeout = 30 },
    [VZ_VERB_SETRATE] =
        { "setrate", NULL, { ID, VZ_FIELD_RATE, VZ_FIELD_RATE }, 3, 3, 1,
          .timeout = 30 },
    [VZ_VERB_GETFIREWALL] =
        { "getfirewall", NULL, { ID }, 1, 1, 0, .timeout = 10 },
    [VZ_VERB_GETMEMORY] =
        { "getmemory", NULL, { ID }, 1, 1, 0, .timeout = 10 },
    [VZ_VERB_GETDISK] =
        { "getdisk", NULL, { ID }, 1, 1, 0, .timeout = 10 },
    [VZ_VERB_GETCPU] =
        { "getcpu", NULL, { ID }, 0, 1, 0, .timeout = 10 },
    [VZ_VERB_PASSWD] =
        { "passwd", NULL, { ID }, 1, 1, 1, .timeout = 30, .secret = 1,
          .body_min = 1, .body_max = 1, .body_bytes = VZ_SECRET_MAX },
    [VZ_VERB_PASSHASH] =
        { "passhash", NULL, { ID }, 1, 1, 1, .timeout = 30, .secret = 1,
          .body_min = 1, .body_max = 1, .body_bytes = VZ_SECRET_MAX },
    [VZ_VERB_KEYS] =
        { "keys", NULL, { ID }, 1, 1, 1, .timeout = 30,
          .body_max = VZ_SSH_KEY_MOST, .body_bytes = VZ_SSH_KEY_LINE },
    [VZ_VERB_USERDATA] =
        { "userdata", NULL, { ID }, 1, 1, 1, .timeout = 30, .secret = 1,
          .body_min = 1, .body_max = 24, .body_bytes = VZ_BODY_BYTES },
    [VZ_VERB_GETUSERDATA] =
        { "getuserdata", NULL, { ID }, 1, 1, 0, .timeout = 10 },
    [VZ_VERB_STATUS] =
        { "status", NULL, { ID }, 1, 1, 0, .timeout = 10 },
    [VZ_VERB_LIST] =
        { "list", NULL, { 0 }, 0, 0, 0, .timeout = 10 },
    [VZ_VERB_TEMPLATES] =
        { "templates", NULL, { 0 }, 0, 0, 0, .timeout = 10 },
    [VZ_VERB_NODE] =
        { "node", NULL, { 0 }, 0, 0, 0, .timeout = 10 },
    [VZ_VERB_PING] =
        { "ping", NULL, { 0 }, 0, 0, 0, .timeout = 10 },
    [VZ_VERB_CONSOLE] =
        { "console", NULL, { ID, VZ_FIELD_CONSOLE, VZ_FIELD_CELLS,
          VZ_FIELD_CELLS }, 4, 4, 1, .timeout = 10, .stream = 1 },
    [VZ_VERB_BOOTLOG] =
        { "bootlog", NULL, { ID }, 1, 1, 1, .timeout = 10, .stream = 1 },
    [VZ_VERB_HISTORY] =
        { "history", NULL, { ID, VZ_FIELD_TIME, VZ_FIELD_TIME }, 3, 3, 0,
          .timeout = 10 },
    [VZ_VERB_NODEHISTORY] =
        { "nodehistory", NULL, { VZ_FIELD_TIME, VZ_FIELD_TIME }, 2, 2, 0,
          .timeout = 10 },
    [VZ_VERB_WHY] =
        { "why", NULL, { ID }, 1, 1, 0, .timeout = 10 },
    [VZ_VERB_TRAFFIC] =
        { "traffic", NULL, { 0 }, 0, 0, 0, .timeout = 10 },
    [VZ_VERB_BACKUP] =
        { "backup", NULL, { ID, REPO, VZ_FIELD_SNAPSHOT }, 3, 3, 0,
          .timeout = 300, .beat = 30, .body_max = 64,
          .body_bytes = VZ_BODY_BYTES },
    [VZ_VERB_FORGET] =
        { "forget", NULL, { REPO, VZ_FIELD_TAG, VZ_FIELD_BACKUP }, 3, 3, 0,
          .timeout = 300, .beat = 30 },
    [VZ_VERB_BACKUPS] =
        { "backups", NULL, { REPO, VZ_FIELD_TAG }, 2, 2, 0, .timeout = 120,
          .beat = 10 },
    [VZ_VERB_FILES] =
        { "files", NULL, { REPO, VZ_FIELD_TAG, VZ_FIELD_BACKUP }, 3, 3, 0,
          .timeout = 120, .beat = 10, .body_min = 1, .body_max = 1,
          .body_bytes = VZ_BODY_BYTES },
    [VZ_VERB_FILE] =
        { "file", NULL, { REPO, VZ_FIELD_TAG, VZ_FIELD_BACKUP }, 3, 3, 0,
          .timeout = 60, .stream = 1, .body_min = 1, .body_max = 1,
          .body_bytes = VZ_BODY_BYTES },
    [VZ_VERB_RESTORE] =
        { "restore", NULL, { ID, REPO, VZ_FIELD_TAG, VZ_FIELD_BACKUP }, 4, 4,
          1, .timeout = 300, .beat = 10 },
    [VZ_VERB_RECORD] =
        { "record", NULL, { REPO, VZ_FIELD_TAG, VZ_FIELD_BACKUP }, 3, 3, 0,
          .timeout = 120, .beat = 10 },
    [VZ_VERB_INHERIT] =
        { "inherit", NULL, { ID, REPO, VZ_FIELD_TAG, VZ_FIELD_BACKUP }, 4, 4,
          1, .timeout = 120, .beat = 10 },
    [VZ_VERB_VERIFY] =
        { "verify", NULL,
          { REPO, VZ_FIELD_TAG, VZ_FIELD_BACKUP, VZ_FIELD_PART }, 2, 4, 0,
          .timeout = 300, .beat = 30 },
    [VZ_VERB_TRIAL] =
        { "trial", NULL,
          { REPO, VZ_FIELD_TAG, VZ_FIELD_BACKUP, VZ_FIELD_SECONDS }, 4, 4, 0,
          .timeout = 300, .beat = 10 },

    [VZ_VERB_ECHO] =
        { "echo", NULL, { ID }, 1, 1, 1, .timeout = 10, .stream = 1,
          .test = 1 },
    [VZ_VERB_LINES] =
        { "lines", NULL, { ID }, 1, 1, 1, .timeout = 30, .body_max = 200,
          .body_bytes = 1024, .test = 1 },
    [VZ_VERB_DOZE] =
        { "doze", NULL, { ID, VZ_FIELD_UNITS, VZ_FIELD_UNITS }, 2, 3, 1,
          .timeout = 4, .beat = 1, .test = 1 }
};

#undef ID
#undef SIZE
#undef LIMIT
#undef ADDR
#undef REPO


const vz_verb_t *
vz_verb_def(vz_verb_e verb)
{
    /* an impossible verb reads as the most harmless one */

    return &vz_verbs[(unsigned) verb < VZ_VERB_COUNT ? verb : VZ_VERB_PING];
}


static vz_code_e
vz_verb_find(const char *word, vz_verb_e *verb, char *words)
{
    unsigned  i;

    for (i = 0; i < VZ_VERB_COUNT; i++) {
        if (strcasecmp(word, vz_verbs[i].name) == 0
            || (vz_verbs[i].alias != NULL
                && strcasecmp(word, vz_verbs[i].alias) == 0))
        {
            *verb = (vz_verb_e) i;
            return VZ_OK;
        }
    }

    return vz_verb_unknown(word, words);
}


vz_code_e
vz_verb_unknown(const char *name, char *words)
{
    (void) snprintf(words, VZ_WORDS_MAX, "no verb %.32s", name);

    return VZ_UNKNOWN;
}


static vz_code_e
vz_verb_count(const vz_verb_t *def, unsigned argc, char *words)
{
    if (argc >= def->min && argc <= def->max) {
        return VZ_OK;
    }

    if (def->min == def->max) {
        (void) snprintf(words, VZ_WORDS_MAX, "%s takes %u argument%s",
                        def->name, def->min, def->min == 1 ? "" : "s");
    } else {
        (void) snprintf(words, VZ_WORDS_MAX, "%s takes %u to %u arguments",
                        def->name, def->min, def->max);
    }

    return VZ_SYNTAX;
}


static int
vz_verb_is_pair(vz_verb_e verb)
{
    return verb == VZ_VERB_SETMEMORYVM || verb == VZ_VERB_SETMEMORYOO
           || verb == VZ_VERB_SETMEMORYP || verb == VZ_VERB_SETDISK;
}


static vz_code_e
vz_verb_check(vz_verb_e verb, unsigned argc, const char *const *argv,
    char *words)
{
    uint64_t          low, high;
    unsigned          i;
    vz_field_e        kind;
    const vz_verb_t  *def;

    def = &vz_verbs[verb];

    if (vz_verb_count(def, argc, words) != VZ_OK) {
        return VZ_SYNTAX;
    }

    for (i = 0; i < argc; i++) {
        kind = def->args[i];

        if (vz_field_check(kind, argv[i], strlen(argv[i])) != VZ_OK) {
            (void) snprintf(words, VZ_WORDS_MAX, "%s: %s",
                            vz_field_name(kind), vz_field_rule(kind));
            return VZ_RANGE;
        }
    }

    if (!vz_verb_is_pair(verb) || argc < 3) {
        return VZ_OK;
    }

    if (vz_field_value_size(argv[1], strlen(argv[1]), &low) != VZ_OK
        || vz_field_value_limit(argv[2], strlen(argv[2]), &high) != VZ_OK
        || high < low)
    {
        (void) snprintf(words, VZ_WORDS_MAX, "%s: the second value is under "
                        "the first", vz_field_name(def->args[2]));
        return VZ_RANGE;
    }

    return VZ_OK;
}


static vz_code_e
vz_verb_takes(const vz_verb_t *def, unsigned lines, char *words)
{
    if (lines >= def->body_min && lines <= def->body_max) {
        return VZ_OK;
    }

    if (def->body_max == 0) {
        (void) snprintf(words, VZ_WORDS_MAX, "%s takes no body", def->name);

    } else if (def->body_min == def->body_max) {
        (void) snprintf(words, VZ_WORDS_MAX, "%s takes a body of %u line%s",
                        def->name, def->body_min,
                        def->body_min == 1 ? "" : "s");

    } else {
        (void) snprintf(words, VZ_WORDS_MAX, "%s takes a body of %u to %u "
                        "lines", def->name, def->body_min, def->body_max);
    }

    return VZ_SYNTAX;
}


/* "body=N " in front of all else: how many lines follow this one */
static vz_code_e
vz_verb_announced(char **text, vz_request_t *req, char *words)
{
    char      *value;
    size_t     len, n;
    uint64_t   lines;

    n = sizeof(VZ_VERB_BODY) - 1;

    if (strncmp(*text, VZ_VERB_BODY, n) != 0) {
        return VZ_OK;
    }

    value = *text + n;
    len = strcspn(value, " ");

    if (vz_field_value_number(value, len, VZ_BODY_LINES, &lines) != VZ_OK
        || lines == 0 || value[len] == '\0')
    {
        req->lost = 1;
        (void) snprintf(words, VZ_WORDS_MAX, "body: 1 to %d lines, and a verb "
                        "behind it", VZ_BODY_LINES);
        return VZ_SYNTAX;
    }

    req->body = (unsigned) lines;
    *text = value + len + 1;

    return VZ_OK;
}


/* a key in front of a verb, with its value; VZ_OK moves *text behind it */
static vz_code_e
vz_verb_mark(char **text, const char *key, vz_field_e kind, char *to,
    char *words)
{
    char    *value;
    size_t   len, n;

    n = strlen(key);

    if (strncmp(*text, key, n) != 0) {
        return VZ_OK;
    }

    value = *text + n;
    len = strcspn(value, " ");

    if (value[len] == '\0') {
        (void) snprintf(words, VZ_WORDS_MAX, "a verb stands behind %s", key);
        return VZ_SYNTAX;
    }

    if (vz_field_check(kind, value, len) != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "%s: %s", vz_field_name(kind),
                        vz_field_rule(kind));
        return VZ_RANGE;
    }

    memcpy(to, value, len);
    to[len] = '\0';
    *text = value + len + 1;

    return VZ_OK;
}


static vz_code_e
vz_verb_marks(char **text, vz_mark_t *mark, char *words)
{
    char       number[VZ_FENCE_MAX + 1];
    vz_code_e  rc;

    number[0] = '\0';
    rc = vz_verb_mark(text, VZ_MARK_FENCE, VZ_FIELD_FENCE, number, words);

    if (rc == VZ_OK && number[0] != '\0') {
        rc = vz_field_value_number(number, strlen(number), INT64_MAX,
                                   &mark->fence);
    }

    if (rc == VZ_OK) {
        rc = vz_verb_mark(text, VZ_MARK_ID, VZ_FIELD_ACT, mark->id, words);
    }

    if (rc == VZ_OK) {
        rc = vz_verb_mark(text, VZ_MARK_TAG, VZ_FIELD_TAG, mark->tag, words);
    }

    return rc;
}


/* a verb with an id is answered from memory when it comes again: a stream
   cannot be */
static vz_code_e
vz_verb_once(const vz_verb_t *def, const vz_mark_t *mark, char *words)
{
    if (!def->stream || mark == NULL || mark->id[0] == '\0') {
        return VZ_OK;
    }

    (void) snprintf(words, VZ_WORDS_MAX, "%s ends in a stream, and takes no "
                    "id", def->name);

    return VZ_SYNTAX;
}


/* cut a text at its spaces; the number of words, or 0 for too many */
static unsigned
vz_verb_split(vz_request_t *req, char *text, const char **word)
{
    char      *p;
    unsigned   n;

    *word = text;
    n = 1;

    for (p = text; *p != '\0'; p++) {
        if (*p != ' ') {
            continue;
        }

        if (n > VZ_ARGS_MAX) {
            return 0;
        }

        *p = '\0';
        req->argv[n - 1] = p + 1;
        n++;
    }

    return n;
}


vz_code_e
vz_verb_parse(const char *line, size_t len, vz_request_t *req, char *words)
{
    char        *text;
    unsigned     n;
    vz_code_e    rc;
    const char  *word;

    memset(req, 0, sizeof(vz_request_t));
    words[0] = '\0';

    if (len >= VZ_LINE_MAX || vz_frame_check(line, len) != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "a line is printable ASCII with "
                        "single spaces, at most %d bytes", VZ_LINE_MAX);
        return VZ_SYNTAX;
    }

    memcpy(req->text, line, len);

    text = req->text;

    rc = vz_verb_announced(&text, req, words);

    if (rc == VZ_OK) {
        rc = vz_verb_marks(&text, &req->mark, words);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    n = vz_verb_split(req, text, &word);

    rc = vz_verb_find(word, &req->verb, words);
    if (rc != VZ_OK) {
        return rc;
    }

    req->def = &vz_verbs[req->verb];
    req->argc = n ? n - 1 : VZ_ARGS_MAX + 1;

    rc = vz_verb_check(req->verb, req->argc, req->argv, words);

    if (rc == VZ_OK) {
        rc = vz_verb_takes(req->def, req->body, words);
    }

    if (rc == VZ_OK) {
        rc = vz_verb_once(req->def, &req->mark, words);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_verb_is_pair(req->verb) && req->argc == 2) {
        req->argv[req->argc++] = req->argv[1];
    }

    if (req->argc == 0 || req->def->args[0] != VZ_FIELD_CTID) {
        return VZ_OK;
    }

    return vz_field_value_ctid(req->argv[0], strlen(req->argv[0]), &req->ctid);
}


size_t
vz_verb_mark_print(char *buf, const vz_mark_t *mark)
{
    int  n;

    n = 0;
    buf[0] = '\0';

    if (mark->fence) {
        n += sprintf(buf + n, VZ_MARK_FENCE "%llu ",
                     (unsigned long long) mark->fence);
    }

    if (mark->id[0] != '\0') {
        n += sprintf(buf + n, VZ_MARK_ID "%s ", mark->id);
    }

    if (mark->tag[0] != '\0') {
        n += sprintf(buf + n, VZ_MARK_TAG "%s ", mark->tag);
    }

    return (size_t) n;
}


size_t
vz_verb_print(char *buf, const vz_mark_t *mark, unsigned body,
    vz_verb_e verb, unsigned argc, const char *const *argv, char *words)
{
    size_t    len, n;
    unsigned  i;

    words[0] = '\0';

    if ((unsigned) verb >= VZ_VERB_COUNT) {
        (void) snprintf(words, VZ_WORDS_MAX, "no such verb");
        return 0;
    }

    if (vz_verb_check(verb, argc, argv, words) != VZ_OK
        || vz_verb_takes(&vz_verbs[verb], body, words) != VZ_OK
        || vz_verb_once(&vz_verbs[verb], mark, words) != VZ_OK)
    {
        return 0;
    }

    /* checked fields are short: the longest line is far under VZ_LINE_MAX */

    len = body ? (size_t) sprintf(buf, VZ_VERB_BODY "%u ", body) : 0;
    len += mark ? vz_verb_mark_print(buf + len, mark) : 0;

    n = strlen(vz_verbs[verb].name);
    memcpy(buf + len, vz_verbs[verb].name, n);
    len += n;

    for (i = 0; i < argc; i++) {
        n = strlen(argv[i]);
        buf[len++] = ' ';
        memcpy(buf + len, argv[i], n);
        len += n;
    }

    buf[len++] = '\n';

    return len;
}


vz_code_e
vz_verb_body_check(const vz_verb_t *def, const void *line, size_t len)
{
    size_t                i;
    const unsigned char  *p;

    if (len == 0 || len > def->body_bytes) {
        return VZ_RANGE;
    }

    p = line;

    for (i = 0; i < len; i++) {
        if (p[i] < 0x20 || p[i] == 0x7f) {
            return VZ_RANGE;
        }
    }

    return VZ_OK;
}
