# Directives: every wrong value is refused by nginx -t, with the reason.

use Test::Nginx::Socket 'no_plan';
use File::Temp qw(tempdir);

no_shuffle();

our $dir = tempdir(CLEANUP => 1);

sub file {
    my ($name, $mode, $text) = @_;

    open my $out, '>', "$dir/$name" or die "$dir/$name: $!";
    print $out $text;
    close $out or die "$dir/$name: $!";
    chmod $mode, "$dir/$name" or die "$dir/$name: $!";
}

chmod 0755, $dir;
file('key', 0640, 'k' x 32);
file('short', 0640, 'k' x 8);
file('open', 0644, 'k' x 32);

# what the API can't do without
our $all = "vzpanel_database unix:$dir/none.sock user=u name=n;"
    . " vzpanel_zone vz:1m; vzpanel_node local 127.0.0.1 key_file=$dir/key;";

run_tests();

__DATA__

=== TEST 1: a database by a name that would have to be resolved is refused
--- http_config eval
"vzpanel_database localhost user=u name=n;"
--- config
--- must_die
--- error_log
"localhost" must be unix:/path, or a numeric address with a port



=== TEST 2: a database on a relative socket path is refused
--- http_config eval
"vzpanel_database unix:db.sock user=u name=n;"
--- config
--- must_die
--- error_log
must be unix: and an absolute path



=== TEST 3: a database port out of range is refused
--- http_config eval
"vzpanel_database 127.0.0.1:99999 user=u name=n;"
--- config
--- must_die
--- error_log
must be unix:/path, or a numeric address with a port



=== TEST 4: a database without a name is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u;"
--- config
--- must_die
--- error_log
the parameter "name=" is missing



=== TEST 5: a database without a user is refused
--- http_config eval
"vzpanel_database 127.0.0.1 name=n;"
--- config
--- must_die
--- error_log
the parameter "user=" is missing



=== TEST 6: an empty parameter is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=;"
--- config
--- must_die
--- error_log
"name=" is empty



=== TEST 7: a parameter that does not exist is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n pool=4;"
--- config
--- must_die
--- error_log
"pool=4" is not a parameter of it



=== TEST 8: a parameter given twice is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u user=v name=n;"
--- config
--- must_die
--- error_log
"user=v" is given twice



=== TEST 9: a pool of no connections is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n connections=0;"
--- config
--- must_die
--- error_log
"connections=0" must be a number from 1 to 1024



=== TEST 10: a timeout that is not a time is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n timeout=soon;"
--- config
--- must_die
--- error_log
"timeout=soon" must be a time from 100ms to 10m



=== TEST 11: a password file that does not exist is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n password_file=/none;"
--- config
--- must_die
--- error_log
names a file that does not exist



=== TEST 12: a second database is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n; vzpanel_database 127.0.0.1 user=u name=n;"
--- config
--- must_die
--- error_log
"vzpanel_database" directive is duplicate



=== TEST 13: a node without its key is refused
--- http_config eval
"vzpanel_node local 127.0.0.1;"
--- config
--- must_die
--- error_log
the parameter "key_file=" is missing



=== TEST 14: a node whose name is not a host name is refused
--- http_config eval
"vzpanel_node a_b 127.0.0.1 key_file=$::dir/key;"
--- config
--- must_die
--- error_log
"a_b" is not a name like a host



=== TEST 15: a key that is too short is refused
--- http_config eval
"vzpanel_node local 127.0.0.1 key_file=$::dir/short;"
--- config
--- must_die
--- error_log
must hold 16 to 128 bytes



=== TEST 16: a key file that everybody may read is refused
--- http_config eval
"vzpanel_node local 127.0.0.1 key_file=$::dir/open;"
--- config
--- must_die
--- error_log
can't be read, or others than its owner and group can



=== TEST 17: a second node of the same name is refused
--- http_config eval
"vzpanel_node local 127.0.0.1 key_file=$::dir/key; vzpanel_node local 127.0.0.2 key_file=$::dir/key;"
--- config
--- must_die
--- error_log
"local" is the name of another



=== TEST 18: a zone without a size is refused
--- http_config eval
"vzpanel_zone vz;"
--- config
--- must_die
--- error_log
must be a name, ":", a size



=== TEST 19: a zone whose size is not a number is refused
--- http_config eval
"vzpanel_zone vz:8x;"
--- config
--- must_die
--- error_log
has no size like 8m



=== TEST 20: a zone that is too small is refused
--- http_config eval
"vzpanel_zone vz:100k;"
--- config
--- must_die
--- error_log
zone "vz" is too small, it needs 1m



=== TEST 21: mail by another protocol is refused
--- http_config eval
"vzpanel_mail http://127.0.0.1 from=a\@example.org;"
--- config
--- must_die
--- error_log
must begin with smtp:// or smtps://



