/*
 * The words a virtual-server may end an answer with, and what our own
 * functions return.  One list for the protocol, the daemon and the panel.
 */

#ifndef VZ_CODE_H
#define VZ_CODE_H


typedef enum {
    VZ_OK = 0,

    /* the protocol's codes, in the order of vz_code_name() */
    VZ_SYNTAX,
    VZ_DENIED,
    VZ_UNKNOWN,         /* no such verb */
    VZ_RANGE,           /* a field broke its grammar */
    VZ_NOENT,
    VZ_EXISTS,
    VZ_STATE,
    VZ_BUSY,
    VZ_NOTEMPLATE,
    VZ_NOSPACE,
    VZ_UNSUPPORTED,
    VZ_TIMEOUT,
    VZ_FAILED,          /* the virtualiser said no */
    VZ_STALE,           /* who asks has been followed by another */
    VZ_INTERNAL,

    /* never on the wire */
    VZ_AGAIN,           /* more bytes are needed, or: try again later */
    VZ_DOWN,            /* the neighbour does not answer */
    VZ_OVERLOADED,      /* our own queue for it is full */
    VZ_DUPLICATE,       /* a unique key of the database */
    VZ_CONFLICT,        /* a compare-and-set lost, or a deadlock: repeat */
    VZ_UNFIT,           /* a value that its column does not take */
    VZ_BEHIND           /* the database's schema, or the module is */
} vz_code_e;


/*
 * vz_code_name: the protocol's word for a code ("noent"), "internal" for one
 * that has none.  Static storage.
 */
const char *vz_code_name(vz_code_e code);

/*
 * vz_code_parse: the code of a protocol word, VZ_INTERNAL for an unknown one:
 * a newer daemon may know more words, and all of them mean failure.
 */
vz_code_e vz_code_parse(const char *word);


#endif /* VZ_CODE_H */
