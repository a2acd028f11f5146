/*
 * Reading what a mail server or a person sends to the envelope sender of a
 * mail: delivery status notifications (RFC 3464 in the multipart/report of RFC
 * 3462), and as much as can be told of other answers.  Pure; the text may hold
 * anything and end anywhere.
 */

#ifndef VZ_REPORT_H
#define VZ_REPORT_H

#include <stddef.h>
#include "wire/verb.h"


typedef enum {
    VZ_REPORT_ANSWER = 0,   /* neither a report nor marked as automatic; words
                               is its subject */
    VZ_REPORT_AUTO,         /* an automatic answer, or a report about something
                               else than delivery */
    VZ_REPORT_DONE,         /* delivered, relayed or expanded */
    VZ_REPORT_DELAYED,      /* a server goes on trying */
    VZ_REPORT_FAILED
} vz_report_e;

typedef struct {
    vz_report_e   kind;
    char          status[12];               /* "5.1.1" (RFC 3463) or "" */
    char          recipient[256];           /* the final one in ASCII, or "" */
    char          words[VZ_WORDS_MAX];      /* one line of ASCII, or "" */
} vz_report_t;


/*
 * vz_report_read: read a message as it was piped, with LF or CRLF lines, with
 * or without a "From " line in front.  Of several recipients the first one
 * with the gravest outcome counts.  It never fails: a message that it can't
 * parse is an answer.
 */
void vz_report_read(const char *text, size_t len, vz_report_t *report);


#endif /* VZ_REPORT_H */
