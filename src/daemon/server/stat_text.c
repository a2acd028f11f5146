#include <stddef.h>
#include <stdio.h>
#include "daemon/base/strbuf.h"
#include "daemon/server/stat_text.h"


typedef struct {
    const char   *key;
    size_t        at;               /* of a figure in vz_ct_stat_t */
} vz_stat_text_t;


static void vz_stat_text_detail(const vz_ct_detail_t *detail,
    vz_strbuf_t *text);
static void vz_stat_text_put(vz_strbuf_t *text, const char *key,
    uint64_t figure);
static void vz_stat_text_pair(vz_strbuf_t *text, const char *key,
    const vz_pair_t *pair);


#define VZ_FIGURE(name)  { #name, offsetof(vz_ct_stat_t, name) }

/* in the order in which they are printed */
static const vz_stat_text_t  vz_stat_text_figures[] = {
    VZ_FIGURE(memory_used),
    VZ_FIGURE(memory_limit),
    VZ_FIGURE(swap_used),
    VZ_FIGURE(disk_used),
    VZ_FIGURE(disk_total),
    VZ_FIGURE(inodes_used),
    VZ_FIGURE(inodes_total),
    VZ_FIGURE(cpu_ns),
    VZ_FIGURE(cpu_units),
    VZ_FIGURE(cpu_percent),
    VZ_FIGURE(processes),
    VZ_FIGURE(uptime),
    VZ_FIGURE(rx_bytes),
    VZ_FIGURE(tx_bytes)
};

#undef VZ_FIGURE

#define VZ_STAT_TEXT_FIGURES                                                  \
    (sizeof(vz_stat_text_figures) / sizeof(vz_stat_text_figures[0]))

static const char *const  vz_stat_text_states[] = {
    [VZ_CT_STOPPED] = "stopped",
    [VZ_CT_RUNNING] = "running",
    [VZ_CT_FROZEN] = "frozen"
};


const char *
vz_stat_text(uint64_t figure, char text[VZ_STAT_TEXT])
{
    if (figure == VZ_UNLIMITED) {
        return VZ_UNLIMITED_WORD;
    }

    if (figure == VZ_CT_STAT_UNKNOWN) {
        return "-";
    }

    (void) snprintf(text, VZ_STAT_TEXT, "%llu", (unsigned long long) figure);

    return text;
}


void
vz_stat_text_line(const vz_ct_stat_t *stat, const vz_ct_detail_t *detail,
    char line[VZ_STAT_TEXT_LINE])
{
    size_t           i;
    const char      *place;
    vz_strbuf_t      text;
    const uint64_t  *figure;

    vz_strbuf_init(&text, line, VZ_STAT_TEXT_LINE);

    vz_strbuf_put(&text, "id=%u state=%s hostname=%s address=", stat->ctid,
                  vz_stat_text_states[stat->state],
                  stat->hostname[0] ? stat->hostname : "-");
    vz_strbuf_addresses(&text, stat->addresses, stat->naddresses);

    for (i = 0; i < VZ_STAT_TEXT_FIGURES; i++) {
        place = (const char *) stat + vz_stat_text_figures[i].at;
        figure = (const uint64_t *) (const void *) place;
        vz_stat_text_put(&text, vz_stat_text_figures[i].key, *figure);
    }

    vz_strbuf_put(&text, " template=%s tag=%s",
                  stat->template[0] ? stat->template : "-",
                  stat->tag[0] ? stat->tag : "-");

    if (stat->rescue[0]) {
        vz_strbuf_put(&text, " rescue=%s", stat->rescue);
    }

    if (stat->broken) {
        vz_strbuf_put(&text, " broken=1");
    }

    if (detail) {
        vz_stat_text_detail(detail, &text);
    }
}


/* keys that say that something is wrong come last, where it is */
static void
vz_stat_text_detail(const vz_ct_detail_t *detail, vz_strbuf_t *text)
{
    unsigned     i;
    const char  *four, *six;

    four = detail->gateway4;
    six = detail->gateway6;

    vz_strbuf_put(text, " gateway=%s gateways=%s%s%s dns=",
                  detail->gateway[0] ? detail->gateway : "-", four,
                  four[0] && six[0] ? "," : "",
                  four[0] || six[0] ? six : "-");

    if (detail->ndns == 0) {
        vz_strbuf_put(text, "-");
    }

    for (i = 0; i < detail->ndns; i++) {
        vz_strbuf_put(text, "%s%s", i ? "," : "", detail->dns[i]);
    }

    vz_stat_text_pair(text, "vmguarpages", &detail->vmguar);
    vz_stat_text_pair(text, "oomguarpages", &detail->oomguar);
    vz_stat_text_pair(text, "privvmpages", &detail->privvm);
    vz_stat_text_pair(text, "diskspace", &detail->disk);

    vz_strbuf_put(text, " kept=%s", detail->kept[0] ? detail->kept : "-");
    vz_stat_text_put(text, "created", detail->created);

    if (detail->old[0]) {
        vz_strbuf_put(text, " old=%s", detail->old);
        vz_stat_text_put(text, "old_until", detail->old_until);
    }

    if (detail->rate_in || detail->rate_out) {
        vz_stat_text_put(text, "rate_in", detail->rate_in ? detail->rate_in
                                                          : VZ_UNLIMITED);
        vz_stat_text_put(text, "rate_out", detail->rate_out ? detail->rate_out
                                                            : VZ_UNLIMITED);
    }

    if (detail->rescue_since) {
        vz_stat_text_put(text, "rescue_since", detail->rescue_since);
    }

    if (detail->rescue_disk) {
        vz_strbuf_put(text, " rescue_disk=%s", detail->rescue_disk);
    }

    if (detail->restarts) {
        vz_strbuf_put(text, " again=%u", detail->restarts);
    }

    if (detail->lxcfs_gone) {
        vz_strbuf_put(text, " lxcfs=gone");
    }

    if (detail->looked) {
        vz_strbuf_put(text, " inside=");
        vz_strbuf_addresses(text, detail->inside, detail->ninside);
    }
}


static void
vz_stat_text_put(vz_strbuf_t *text, const char *key, uint64_t figure)
{
    char  number[VZ_STAT_TEXT];

    vz_strbuf_put(text, " %s=%s", key, vz_stat_text(figure, number));
}


static void
vz_stat_text_pair(vz_strbuf_t *text, const char *key, const vz_pair_t *pair)
{
    char  low[VZ_STAT_TEXT], high[VZ_STAT_TEXT];

    if (!pair->set || pair->barrier == VZ_CT_STAT_UNKNOWN) {
        vz_strbuf_put(text, " %s=-", key);
        return;
    }

    vz_strbuf_put(text, " %s=%s:%s", key, vz_stat_text(pair->barrier, low),
                  vz_stat_text(pair->limit, high));
}
