/*
 * What mails say, in the languages of the panel.
 */

#include "mail_text.h"
#include "../runtime/settings.h"


typedef struct {
    const char  *template;
    const char  *language;
    const char  *subject;
    const char  *body;
} vz_mail_text_t;


static const vz_mail_text_t *vz_mail_text_find(const ngx_str_t *template,
    const ngx_str_t *language);
static ngx_int_t vz_mail_text_fill(ngx_pool_t *pool, const char *text,
    json_t *data, ngx_str_t *out);
static ngx_str_t vz_mail_text_value(json_t *data, const char *name,
    size_t len);


static const vz_mail_text_t  vz_mail_texts[] = {
    { "account", "es",
      "{brand}: su cuenta {account}",
      "Hola {first_name}:\n"
      "\n"
      "Tiene una cuenta en {brand} ({url}).\n"
      "\n"
      "  Usuario:     {account}\n"
      "  Contraseña:  {password}\n"
      "\n"
      "El panel le pedirá otra contraseña la primera vez que entre.\n"
      "\n"
      "{brand}\n" },

    { "account", "en",
      "{brand}: your account {account}",
      "Hello {first_name},\n"
      "\n"
      "You have an account at {brand} ({url}).\n"
      "\n"
      "  Account:   {account}\n"
      "  Password:  {password}\n"
      "\n"
      "The panel asks for another password when you first sign in.\n"
      "\n"
      "{brand}\n" },

    { "reset", "es",
      "{brand}: su contraseña nueva",
      "Hola {first_name}:\n"
      "\n"
      "Un administrador le dio una contraseña nueva; la anterior ya no vale,\n"
      "ni los tokens que tenía para programas.\n"
      "\n"
      "  Panel:       {url}\n"
      "  Usuario:     {account}\n"
      "  Contraseña:  {password}\n"
      "\n"
      "El panel le pedirá otra contraseña la próxima vez que entre.\n"
      "\n"
      "{brand}\n" },

    { "reset", "en",
      "{brand}: your new password",
      "Hello {first_name},\n"
      "\n"
      "An administrator gave you a new password; the one before is void, and\n"
      "so are the tokens your programs had.\n"
      "\n"
      "  Panel:     {url}\n"
      "  Account:   {account}\n"
      "  Password:  {password}\n"
      "\n"
      "The panel asks for another password when you sign in next.\n"
      "\n"
      "{brand}\n" },

    { "reset_link", "es",
      "{brand}: elegir otra contraseña",
      "Hola {first_name}:\n"
      "\n"
      "Alguien pidió otra contraseña para su cuenta {account}.  Si fue usted,\n"
      "puede elegirla en esta página durante 30 minutos, una sola vez:\n"
      "\n"
      "  {url}/reset#token={token}\n"
      "\n"
      "Al elegirla se cierran sus sesiones y se anulan sus tokens.\n"
      "\n"
      "Si no fue usted, no haga nada: la contraseña sigue siendo la de antes.\n"
      "\n"
      "{brand}\n" },

    { "reset_link", "en",
      "{brand}: choose another password",
      "Hello {first_name},\n"
      "\n"
      "Somebody asked for another password for your account {account}.  If it\n"
      "was you, choose it on this page within 30 minutes, once:\n"
      "\n"
      "  {url}/reset#token={token}\n"
      "\n"
      "When you do, your sessions and your programs' tokens end.\n"
      "\n"
      "If it was not, do nothing: your password is what it was.\n"
      "\n"
      "{brand}\n" },

    { "received", "es",
      "{brand}: recibimos su pedido {order}",
      "Hola {first_name}:\n"
      "\n"
      "Recibimos su pedido N.º {order} del plan {plan}.  Lo revisamos\n"
      "antes de crear el servidor, y le avisamos por mail.  Puede ver\n"
      "cómo sigue en:\n"
      "\n"
      "  {url}/order#follow={link}\n"
      "\n"
      "{brand}\n" },

    { "received", "en",
      "{brand}: we received your order {order}",
      "Hello {first_name},\n"
      "\n"
      "We received your order no. {order} of the plan {plan}.  We review it\n"
      "before we create the server, and let you know by mail.  Follow it at:\n"
      "\n"
      "  {url}/order#follow={link}\n"
      "\n"
      "{brand}\n" },

    { "rejected", "es",
      "{brand}: su pedido",
      "Hola {first_name}:\n"
      "\n"
      "No pudimos aceptar su pedido del plan {plan}.\n"
      "{reason}\n"
      "\n"
      "Lo que había dado al pedirlo fue borrado.\n"
      "\n"
      "{brand}\n" },

    { "rejected", "en",
      "{brand}: your order",
      "Hello {first_name},\n"
      "\n"
      "We could not accept your order of the plan {plan}.\n"
      "{reason}\n"
      "\n"
      "What you told us with it was deleted.\n"
      "\n"
      "{brand}\n" },

    { "failed", "es",
      "{brand}: falló el pedido {order}",
      "El pedido N.º {order} no se pudo completar.\n"
      "\n"
      "  Servidor:    {server}\n"
      "  Cliente:     {customer}, {email}\n"
      "  Paso:        {step}\n"
      "  Error:       {code}\n"
      "  Detalle:     {detail}\n"
      "\n"
      "Corregida la causa, puede reintentarlo en esta página:\n"
      "\n"
      "  {url}/tasks?task={order}\n"
      "\n"
      "{brand}\n" },

    { "failed", "en",
      "{brand}: order {order} failed",
      "Order no. {order} could not be completed.\n"
      "\n"
      "  Server:    {server}\n"
      "  Customer:  {customer}, {email}\n"
      "  Step:      {step}\n"
      "  Error:     {code}\n"
      "  Detail:    {detail}\n"
      "\n"
      "Once the cause is fixed, retry it on this page:\n"
      "\n"
      "  {url}/tasks?task={order}\n"
      "\n"
      "{brand}\n" },

    { "credentials", "es",
      "{brand}: su servidor {hostname} está listo",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor virtual está en marcha.\n"
      "\n"
      "  Plan:        {plan}\n"
      "  Servidor:    {hostname}\n"
      "  Dirección:   {address}{also}\n"
      "\n"
      "Acceso al panel ({url}):\n"
      "\n"
      "  Usuario:     {account}\n"
      "  Contraseña:  {password}\n"
      "\n"
      "Acceso al servidor, con la misma contraseña:\n"
      "\n"
      "  ssh root@{address}\n"
      "\n"
      "Cambie la contraseña en el panel y en el servidor la primera vez que\n"
      "entre.\n"
      "\n"
      "{brand}\n" },

    { "credentials", "en",
      "{brand}: your server {hostname} is ready",
      "Hello {first_name},\n"
      "\n"
      "Your virtual server is running.\n"
      "\n"
      "  Plan:      {plan}\n"
      "  Server:    {hostname}\n"
      "  Address:   {address}{also}\n"
      "\n"
      "The panel ({url}):\n"
      "\n"
      "  Account:   {account}\n"
      "  Password:  {password}\n"
      "\n"
      "The server, with the same password:\n"
      "\n"
      "  ssh root@{address}\n"
      "\n"
      "Change the password in the panel and on the server when you first\n"
      "sign in.\n"
      "\n"
      "{brand}\n" },

    { "server", "es",
      "{brand}: su servidor {hostname} está listo",
      "Hola {first_name}:\n"
      "\n"
      "Tiene un servidor virtual más, y está en marcha.\n"
      "\n"
      "  Servidor:    {hostname}\n"
      "  Dirección:   {address}{also}\n"
      "\n"
      "Acceso al servidor:\n"
      "\n"
      "  ssh root@{address}\n"
      "  Contraseña:  {password}\n"
      "\n"
      "Cámbiela la primera vez que entre. En el panel ({url}) lo verá con los\n"
      "demás, con su cuenta de siempre.\n"
      "\n"
      "{brand}\n" },

    { "server", "en",
      "{brand}: your server {hostname} is ready",
      "Hello {first_name},\n"
      "\n"
      "You have one more virtual server, and it is running.\n"
      "\n"
      "  Server:    {hostname}\n"
      "  Address:   {address}{also}\n"
      "\n"
      "Access to the server:\n"
      "\n"
      "  ssh root@{address}\n"
      "  Password:  {password}\n"
      "\n"
      "Change it when you first sign in. In the panel ({url}) you find it\n"
      "beside the others, with the account that you have.\n"
      "\n"
      "{brand}\n" }
};


