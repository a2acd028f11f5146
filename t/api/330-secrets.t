# Somebody orders, signs in, makes a token, forgets the password: none of the
# secrets on that way is in any log of any part.

use File::Temp qw(tempdir);
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();

our $dir = tempdir(CLEANUP => 1);
our ($ctid, %secrets);

chmod 0755, $dir;

END { local $?; verb('destroy', $ctid) if $ctid }


# what a mail says behind a pattern
sub mailed {
    my ($address, $pattern) = @_;

    return wait_for(20, sub {
        (map { mail_text($_) =~ $pattern ? $1 : () } mails($address))[-1];
    }) // die "no mail to $address";
}


sub order {
    my $dni = person();
    my $call = ask_end(ask_begin('POST', '/api/orders', "Prefer: wait=60\n"
        . "Idempotency-Key: $dni-key-of-its-own\n",
        order_body(dni => $dni)), 70);
    my $link = $call->{json}{order};

    is($call->{json}{state}, 'done', 'an order is carried out');
    $ctid = sql_value("SELECT ctid FROM vm WHERE id = $call->{json}{vm}{id}");
    $secrets{link} = $link;

    # also where something is wrong with the way it is asked for
    for my $path ($link, "$link?a=$link&b", "$link/x", "x$link", uc $link) {
        ask($_, "/api/orders/$path") for qw(GET POST DELETE);
    }

    ask('GET', "/api/orders/$link", "Accept: text/event-stream\n");
    ask('POST', "/api/orders/$link", "Content-Length: 99999999\n");
    ask('GET', "/api/health/$link");

    return ($call->{json}{account}, "ana.$dni\@example.org");
}


sub sign_in {
    my ($account, $password) = @_;
    my $call = ask('POST', '/api/session', '',
        qq({"account":"$account","password":"$password"}));

    return ($call->{head} =~ /^Set-Cookie: vzpanel_session=(\w+)/m)[0];
}


sub whole_way {
    my ($account, $mail) = order();

    $secrets{drawn} = mailed($mail, qr/Contrase\S+:\s+(\S+)/);
    $secrets{typo} = 'Typed-wrong-4711';
    $secrets{chosen} = 'Chosen-by-me-4711';
    $secrets{again} = 'Chosen-again-4711';

    is(sign_in($account, $secrets{typo}), undef, 'a wrong password');
    $secrets{session} = sign_in($account, $secrets{drawn});

    my $me = "Cookie: vzpanel_session=$secrets{session}\n";

    is(ask('PUT', '/api/account/password', $me,
        qq({"old":"$secrets{drawn}","new":"$secrets{chosen}"}))->{code}, 204,
        'another password');
    $secrets{token} = ask('POST', '/api/account/tokens', $me,
        '{"name":"script","scope":"write"}')->{json}{token};

    my $script = "Authorization: Bearer $secrets{token}\n";

    is(ask('GET', '/api/vms', $script)->{code}, 200, 'the token is good');
    ask('GET', '/api/vms?token=' . substr($secrets{token}, 4), $me);
    ask('POST', '/api/vms/1/stop', $script, '{');

    ask('POST', '/api/password/reset', '', qq({"account":"$account"}));
    $secrets{reset} = mailed($mail, qr/reset\#token=(\w+)/);
    is(ask('PUT', '/api/password/reset', '',
        qq({"token":"$secrets{reset}","new":"$secrets{again}"}))->{code}, 204,
        'and another by a link');
    is(ask('GET', '/api/vms', $script)->{code}, 401, 'the token is over');
    $secrets{second} = sign_in($account, $secrets{again});

    is((grep { length($_ // '') >= 16 } values %secrets), 9,
        'all secrets are known');
    no_log_has_them();
}


sub text_of {
    my ($file) = @_;

    open my $in, '<', $file or die "$file: $!";
    local $/;

    return <$in> // '';
}


sub no_log_has_them {
    my @logs = grep { -f } glob "$dir/*.log " . vz_base() . '/log/*';

    cmp_ok(scalar @logs, '>=', 4, 'nginx, daemon, database and mail have logs');
    like(text_of("$dir/access.log"),
        qr{GET /api/orders/\*{64} .*/api/orders/\*{64}\|/api/orders/\*{64}\|},
        'the link is stars');
    like(text_of("$dir/error.log"), qr{request: "POST /api/orders/\*{64} },
        'in errors of nginx, too');

    for my $log (@logs) {
        my $text = text_of($log);
        my @told = grep { $text =~ /\Q$secrets{$_}\E/i } sort keys %secrets;

        is("@told", '', "$log has none of them");
    }
}

run_tests();

__DATA__

=== TEST 1: no secret appears in logs or database, from the order to a forgotten password
--- log_level: debug
--- http_config eval
::vz_http_config() . <<"END"
    vzpanel_public_url http://panel.example/panel;
    log_format all '\$remote_addr "\$request" \$request_uri|\$uri|\$args|'
                   '\$http_referer|\$vzpanel_user|\$status';
    access_log $::dir/access.log all;
    error_log $::dir/error.log info;
END
--- init: ::whole_way()