=== TEST 22: mail without a host is refused
--- http_config eval
"vzpanel_mail smtp:// from=a\@example.org;"
--- config
--- must_die
--- error_log
names no host



=== TEST 23: a mail server with a path is refused
--- http_config eval
"vzpanel_mail smtp://127.0.0.1/x from=a\@example.org;"
--- config
--- must_die
--- error_log
must be only a host and a port behind the scheme



=== TEST 24: a sender that is not an address is refused
--- http_config eval
"vzpanel_mail smtp://127.0.0.1 from=nobody;"
--- config
--- must_die
--- error_log
"nobody" is not a mail address



=== TEST 25: a mail user without a password is refused
--- http_config eval
"vzpanel_mail smtp://127.0.0.1 from=a\@example.org user=a;"
--- config
--- must_die
--- error_log
needs user= and password_file= together



=== TEST 26: tls= with a value other than on or off is refused
--- http_config eval
"vzpanel_mail smtp://127.0.0.1 from=a\@example.org tls=maybe;"
--- config
--- must_die
--- error_log
"tls=maybe" must be on or off



=== TEST 27: a signup mode that does not exist is refused
--- http_config eval
"vzpanel_signup maybe;"
--- config
--- must_die
--- error_log
must be open, approve or off



=== TEST 28: a session timeout below a minute is refused
--- http_config eval
"vzpanel_session_timeout 5s;"
--- config
--- must_die
--- error_log
must be a time from 1m to 366d



=== TEST 29: a public URL of another scheme is refused
--- http_config eval
"vzpanel_public_url ftp://panel.example.org;"
--- config
--- must_die
--- error_log
must begin with https:// or http:// and name a host



=== TEST 30: a public URL with a query is refused
--- http_config eval
"vzpanel_public_url https://panel.example.org/?a;"
--- config
--- must_die
--- error_log
holds a character that a base address can't have



=== TEST 31: an empty brand is refused
--- http_config eval
"vzpanel_brand '';"
--- config
--- must_die
--- error_log
"" is empty



=== TEST 32: a brand that is not UTF-8 is refused
--- http_config eval
"vzpanel_brand '\xff';"
--- config
--- must_die
--- error_log
must be UTF-8 of at most 60 bytes



=== TEST 33: an API without a database is refused
--- http_config
--- config eval
"location /api { vzpanel_api; }"
--- must_die
--- error_log
"vzpanel_api" needs the directive "vzpanel_database" in http



=== TEST 34: an API without a zone is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n;"
--- config eval
"location /api { vzpanel_api; }"
--- must_die
--- error_log
"vzpanel_api" needs the directive "vzpanel_zone" in http



=== TEST 35: an API without a node is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n; vzpanel_zone vz:1m;"
--- config eval
"location /api { vzpanel_api; }"
--- must_die
--- error_log
"vzpanel_api" needs the directive "vzpanel_node" in http



=== TEST 36: a thread pool that does not exist is refused
--- http_config eval
"$::all vzpanel_thread_pool nope;"
--- config eval
"location /api { vzpanel_api; }"
--- must_die
--- error_log
unknown thread pool "nope"



=== TEST 37: an API in a regular expression location needs a prefix
--- http_config eval
"$::all"
--- config eval
"location ~ /api { vzpanel_api; }"
--- must_die
--- error_log
needs the prefix of its paths here



=== TEST 38: a prefix that is not a path is refused
--- http_config eval
"$::all"
--- config eval
"location /api { vzpanel_api api; }"
--- must_die
--- error_log
needs the prefix of its paths here



=== TEST 39: a second vzpanel_api in one location is refused
--- http_config eval
"$::all"
--- config eval
"location /api { vzpanel_api; vzpanel_api; }"
--- must_die
--- error_log
"vzpanel_api" directive is duplicate



=== TEST 40: a folder of pages that does not exist is refused
--- http_config
--- config eval
"location /panel { vzpanel_panel /none; }"
--- must_die
--- error_log
is not a folder with an index.html that can be read



=== TEST 41: pages in a regular expression location are refused
--- http_config
--- config eval
"location ~ /panel { vzpanel_panel $::dir; }"
--- must_die
--- error_log
can't be used in a location of a regular expression



=== TEST 42: pages in a location with root are refused
--- http_config
--- config eval
"location /panel { root /; vzpanel_panel $::dir; }"
--- must_die
--- error_log
can't be used beside root or alias



=== TEST 43: numeric addresses, several nodes and a named thread pool are accepted
--- main_config
thread_pool hashes threads=1 max_queue=8;
--- http_config eval
"vzpanel_database [::1]:3307 user=u name=n connections=2 timeout=5s;
 vzpanel_zone vz:1m;
 vzpanel_node one 127.0.0.1 key_file=$::dir/key;
 vzpanel_node two 127.0.0.1:9007 key_file=$::dir/key connections=2;
 vzpanel_mail smtps://mail.example.org:465 from=panel\@example.org tls=on
              bounce=panel-bounce-address-23\@example.org;
 vzpanel_signup approve;
 vzpanel_order_addresses both;
 vzpanel_session_timeout 1h;
 vzpanel_thread_pool hashes;
 vzpanel_public_url https://panel.example.org/panel/;
 vzpanel_brand 'Ñandú hosting';"
