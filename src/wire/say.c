/*
 * What daemon and panel say, by code.
 */

#include <string.h>
#include "wire/say.h"


#define VZ_SAY_MARK  " say="


typedef struct {
    const char   *code;
    const char   *pattern;          /* {name}: a word, kept as a value;
                                       {*}: whatever comes, to the end, raw */
} vz_say_def_t;


static unsigned vz_say_fits(const vz_say_def_t *def, const char *p,
    const char *end, vz_say_t *say);
static size_t vz_say_word(const char *p, const char *end, const char *stop);
static const char *vz_say_name(const char *name, size_t len);


/*
 * In the order in which they are tried: what is exact before what has a rest.
 * The pages have the words of each under say.CODE.
 */

static const vz_say_def_t  vz_says[] = {

    /* progress of the daemon */

    { "unpacking", "unpacking {template}" },
    { "disk", "making its disk" },
    { "furnish", "writing its name and keys" },
    { "conf", "writing configuration" },
    { "remove", "removing its files" },
    { "pruning", "removing an old version of {template}" },
    { "shutdown", "asking it to shut down" },
    { "starting", "starting it" },
    { "stopping", "stopping it" },
    { "copying", "copying its disk" },
    { "rolling_back", "going back to the snapshot" },
    { "backup_looking", "looking at its backups" },
    { "backup_saving", "saving {n} of {mb} MB" },
    { "backup_restoring", "restoring its files" },
    { "backup_checking", "checking its backups" },
    { "working", "working" },

    /* what it found, and did */

    { "already", "already" },
    { "done_before", "already done" },
    { "killed", "killed" },
    { "unwanted", "no longer wanted" },
    { "kept_inside", "stored, but not applied inside: {*}" },
    { "kept", "stored, but not enforced: {*}" },

    /* why it did not */

    { "no_container", "container {id} does not exist" },
    { "in_rescue", "container {id} is in rescue: leave it first" },
    { "copied_already", "container {id} is being copied already" },
    { "copied_full",
      "the disk to copy is full: make it larger, or remove files" },
    { "no_snapshot", "it has no snapshot {snapshot}" },
    { "most_snapshots",
      "a container has at most {n} snapshots: remove one first" },
    { "own_disk_full",
      "its own disk is full: remove files or a snapshot, or make it larger" },
    { "other_container", "container {id} exists with another tag" },
    { "container_exists", "container {id} exists" },
    { "not_meant", "no container {id} has this tag" },
    { "was_destroyed", "that container was destroyed" },
    { "record_broken", "the record of container {id} is broken" },
    { "held", "container {id} is held by: {*}" },
    { "has_address", "container {id} has that address" },
    { "most_addresses", "a container has at most {n} addresses" },
    { "template_absent", "template {template} is not installed here" },
    { "template_held", "template {template} is held by: {*}" },
    { "template_changed", "template {template} has just been changed{*}" },
    { "unpack_slow", "unpacking {template} takes too long" },
    { "unpack_ended", "unpacking {template} ended early{*}" },
    { "disk_full", "the node's disk is nearly full: {*}" },
    { "image_busy", "its image is still in use" },
    { "no_ids", "no range of ids is free" },
    { "start_slow", "it did not start in time" },
    { "init_ended", "its init ended at once" },
    { "init_ended", "its init ended as soon as it had started" },
    { "not_running", "it does not run" },
    { "terminals_used", "all {n} terminals of the node are in use" },
    { "terminal_slow",
      "the container did not give a terminal in time" },
    { "terminal_none", "it has no terminal to give: {*}" },
    { "not_entered", "it can't be entered: {*}" },
    { "init_stuck", "its init can't be killed" },
    { "limit_least", "limit: at least {mb}M" },
    { "disk_least", "disk: at least {mb}M" },
    { "disk_used", "{kb} KiB are in use" },
    { "size_large", "size: too large" },
    { "gateway_own",
      "gateway: it must not be one of the container's addresses" },
    { "not_tried",
      "no rules are tried any more: those from before hold" },
    { "firewall_bridge",
      "containers of a bridge have no firewall of the node's" },
    { "name_refused", "the running container refused the name" },
    { "number_range", "ctid: {first} to {last} on this host" },
    { "backup_held", "its backups are held by: {*}" },
    { "backup_places", "the node works on {n} backups already" },
    { "backup_ended",
      "the backup was ended: its container is removed or gets another disk" },
    { "backup_no_repository", "this node has no repository {repository}" },
    { "backup_setup", "the node's repositories can't be used: {*}" },
    { "backup_none",
      "repository {repository} has no backups of this container" },
    { "backup_silent", "repository {repository} does not answer: {*}" },
    { "backup_key",
      "repository {repository} was made with another key than the node's" },
    { "backup_full", "repository {repository} is full" },
    { "backup_append",
      "repository {repository} lets nobody here remove anything" },
    { "backup_locked",
      "repository {repository} is in use by another program" },
    { "backup_denied",
      "repository {repository} does not let this node in: {*}" },
    { "backup_gone", "the backup has no such file, or is removed" },
    { "backup_damaged", "repository {repository} is damaged: {*}" },
    { "backup_unread", "some files could not be read, so nothing was saved" },
    { "backup_large", "the backup does not fit on the container's disk" },
    { "backup_no_boot", "what was restored does not boot: {*}" },
    { "backup_no_stay", "what was restored does not stay up: {*}" },
    { "backup_tries", "the node tries a backup already" },
    { "backup_no_number",
      "no number is free for a trial, from {n} down" },
    { "backup_no_container", "no container of this node has this tag" },
    { "backup_failed", "restic ended with {n}: {*}" },
    { "vzctl_slow", "vzctl {command} did not end in time" },
    { "vzlist_slow", "vzlist did not end in time" },

    /* the panel, of its own work */

    { "begun", "begun" },
    { "attempt", "attempt {n}" },
    { "attempt_failed", "attempt {n} failed: {code}; again in {ms} ms" },
    { "taken_over", "taken up again, its runner is gone: attempt {n}" },
    { "done", "done in {ms} ms" },
    { "failed", "failed: {code}" },
    { "undoing", "putting back what was" },
    { "retried", "taken up again by {who}" },
    { "cancelled", "cancelled by {who}" },
    { "node_silent", "the node does not answer" },
    { "node_unknown", "this nginx does not know the node" },
    { "password_gone", "the password of this order is gone" },
    { "address_gone", "the node has given its address to another, and its pool"
      " has none left" },
    { "adoption_stays", "its adoption did not come to an end: what the node has"
      " stays there" },
    { "task_unknown", "This version of the panel does not know such a task." },
    { "boot_waits", "first boot: {n} bytes wait for the first start" },
    { "boot_refused", "first boot: it does not run: {*}" },
    { "boot_ended",
      "first boot: it ended with exit status {status} after {s} s" },
    { "boot_slow",
      "first boot: it was ended after {s} s, which is as long as it may take" },
    { "boot_stopped", "first boot: it ended when the server stopped, or could"
      " not be begun" },
    { "boot_gone", "first boot: the system that was to run it is gone" },
    { "boot_unknown", "first boot: the node does not tell what came of it" },
    { "no_mail", "no mail was asked for" },
    { "mail_sent", "already sent" },
    { "mail_going", "the outbox is sending it" },
    { "mail_slow", "the mail server is slow, the outbox goes on" },
    { "mail_broken", "the mail could not be written" },
    { "mail_off", "mail is not configured" }
};

