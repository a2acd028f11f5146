/*
 * Notices: their kinds, and how the zone keeps them.  The texts are the pages',
 * in the reader's language.
 */

#include "panel/live/notification.h"


#define VZ_NOTIFICATION_MAX  128    /* that are kept */


typedef struct {
    vz_entry_t     entry;           /* key and order: version */
    vz_notice_t    notice;
} vz_notification_entry_t;


static void vz_notification_copy(u_char *dst, size_t size,
    const ngx_str_t *text);


const vz_table_def_t  vz_notification_table = {
    .size = sizeof(vz_notification_entry_t),
    .max = VZ_NOTIFICATION_MAX
};

static const char  *vz_notification_kinds[] = {
    [VZ_NOTICE_ORDER_WAITS] = "order_waits",            /* a task */
    [VZ_NOTICE_ORDER_DECIDED] = "order_decided",        /* a task */
    [VZ_NOTICE_ORDER_FAILED] = "order_failed",          /* a task */
    [VZ_NOTICE_TASK_SEEN] = "task_seen",                /* a task */
    [VZ_NOTICE_MAIL_REFUSED] = "mail_refused",          /* a mail */
    [VZ_NOTICE_MAIL_BOUNCED] = "mail_bounced",          /* a mail */
    [VZ_NOTICE_NODE_DOWN] = "node_down",                /* a node */
    [VZ_NOTICE_NODE_UP] = "node_up",                    /* a node */
    [VZ_NOTICE_SUSPENDED] = "suspended",                /* a container */
    [VZ_NOTICE_UNSUSPENDED] = "unsuspended",            /* a container */
    [VZ_NOTICE_TRAFFIC_NEAR] = "traffic_near",          /* a container */
    [VZ_NOTICE_TRAFFIC_OVER] = "traffic_over",          /* a container */
    [VZ_NOTICE_RESCUED] = "rescued",                    /* a container */
    [VZ_NOTICE_UNRESCUED] = "unrescued",                /* a container */
    [VZ_NOTICE_ALERT_CPU] = "alert_cpu",                /* and so the rest */
    [VZ_NOTICE_ALERT_MEMORY] = "alert_memory",
    [VZ_NOTICE_ALERT_DISK] = "alert_disk",
    [VZ_NOTICE_ALERT_NETWORK] = "alert_network",
    [VZ_NOTICE_ALERT_DOWN] = "alert_down",
    [VZ_NOTICE_ALERT_OVER] = "alert_over"
};


void
vz_notification_tell(vz_notice_e kind, uint64_t owner, uint64_t object,
    const ngx_str_t *name, const ngx_str_t *text)
{
    vz_table_t               *table;
    vz_notice_t               notice;
    vz_notification_entry_t  *entry;

    if (kind == VZ_NOTICE_NONE) {
        return;
    }

    ngx_memzero(&notice, sizeof(vz_notice_t));

    notice.kind = kind;
    notice.owner = owner;
    notice.object = object;
    vz_notification_copy(notice.name, sizeof(notice.name), name);
    vz_notification_copy(notice.text, sizeof(notice.text), text);

    table = vz_zone_lock(&vz_notification_table);

    notice.version = vz_zone_next();
    entry = vz_table_add(table, notice.version, notice.version, NULL);

    if (entry != NULL) {
        entry->notice = notice;
    }

    vz_zone_unlock();
}


ngx_int_t
vz_notification_next(uint64_t since, vz_notice_t *notice)
{
    vz_notification_entry_t  *entry;

    entry = vz_table_after(vz_zone_lock(&vz_notification_table), since);

    if (entry != NULL) {
        *notice = entry->notice;
    }

    vz_zone_unlock();

    return entry != NULL ? NGX_OK : NGX_DECLINED;
}


static void
vz_notification_copy(u_char *dst, size_t size, const ngx_str_t *text)
{
    if (text != NULL && text->len) {
        ngx_cpystrn(dst, text->data, ngx_min(text->len + 1, size));
    }
}


void
vz_notification_json(vz_json_t *json, const vz_notice_t *notice)
{
    vz_json_object(json, NULL);
    vz_json_uint(json, "id", notice->version);
    vz_json_cstr(json, "kind", vz_notification_kinds[notice->kind]);
    vz_json_uint(json, "object", notice->object);
    vz_json_cstr(json, "name", (const char *) notice->name);
    vz_json_cstr(json, "text", (const char *) notice->text);
    vz_json_close(json);
}
