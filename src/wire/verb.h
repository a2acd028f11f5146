/*
 * The verb table: name, alias, arguments and what each verb needs.  The
 * panel builds its lines from it and the daemon parses them by it.
 */

#ifndef VZ_VERB_H
#define VZ_VERB_H

#include "wire/field.h"


#define VZ_PROTOCOL       3
#define VZ_LINE_MAX       1024      /* a request, with its LF */
#define VZ_REPLY_MAX      4096      /* a line of an answer, with its LF */
#define VZ_ARGS_MAX       4
#define VZ_WORDS_MAX      200       /* words of an err or progress line */
#define VZ_SECRET_MAX     256       /* bytes of a secret */
#define VZ_BODY_LINES     256       /* lines of a body, at most */
#define VZ_BODY_BYTES     2048      /* bytes of one of its lines, at most */
#define VZ_TAG_LEN        16        /* of a container's tag */
#define VZ_ACT_MAX        32        /* bytes of a verb's id */
#define VZ_MARK_MAX       96        /* bytes of all that stands before one */


typedef enum {
    VZ_VERB_CREATE = 0,
    VZ_VERB_DESTROY,
    VZ_VERB_ADOPT,
    VZ_VERB_REINSTALL,
    VZ_VERB_REVERT,
    VZ_VERB_RESCUE,
    VZ_VERB_UNRESCUE,
    VZ_VERB_SNAPSHOT,
    VZ_VERB_ROLLBACK,
    VZ_VERB_DROPSNAPSHOT,
    VZ_VERB_CLONE,
    VZ_VERB_START,
    VZ_VERB_STOP,
    VZ_VERB_POWEROFF,
    VZ_VERB_RESTART,
    VZ_VERB_SETMEMORYVM,
    VZ_VERB_SETMEMORYOO,
    VZ_VERB_SETMEMORYP,
    VZ_VERB_SETDISK,
    VZ_VERB_SETCPU,
    VZ_VERB_SETNAME,
    VZ_VERB_SETIP,
    VZ_VERB_DELETEIP,
    VZ_VERB_SETGATEWAY,
    VZ_VERB_SETDNS,
    VZ_VERB_SETFIREWALL,
    VZ_VERB_KEEPFIREWALL,
    VZ_VERB_SETGATE,
    VZ_VERB_SETRATE,
    VZ_VERB_GETMEMORY,
    VZ_VERB_GETDISK,
    VZ_VERB_GETCPU,
    VZ_VERB_GETFIREWALL,
    VZ_VERB_PASSWD,
    VZ_VERB_PASSHASH,
    VZ_VERB_KEYS,
    VZ_VERB_USERDATA,
    VZ_VERB_GETUSERDATA,
    VZ_VERB_STATUS,
    VZ_VERB_LIST,
    VZ_VERB_TEMPLATES,
    VZ_VERB_NODE,
    VZ_VERB_PING,
    VZ_VERB_CONSOLE,
    VZ_VERB_BOOTLOG,
    VZ_VERB_HISTORY,
    VZ_VERB_NODEHISTORY,
    VZ_VERB_WHY,
    VZ_VERB_TRAFFIC,
    VZ_VERB_SNAPSHOTS,
    VZ_VERB_SNAPFILES,
    VZ_VERB_SNAPFILE,
    VZ_VERB_BACKUP,
    VZ_VERB_FORGET,
    VZ_VERB_BACKUPS,
    VZ_VERB_FILES,
    VZ_VERB_FILE,
    VZ_VERB_RESTORE,
    VZ_VERB_RECORD,
    VZ_VERB_INHERIT,
    VZ_VERB_VERIFY,
    VZ_VERB_TRIAL,

    /* only where virtual-server.conf says test_verbs = yes */
    VZ_VERB_ECHO,
    VZ_VERB_LINES,
    VZ_VERB_DOZE,

    VZ_VERB_COUNT
} vz_verb_e;