#define VZ_SAYS  (sizeof(vz_says) / sizeof(vz_says[0]))


void
vz_say_find(const char *text, size_t len, vz_say_t *say)
{
    size_t  i;

    for (i = 0; i < VZ_SAYS; i++) {
        if (vz_say_fits(&vz_says[i], text, text + len, say)) {
            say->code = vz_says[i].code;
            return;
        }
    }

    say->code = NULL;
    say->n = 0;
}


static unsigned
vz_say_fits(const vz_say_def_t *def, const char *p, const char *end,
    vz_say_t *say)
{
    size_t           len;
    const char      *pattern, *close;
    vz_say_value_t  *value;

    say->n = 0;

    for (pattern = def->pattern; *pattern != '\0'; /* void */ ) {

        if (*pattern != '{') {
            if (p == end || *p++ != *pattern++) {
                return 0;
            }

            continue;
        }

        if (pattern[1] == '*') {
            return 1;
        }

        close = strchr(pattern, '}');
        len = vz_say_word(p, end, close + 1);

        if (len == 0 || say->n == VZ_SAY_VALUES) {
            return 0;
        }

        value = &say->values[say->n++];
        value->name = vz_say_name(pattern + 1,
                                  (size_t) (close - pattern - 1));
        value->value = p;
        value->len = len;

        p += len;
        pattern = close + 1;
    }

    return p == end;
}


