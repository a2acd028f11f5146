/*
 * What owners of accounts are told of them.
 */

#include "panel/mail/mail_text_core.h"


const vz_mail_text_t  vz_mail_text_account[] = {
    { "sign_in", "es",
      "{brand}: ingreso desde un lugar nuevo",
      "Hola {first_name}:\n"
      "\n"
      "Alguien ingresó a su cuenta {account} desde un navegador o una red que\n"
      "no conocíamos.\n"
      "\n"
      "  Cuándo:      {when}\n"
      "  Dirección:   {remote}\n"
      "  Navegador:   {browser}\n"
      "\n"
      "Si fue usted, no tiene que hacer nada.\n"
      "\n"
      "Si no fue usted, elija ahora mismo otra contraseña con un enlace por\n"
      "correo.  Así se cierran todas las sesiones:\n"
      "\n"
      "  {url}/signin?forgot=1\n"
      "\n"
      "{brand}\n" },

    { "sign_in", "en",
      "{brand}: a sign-in from a new place",
      "Hello {first_name},\n"
      "\n"
      "Somebody signed in to your account {account} from a browser or a\n"
      "network that we had not seen before.\n"
      "\n"
      "  When:      {when}\n"
      "  Address:   {remote}\n"
      "  Browser:   {browser}\n"
      "\n"
      "If it was you, there is nothing to do.\n"
      "\n"
      "If it was not you, choose another password now, by a link that we\n"
      "mail.  All sessions end then:\n"
      "\n"
      "  {url}/signin?forgot=1\n"
      "\n"
      "{brand}\n" },

    { "password_changed", "es",
      "{brand}: cambió su contraseña",
      "Hola {first_name}:\n"
      "\n"
      "La contraseña de su cuenta {account} cambió.\n"
      "\n"
      "  Cuándo:      {when}\n"
      "  Dirección:   {remote}\n"
      "  Navegador:   {browser}\n"
      "\n"
      "Si no fue usted, elija otra con un enlace por correo.  Así se cierran\n"
      "todas las sesiones y se anulan los tokens:\n"
      "\n"
      "  {url}/signin?forgot=1\n"
      "\n"
      "{brand}\n" },

    { "password_changed", "en",
      "{brand}: your password was changed",
      "Hello {first_name},\n"
      "\n"
      "The password of your account {account} was changed.\n"
      "\n"
      "  When:      {when}\n"
      "  Address:   {remote}\n"
      "  Browser:   {browser}\n"
      "\n"
      "If it was not you, choose another one by a link that we mail.  All\n"
      "sessions and tokens end then:\n"
      "\n"
      "  {url}/signin?forgot=1\n"
      "\n"
      "{brand}\n" },

    { "second_on", "es",
      "{brand}: se activó el segundo paso",
      "Hola {first_name}:\n"
      "\n"
      "Desde ahora, para ingresar a su cuenta {account} se pide además un\n"
      "código de una aplicación.\n"
      "\n"
      "  Cuándo:      {when}\n"
      "  Dirección:   {remote}\n"
      "\n"
      "Si no fue usted, alguien conoce su contraseña: elija otra con un\n"
      "enlace por correo y escríbanos.\n"
      "\n"
      "  {url}/signin?forgot=1\n"
      "\n"
      "{brand}\n" },

    { "second_on", "en",
      "{brand}: the second step was turned on",
      "Hello {first_name},\n"
      "\n"
      "From now on, signing in to your account {account} takes a code of an\n"
      "app, too.\n"
      "\n"
      "  When:      {when}\n"
      "  Address:   {remote}\n"
      "\n"
      "If it was not you, somebody knows your password: choose another one\n"
      "by a link that we mail, and write to us.\n"
      "\n"
      "  {url}/signin?forgot=1\n"
      "\n"
      "{brand}\n" },

    { "second_off", "es",
      "{brand}: se desactivó el segundo paso",
      "Hola {first_name}:\n"
      "\n"
      "Para ingresar a su cuenta {account} ya no se pide un código: alcanza\n"
      "con la contraseña.\n"
      "\n"
      "  Cuándo:      {when}\n"
      "  Dirección:   {remote}\n"
      "\n"
      "Si no fue usted, elija otra contraseña con un enlace por correo y\n"
      "configure otra vez el segundo paso:\n"
      "\n"
      "  {url}/signin?forgot=1\n"
      "\n"
      "{brand}\n" },

    { "second_off", "en",
      "{brand}: the second step was turned off",
      "Hello {first_name},\n"
      "\n"
      "Signing in to your account {account} takes no code any more: the\n"
      "password is enough.\n"
      "\n"
      "  When:      {when}\n"
      "  Address:   {remote}\n"
      "\n"
      "If it was not you, choose another password by a link that we mail, and\n"
      "turn the second step on again:\n"
      "\n"
      "  {url}/signin?forgot=1\n"
      "\n"
      "{brand}\n" },

    /* to an address that is not the user's yet: nothing that the user wrote */

    { "email_link", "es",
      "{brand}: confirme su correo",
      "Hola:\n"
      "\n"
      "Alguien pidió usar esta dirección de correo para la cuenta {account}.\n"
      "Si fue usted, confírmelo con este enlace.  Vale 24 horas y se usa una\n"
      "sola vez:\n"
      "\n"
      "  {url}/email#token=confirm-{token}\n"
      "\n"
      "Si no fue usted, ignore este correo: nada cambia.\n"
      "\n"
      "{brand}\n" },

    { "email_link", "en",
      "{brand}: confirm your e-mail address",
      "Hello,\n"
      "\n"
      "Someone asked to use this address for the account {account}.  If it\n"
      "was you, confirm it with this link.  It is valid for 24 hours and\n"
      "works once:\n"
      "\n"
      "  {url}/email#token=confirm-{token}\n"
      "\n"
      "If it was not you, ignore this e-mail: nothing changes.\n"
      "\n"
      "{brand}\n" },

    { "email_asked", "es",
      "{brand}: pidieron cambiar su correo",
      "Hola {first_name}:\n"
      "\n"
      "Se pidió que la cuenta {account} use otra dirección de correo:\n"
      "\n"
      "  Nueva:       {email}\n"
      "  Cuándo:      {when}\n"
      "  Desde:       {remote}\n"
      "  Navegador:   {browser}\n"
      "\n"
      "Si fue usted, confírmelo con el enlace que le llegó a la dirección\n"
      "nueva.\n"
      "\n"
      "Si no fue usted, deténgalo con este enlace.  Vale 72 horas, y si el\n"
      "cambio ya está hecho, lo deshace:\n"
      "\n"
      "  {url}/email#token=stop-{token}\n"
      "\n"
      "Después elija otra contraseña: quien lo pidió conoce la suya.\n"
      "\n"
      "{brand}\n" },

    { "email_asked", "en",
      "{brand}: another e-mail address was asked for",
      "Hello {first_name},\n"
      "\n"
      "The account {account} was asked to use another e-mail address:\n"
      "\n"
      "  New:       {email}\n"
      "  When:      {when}\n"
      "  From:      {remote}\n"
      "  Browser:   {browser}\n"
      "\n"
      "If it was you, confirm it with the link that went to the new address.\n"
      "\n"
      "If it was not you, stop it with this link.  It is valid for 72 hours,\n"
      "and undoes the change if it was made already:\n"
      "\n"
      "  {url}/email#token=stop-{token}\n"
      "\n"
      "Then choose another password: whoever asked knows yours.\n"
      "\n"
      "{brand}\n" },

    { "email_changed", "es",
      "{brand}: cambió su correo",
      "Hola {first_name}:\n"
      "\n"
      "La cuenta {account} usa ahora otra dirección de correo, y le\n"
      "escribiremos ahí:\n"
      "\n"
      "  Nueva:       {email}\n"
      "  Cuándo:      {when}\n"
      "\n"
      "Si no fue usted, deshágalo con el enlace del correo anterior,\n"
      "«pidieron cambiar su correo», que vale 72 horas desde que se pidió,\n"
      "y escríbanos.\n"
      "\n"
      "{brand}\n" },

    { "email_changed", "en",
      "{brand}: your e-mail address was changed",
      "Hello {first_name},\n"
      "\n"
      "The account {account} uses another e-mail address now, and we write to\n"
      "you there:\n"
      "\n"
      "  New:       {email}\n"
      "  When:      {when}\n"
      "\n"
      "If it was not you, undo it with the link of our mail before this one,\n"
      "\"another e-mail address was asked for\", which is valid for 72 hours\n"
      "since it was asked, and write to us.\n"
      "\n"
      "{brand}\n" },

    /* an administrator changed it; the new one may be anybody's, and gets
       nothing that the user wrote */

    { "email_moved", "es",
      "{brand}: cambiamos su correo",
      "Hola {first_name}:\n"
      "\n"
      "Un administrador de {brand} cambió la dirección de correo de la cuenta\n"
      "{account}, y le escribiremos a la nueva:\n"
      "\n"
      "  Nueva:       {email}\n"
      "  Cuándo:      {when}\n"
      "\n"
      "Los enlaces que le llegaron a esta dirección ya no sirven.\n"
      "\n"
      "Si usted no lo pidió, escríbanos.\n"
      "\n"
      "{brand}\n" },

    { "email_moved", "en",
      "{brand}: we changed your e-mail address",
      "Hello {first_name},\n"
      "\n"
      "An administrator of {brand} changed the e-mail address of the account\n"
      "{account}, and we write to you at the new one:\n"
      "\n"
      "  New:       {email}\n"
      "  When:      {when}\n"
      "\n"
      "Links that were mailed to this address are void.\n"
      "\n"
      "If you did not ask for it, write to us.\n"
      "\n"
      "{brand}\n" },

    { "email_given", "es",
      "{brand}: le escribiremos a esta dirección",
      "Hola:\n"
      "\n"
      "Un administrador de {brand} anotó esta dirección de correo en la\n"
      "cuenta {account}: desde ahora le escribiremos aquí.  Ingrese con el\n"
      "nombre de la cuenta y la contraseña de siempre.\n"
      "\n"
      "  {url}/signin\n"
      "\n"
      "Si esta cuenta no es suya, escríbanos.\n"
      "\n"
      "{brand}\n" },

    { "email_given", "en",
      "{brand}: we write to you at this address",
      "Hello,\n"
      "\n"
      "An administrator of {brand} noted this e-mail address in the account\n"
      "{account}: we write to you here from now on.  Sign in with the name of\n"
      "the account and the same password as before.\n"
      "\n"
      "  {url}/signin\n"
      "\n"
      "If this account is not yours, write to us.\n"
      "\n"
      "{brand}\n" },

    { NULL, NULL, NULL, NULL }
};
