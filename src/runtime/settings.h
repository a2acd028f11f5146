/*
 * The settings of the configuration that panel code reads.
 */

#ifndef VZ_SETTINGS_H
#define VZ_SETTINGS_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    VZ_SIGNUP_OPEN = 0,     /* an order runs at once */
    VZ_SIGNUP_APPROVE,      /* an administrator lets it run */
    VZ_SIGNUP_OFF           /* the public form is closed */
} vz_signup_e;

typedef enum {
    VZ_ADDRESSES_IPV4 = 0,  /* one of IPv4, and one of IPv6 if there is */
    VZ_ADDRESSES_BOTH,      /* one of each */
    VZ_ADDRESSES_ANY        /* one, of IPv4 as long as there are some */
} vz_addresses_e;

/* vm_limit without a directive, and the most that it, and a row, may be */
#define VZ_SETTINGS_VM_LIMIT       10
#define VZ_SETTINGS_VM_LIMIT_MOST  100000

typedef struct {
    vz_signup_e     signup;
    vz_addresses_e  addresses;      /* of an order */
    ngx_int_t       vm_limit;       /* containers that a customer may order,
                                       if its row does not say */
    time_t          session_timeout;/* seconds from signing in */
    time_t          session_idle;   /* seconds from its last use */
    ngx_flag_t      second_factor;  /* administrators need a second step */
    ngx_msec_t      console_timeout;/* without a key, after which one ends */
    ngx_str_t       public_url;     /* for links in mails, without a slash at
                                       its end; empty where not configured */
    ngx_str_t       brand;          /* shown on pages and in mails */
    ngx_str_t       html;           /* folder of the pages, or empty */
    ngx_flag_t      mail;           /* mail can be sent */
    ngx_flag_t      rdns;           /* addresses may have names in DNS */
    ngx_str_t       rdns_default;   /* of those that have no other, with * in
                                       place of the address; or empty */
    ngx_flag_t      mail_failed;    /* to administrators, of failed orders */
    ngx_uint_t      backup_begin;   /* of the window in which backups begin:
                                       minutes after midnight of UTC, */
    ngx_uint_t      backup_minutes; /* and how long it is */
    ngx_str_t       bounce;         /* base of envelope senders, or empty */
} vz_settings_t;


/* vz_settings: those of this worker's configuration; never NULL. */
const vz_settings_t *vz_settings(void);

/*
 * vz_settings_secure: whether browsers connect by TLS, to nginx or to a proxy
 * in front of it, as vzpanel_public_url says.
 */
ngx_uint_t vz_settings_secure(void);

/* vz_settings_set: worker start; settings must live as long as the worker. */
void vz_settings_set(const vz_settings_t *settings);


#endif /* VZ_SETTINGS_H */
