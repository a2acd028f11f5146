/*
 * The cookie is a list of "USER.NAME.MAC" joined by colons, the newest first,
 * of the few users who share a browser.  The MAC is HMAC-SHA256 of what stands
 * before it, cut to 160 bits.
 */

#include <openssl/crypto.h>
#include "panel/account/device.h"
#include "panel/account/session.h"
#include "panel/api/secret.h"
#include "panel/api/strlist.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_DEVICE_SHARED  4             /* users of one browser */
#define VZ_DEVICE_NAME    16            /* hex digits */
#define VZ_DEVICE_MAC     40
#define VZ_DEVICE_AGE     (400 * 86400) /* the longest that browsers keep a
                                           cookie */


/* One of the list, with its parts as they came. */
typedef struct {
    uint64_t      user;
    ngx_str_t     text;
    ngx_str_t     name;
    ngx_str_t     mac;
} vz_device_t;


static ngx_uint_t vz_device_next(ngx_str_t *rest, vz_device_t *device);
static vz_code_e vz_device_mac(vz_call_t *call, uint64_t user,
    const ngx_str_t *name, char mac[VZ_HEX_LEN + 1]);


ngx_str_t
vz_device_read(vz_call_t *call, uint64_t user)
{
    char          mac[VZ_HEX_LEN + 1];
    ngx_str_t     rest;
    vz_device_t   device;

    rest = call->device;

    while (vz_device_next(&rest, &device)) {

        if (device.user == user
            && vz_device_mac(call, user, &device.name, mac) == VZ_OK
            && CRYPTO_memcmp(mac, device.mac.data, VZ_DEVICE_MAC) == 0)
        {
            return device.name;
        }
    }

    ngx_str_set(&device.name, "");

    return device.name;
}


/* text between colons that is not of this form is skipped */

static ngx_uint_t
vz_device_next(ngx_str_t *rest, vz_device_t *device)
{
    ngx_str_t  words, user;

    while (vz_strlist_next(rest, ':', &device->text)) {
        words = device->text;

        if (vz_strlist_next(&words, '.', &user)
            && vz_field_value_number((char *) user.data, user.len, INT64_MAX,
                                     &device->user)
               == VZ_OK
            && vz_strlist_next(&words, '.', &device->name)
            && device->name.len == VZ_DEVICE_NAME
            && vz_strlist_next(&words, '.', &device->mac)
            && device->mac.len == VZ_DEVICE_MAC
            && words.len == 0)
        {
            return 1;
        }
    }

    return 0;
}


static vz_code_e
vz_device_mac(vz_call_t *call, uint64_t user, const ngx_str_t *name,
    char mac[VZ_HEX_LEN + 1])
{
    ngx_str_t        text;
    vz_code_e        rc;
    const vz_key_t  *key;

    rc = vz_secret_key(call->pool, VZ_SECRET_DEVICE, &key);
    if (rc != VZ_OK) {
        return rc;
    }

    text = vz_call_printf(call, "device %uL %V", user, name);

    return vz_handshake_mac(key, (char *) text.data, mac);
}


void
vz_device_write(vz_call_t *call, uint64_t user)
{
    char          mac[VZ_HEX_LEN + 1];
    ngx_str_t     name, rest, list;
    ngx_uint_t    n;
    vz_device_t   device;

    name = vz_device_read(call, user);

    if ((name.len == 0
         && vz_crypt_random_hex(call->pool, VZ_DEVICE_NAME / 2,
                                &name) != NGX_OK)
        || vz_device_mac(call, user, &name, mac) != VZ_OK)
    {
        return;
    }

    mac[VZ_DEVICE_MAC] = '\0';
    list = vz_call_printf(call, "%uL.%V.%s", user, &name, mac);
    rest = call->device;

    n = 1;

    while (n < VZ_DEVICE_SHARED && vz_device_next(&rest, &device)) {

        if (device.user != user) {
            list = vz_call_printf(call, "%V:%V", &list, &device.text);
            n++;
        }
    }

    vz_session_cookie(call, VZ_COOKIE_DEVICE, &list, VZ_DEVICE_AGE);
}
