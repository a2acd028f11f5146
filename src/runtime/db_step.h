/*
 * One operation of libmariadb on a connection, from its _start to the last
 * _cont, and the connection's socket on nginx's events.  For db_conn.c alone.
 */

#ifndef VZ_DB_STEP_H
#define VZ_DB_STEP_H

#include "runtime/db_conn.h"


typedef enum {
    VZ_DB_CONNECT = 0,
    VZ_DB_TEXT,
    VZ_DB_PREPARE,
    VZ_DB_EXECUTE,
    VZ_DB_STORE,
    VZ_DB_CLOSE                     /* a statement; its handle is gone then */
} vz_db_op_e;

typedef struct {
    vz_db_op_e            op;
    vz_db_conn_t         *conn;
    MYSQL_STMT           *stmt;
    const char           *text;
    const vz_db_login_t  *login;
    const char           *password;

    int                   rc;           /* what the library returned */
    my_bool               closed;       /* the same, of VZ_DB_CLOSE */
    MYSQL                *connected;
} vz_db_step_t;


/*
 * vz_db_step_run: on a fiber, carry the operation out within the connection's
 * timeout.  0 or an error number.
 */
ngx_uint_t vz_db_step_run(vz_db_step_t *step);

/*
 * vz_db_step_attach: have nginx watch the library's socket.  NGX_OK or
 * NGX_ERROR.
 */
ngx_int_t vz_db_step_attach(vz_db_conn_t *conn);

/* vz_db_step_detach: stop watching it. */
void vz_db_step_detach(vz_db_conn_t *conn);

/* vz_db_step_timer: set the timer that ends a long idleness. */
void vz_db_step_timer(vz_db_conn_t *conn);

/* vz_db_step_alive: NGX_DECLINED for an idle connection that has died. */
ngx_int_t vz_db_step_alive(vz_db_conn_t *conn);


#endif /* VZ_DB_STEP_H */
