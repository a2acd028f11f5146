# shellcheck shell=bash
#
# Part of scripts/stack: a MariaDB of its own, on a unix socket only.


database_sql() {
    mariadb --no-defaults --socket="$base/db.sock.d/mysqld.sock" \
        --user=root --batch --skip-column-names \
        --default-character-set=utf8mb4 "$@"
}


database_start() {
    alive mariadbd && return 0

    install -d -o mysql -g mysql -m 755 "$base/db.sock.d"

    # A server that starts deletes #sql-temptable-* of its temporary folder,
    # those of other servers with them: never the one that all share.
    install -d -o mysql -g mysql -m 700 "$base/db.tmp"

    cat > "$base/conf/my.cnf" <<CONF
[mysqld]
user                    = mysql
datadir                 = $base/db
tmpdir                  = $base/db.tmp
socket                  = $base/db.sock.d/mysqld.sock
pid-file                = $base/db.sock.d/mysqld.pid
skip-networking
skip-name-resolve
character-set-server    = utf8mb4
collation-server        = utf8mb4_unicode_ci
default-time-zone       = +00:00
performance-schema      = OFF
innodb-buffer-pool-size = 64M
innodb-log-file-size    = 48M
max-connections         = 200
max-allowed-packet      = 16M
CONF

    if [ ! -d "$base/db" ]; then
        rm -rf "$base/db.new"
        install -d -o mysql -g mysql -m 700 "$base/db.new"
        mariadb-install-db --no-defaults --user=mysql --skip-test-db \
            --auth-root-authentication-method=socket \
            --datadir="$base/db.new" --tmpdir="$base/db.tmp" \
            --innodb-log-file-size=48M \
            < /dev/null > "$base/log/mariadb-install-db.log" 2>&1 \
            || die "mariadb-install-db failed; see $dir/log"
        mv "$base/db.new" "$base/db"
    fi

    spawn mariadbd mariadbd --defaults-file="$base/conf/my.cnf"
}


database_ready() {
    ready mariadbd 60 database_answers
}


database_answers() {
    alive mariadbd || return 1
    database_sql -e 'SELECT 1' > /dev/null 2>&1
}


# The schema, the panel's own account, and what a first visitor needs: a
# node, addresses, templates, an administrator.
database_fill() {
    local password=$base/conf/database.password

    database_sql -e 'CREATE DATABASE IF NOT EXISTS vzpanel
                     CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'
    "$top/sql/migrate" --quiet --socket "$base/db.sock.d/mysqld.sock" \
        --user root --database vzpanel

    if [ ! -s "$password" ]; then
        (umask 077; openssl rand -hex 24 > "$password.new")
        chown root:www-data "$password.new"
        chmod 640 "$password.new"
        mv "$password.new" "$password"
    fi

    database_sql <<SQL
CREATE USER IF NOT EXISTS vzpanel@localhost;
ALTER USER vzpanel@localhost IDENTIFIED BY '$(< "$password")';
GRANT SELECT, INSERT, UPDATE, DELETE ON vzpanel.* TO vzpanel@localhost;
INSERT IGNORE INTO vzpanel.node (name, ctid_min, ctid_max)
    VALUES ('local', ${set[ctids]%-*}, ${set[ctids]#*-});
SQL

    database_pool
    database_templates
    database_administrator
}


# every host address of the pool is a row
database_pool() {
    local cidr=${set[pool]} bits first last

    [ "$(database_sql -e "SELECT COUNT(*) FROM vzpanel.address_pool
                          WHERE cidr = '$cidr'")" = 0 ] || return 0

    bits=${cidr#*/}
    first=$(($(address_number "${cidr%/*}") + 1))
    last=$((first + (1 << (32 - bits)) - 3))

    database_sql vzpanel <<SQL
START TRANSACTION;
INSERT INTO address_pool (name, cidr, dns)
    VALUES ('${set[pool_name]}', '$cidr', NULLIF('${set[pool_dns]}', ''));
INSERT INTO address (pool_id, address)
    SELECT LAST_INSERT_ID(), INET_NTOA(seq) FROM seq_${first}_to_${last};
COMMIT;
SQL
}


address_number() {
    local a b c d

    IFS=. read -r a b c d <<< "$1"
    echo $(((a << 24) + (b << 16) + (c << 8) + d))
}


database_templates() {
    local one name label enabled position=0

    for one in ${offered[@]+"${offered[@]}"}; do
        IFS='|' read -r name label enabled <<< "$one"
        position=$((position + 1))
        echo "INSERT IGNORE INTO template (name, label, enabled, position)" \
             "VALUES ('$name', '$label', $enabled, $position);"
    done | database_sql vzpanel
}


# An account with a password of its own making, told in DIR/credentials.
database_administrator() {
    [ ! -s "$base/credentials" ] || return 0

    (umask 077
     "$top/sql/administrator" admin admin@localhost \
         2> "$base/credentials.new") | database_sql vzpanel \
        || die "no administrator:" "$(< "$base/credentials.new")"

    mv "$base/credentials.new" "$base/credentials"
}


database_stop() {
    end mariadbd TERM 60
}