typedef struct {
    const char     *name;
    const char     *alias;          /* the thesis's other name, or NULL */
    vz_field_e      args[VZ_ARGS_MAX];
    unsigned        min:4;          /* arguments, its ID among them */
    unsigned        max:4;
    unsigned        lock:1;         /* takes the container's lock */
    unsigned        stream:1;       /* ends in a byte stream, "ok stream" */
    unsigned        test:1;         /* unknown to a daemon without tests */
    unsigned        secret:1;       /* its body is encrypted, never logged */
    unsigned        body_min;       /* lines of its body */
    unsigned        body_max;       /* 0: it takes no body */
    unsigned        body_bytes;     /* of one line of it, at most */
    unsigned        timeout;        /* seconds the daemon may take, at most;
                                       of a long verb: without any progress */
    unsigned        beat;           /* a long verb: seconds after which the
                                       daemon has told a line; 0: it is short */
} vz_verb_t;


/*
 * What stands before a verb about a container, as "key=value" words in this
 * order, each where it is known: fence=7 id=265.2.1 tag=3f2a9c5d01e4b768.
 */
typedef struct {
    uint64_t          fence;                /* grows with every owner of the
                                               container's work; 0: none */
    char              id[VZ_ACT_MAX + 1];   /* of this verb, the same when it
                                               is sent again; "": none */
    char              tag[VZ_TAG_LEN + 1];  /* of the container that is meant;
                                               "": one that has none */
} vz_mark_t;


typedef struct {
    vz_mark_t         mark;
    vz_verb_e         verb;
    const vz_verb_t  *def;
    unsigned          argc;
    const char       *argv[VZ_ARGS_MAX];    /* into text */
    uint32_t          ctid;                 /* 0 where the verb has none */
    unsigned          body;                 /* lines that follow this one */
    unsigned          lost;                 /* 1: how many do is not known */
    char              text[VZ_LINE_MAX];
} vz_request_t;


/* vz_verb_def: the row of a verb.  Static storage, never NULL. */
const vz_verb_t *vz_verb_def(vz_verb_e verb);

/*
 * vz_verb_parse: a request line of len bytes without its LF.  Fills req, with
 * copies of everything, so the line may go.  VZ_OK, or VZ_SYNTAX, VZ_UNKNOWN,
 * VZ_RANGE with words (VZ_WORDS_MAX bytes, terminated) that name what is
 * wrong: "hostname: 1 to 64 letters ...".  Verbs are matched in any case.
 * Pairs are checked against each other too: LIMIT not under BARRIER.  Where
 * one value stands for both, argc and argv hold it twice.
 */
vz_code_e vz_verb_parse(const char *line, size_t len, vz_request_t *req,
    char *words);

/* vz_verb_unknown: VZ_UNKNOWN, with words that say: there is no such verb. */
vz_code_e vz_verb_unknown(const char *name, char *words);

/*
 * vz_verb_mark_print: its words into buf (VZ_MARK_MAX bytes), each with a
 * space behind it; their length.
 */
size_t vz_verb_mark_print(char *buf, const vz_mark_t *mark);

/*
 * vz_verb_print: the request line, with its LF, of a verb and its arguments
 * into buf (VZ_LINE_MAX bytes); mark may be NULL.  body is the number of lines
 * that will follow it, 0 for none.  Checks them as vz_verb_parse() does, so no
 * line that the daemon would refuse is ever sent.  Returns the length, or 0
 * with words filled.
 */
size_t vz_verb_print(char *buf, const vz_mark_t *mark, unsigned body,
    vz_verb_e verb, unsigned argc, const char *const *argv, char *words);

/*
 * vz_verb_body_check: VZ_RANGE where a line of the body of that verb is empty,
 * longer than the table allows, or holds a control character, which could end
 * a line of a file or of chpasswd(8) early.
 */
vz_code_e vz_verb_body_check(const vz_verb_t *def, const void *line,
    size_t len);


#endif /* VZ_VERB_H */
