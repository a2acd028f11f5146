/*
 * The byte stream of a verb, between its client and two descriptors.
 */

#ifndef VZ_STREAM_PUMP_H
#define VZ_STREAM_PUMP_H

#include <sys/types.h>
#include "wire/stream.h"


typedef struct {
    int          in;                /* of the client */
    int          out;
    int          from;              /* what it is sent, to EOF */
    int          to;                /* where what it sends is written */
    pid_t        child;             /* whose output from is; 0: nobody's */
    int          patient;           /* it has something to end, and does when
                                       both are closed */

    /* filled in */
    uint64_t     received;          /* bytes of data from the client */
    uint64_t     sent;              /* and to it */
    size_t       most;              /* bytes held at once */
} vz_stream_pump_t;


/*
 * vz_stream_pump: carry bytes until both sides have ended, either has aborted,
 * or the client is gone or silent for VZ_STREAM_SILENCE.  Closes from and to,
 * not the client's.  A child that did not end with 0 has not said all: the
 * client is told VZ_FAILED in place of an end; one that still runs when the
 * stream is over is killed, or waited for where it is patient.  VZ_OK for an
 * end of both sides; the code of an abort; VZ_TIMEOUT; VZ_DOWN where the client
 * has left.  No lock may be held.
 */
vz_code_e vz_stream_pump(vz_stream_pump_t *pump, const vz_seal_t *seal);


#endif /* VZ_STREAM_PUMP_H */
