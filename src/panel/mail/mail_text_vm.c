/*
 * What owners are told of their servers.
 */

#include "panel/mail/mail_text_core.h"


const vz_mail_text_t  vz_mail_text_vm[] = {
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

    { "evacuated", "es",
      "{brand}: su servidor {name} está en marcha en otro equipo",
      "Hola {first_name}:\n"
      "\n"
      "El equipo en el que estaba su servidor {name} se perdió.  Lo pusimos\n"
      "en otro, con la última copia de seguridad:\n"
      "\n"
      "  Archivos del:  {taken}\n"
      "  Direcciones:   {addresses}\n"
      "\n"
      "Lo que se guardó en él después de ese momento no está.  Los usuarios y\n"
      "las contraseñas son los que había en la copia.\n"
      "\n"
      "  {url}\n"
      "\n"
      "{brand}\n" },

    { "evacuated", "en",
      "{brand}: your server {name} runs on another machine",
      "Hello {first_name},\n"
      "\n"
      "The machine that your server {name} was on was lost.  We have put it\n"
      "on another one, out of the last backup:\n"
      "\n"
      "  Files of:   {taken}\n"
      "  Addresses:  {addresses}\n"
      "\n"
      "What was saved on it after that moment is not there.  Users and\n"
      "passwords are those that the backup had.\n"
      "\n"
      "  {url}\n"
      "\n"
      "{brand}\n" },

    { "rescued", "es",
      "{brand}: su servidor {name} está en modo de rescate",
      "Hola {first_name}:\n"
      "\n"
      "Alguien con acceso a su cuenta inició el servidor {name} con un\n"
      "sistema de rescate.  Responde en su dirección de siempre y tiene su\n"
      "disco en /mnt, hasta que salga del rescate en el panel ({url}).\n"
      "\n"
      "Si no fue usted, cambie su contraseña y salga del rescate.\n"
      "\n"
      "{brand}\n" },

    { "rescued", "en",
      "{brand}: your server {name} is in rescue",
      "Hello {first_name},\n"
      "\n"
      "Somebody with access to your account started the server {name} with a\n"
      "rescue system.  It answers at its address and has its disk at /mnt,\n"
      "until you leave rescue in the panel ({url}).\n"
      "\n"
      "If it was not you, change your password, and leave rescue.\n"
      "\n"
      "{brand}\n" },

    { "rolled_back", "es",
      "{brand}: su servidor {name} volvió a una instantánea",
      "Hola {first_name}:\n"
      "\n"
      "Alguien con acceso a su cuenta volvió el disco del servidor {name} a\n"
      "una instantánea.  Cómo estaba antes quedó en una instantánea\n"
      "automática.\n"
      "\n"
      "Si no fue usted, cambie su contraseña y vuelva a ella en el panel\n"
      "({url}).\n"
      "\n"
      "{brand}\n" },

    { "rolled_back", "en",
      "{brand}: your server {name} went back to a snapshot",
      "Hello {first_name},\n"
      "\n"
      "Somebody with access to your account took the disk of the server\n"
      "{name} back to a snapshot.  How it was before is in an automatic\n"
      "snapshot.\n"
      "\n"
      "If it was not you, change your password, and go back to that one in\n"
      "the panel ({url}).\n"
      "\n"
      "{brand}\n" },

    { "rolled_back_bare", "es",
      "{brand}: su servidor {name} volvió a una instantánea",
      "Hola {first_name}:\n"
      "\n"
      "Alguien con acceso a su cuenta volvió el disco del servidor {name} a\n"
      "una instantánea.  Pidió no guardar cómo estaba antes: lo posterior a\n"
      "esa instantánea se perdió.\n"
      "\n"
      "Si no fue usted, cambie su contraseña y busque en el panel ({url}) una\n"
      "copia de seguridad más reciente.\n"
      "\n"
      "{brand}\n" },

    { "rolled_back_bare", "en",
      "{brand}: your server {name} went back to a snapshot",
      "Hello {first_name},\n"
      "\n"
      "Somebody with access to your account took the disk of the server\n"
      "{name} back to a snapshot, and asked not to keep how it was before:\n"
      "what is newer than that snapshot is lost.\n"
      "\n"
      "If it was not you, change your password, and look in the panel ({url})\n"
      "for a backup that is newer.\n"
      "\n"
      "{brand}\n" },

    { "trashed", "es",
      "{brand}: su servidor {name} fue eliminado",
      "Hola {first_name}:\n"
      "\n"
      "Un administrador eliminó su servidor {name}.  Está apagado, y su disco\n"
      "y sus direcciones se conservan en la papelera hasta el {until} (UTC),\n"
      "o menos si hace falta el espacio.  Después se borra para siempre.\n"
      "\n"
      "Si no lo esperaba, pida que lo recuperen cuanto antes; en el panel\n"
      "({url}) se ve cuánto tiempo queda.\n"
      "\n"
      "{brand}\n" },

    { "trashed", "en",
      "{brand}: your server {name} was deleted",
      "Hello {first_name},\n"
      "\n"
      "An administrator deleted your server {name}.  It is stopped, and its\n"
      "disk and addresses are kept in the trash until {until} (UTC), or less\n"
      "if their room is needed.  Then it is deleted for good.\n"
      "\n"
      "If you did not expect this, ask for it back as soon as you can; the\n"
      "panel ({url}) shows how much time is left.\n"
      "\n"
      "{brand}\n" },

    { "traffic_near", "es",
      "{brand}: su servidor {server} usó el 80 % de su tráfico",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor {server} usó este mes {used} GiB de los {quota} GiB de\n"
      "tráfico que incluye, entre lo que recibió y lo que envió.  La cuenta\n"
      "empieza de nuevo el {next} (UTC).\n"
      "\n"
      "Puede verlo por meses en el panel ({url}).\n"
      "\n"
      "{brand}\n" },

    { "traffic_near", "en",
      "{brand}: your server {server} has used 80 % of its traffic",
      "Hello {first_name},\n"
      "\n"
      "This month your server {server} has used {used} GiB of the {quota} GiB\n"
      "of traffic that it has, received and sent together.  The count starts\n"
      "anew on {next} (UTC).\n"
      "\n"
      "You can see it by months in the panel ({url}).\n"
      "\n"
      "{brand}\n" },

    { "traffic_over", "es",
      "{brand}: su servidor {server} agotó su tráfico del mes",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor {server} usó este mes {used} GiB, y su plan incluye\n"
      "{quota} GiB de tráfico.  Sigue en marcha como hasta ahora.  La cuenta\n"
      "empieza de nuevo el {next} (UTC).\n"
      "\n"
      "Puede verlo por meses en el panel ({url}).\n"
      "\n"
      "{brand}\n" },

    { "traffic_over", "en",
      "{brand}: your server {server} has used up its traffic of the month",
      "Hello {first_name},\n"
      "\n"
      "This month your server {server} has used {used} GiB, and its plan has\n"
      "{quota} GiB of traffic.  It goes on as before.  The count starts anew\n"
      "on {next} (UTC).\n"
      "\n"
      "You can see it by months in the panel ({url}).\n"
      "\n"
      "{brand}\n" },

    { "traffic_slow", "es",
      "{brand}: su servidor {server} va más lento hasta el {next}",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor {server} usó este mes {used} GiB, y su plan incluye\n"
      "{quota} GiB de tráfico.  Hasta el {next} (UTC) su red queda limitada a\n"
      "{rate} Mbit/s; ese día vuelve a su velocidad de siempre.\n"
      "\n"
      "Si necesita más tráfico antes, responda a este correo.\n"
      "\n"
      "{brand}\n" },

    { "traffic_slow", "en",
      "{brand}: your server {server} is slower until {next}",
      "Hello {first_name},\n"
      "\n"
      "This month your server {server} has used {used} GiB, and its plan has\n"
      "{quota} GiB of traffic.  Until {next} (UTC) its network is limited to\n"
      "{rate} Mbit/s; that day it has its usual speed again.\n"
      "\n"
      "If you need more traffic before, answer this mail.\n"
      "\n"
      "{brand}\n" },

    { "traffic_stop", "es",
      "{brand}: su servidor {server} está suspendido hasta el {next}",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor {server} usó este mes {used} GiB, y su plan incluye\n"
      "{quota} GiB de tráfico.  Por eso queda suspendido hasta el {next}\n"
      "(UTC); ese día vuelve a ponerse en marcha.  Sus datos se conservan.\n"
      "\n"
      "Si lo necesita antes, responda a este correo.\n"
      "\n"
      "{brand}\n" },

    { "traffic_stop", "en",
      "{brand}: your server {server} is suspended until {next}",
      "Hello {first_name},\n"
      "\n"
      "This month your server {server} has used {used} GiB, and its plan has\n"
      "{quota} GiB of traffic.  So it is suspended until {next} (UTC); that\n"
      "day it is started again.  Your data are kept.\n"
      "\n"
      "If you need it before, answer this mail.\n"
      "\n"
      "{brand}\n" },

    { "alert_cpu", "es",
      "{brand}: {name} usa mucha CPU",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor usa casi toda la CPU de su plan y puede ir lento.\n"
      "\n"
      "  Servidor:    {name} ({hostname})\n"
      "  Uso:         {value}\n"
      "  Límite:      {limit}\n"
      "  Desde:       {since}\n"
      "\n"
      "  {url}/server?id={vm}&tab=graphs\n"
      "\n"
      "Puede cambiar este aviso o apagarlo en esa misma página.\n"
      "\n"
      "{brand}\n" },

    { "alert_cpu", "en",
      "{brand}: {name} uses a lot of CPU",
      "Hello {first_name},\n"
      "\n"
      "Your server uses almost all the CPU of its plan and may be slow.\n"
      "\n"
      "  Server:   {name} ({hostname})\n"
      "  Usage:    {value}\n"
      "  Limit:    {limit}\n"
      "  Since:    {since}\n"
      "\n"
      "  {url}/server?id={vm}&tab=graphs\n"
      "\n"
      "You can change this alert or turn it off on the same page.\n"
      "\n"
      "{brand}\n" },

    { "alert_memory", "es",
      "{brand}: a {name} le queda poca memoria",
      "Hola {first_name}:\n"
      "\n"
      "A su servidor le queda poca memoria.  Si se agota, el sistema termina\n"
      "alguno de sus procesos.\n"
      "\n"
      "  Servidor:    {name} ({hostname})\n"
      "  Uso:         {value}\n"
      "  Límite:      {limit}\n"
      "  Desde:       {since}\n"
      "\n"
      "  {url}/server?id={vm}&tab=graphs\n"
      "\n"
      "Puede cambiar este aviso o apagarlo en esa misma página.\n"
      "\n"
      "{brand}\n" },

    { "alert_memory", "en",
      "{brand}: {name} is short of memory",
      "Hello {first_name},\n"
      "\n"
      "Your server is short of memory.  Once it runs out, the system kills\n"
      "one of its processes.\n"
      "\n"
      "  Server:   {name} ({hostname})\n"
      "  Usage:    {value}\n"
      "  Limit:    {limit}\n"
      "  Since:    {since}\n"
      "\n"
      "  {url}/server?id={vm}&tab=graphs\n"
      "\n"
      "You can change this alert or turn it off on the same page.\n"
      "\n"
      "{brand}\n" },

    { "alert_disk", "es",
      "{brand}: a {name} le queda poco disco",
      "Hola {first_name}:\n"
      "\n"
      "A su servidor le queda poco disco.  Si se llena, sus programas no\n"
      "pueden guardar nada más.\n"
      "\n"
      "  Servidor:    {name} ({hostname})\n"
      "  Uso:         {value}\n"
      "  Límite:      {limit}\n"
      "  Desde:       {since}\n"
      "\n"
      "  {url}/server?id={vm}&tab=graphs\n"
      "\n"
      "Puede cambiar este aviso o apagarlo en esa misma página.\n"
      "\n"
      "{brand}\n" },

    { "alert_disk", "en",
      "{brand}: {name} is short of disk space",
      "Hello {first_name},\n"
      "\n"
      "Your server is short of disk space.  Once it is full, its programs can\n"
      "not save anything.\n"
      "\n"
      "  Server:   {name} ({hostname})\n"
      "  Usage:    {value}\n"
      "  Limit:    {limit}\n"
      "  Since:    {since}\n"
      "\n"
      "  {url}/server?id={vm}&tab=graphs\n"
      "\n"
      "You can change this alert or turn it off on the same page.\n"
      "\n"
      "{brand}\n" },

    { "alert_network", "es",
      "{brand}: {name} usa mucha red",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor envía o recibe más que el límite que usted eligió.\n"
      "\n"
      "  Servidor:    {name} ({hostname})\n"
      "  Uso:         {value}\n"
      "  Límite:      {limit}\n"
      "  Desde:       {since}\n"
      "\n"
      "  {url}/server?id={vm}&tab=graphs\n"
      "\n"
      "Puede cambiar este aviso o apagarlo en esa misma página.\n"
      "\n"
      "{brand}\n" },

    { "alert_network", "en",
      "{brand}: {name} uses a lot of network",
      "Hello {first_name},\n"
      "\n"
      "Your server sends or receives more than the limit that you chose.\n"
      "\n"
      "  Server:   {name} ({hostname})\n"
      "  Usage:    {value}\n"
      "  Limit:    {limit}\n"
      "  Since:    {since}\n"
      "\n"
      "  {url}/server?id={vm}&tab=graphs\n"
      "\n"
      "You can change this alert or turn it off on the same page.\n"
      "\n"
      "{brand}\n" },

    { "alert_down", "es",
      "{brand}: {name} está detenido",
      "Hola {first_name}:\n"
      "\n"
      "Su servidor se detuvo sin que nadie lo pidiera en el panel.\n"
      "\n"
      "  Servidor:    {name} ({hostname})\n"
      "  Desde:       {since}\n"
      "\n"
      "Puede iniciarlo en el panel:\n"
      "\n"
      "  {url}/server?id={vm}\n"
      "\n"
      "Si lo apagó usted desde adentro, deténgalo también en el panel: así no\n"
      "recibe este aviso.\n"
      "\n"
      "{brand}\n" },

    { "alert_down", "en",
      "{brand}: {name} is down",
      "Hello {first_name},\n"
      "\n"
      "Your server stopped without anybody asking for it in the panel.\n"
      "\n"
      "  Server:   {name} ({hostname})\n"
      "  Since:    {since}\n"
      "\n"
      "Start it in the panel:\n"
      "\n"
      "  {url}/server?id={vm}\n"
      "\n"
      "If you shut it down from inside, stop it in the panel, too, and you\n"
      "will not get this alert.\n"
      "\n"
      "{brand}\n" },

    { NULL, NULL, NULL, NULL }
};
