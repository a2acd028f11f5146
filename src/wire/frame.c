/*
 * Lines on the wire: how they are read.
 */

#include <string.h>
#include "wire/frame.h"


void
vz_frame_init(vz_frame_t *frame, size_t max)
{
    vz_frame_limit(frame, max);
    frame->start = 0;
    frame->end = 0;
}


void
vz_frame_limit(vz_frame_t *frame, size_t max)
{
    frame->max = max < VZ_REPLY_MAX ? max : VZ_REPLY_MAX;
}


size_t
vz_frame_room(vz_frame_t *frame, char **where)
{
    if (frame->start > 0) {
        memmove(frame->buf, frame->buf + frame->start,
                frame->end - frame->start);
        frame->end -= frame->start;
        frame->start = 0;
    }

    *where = frame->buf + frame->end;

    return VZ_REPLY_MAX - frame->end;
}


void
vz_frame_fill(vz_frame_t *frame, size_t n)
{
    if (n > VZ_REPLY_MAX - frame->end) {
        n = VZ_REPLY_MAX - frame->end;
    }

    frame->end += n;
}


vz_code_e
vz_frame_next(vz_frame_t *frame, char **line, size_t *len)
{
    char    *start, *lf;
    size_t   have;

    start = frame->buf + frame->start;
    have = frame->end - frame->start;

    if (have > frame->max) {
        have = frame->max;
    }

    lf = memchr(start, '\n', have);

    if (lf == NULL) {
        return have == frame->max ? VZ_SYNTAX : VZ_AGAIN;
    }

    *line = start;
    *len = (size_t) (lf - start);
    *lf = '\0';
    frame->start += *len + 1;

    return vz_frame_check(*line, *len);
}


vz_code_e
vz_frame_check(const char *line, size_t len)
{
    size_t  i;

    if (len == 0 || line[0] == ' ' || line[len - 1] == ' ') {
        return VZ_SYNTAX;
    }

    for (i = 0; i < len; i++) {
        if (line[i] < 0x20 || line[i] > 0x7e
            || (line[i] == ' ' && line[i + 1] == ' '))
        {
            return VZ_SYNTAX;
        }
    }

    return VZ_OK;
}


void
vz_frame_wipe(vz_frame_t *frame)
{
    explicit_bzero(frame->buf, sizeof(frame->buf));
    frame->start = 0;
    frame->end = 0;
}
