/*
 * A container's figures as "key=value" pairs on one line (docs/protocol.md).
 */

#ifndef VZ_STAT_TEXT_H
#define VZ_STAT_TEXT_H

#include "daemon/base/ct_stat.h"


#define VZ_STAT_TEXT       24                   /* bytes of one figure */
#define VZ_STAT_TEXT_LINE  (VZ_REPLY_MAX - 16)  /* "= " and LF around it */


/*
 * vz_stat_text: a figure as text: "unlimited", "-" for unknown, or a number.
 * It may be printed into text.
 */
const char *vz_stat_text(uint64_t figure, char text[VZ_STAT_TEXT]);

/*
 * vz_stat_text_line: what a list shows of a container, and with detail, which
 * may be NULL, what its status shows besides.
 */
void vz_stat_text_line(const vz_ct_stat_t *stat, const vz_ct_detail_t *detail,
    char line[VZ_STAT_TEXT_LINE]);


#endif /* VZ_STAT_TEXT_H */
