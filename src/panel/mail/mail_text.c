/*
 * The texts of mails, in the languages of the panel.
 */

#include "panel/mail/mail_text.h"
#include "panel/mail/mail_text_core.h"
#include "runtime/settings.h"


static const vz_mail_text_t *vz_mail_text_find(const vz_mail_text_t *text,
    const ngx_str_t *template, const ngx_str_t *language);
static ngx_int_t vz_mail_text_fill(ngx_pool_t *pool, const char *text,
    json_t *data, ngx_str_t *out);
static ngx_str_t vz_mail_text_value(json_t *data, const char *name,
    size_t len);


static const vz_mail_text_t  vz_mail_texts[] = {
    { "account", "es",
      "{brand}: su cuenta {account}",
      "Hola {first_name}:\n"
      "\n"
      "Ya tiene una cuenta en {brand} ({url}).\n"
      "\n"
      "  Usuario:     {account}\n"
      "  Contraseña:  {password}\n"
      "\n"
      "El panel le pedirá que la cambie la primera vez que ingrese.\n"
      "\n"
      "{brand}\n" },

    { "account", "en",
      "{brand}: your account {account}",
      "Hello {first_name},\n"
      "\n"
      "You now have an account at {brand} ({url}).\n"
      "\n"
      "  Account:   {account}\n"
      "  Password:  {password}\n"
      "\n"
      "You will be asked to change it when you first sign in.\n"
      "\n"
      "{brand}\n" },

    { "reset", "es",
      "{brand}: su contraseña nueva",
      "Hola {first_name}:\n"
      "\n"
      "Un administrador generó una contraseña nueva para usted.  La anterior\n"
      "y los tokens de sus programas ya no funcionan.\n"
      "\n"
      "  Panel:       {url}\n"
      "  Usuario:     {account}\n"
      "  Contraseña:  {password}\n"
      "\n"
      "El panel le pedirá que la cambie la próxima vez que ingrese.\n"
      "\n"
      "{brand}\n" },

    { "reset", "en",
      "{brand}: your new password",
      "Hello {first_name},\n"
      "\n"
      "An administrator has set a new password for you.  The old one and your\n"
      "programs' tokens no longer work.\n"
      "\n"
      "  Panel:     {url}\n"
      "  Account:   {account}\n"
      "  Password:  {password}\n"
      "\n"
      "You will be asked to change it the next time you sign in.\n"
      "\n"
      "{brand}\n" },

    { "reset_link", "es",
      "{brand}: cambio de contraseña",
      "Hola {first_name}:\n"
      "\n"
      "Alguien pidió cambiar la contraseña de su usuario {account}.  Si fue\n"
      "usted, elija una nueva con este enlace.  Vale 30 minutos y se usa una\n"
      "sola vez:\n"
      "\n"
      "  {url}/reset#token={token}\n"
      "\n"
      "Al cambiarla se cierran sus sesiones y se anulan sus tokens.\n"
      "\n"
      "Si no fue usted, ignore este correo: su contraseña no cambia.\n"
      "\n"
      "{brand}\n" },

    { "reset_link", "en",
      "{brand}: reset your password",
      "Hello {first_name},\n"
      "\n"
      "Someone asked to reset the password of your account {account}.  If it\n"
      "was you, choose a new one with this link.  It is valid for 30 minutes\n"
      "and works once:\n"
      "\n"
      "  {url}/reset#token={token}\n"
      "\n"
      "Your sessions and your programs' tokens will then end.\n"
      "\n"
      "If it was not you, ignore this e-mail: your password stays the same.\n"
      "\n"
      "{brand}\n" },

    { "received", "es",
      "{brand}: recibimos su pedido {order}",
      "Hola {first_name}:\n"
      "\n"
      "Recibimos su pedido N.º {order} del plan {plan}.  Lo revisamos\n"
      "antes de crear el servidor, y le avisamos por correo.  Puede ver\n"
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
      "ingrese.\n"
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
      "Panel ({url}):\n"
      "\n"
      "  Account:   {account}\n"
      "  Password:  {password}\n"
      "\n"
      "Server, with the same password:\n"
      "\n"
      "  ssh root@{address}\n"
      "\n"
      "Change the password in the panel and on the server when you first\n"
      "sign in.\n"
      "\n"
      "{brand}\n" },

    { "reinstalled", "es",
      "{brand}: su servidor {name} tiene otro sistema",
      "Hola {first_name}:\n"
      "\n"
      "Alguien con acceso a su cuenta reinstaló el servidor {name} con\n"
      "{system}.  Si no fue usted, cambie su contraseña y deshágalo en el\n"
      "panel ({url}) durante las próximas 24 horas, mientras se conserva el\n"
      "disco anterior.\n"
      "\n"
      "{brand}\n" },

    { "reinstalled", "en",
      "{brand}: your server {name} has another system",
      "Hello {first_name},\n"
      "\n"
      "Somebody with access to your account reinstalled the server {name}\n"
      "with {system}.  If it was not you, change your password, and undo it\n"
      "in the panel ({url}) within 24 hours, while the old disk is kept.\n"
      "\n"
      "{brand}\n" },

    { "server", "es",
      "{brand}: su servidor {hostname} está listo",
      "Hola {first_name}:\n"
      "\n"
      "Tiene un nuevo servidor virtual y ya está en marcha.\n"
      "\n"
      "  Servidor:    {hostname}\n"
      "  Dirección:   {address}{also}\n"
      "\n"
      "Acceso al servidor:\n"
      "\n"
      "  ssh root@{address}\n"
      "  Contraseña:  {password}\n"
      "\n"
      "Cámbiela la primera vez que ingrese.  Lo verá junto a los demás en el\n"
      "panel ({url}), con su usuario de siempre.\n"
      "\n"
      "{brand}\n" },

    { "server", "en",
      "{brand}: your server {hostname} is ready",
      "Hello {first_name},\n"
      "\n"
      "You have a new virtual server, and it is running.\n"
      "\n"
      "  Server:    {hostname}\n"
      "  Address:   {address}{also}\n"
      "\n"
      "Server access:\n"
      "\n"
      "  ssh root@{address}\n"
      "  Password:  {password}\n"
      "\n"
      "Change it when you first sign in.  You will find it beside your other\n"
      "servers in the panel ({url}), with your usual account.\n"
      "\n"
      "{brand}\n" },

    { NULL, NULL, NULL, NULL }
};


ngx_int_t
vz_mail_text(ngx_pool_t *pool, const ngx_str_t *template,
    const ngx_str_t *language, json_t *data, ngx_str_t *subject,
    ngx_str_t *body)
{
    const vz_mail_text_t  *text;

    text = vz_mail_text_find(vz_mail_texts, template, language);

    if (text == NULL) {
        text = vz_mail_text_find(vz_mail_text_account, template, language);
    }

    if (text == NULL) {
        return NGX_DECLINED;
    }

    if (vz_mail_text_fill(pool, text->subject, data, subject) != NGX_OK) {
        return NGX_ERROR;
    }

    return vz_mail_text_fill(pool, text->body, data, body);
}


static const vz_mail_text_t *
vz_mail_text_find(const vz_mail_text_t *text, const ngx_str_t *template,
    const ngx_str_t *language)
{
    const vz_mail_text_t  *found;

    found = NULL;

    for (/* void */; text->template != NULL; text++) {

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
