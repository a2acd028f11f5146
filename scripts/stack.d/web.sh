# shellcheck shell=bash
#
# Part of scripts/stack: nginx with the module, workers as www-data.


web_start() {
    local conf=$base/conf/nginx.conf

    mkdir -p "$base/modules" "$base/tmp"
    web_pages
    sed -e "s|@base@|$base|g" \
        -e "s|@port@|${set[web_port]}|g" \
        -e "s|@daemon_port@|${set[daemon_port]}|g" \
        -e "s|@smtp_port@|${set[smtp_port]}|g" \
        "$top/conf/nginx.conf.in" > "$conf.new"

    # a running nginx keeps the module it loaded: another one, or another
    # configuration, needs a new nginx
    if ! cmp -s "$conf.new" "$conf" \
       || ! cmp -s "$(web_module)" "$base/modules/${module_name}"
    then
        end nginx QUIT 10
    fi

    mv "$conf.new" "$conf"
    replace "$(web_module)" "$base/modules/$module_name" 644

    alive nginx || spawn nginx \
        nginx -p "$base/" -c "$conf" -e "$base/log/nginx.log" -g 'daemon off;'
}

module_name=ngx_http_vzpanel_module.so


web_module() {
    echo "${set[build]}/nginx/$module_name"
}


# The pages, copied to where a worker can read them, and swapped in whole.
web_pages() {
    local new=$base/html.new

    diff -rq "$top/html" "$base/html" > /dev/null 2>&1 && return 0

    rm -rf "$new"
    cp -r "$top/html" "$new"
    chmod -R u=rwX,go=rX "$new"
    [ ! -d "$base/html" ] || mv "$base/html" "$base/html.old"
    mv "$new" "$base/html"
    rm -rf "$base/html.old"
}


web_ready() {
    ready nginx 20 web_answers
}


web_answers() {
    alive nginx || return 1
    curl -s -o /dev/null --max-time 5 \
        "http://127.0.0.1:${set[web_port]}/panel/"
}


web_stop() {
    end nginx QUIT 15
}