/* up to a space, or to what stands behind it in the pattern */

static size_t
vz_say_word(const char *p, const char *end, const char *stop)
{
    const char  *start = p;

    for ( /* void */ ; p != end; p++) {
        if (*p <= ' ' || *p > '~' || *p == ',' || *p == *stop) {
            break;
        }
    }

    return (size_t) (p - start);
}


/* the names of all patterns, so that each is terminated and never the text's */

static const char *
vz_say_name(const char *name, size_t len)
{
    size_t  i;

    static const char *const  names[] = {
        "code", "command", "first", "id", "kb", "last", "mb", "ms", "n",
        "repository", "s", "snapshot", "status", "template", "who"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0) {
            return names[i];
        }
    }

    return NULL;
}


size_t
vz_say_mark(char *text, size_t size)
{
    char      mark[160], *p;
    size_t    len, room;
    unsigned  i;
    vz_say_t  say;

    len = strlen(text);
    vz_say_find(text, len, &say);

    if (say.code == NULL) {
        return len;
    }

    p = mark;
    room = sizeof(VZ_SAY_MARK) + strlen(say.code);

    for (i = 0; i < say.n; i++) {
        room += strlen(say.values[i].name) + say.values[i].len + 2;
    }

    if (room > sizeof(mark) || len + room > size) {
        return len;
    }

    p = stpcpy(stpcpy(p, VZ_SAY_MARK), say.code);

    for (i = 0; i < say.n; i++) {
        *p++ = ',';
        p = stpcpy(p, say.values[i].name);
        *p++ = '=';
        memcpy(p, say.values[i].value, say.values[i].len);
        p += say.values[i].len;
    }

    memcpy(text + len, mark, (size_t) (p - mark));
    len += (size_t) (p - mark);
    text[len] = '\0';

    return len;
}


size_t
vz_say_split(const char *text, size_t len, vz_say_t *say)
{
    size_t       i, n;
    const char  *p, *end, *equals, *next;

    say->code = NULL;
    say->n = 0;

    end = text + len;

    for (p = end; p > text && p[-1] != ' '; p--) { /* void */ }

    n = sizeof(VZ_SAY_MARK) - 1;

    if (p == text || (size_t) (end - p) + 1 < n
        || memcmp(p - 1, VZ_SAY_MARK, n) != 0)
    {
        return len;
    }

    len = (size_t) (p - 1 - text);
    p += n - 1;
    next = memchr(p, ',', (size_t) (end - p));
    n = (size_t) ((next ? next : end) - p);

    for (i = 0; i < VZ_SAYS && say->code == NULL; i++) {
        if (strlen(vz_says[i].code) == n && memcmp(vz_says[i].code, p, n) == 0)
        {
            say->code = vz_says[i].code;
        }
    }

    while (say->code && next != NULL && say->n < VZ_SAY_VALUES) {
        p = next + 1;
        next = memchr(p, ',', (size_t) (end - p));
        n = (size_t) ((next ? next : end) - p);
        equals = memchr(p, '=', n);

        if (equals == NULL) {
            break;
        }

        say->values[say->n].name = vz_say_name(p, (size_t) (equals - p));
        say->values[say->n].value = equals + 1;
        say->values[say->n].len = n - (size_t) (equals + 1 - p);
        say->n += say->values[say->n].name != NULL;
    }

    return len;
}


const char *
vz_say_code(unsigned n)
{
    return n < VZ_SAYS ? vz_says[n].code : NULL;
}
