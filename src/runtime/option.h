/*
 * The name=value parameters of a directive, by a table.
 */

#ifndef VZ_OPTION_H
#define VZ_OPTION_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_option_pt: parse a value into its field.  NULL, or what is wrong with the
 * value, as the end of a sentence.
 */
typedef const char *(*vz_option_pt)(ngx_conf_t *cf, ngx_str_t *value,
    void *field);

typedef struct {
    ngx_str_t      name;            /* "user=" */
    size_t         offset;          /* of its field */
    vz_option_pt   parse;
    unsigned       required:1;
} vz_option_t;


/*
 * vz_option_parse: parse the arguments of the directive from number first on,
 * into conf.  Unknown, repeated, missing and invalid ones are logged with the
 * line, and NGX_CONF_ERROR is returned.  The table ends with a null name and
 * has at most 32 parameters.
 */
char *vz_option_parse(ngx_conf_t *cf, ngx_uint_t first,
    const vz_option_t *table, void *conf);

/* vz_option_refuse: log "DIRECTIVE: value" with the reason and the line. */
char *vz_option_refuse(ngx_conf_t *cf, ngx_str_t *value, const char *reason);

/* vz_option_text: any text, into an ngx_str_t. */
const char *vz_option_text(ngx_conf_t *cf, ngx_str_t *value, void *field);

/* vz_option_file: the full path of a file that exists, into an ngx_str_t. */
const char *vz_option_file(ngx_conf_t *cf, ngx_str_t *value, void *field);

/*
 * vz_option_secret: as vz_option_file(), of a file that nobody but its owner
 * and group can read or change.
 */
const char *vz_option_secret(ngx_conf_t *cf, ngx_str_t *value, void *field);

/* vz_option_number: a number, into an ngx_uint_t. */
const char *vz_option_number(ngx_conf_t *cf, ngx_str_t *value, void *field);

/* vz_option_timeout: a time as nginx writes it, into an ngx_msec_t. */
const char *vz_option_timeout(ngx_conf_t *cf, ngx_str_t *value, void *field);

/* vz_option_flag: on or off, into an ngx_flag_t. */
const char *vz_option_flag(ngx_conf_t *cf, ngx_str_t *value, void *field);


#endif /* VZ_OPTION_H */
