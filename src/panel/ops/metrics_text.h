/* Lines of Prometheus's text format, into room that the caller has counted. */

#ifndef VZ_METRICS_TEXT_H
#define VZ_METRICS_TEXT_H

#include "panel/api/metric.h"


#define VZ_METRICS_LINE  160        /* bytes that a line takes at most, but
                                       for its labels' texts */

typedef struct {
    u_char   *p;
    u_char   *end;                  /* what has no room is left out */
} vz_metrics_text_t;


/* vz_metrics_text_head: the two lines before a metric: "counter", "gauge". */
void vz_metrics_text_head(vz_metrics_text_t *text, const char *name,
    const char *type, const char *help);

/*
 * vz_metrics_text_label: write NAME="VALUE", escaped; a comma before it where
 * it is not the first.
 */
void vz_metrics_text_label(vz_metrics_text_t *text, const char *name,
    const ngx_str_t *value, ngx_uint_t first);

/*
 * vz_metrics_text_histogram: all lines of one; labels are without braces, such
 * as route="/vms", and ends are in ms.
 */
void vz_metrics_text_histogram(vz_metrics_text_t *text, const char *name,
    const char *labels, const vz_metric_histogram_t *histogram,
    const uint32_t *ends);

/* vz_metrics_text_count: how many a histogram has counted. */
uint64_t vz_metrics_text_count(const vz_metric_histogram_t *histogram);


#endif /* VZ_METRICS_TEXT_H */
