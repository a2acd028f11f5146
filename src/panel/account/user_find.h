/*
 * Looking a user up by what people type: an account or an address of mail.
 */

#ifndef VZ_USER_FIND_H
#define VZ_USER_FIND_H

#include "runtime/db.h"


#define VZ_USER_FIND_MOST  4        /* users who share an address of mail */
#define VZ_USER_FIND_UNUSED  "30"   /* days that a drawn password is good for */


typedef enum {
    VZ_USER_FIND_LOGIN = 0,
    VZ_USER_FIND_LINK               /* a link for another password */
} vz_user_find_e;

typedef struct {
    uint64_t        id;
    ngx_str_t       account;
    ngx_str_t       first_name;
    ngx_str_t       name;           /* first and last */
    ngx_str_t       email;
    ngx_str_t       language;
    ngx_str_t       hash;           /* of the password */
    ngx_uint_t      admin;
    ngx_uint_t      must_change;    /* the password is one that we drew */
    ngx_uint_t      locked;
    ngx_uint_t      expired;        /* the drawn password was not used in
                                       VZ_USER_FIND_UNUSED days */
    ngx_uint_t      second_factor;  /* signing in takes a code, too */
} vz_user_t;

typedef struct {
    ngx_uint_t      n;
    vz_user_t       users[VZ_USER_FIND_MOST];
} vz_users_t;


/*
 * vz_user_find: fill in the users whom the text names; texts are from pool.
 * By account that is one at most.  People may share an address of mail:
 *
 *   VZ_USER_FIND_LOGIN  those who were mailed to it, first those who answered:
 *                       whoever orders may write the address of somebody else
 *   VZ_USER_FIND_LINK   also those, behind the others; none that is locked
 *
 * VZ_OK, also with none, or the database's code.
 */
vz_code_e vz_user_find(ngx_pool_t *pool, const ngx_str_t *text,
    vz_user_find_e purpose, vz_users_t *found);

/* vz_user_find_id: the same of one row's id. */
vz_code_e vz_user_find_id(ngx_pool_t *pool, uint64_t id, vz_users_t *found);


#endif /* VZ_USER_FIND_H */
