/*
 * Lines of Prometheus's text format.
 */

#include "panel/ops/metrics_text.h"


void
vz_metrics_text_head(vz_metrics_text_t *text, const char *name,
    const char *type, const char *help)
{
    text->p = ngx_slprintf(text->p, text->end, "# HELP vzpanel_%s %s\n"
                           "# TYPE vzpanel_%s %s\n", name, help, name, type);
}


void
vz_metrics_text_label(vz_metrics_text_t *text, const char *name,
    const ngx_str_t *value, ngx_uint_t first)
{
    u_char  *p, *last;

    text->p = ngx_slprintf(text->p, text->end, "%s%s=\"", first ? "" : ",",
                           name);

    for (p = value->data, last = p + value->len; p < last; p++) {

        if (*p == '\n') {
            text->p = ngx_slprintf(text->p, text->end, "\\n");
            continue;
        }

        if (*p == '"' || *p == '\\') {
            text->p = ngx_slprintf(text->p, text->end, "\\");
        }

        text->p = ngx_slprintf(text->p, text->end, "%*s", (size_t) 1, p);
    }

    text->p = ngx_slprintf(text->p, text->end, "\"");
}


void
vz_metrics_text_histogram(vz_metrics_text_t *text, const char *name,
    const char *labels, const vz_metric_histogram_t *histogram,
    const uint32_t *ends)
{
    uint64_t    n, usec;
    ngx_uint_t  i;

    n = 0;

    for (i = 0; i < VZ_METRIC_BUCKETS - 1; i++) {
        n += histogram->bucket[i];
        text->p = ngx_slprintf(text->p, text->end,
                               "vzpanel_%s_bucket{%s,le=\"%uD.%03uD\"} %uL\n",
                               name, labels, ends[i] / 1000, ends[i] % 1000,
                               n);
    }

    n += histogram->bucket[i];
    usec = histogram->usec;

    text->p = ngx_slprintf(text->p, text->end,
                           "vzpanel_%s_bucket{%s,le=\"+Inf\"} %uL\n"
                           "vzpanel_%s_sum{%s} %uL.%06uL\n"
                           "vzpanel_%s_count{%s} %uL\n",
                           name, labels, n, name, labels, usec / 1000000,
                           usec % 1000000, name, labels, n);
}


uint64_t
vz_metrics_text_count(const vz_metric_histogram_t *histogram)
{
    uint64_t    n;
    ngx_uint_t  i;

    for (n = 0, i = 0; i < VZ_METRIC_BUCKETS; i++) {
        n += histogram->bucket[i];
    }

    return n;
}
