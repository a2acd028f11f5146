# shellcheck shell=bash
#
# Part of scripts/stack: an SMTP server that keeps what it gets in a Maildir.


mail_start() {
    alive aiosmtpd && return 0

    install -d -o mail -g mail -m 700 "$base/mail" \
        "$base/mail/new" "$base/mail/cur" "$base/mail/tmp"

    spawn aiosmtpd setpriv --reuid=mail --regid=mail --clear-groups \
        /usr/bin/python3 -B -m aiosmtpd -n -c aiosmtpd.handlers.Mailbox \
        -l "127.0.0.1:${set[smtp_port]}" "$base/mail"
}


mail_ready() {
    listening aiosmtpd smtp_port mail_start mail_lost
}


# without its port it ends
mail_lost() {
    gone aiosmtpd
}


mail_stop() {
    end aiosmtpd TERM 5
}
