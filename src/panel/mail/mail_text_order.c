/*
 * What is told of orders, and how to sign in and to get into a server.
 */

#include "panel/mail/mail_text_core.h"


const vz_mail_text_t  vz_mail_text_order[] = {
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

    { "backups_late", "es",
      "{brand}: {n} servidores sin una copia de seguridad reciente",
      "Estos servidores no tienen una copia de seguridad tan reciente como\n"
      "prometen sus planes.  Junto a cada uno, la última que salió bien:\n"
      "\n"
      "{list}\n"
      "\n"
      "Son {n} en total; todos están en esta página, con el motivo:\n"
      "\n"
      "  {url}/administration?section=backups\n"
      "\n"
      "{brand}\n" },

    { "backups_late", "en",
      "{brand}: {n} servers without a recent backup",
      "These servers have no backup as recent as their plans promise.  Beside\n"
      "each stands the last one that succeeded:\n"
      "\n"
      "{list}\n"
      "\n"
      "They are {n} together; all are on this page, with the reason:\n"
      "\n"
      "  {url}/administration?section=backups\n"
      "\n"
      "{brand}\n" },

    { "backups_bad", "es",
      "{brand}: {n} avisos sobre las copias de seguridad",
      "La revisión de estas copias de seguridad, o su prueba de arranque,\n"
      "falló, o hace más de dos semanas que ninguna salió bien.  Junto a\n"
      "cada servidor, o nodo, el motivo, o la última que salió bien:\n"
      "\n"
      "{list}\n"
      "\n"
      "Son {n} en total; todos están en esta página, con el motivo:\n"
      "\n"
      "  {url}/administration?section=backups\n"
      "\n"
      "{brand}\n" },

    { "backups_bad", "en",
      "{brand}: {n} warnings about backups",
      "The check of these backups, or the trial to boot one, failed, or none\n"
      "was good for more than two weeks.  Beside each server, or node, stands\n"
      "why, or when the last one was good:\n"
      "\n"
      "{list}\n"
      "\n"
      "They are {n} together; all are on this page, with the reason:\n"
      "\n"
      "  {url}/administration?section=backups\n"
      "\n"
      "{brand}\n" },

    { "server_restored", "es",
      "{brand}: su servidor {hostname} está listo",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor nuevo, hecho con una copia de seguridad, está en marcha.\n"
      "\n"
      "  Servidor:    {hostname}\n"
      "  Dirección:   {address}{also}\n"
      "  Copia de:    {from}, {taken}\n"
      "\n"
      "Tiene los archivos, usuarios y contraseñas que había en la copia.\n"
      "\n"
      "  ssh root@{address}\n"
      "\n"
      "{brand}\n" },

    { "server_restored", "en",
      "{brand}: your server {hostname} is ready",
      "Hello {first_name},\n"
      "\n"
      "Your new server, made from a backup, is running.\n"
      "\n"
      "  Server:     {hostname}\n"
      "  Address:    {address}{also}\n"
      "  Backup of:  {from}, {taken}\n"
      "\n"
      "It has the files, users and passwords that the backup had.\n"
      "\n"
      "  ssh root@{address}\n"
      "\n"
      "{brand}\n" },

    { "server_cloned", "es",
      "{brand}: su servidor {hostname} está listo",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor nuevo, un clon de otro, está en marcha.\n"
      "\n"
      "  Servidor:    {hostname}\n"
      "  Dirección:   {address}{also}\n"
      "  Clon de:     {from}\n"
      "\n"
      "Tiene los archivos, usuarios, contraseñas y claves SSH que tenía ese\n"
      "servidor, y las mismas reglas del cortafuegos.\n"
      "\n"
      "  ssh root@{address}\n"
      "\n"
      "{brand}\n" },

    { "server_cloned", "en",
      "{brand}: your server {hostname} is ready",
      "Hello {first_name},\n"
      "\n"
      "Your new server, a clone of another one, is running.\n"
      "\n"
      "  Server:     {hostname}\n"
      "  Address:    {address}{also}\n"
      "  Clone of:   {from}\n"
      "\n"
      "It has the files, users, passwords and SSH keys that that server had,\n"
      "and the same firewall rules.\n"
      "\n"
      "  ssh root@{address}\n"
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

    { "credentials_key", "es",
      "{brand}: su servidor {hostname} está listo",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor virtual está en marcha.\n"
      "\n"
      "  Plan:        {plan}\n"
      "  Servidor:    {hostname}\n"
      "  Dirección:   {address}{also}\n"
      "\n"
      "Acceso al servidor, con su clave SSH y sin contraseña:\n"
      "\n"
      "  ssh root@{address}\n"
      "  {keys}\n"
      "\n"
      "Acceso al panel ({url}), con el usuario {account}.  Elija su\n"
      "contraseña con este enlace, que vale 7 días y se usa una sola vez:\n"
      "\n"
      "  {url}/reset#token={token}\n"
      "\n"
      "{brand}\n" },

    { "credentials_key", "en",
      "{brand}: your server {hostname} is ready",
      "Hello {first_name},\n"
      "\n"
      "Your virtual server is running.\n"
      "\n"
      "  Plan:      {plan}\n"
      "  Server:    {hostname}\n"
      "  Address:   {address}{also}\n"
      "\n"
      "Server, with your SSH key and no password:\n"
      "\n"
      "  ssh root@{address}\n"
      "  {keys}\n"
      "\n"
      "Panel ({url}), with the account {account}.  Choose your password with\n"
      "this link, which is valid for 7 days and works once:\n"
      "\n"
      "  {url}/reset#token={token}\n"
      "\n"
      "{brand}\n" },

    { "account_key", "es",
      "{brand}: su servidor {hostname} está listo",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor virtual está en marcha.\n"
      "\n"
      "  Plan:        {plan}\n"
      "  Servidor:    {hostname}\n"
      "  Dirección:   {address}{also}\n"
      "\n"
      "Acceso al servidor, con su clave SSH y sin contraseña:\n"
      "\n"
      "  ssh root@{address}\n"
      "  {keys}\n"
      "\n"
      "Acceso al panel:\n"
      "\n"
      "  Usuario:     {account}\n"
      "  Contraseña:  {account_password}\n"
      "\n"
      "El panel le pedirá que la cambie la primera vez que ingrese.\n"
      "\n"
      "{brand}\n" },

    { "account_key", "en",
      "{brand}: your server {hostname} is ready",
      "Hello {first_name},\n"
      "\n"
      "Your virtual server is running.\n"
      "\n"
      "  Plan:      {plan}\n"
      "  Server:    {hostname}\n"
      "  Address:   {address}{also}\n"
      "\n"
      "Server, with your SSH key and no password:\n"
      "\n"
      "  ssh root@{address}\n"
      "  {keys}\n"
      "\n"
      "Panel:\n"
      "\n"
      "  Account:   {account}\n"
      "  Password:  {account_password}\n"
      "\n"
      "You will be asked to change it when you first sign in.\n"
      "\n"
      "{brand}\n" },

    { "server_key", "es",
      "{brand}: su servidor {hostname} está listo",
      "Hola {first_name}:\n"
      "\n"
      "Tiene un nuevo servidor virtual y ya está en marcha.\n"
      "\n"
      "  Servidor:    {hostname}\n"
      "  Dirección:   {address}{also}\n"
      "\n"
      "Acceso al servidor, con su clave SSH y sin contraseña:\n"
      "\n"
      "  ssh root@{address}\n"
      "  {keys}\n"
      "\n"
      "Lo verá junto a los demás en el panel ({url}), con su usuario de\n"
      "siempre.\n"
      "\n"
      "{brand}\n" },

    { "server_key", "en",
      "{brand}: your server {hostname} is ready",
      "Hello {first_name},\n"
      "\n"
      "You have a new virtual server, and it is running.\n"
      "\n"
      "  Server:    {hostname}\n"
      "  Address:   {address}{also}\n"
      "\n"
      "Server, with your SSH key and no password:\n"
      "\n"
      "  ssh root@{address}\n"
      "  {keys}\n"
      "\n"
      "You will find it beside your other servers in the panel ({url}), with\n"
      "your usual account.\n"
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
