/*
 * Notices: their kinds, and what is said of each.  The words are the page's,
 * in the language of who reads.
 */

#include "panel/live/notification.h"
#include "runtime/zone_notice.h"


static void vz_notice_copy(u_char *dst, size_t size, const ngx_str_t *text);


static const char  *vz_notice_kinds[] = {
    [VZ_NOTICE_ORDER_WAITS] = "order_waits",            /* a task */
    [VZ_NOTICE_ORDER_DECIDED] = "order_decided",        /* a task */
    [VZ_NOTICE_ORDER_FAILED] = "order_failed",          /* a task */
    [VZ_NOTICE_TASK_SEEN] = "task_seen",                /* a task */
    [VZ_NOTICE_MAIL_REFUSED] = "mail_refused",          /* a mail */
    [VZ_NOTICE_MAIL_BOUNCED] = "mail_bounced",          /* a mail */
    [VZ_NOTICE_NODE_DOWN] = "node_down",                /* a node */
    [VZ_NOTICE_NODE_UP] = "node_up",                    /* a node */
    [VZ_NOTICE_SUSPENDED] = "suspended",                /* a container */
    [VZ_NOTICE_UNSUSPENDED] = "unsuspended"             /* a container */
};


void
vz_notification_tell(vz_notice_e kind, uint64_t owner, uint64_t object,
    const ngx_str_t *name, const ngx_str_t *text)
{
    vz_notice_t  notice;

    if (kind == VZ_NOTICE_NONE) {
        return;
    }

    ngx_memzero(&notice, sizeof(vz_notice_t));

    notice.kind = kind;
    notice.owner = owner;
    notice.object = object;
    vz_notice_copy(notice.name, sizeof(notice.name), name);
    vz_notice_copy(notice.text, sizeof(notice.text), text);

    vz_zone_notice_put(&notice);
}


static void
vz_notice_copy(u_char *dst, size_t size, const ngx_str_t *text)
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
    vz_json_cstr(json, "kind", vz_notice_kinds[notice->kind]);
    vz_json_uint(json, "object", notice->object);
    vz_json_cstr(json, "name", (const char *) notice->name);
    vz_json_cstr(json, "text", (const char *) notice->text);
    vz_json_close(json);
}