ngx_int_t
vz_mail_text(ngx_pool_t *pool, const ngx_str_t *template,
    const ngx_str_t *language, json_t *data, ngx_str_t *subject,
    ngx_str_t *body)
{
    const vz_mail_text_t  *text;

    text = vz_mail_text_find(template, language);
    if (text == NULL) {
        return NGX_DECLINED;
    }

    if (vz_mail_text_fill(pool, text->subject, data, subject) != NGX_OK) {
        return NGX_ERROR;
    }

    return vz_mail_text_fill(pool, text->body, data, body);
}


static const vz_mail_text_t *
vz_mail_text_find(const ngx_str_t *template, const ngx_str_t *language)
{
    ngx_uint_t             i;
    const vz_mail_text_t  *text, *found;

    found = NULL;

    for (i = 0; i < sizeof(vz_mail_texts) / sizeof(vz_mail_text_t); i++) {
        text = &vz_mail_texts[i];

        if (ngx_strlen(text->template) != template->len
            || ngx_strncmp(text->template, template->data, template->len)
               != 0)
        {
            continue;
        }

        if (language->len == 2
            && ngx_strncmp(text->language, language->data, 2) == 0)
        {
            return text;
        }

        if (found == NULL) {
            found = text;
        }
    }

    return found;
}


