/*
 * The directives in http.  Each value is checked when it is read, so that
 * nginx -t reports what is wrong and a worker never meets it.
 */

#include "runtime/conf.h"
#include "runtime/option.h"
#include "runtime/utf8.h"
#include "runtime/zone.h"
#include "wire/field.h"
#include "wire/handshake.h"


#define VZ_DB_PORT           3306
#define VZ_NODE_PORT         9006
#define VZ_SESSION_SHORTEST  60             /* seconds */
#define VZ_SESSION_LONGEST   (366 * 24 * 60 * 60)
#define VZ_BRAND_MAX         60


extern ngx_module_t  ngx_thread_pool_module;


static char *vz_conf_db(ngx_conf_t *cf, const vz_option_t *options,
    vz_db_conf_t *db);
static const char *vz_conf_db_address(ngx_conf_t *cf, ngx_str_t *value,
    vz_db_conf_t *db);
static const char *vz_conf_db_tls(vz_db_conf_t *db);
static const char *vz_conf_key(vz_node_t *node);
static ngx_thread_pool_t *vz_conf_own_pool(ngx_conf_t *cf);
static char *vz_conf_word(ngx_conf_t *cf, const ngx_conf_enum_t *names,
    const char *refusal, ngx_uint_t *value);
static char *vz_conf_need(ngx_conf_t *cf, ngx_uint_t have, const char *name);


#define VZ_CONF_LOGIN_OPTIONS                                                 \
    { ngx_string("user="), offsetof(vz_db_conf_t, user), vz_option_text, 1 }, \
    { ngx_string("password_file="), offsetof(vz_db_conf_t, password_file),    \
      vz_option_secret, 0 },                                                  \
    { ngx_string("tls="), offsetof(vz_db_conf_t, tls), vz_option_flag, 0 },   \
    { ngx_string("ca_file="), offsetof(vz_db_conf_t, ca_file),                \
      vz_option_file, 0 },                                                    \
    { ngx_string("name="), offsetof(vz_db_conf_t, name), vz_option_text, 1 }, \
    { ngx_string("timeout="), offsetof(vz_db_conf_t, timeout),                \
      vz_option_timeout, 0 }

static const vz_option_t  vz_conf_database_options[] = {
    VZ_CONF_LOGIN_OPTIONS,
    { ngx_string("connections="), offsetof(vz_db_conf_t, connections),
      vz_option_number, 0 },
    { ngx_string("statements="), offsetof(vz_db_conf_t, statements),
      vz_option_number, 0 },
    { ngx_null_string, 0, NULL, 0 }
};

static const vz_option_t  vz_conf_rdns_options[] = {
    VZ_CONF_LOGIN_OPTIONS,
    { ngx_null_string, 0, NULL, 0 }
};


static const vz_option_t  vz_conf_node_options[] = {
    { ngx_string("key_file="), offsetof(vz_node_t, key_file),
      vz_option_file, 1 },
    { ngx_string("connections="), offsetof(vz_node_t, connections),
      vz_option_number, 0 },
    { ngx_null_string, 0, NULL, 0 }
};


vz_conf_t *
vz_conf_create(ngx_conf_t *cf)
{
    vz_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(vz_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&conf->nodes, cf->pool, 1, sizeof(vz_node_t))
        != NGX_OK)
    {
        return NULL;
    }

    conf->settings.signup = VZ_SIGNUP_OPEN;
    conf->settings.vm_limit = NGX_CONF_UNSET;
    conf->settings.session_timeout = NGX_CONF_UNSET;
    conf->settings.session_idle = NGX_CONF_UNSET;
    conf->settings.second_factor = NGX_CONF_UNSET;
    conf->settings.console_timeout = NGX_CONF_UNSET_MSEC;
    conf->settings.mail_failed = NGX_CONF_UNSET;
    conf->settings.backup_begin = NGX_CONF_UNSET_UINT;
    conf->settings.backup_minutes = NGX_CONF_UNSET_UINT;

    return conf;
}