--- config
location /hello { return 200 "hello\n"; }
--- request
GET /hello
--- response_body
hello
--- no_error_log
[emerg]



=== TEST 44: a bounce address that is not an address is refused
--- http_config eval
"vzpanel_mail smtp://127.0.0.1 from=a\@example.org
              bounce=nobody;"
--- config
--- must_die
--- error_log eval
qr/"bounce=nobody" is not a mail address in .*:\d+/



=== TEST 45: a bounce address with more than 23 characters before the @ is refused
--- http_config eval
"vzpanel_mail smtp://127.0.0.1 from=a\@example.org
              bounce=panel-bounce-address-024\@example.org;"
--- config
--- must_die
--- error_log
has more than 23 characters before the @, which leaves no room for what is added



=== TEST 46: an empty bounce address is refused
--- http_config eval
"vzpanel_mail smtp://127.0.0.1 from=a\@example.org bounce=;"
--- config
--- must_die
--- error_log
"bounce=" is not a mail address



=== TEST 47: a password file of the database that everybody may read is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n password_file=$::dir/open;"
--- config
--- must_die
--- error_log
names a file that others than its owner and group can read or change



=== TEST 48: a password file of the mail server that everybody may read is refused
--- http_config eval
"vzpanel_mail smtp://127.0.0.1 from=a\@example.org user=u password_file=$::dir/open;"
--- config
--- must_die
--- error_log
names a file that others than its owner and group can read or change



=== TEST 49: a password for a mail server on another machine is refused without TLS
--- http_config eval
"vzpanel_mail smtp://mx.example.org:587 from=a\@example.org user=u password_file=$::dir/key;"
--- config
--- must_die
--- error_log
"smtp://mx.example.org:587" would be told user= and password_file= in clear: say tls=on, or tls=off if that is meant



=== TEST 50: a host whose name begins like a local address counts as another machine
--- http_config eval
"vzpanel_mail smtp://127.0.0.1.example.org from=a\@example.org user=u password_file=$::dir/key;"
--- config
--- must_die
--- error_log
would be told user= and password_file= in clear



=== TEST 51: tls=off allows a password to another machine without TLS
--- http_config eval
"vzpanel_mail smtp://mx.example.org:587 from=a\@example.org user=u password_file=$::dir/key tls=off;"
--- config
location /hello { return 200 "hello\n"; }
--- request
GET /hello
--- no_error_log
[emerg]



=== TEST 52: a password to another machine over TLS is accepted
--- http_config eval
"vzpanel_mail smtps://mx.example.org from=a\@example.org user=u password_file=$::dir/key;"
--- config
location /hello { return 200 "hello\n"; }
--- request
GET /hello
--- no_error_log
[emerg]



=== TEST 53: a password to this machine without TLS is accepted
--- http_config eval
"vzpanel_mail smtp://[::1]:25 from=a\@example.org user=u password_file=$::dir/key;"
--- config
location /hello { return 200 "hello\n"; }
--- request
GET /hello
--- no_error_log
[emerg]



=== TEST 54: a warning names mails that go to another machine without TLS
--- suppress_stderr
--- http_config eval
"vzpanel_mail smtp://mx.example.org from=a\@example.org;"
--- config
location /hello { return 200 "hello\n"; }
--- request
GET /hello
--- error_log eval
qr/\[warn\] .*"vzpanel_mail": mails to "smtp:..mx.example.org" hold passwords/



=== TEST 55: a socket of the database takes no tls=
--- http_config eval
"vzpanel_database unix:/run/none.sock user=u name=n tls=on;"
--- config
--- must_die
--- error_log
is a socket of this machine, which takes no tls=on



=== TEST 56: a file of certificate authorities is refused without tls=
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n ca_file=$::dir/key;"
--- config
--- must_die
--- error_log
"127.0.0.1" needs tls=on for its ca_file=



=== TEST 57: a connection that may keep no prepared statement is refused
--- http_config eval
"vzpanel_database 127.0.0.1 user=u name=n statements=0;"
--- config
--- must_die
--- error_log
"statements=0" must be a number from 1 to 1024



=== TEST 58: an unknown value of vzpanel_order_addresses is refused
--- http_config eval
"vzpanel_order_addresses ipv6;"
--- config
--- must_die
--- error_log
"ipv6" must be ipv4, both or any



=== TEST 59: a second vzpanel_order_addresses is refused
--- http_config eval
"vzpanel_order_addresses both;
 vzpanel_order_addresses any;"
--- config
--- must_die
--- error_log
is duplicate