/* once to measure, once to write */

static ngx_int_t
vz_mail_text_fill(ngx_pool_t *pool, const char *text, json_t *data,
    ngx_str_t *out)
{
    u_char      *dst;
    size_t       len;
    ngx_str_t    value;
    ngx_uint_t   pass;
    const char  *p, *end;

    dst = NULL;
    len = 0;

    for (pass = 0; pass < 2; pass++) {
        len = 0;

        for (p = text; *p != '\0'; p = end) {

            if (*p == '{' && (end = strchr(p, '}')) != NULL) {
                value = vz_mail_text_value(data, p + 1, end - p - 1);
                end++;

            } else {
                end = p + 1 + strcspn(p + 1, "{");
                value.data = (u_char *) p;
                value.len = end - p;
            }

            if (dst != NULL && value.len) {
                ngx_memcpy(dst + len, value.data, value.len);
            }

            len += value.len;
        }

        if (dst == NULL) {
            dst = ngx_pnalloc(pool, len + 1);
            if (dst == NULL) {
                return NGX_ERROR;
            }
        }
    }

    out->data = dst;
    out->len = len;

    return NGX_OK;
}


static ngx_str_t
vz_mail_text_value(json_t *data, const char *name, size_t len)
{
    char                  key[32];
    json_t               *member;
    ngx_str_t             value;
    const vz_settings_t  *settings = vz_settings();

    ngx_str_null(&value);

    if (len >= sizeof(key)) {
        return value;
    }

    ngx_cpystrn((u_char *) key, (u_char *) name, len + 1);

    if (ngx_strcmp(key, "brand") == 0) {
        return settings->brand;
    }

    if (ngx_strcmp(key, "url") == 0) {
        return settings->public_url;
    }

    member = json_object_get(data, key);

    if (json_is_string(member)) {
        value.data = (u_char *) json_string_value(member);
        value.len = json_string_length(member);
    }

    return value;
}