char *
vz_conf_finish(ngx_conf_t *cf, vz_conf_t *conf)
{
    ngx_conf_init_value(conf->settings.vm_limit, VZ_SETTINGS_VM_LIMIT);
    ngx_conf_init_value(conf->settings.session_timeout, 12 * 60 * 60);
    ngx_conf_init_value(conf->settings.session_idle, 2 * 60 * 60);
    ngx_conf_init_value(conf->settings.second_factor, 0);
    ngx_conf_init_value(conf->settings.mail_failed, 1);
    ngx_conf_init_uint_value(conf->settings.backup_begin, 60);
    ngx_conf_init_uint_value(conf->settings.backup_minutes, 240);
    ngx_conf_init_msec_value(conf->settings.console_timeout, 15 * 60 * 1000);

    if (conf->settings.brand.data == NULL) {
        ngx_str_set(&conf->settings.brand, "vzpanel");
    }

    conf->settings.mail = (conf->smtp.url.len != 0);
    conf->settings.bounce = conf->smtp.bounce;
    conf->settings.rdns = (conf->rdns.name.len != 0);

    if (!conf->api) {
        return NGX_CONF_OK;
    }

    if (vz_conf_need(cf, conf->db.name.len, "vzpanel_database") != NGX_CONF_OK
        || vz_conf_need(cf, conf->zone.len, "vzpanel_zone") != NGX_CONF_OK
        || vz_conf_need(cf, conf->nodes.nelts, "vzpanel_node")
           != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    conf->pool = (conf->pool_name.len != 0)
                 ? ngx_thread_pool_add(cf, &conf->pool_name)
                 : vz_conf_own_pool(cf);

    return conf->pool != NULL ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/*
 * As if nginx had read "thread_pool vzpanel threads=3 max_queue=64;": its
 * default pool has more threads than passwords should take of a machine.
 */
static ngx_thread_pool_t *
vz_conf_own_pool(ngx_conf_t *cf)
{
    ngx_conf_t          inner;
    ngx_array_t         args;
    ngx_command_t      *cmd;
    ngx_thread_pool_t  *pool;

    static ngx_str_t    values[] = {
        ngx_string("thread_pool"),
        ngx_string("vzpanel"),
        ngx_string("threads=3"),
        ngx_string("max_queue=64")
    };

    pool = ngx_thread_pool_get(cf->cycle, &values[1]);
    if (pool != NULL) {
        return pool;
    }

    ngx_memzero(&args, sizeof(ngx_array_t));
    args.elts = values;
    args.nelts = sizeof(values) / sizeof(values[0]);
    args.size = sizeof(ngx_str_t);

    inner = *cf;
    inner.args = &args;
    cmd = ngx_thread_pool_module.commands;

    if (cmd->set(&inner, cmd, NULL) != NGX_CONF_OK) {
        return NULL;
    }

    return ngx_thread_pool_get(cf->cycle, &values[1]);
}


static char *
vz_conf_need(ngx_conf_t *cf, ngx_uint_t have, const char *name)
{
    if (have) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"vzpanel_api\" needs the directive \"%s\" in http",
                       name);

    return NGX_CONF_ERROR;
}


char *
vz_conf_database(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return vz_conf_db(cf, vz_conf_database_options,
                      &((vz_conf_t *) conf)->db);
}


char *
vz_conf_rdns(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return vz_conf_db(cf, vz_conf_rdns_options,
                      &((vz_conf_t *) conf)->rdns);
}


static char *
vz_conf_db(ngx_conf_t *cf, const vz_option_t *options, vz_db_conf_t *db)
{
    char        *rv;
    ngx_str_t   *args;
    const char  *reason;

    if (db->name.len != 0) {
        return "is duplicate";
    }

    args = cf->args->elts;
    db->connections = 4;
    db->statements = 64;
    db->timeout = 10000;
    db->tls = NGX_CONF_UNSET;

    reason = vz_conf_db_address(cf, &args[1], db);
    if (reason != NULL) {
        return vz_option_refuse(cf, &args[1], reason);
    }

    rv = vz_option_parse(cf, 2, options, db);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    reason = vz_conf_db_tls(db);

    return reason == NULL ? NGX_CONF_OK
                          : vz_option_refuse(cf, &args[1], reason);
}


/* TLS is the default for a server on another machine */
static const char *
vz_conf_db_tls(vz_db_conf_t *db)
{
    if (db->tls == NGX_CONF_UNSET) {
        db->tls = (db->host.len != 0 && !vz_conf_loopback(&db->host));
    }

    if (db->tls && db->socket.len) {
        return "is a socket of this machine, which takes no tls=on";
    }

    if (db->ca_file.len && !db->tls) {
        return "needs tls=on for its ca_file=";
    }

    return NULL;
}


/* resolving a name would block the worker */
static const char *
vz_conf_db_address(ngx_conf_t *cf, ngx_str_t *value, vz_db_conf_t *db)
{
    ngx_str_t    text;
    ngx_addr_t   addr;

    if (vz_conf_starts(value, "unix:")) {
        db->socket.data = value->data + 5;
        db->socket.len = value->len - 5;

        return (db->socket.len > 1 && db->socket.data[0] == '/')
               ? NULL : "must be unix: and an absolute path";
    }

    if (ngx_parse_addr_port(cf->pool, &addr, value->data, value->len)
        != NGX_OK)
    {
        return "must be unix:/path, or a numeric address with a port "
               "(names are not resolved)";
    }

    db->port = ngx_inet_get_port(addr.sockaddr);
    if (db->port == 0) {
        db->port = VZ_DB_PORT;
    }

    text.data = ngx_pnalloc(cf->pool, NGX_SOCKADDR_STRLEN + 1);
    if (text.data == NULL) {
        return "does not fit in memory";
    }

    text.len = ngx_sock_ntop(addr.sockaddr, addr.socklen, text.data,
                             NGX_SOCKADDR_STRLEN, 0);
    text.data[text.len] = '\0';
    db->host = text;

    return NULL;
}


ngx_uint_t
vz_conf_loopback(const ngx_str_t *host)
{
    u_char     six[16];
    in_addr_t  four;

    static const u_char  one[16] = { [15] = 1 };

    if (ngx_inet6_addr(host->data, host->len, six) == NGX_OK) {
        return ngx_memcmp(six, one, sizeof(six)) == 0;
    }

    four = ngx_inet_addr(host->data, host->len);

    return four != INADDR_NONE ? ntohl(four) >> 24 == 127
                               : vz_conf_is(host, "localhost");
}


char *
vz_conf_node(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char        *rv;
    ngx_str_t   *args;
    ngx_url_t    url;
    ngx_uint_t   i;
    vz_node_t   *node, *others;
    vz_conf_t   *main = conf;
    const char  *reason;

    args = cf->args->elts;
    others = main->nodes.elts;

    for (i = 0; i < main->nodes.nelts; i++) {
        if (others[i].name.len == args[1].len
            && ngx_strncmp(others[i].name.data, args[1].data, args[1].len)
               == 0)
        {
            return vz_option_refuse(cf, &args[1], "is the name of another");
        }
    }

    if (vz_field_check(VZ_FIELD_NODE, (char *) args[1].data, args[1].len)
        != VZ_OK)
    {
        return vz_option_refuse(cf, &args[1], "is not a name like a host's");
    }

    ngx_memzero(&url, sizeof(ngx_url_t));
    url.url = args[2];
    url.default_port = VZ_NODE_PORT;

    if (ngx_parse_url(cf->pool, &url) != NGX_OK) {
        return vz_option_refuse(cf, &args[2],
                                url.err ? url.err : "is not an address");
    }

    node = ngx_array_push(&main->nodes);
    if (node == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(node, sizeof(vz_node_t));
    node->name = args[1];
    node->addr = url.addrs[0];
    node->connections = 4;

    rv = vz_option_parse(cf, 3, vz_conf_node_options, node);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    reason = vz_conf_key(node);

    return reason == NULL ? NGX_CONF_OK
                          : vz_option_refuse(cf, &node->key_file, reason);
}


static const char *
vz_conf_key(vz_node_t *node)
{
    vz_key_t   key;
    vz_code_e  code;

    code = vz_handshake_key_read((char *) node->key_file.data, &key);
    ngx_explicit_memzero(&key, sizeof(vz_key_t));

    switch (code) {

    case VZ_OK:
        return NULL;

    case VZ_RANGE:
        return "must hold 16 to 128 bytes";

    case VZ_NOENT:
        return "does not exist";

    default:
        return "can't be read, or others than its owner and group can";
    }
}


char *
vz_conf_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    u_char     *colon;
    ssize_t     size;
    ngx_str_t  *args, name, text;
    vz_conf_t  *main = conf;

    if (main->zone.len != 0) {
        return "is duplicate";
    }

    args = cf->args->elts;
    colon = (u_char *) ngx_strchr(args[1].data, ':');

    if (colon == NULL || colon == args[1].data) {
        return vz_option_refuse(cf, &args[1], "must be a name, \":\", a size");
    }

    name.data = args[1].data;
    name.len = colon - args[1].data;
    text.data = colon + 1;
    text.len = args[1].data + args[1].len - text.data;

    size = ngx_parse_size(&text);
    if (size == NGX_ERROR) {
        return vz_option_refuse(cf, &args[1], "has no size like 8m");
    }

    main->zone = name;

    return vz_zone_add(cf, &name, size, cmd, cmd->post);
}


/* tried with the longest that an address becomes */
char *
vz_conf_rdns_default(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    u_char      *p, name[512];
    ngx_str_t   *args, *pattern;

    static const char  longest[] = "ffff-ffff-ffff-ffff-ffff-ffff-ffff-ffff";

    pattern = &((vz_conf_t *) conf)->settings.rdns_default;

    if (pattern->len != 0) {
        return "is duplicate";
    }

    args = cf->args->elts;
    p = (u_char *) ngx_strchr(args[1].data, '*');

    if (p == NULL) {
        return vz_option_refuse(cf, &args[1], "has no * for the address");
    }

    p = ngx_snprintf(name, sizeof(name), "%*s%s%s",
                     (size_t) (p - args[1].data), args[1].data, longest,
                     p + 1);

    if (vz_field_check(VZ_FIELD_DOMAIN, (char *) name, p - name) != VZ_OK) {
        return vz_option_refuse(cf, &args[1],
                                "is not a name like *.pool.example.net");
    }

    *pattern = args[1];

    return NGX_CONF_OK;
}


char *
vz_conf_signup(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char        *rc;
    vz_conf_t   *main = conf;
    ngx_uint_t   value;

    static const ngx_conf_enum_t  names[] = {
        { ngx_string("open"), VZ_SIGNUP_OPEN },
        { ngx_string("approve"), VZ_SIGNUP_APPROVE },
        { ngx_string("off"), VZ_SIGNUP_OFF },
        { ngx_null_string, 0 }
    };

    if (main->signup) {
        return "is duplicate";
    }

    main->signup = 1;
    rc = vz_conf_word(cf, names, "must be open, approve or off", &value);

    if (rc == NGX_CONF_OK) {
        main->settings.signup = value;
    }

    return rc;
}


char *
vz_conf_addresses(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char        *rc;
    vz_conf_t   *main = conf;
    ngx_uint_t   value;

    static const ngx_conf_enum_t  names[] = {
        { ngx_string("ipv4"), VZ_ADDRESSES_IPV4 },
        { ngx_string("both"), VZ_ADDRESSES_BOTH },
        { ngx_string("any"), VZ_ADDRESSES_ANY },
        { ngx_null_string, 0 }
    };

    if (main->addresses) {
        return "is duplicate";
    }

    main->addresses = 1;
    rc = vz_conf_word(cf, names, "must be ipv4, both or any", &value);

    if (rc == NGX_CONF_OK) {
        main->settings.addresses = value;
    }

    return rc;
}


static char *
vz_conf_word(ngx_conf_t *cf, const ngx_conf_enum_t *names, const char *refusal,
    ngx_uint_t *value)
{
    ngx_str_t  *args;

    args = cf->args->elts;

    for ( /* void */ ; names->name.len; names++) {
        if (names->name.len == args[1].len
            && ngx_memcmp(names->name.data, args[1].data, args[1].len) == 0)
        {
            *value = names->value;
            return NGX_CONF_OK;
        }
    }

    return vz_option_refuse(cf, &args[1], refusal);
}


char *
vz_conf_session_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    time_t      seconds, *time;
    ngx_str_t  *args;

    time = (time_t *) ((u_char *) conf + cmd->offset);

    if (*time != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    args = cf->args->elts;
    seconds = ngx_parse_time(&args[1], 1);

    if (seconds < VZ_SESSION_SHORTEST || seconds > VZ_SESSION_LONGEST) {
        return vz_option_refuse(cf, &args[1],
                                "must be a time from 1m to 366d");
    }

    *time = seconds;

    return NGX_CONF_OK;
}


char *
vz_conf_thread_pool(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *args;
    vz_conf_t  *main = conf;

    if (main->pool_name.len != 0) {
        return "is duplicate";
    }

    args = cf->args->elts;

    if (args[1].len == 0) {
        return vz_option_refuse(cf, &args[1], "is empty");
    }

    main->pool_name = args[1];

    return NGX_CONF_OK;
}


char *
vz_conf_public_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    size_t      i;
    ngx_str_t  *args, *url;

    url = &((vz_conf_t *) conf)->settings.public_url;

    if (url->len != 0) {
        return "is duplicate";
    }

    args = cf->args->elts;

    if (!(vz_conf_starts(&args[1], "https://") && args[1].len > 8)
        && !(vz_conf_starts(&args[1], "http://") && args[1].len > 7))
    {
        return vz_option_refuse(cf, &args[1],
                                "must begin with https:// or http:// and "
                                "name a host");
    }

    for (i = 0; i < args[1].len; i++) {
        if (args[1].data[i] <= 0x20 || args[1].data[i] >= 0x7f
            || strchr("?#\"<>\\", args[1].data[i]) != NULL)
        {
            return vz_option_refuse(cf, &args[1],
                                    "holds a character that a base address "
                                    "can't have");
        }
    }

    *url = args[1];

    while (url->data[url->len - 1] == '/') {
        url->len--;
    }

    return NGX_CONF_OK;
}


char *
vz_conf_brand(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t   *args, *brand;
    const char  *reason;

    brand = &((vz_conf_t *) conf)->settings.brand;

    if (brand->len != 0) {
        return "is duplicate";
    }

    args = cf->args->elts;

    reason = vz_option_text(cf, &args[1], brand);
    if (reason != NULL) {
        return vz_option_refuse(cf, &args[1], reason);
    }

    if (brand->len > VZ_BRAND_MAX || !vz_utf8(brand)) {
        return vz_option_refuse(cf, &args[1],
                                "must be UTF-8 of at most 60 bytes");
    }

    return NGX_CONF_OK;
}
