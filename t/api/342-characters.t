# Characters that nobody expects, wherever text may come in: every argument of
# every query string, every part of a path, every member of every form.

use JSON::PP ();
use MIME::Base64 ();
use Test::Nginx::Socket 'no_plan';
use VzDaemon;
use VzFixture;
use VzForms;
use VzPanelHelpers;

no_shuffle();
workers(1);

our $json = "Content-Type: application/json\n";
our $boss = session(user('boss.chars', role => 'admin')) . $json;
our $vm = vm(user('owner.chars'));

# a real one has no room for the largest container that a form takes
our $node = VzDaemon->new;

# bytes that are no UTF-8: broken, cut off, too long, surrogates, out of range
our @broken = ("\xff\xfe", "\xc3\x28", "\xf0\x9f\x8d", "\xc0\xaf",
    "\xe0\x80\xaf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80",
    "a\x80b");

our @odd = map { my $text = $_; utf8::encode($text); $text }
    "\x{f1}", "\x{1f363}", "\x{20000}" x 70, "\x{202e}a", "\x{feff}x",
    "\x{fffe}", "\x{130}", "a\x{0}b", "a\x{1}", "\x{7f}", "\x{85}", "\x{a0}",
    "\x{2028}", '%', '_', '\\', "'", '"', '1', '-1', '1e9', ' ', "\x{f1}" x 700;

sub escaped { return $_[0] =~ s/([^A-Za-z0-9])/sprintf '%%%02x', ord $1/gesr }


END {
    local $?;

    # what was called so is for no order of another file
    sql("UPDATE plan SET visible = FALSE WHERE name NOT IN ('Básico',"
        . " 'Completo', 'Profesional');"
        . "UPDATE address_pool SET enabled = FALSE WHERE name <> 'test'");
}


our %wrong;

# the answer of a stream is its head
sub sent {
    my ($method, $path, $headers, $body) = @_;
    my $call = ask_begin($method, $path, $headers, $body);
    my $stream = $path =~ m{^/api/(?:events|orders/)};

    $stream ? ask_more($call, 10) : 0;

    my $answer = $stream ? ask_result($call) : ask_end($call);

    close $call->{socket};

    return if $answer->{code} >= 200 && $answer->{code} < 500;

    $wrong{"$method $path" =~ s/(.{70}).*/$1.../sr} = $answer->{code};
}


sub all_well {
    my ($title) = @_;

    is(join("\n", map { "$_: $wrong{$_}" } sort keys %wrong), '', $title);
    %wrong = ();
}


# ids of things that there are, so that what comes behind them is reached
sub path_of {
    my ($path) = @_;

    $path =~ s/(vms\/)\{id\}/$1$vm/;

    return $path =~ s/\{link\}/'0' x 64/er =~ s/\{address\}/10.0.0.1/r
        =~ s/\{\w+\}/1/gr;
}


sub queries {
    for my $one (operations()) {
        for my $name (sort keys %{ $one->{query} }) {
            for my $text (@broken, @odd) {
                my $cursor = MIME::Base64::encode_base64("1 2 $text", '')
                    =~ tr{+/=}{-_}dr;

                sent($one->{method}, path_of($one->{path}) . "?$name=$_",
                     $boss) for escaped($text), $name eq 'cursor' ? $cursor : ();
            }
        }
    }

    all_well('no argument of a query string is a fault');
}


sub paths {
    for my $one (operations()) {
        for my $text ($one->{path} =~ /\{/ ? (@broken, @odd) : ()) {
            my $path = $one->{path};
            my $last = $path =~ s/\{\w+\}(?!.*\{)/escaped($text)/er;

            sent($one->{method}, path_of($last), $boss, $one->{method} eq 'GET'
                ? undef : '{}');
        }
    }

    all_well('no part of a path is a fault');
}


# the rest of a body is right, so that the member is what is looked at
sub members {
    my %spared = map { $_ => 1 } 'PUT /api/account/password',
        'PATCH /api/admin/nodes/{id}';

    for my $one (grep { $_->{form} } operations()) {
        next if $spared{"$one->{method} $one->{path}"};

        for my $name (sort keys %{ $one->{members} }) {
            my $schema = $one->{members}{$name};

            next if !texts($schema);

            my %body = map { $_ => largest($_, $one->{members}{$_}) }
                grep { $one->{required}{$_} } keys %{ $one->{members} };

            for my $text (@broken, @odd) {
                my $plain = $text;

                $body{$name} = 'HERE';
                $body{$name} = ['HERE'] if $schema->{items};
                $plain =~ s/([\\"])/\\$1/g;
                $plain =~ s/([\0-\x1f])/sprintf '\\u%04x', ord $1/ge;

                sent($one->{method}, path_of($one->{path}),
                     qq(${boss}If-Match: "1"\n),
                     JSON::PP->new->utf8->encode(\%body) =~ s/HERE/$plain/r);
            }
        }
    }

    all_well('no member of a body is a fault');
}


sub headers {
    for my $one (operations()) {
        for my $name (@{ $one->{headers} }, 'User-Agent', 'Accept-Language',
                      'Cookie', 'Authorization', 'Origin')
        {
            for my $text (@broken[0, 5], @odd[0, 1, 4]) {
                sent($one->{method}, path_of($one->{path}),
                     ($name eq 'Cookie' ? $json : $boss) . "$name: $text\n",
                     $one->{method} eq 'GET' ? undef : '{}')
                    if $name ne 'Prefer';
            }
        }
    }

    sent('POST', '/api/session', "${json}User-Agent: $_\n",
         '{"account":"boss.chars","password":"' . VzFixture::PASSWORD . '"}')
        for grep { !/[\0\n]/ } @broken, @odd;

    all_well('no header is a fault');
}


add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(http_config => $main::node->http_config
        . "vzpanel_signup approve;\n"
        . 'vzpanel_public_url https://panel.example.org;');
    $block->set_value(no_error_log => ['[error]', 'the database refused']);
    $block->set_value(timeout => 300);
    $block->set_value(request => 'GET /api/plans');
});

run_tests();

__DATA__

=== TEST 1: any text is accepted in a query string
--- init: ::queries()



=== TEST 2: any text is accepted in a path
--- init: ::paths()



=== TEST 3: any text is accepted in a member of a body
--- init: ::members()



=== TEST 4: any text is accepted in a header
--- init: ::headers()
