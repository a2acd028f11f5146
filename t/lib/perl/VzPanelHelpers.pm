package VzPanelHelpers;

=head1 NAME

VzPanelHelpers - what the tests of the panel's own routes share

=head1 DESCRIPTION

Adds to L<VzFixture> real containers, orders, a client for what Test::Nginx
can't send (two requests at a time, streams), and sections for blocks:

=over

=item * C<before: NAME>: the sub of that name in the test file runs before
nginx starts;

=item * C<check: NAME>: it runs after every response, with the response's JSON
(undef where it is none), the number of the request, and the text;

=item * C<keep: NAME>: the JSON of the last response is kept, and blocks after
it may say C<%{NAME.member.member}> in their requests and expectations (a
number takes an element of a list);

=item * C<rows>: a statement for the database, run after the last response
until, for at most five seconds, it tells C<rows_are>.

=back

Functions that are called from C<init> have nginx running already.

=cut

use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET;
use JSON::PP;
use Test::More ();
use Time::HiRes qw(time);
use VzFixture;

our @EXPORT = qw(busybox container verb order_body order_request person ask
                 ask_begin ask_more ask_result ask_end stream kept routes
                 daemon_log forget_held count_paged guest_file
                 guest_says);

my $json = JSON::PP->new->utf8->canonical;
my $top = vz_top();
my %kept;


# --- sections ---

sub kept { $kept{ $_[0] } }


sub decode {
    my ($text) = @_;

    return eval { $json->decode($text) };
}


# the value that "NAME.member.0.member" names
sub value_of {
    my ($path) = @_;
    my $value = \%kept;

    for my $key (split /\./, $path) {
        $value = ref $value eq 'ARRAY' ? $value->[$key] : $value->{$key};
        return "(no $path)" if !defined $value;
    }

    return ref $value ? $json->encode($value) : $value;
}


sub fill {
    my ($value) = @_;

    return [map { fill($_) } @$value] if ref $value eq 'ARRAY';
    return $value if !defined $value || ref $value;
    return $value =~ s/%\{([\w.]+)\}/value_of($1)/egr;
}


sub call_named {
    my ($block, $name, @args) = @_;
    my $code = main->can($name) or die $block->name . ": no sub $name\n";

    return $code->(@args);
}


sub prepare_block {
    my ($block) = @_;

    call_named($block, $block->before) if defined $block->before;

    for my $key (qw(request pipelined_requests more_headers response_body
                    response_body_like response_headers
                    response_headers_like))
    {
        $block->set_value($key => fill($block->$key))
            if defined $block->$key;
    }
}


sub check_block {
    my ($block, $body, $number) = @_;
    my $data = decode($body);

    $kept{ $block->keep } = $data if defined $block->keep;
    call_named($block, $block->check, $data, $number, $body)
        if defined $block->check;
}


sub check_rows {
    my ($block) = @_;
    my $sql = fill($block->rows) // return;
    my $expected = fill($block->rows_are // '') =~ s/\s+\z//r;
    my $got;

    wait_for(5, sub {
        $got = join "\n", sql($sql);
        return $got eq $expected;
    });

    Test::More::is($got, $expected, $block->name . ' - rows of the database');
}


main->can('add_block_preprocessor')->(\&prepare_block);
main->can('add_response_body_check')->(\&check_block);
main->can('add_test_cleanup_handler')->(\&check_rows);


# --- containers ---

# the name of the small template
sub busybox {
    return sql_value("SELECT name FROM template WHERE name LIKE 'busybox-%'"
        . ' AND enabled LIMIT 1');
}


# One verb to the daemon itself; what it answered.
sub verb {
    my @words = @_;
    my $dir = $ENV{TEST_VZPANEL_DIR};

    open my $out, '-|', "$top/scripts/verb", $dir, @words or die "verb: $!";
    my $text = do { local $/; <$out> } // '';
    close $out;

    return $text;
}


# what the test has made on the node
my ($owner, @made) = $$;

END {
    if ($$ == $owner) {
        local $?;
        verb('destroy', $_) for @made;
    }
}


# A container that the node has, made of the small template, stopped; it is
# destroyed when the test ends.  Its number comes from the far end of the node's,
# so no order takes it.
sub container {
    my ($user, %row) = @_;
    my $template = busybox();
    my $ctid = sql_value('SELECT COALESCE(MIN(v.ctid), MAX(n.ctid_max) + 1)'
        . ' - 1 FROM node n LEFT JOIN vm v ON v.node_id = n.id'
        . ' AND v.ctid BETWEEN n.ctid_max - 500 AND n.ctid_max'
        . " WHERE n.name = 'local'");
    my $id = vm($user, ctid => $ctid, desired_state => 'stopped',
        template_id =>
            sql_value("SELECT id FROM template WHERE name = '$template'"),
        %row);
    my $answer = verb('create', $ctid, $template);

    # one is left there whose row a test took away
    while ($answer =~ /^err exists\b/m) {
        $ctid--;
        sql("UPDATE vm SET ctid = $ctid WHERE id = $id");
        $answer = verb('create', $ctid, $template);
    }

    $answer =~ /^ok\b/m or die "create $ctid: $answer";
    push @made, $ctid;

    return wantarray ? ($id, $ctid) : $id;
}


# The first process of the guest that runs in a container, 0 where none does.
sub guest_init {
    my ($ctid) = @_;

    open my $run, '<', vz_base() . "/lxc/ct/$ctid/run" or return 0;
    return (map { /^init=(\d+)/ ? $1 : () } <$run>)[0] // 0;
}


# A file of the guest that runs in a container, '' where there is none.
sub guest_file {
    my ($ctid, $path) = @_;

    open my $in, '<', '/proc/' . guest_init($ctid) . "/root/$path"
        or return '';
    local $/;
    return <$in> // '';
}


# What a script prints there, as root of a busybox; '' where no guest runs.
sub guest_says {
    my ($ctid, $script) = @_;
    my $init = guest_init($ctid) or return '';

    open my $out, '-|', 'nsenter', '-t', $init,
        qw(-U -m -r -w -S 0 -G 0 /bin/busybox sh -c), $script
        or die "nsenter: $!";
    local $/;
    my $said = <$out> // '';

    close $out;
    return $said =~ s/\s+\z//r;
}


sub daemon_log {
    open my $in, '<', vz_base() . '/log/virtual-server.log' or return '';
    local $/;

    return <$in> // '';
}


# --- orders ---

my $people = 0;

# a document that nobody has
sub person {
    return sprintf '%08d', 20_000_000 + (time * 100) % 70_000_000 + $people++;
}


# what the form sends, with members changed, or taken away by undef
sub order_body {
    my (%change) = @_;
    my $dni = $change{dni} && !ref $change{dni} ? $change{dni} : person();
    my $mail = $dni =~ s/\W//gr;
    my %body = (first_name => 'Ana', last_name => 'Pérez', dni => $dni,
        email => "ana.$mail\@example.org", plan => 'Básico',
        template => busybox(), %change);

    utf8::decode($_) for grep { defined && !ref && /\D/ } values %body;
    delete $body{$_} for grep { !defined $body{$_} } keys %body;

    return $json->encode(\%body);
}


sub order_request { return "POST /api/orders\n" . order_body(@_) }


# How many items a list has, asked for page by page; the path ends in a query.
sub count_paged {
    my ($path, $headers) = @_;
    my ($n, $cursor) = (0);

    do {
        my $json = ask('GET', $path . ($cursor ? "&cursor=$cursor" : ''),
            $headers)->{json};

        $n += @{ $json->{items} };
        $cursor = $json->{next};
    } while ($cursor);

    return $n;
}


# Orders that wait to be approved make no container; their addresses are wanted
# by other tests.  To be called at the END of a file that leaves some.
sub forget_held {
    local $?;

    sql("UPDATE address a JOIN task t ON t.vm_id = a.vm_id"
        . " SET a.vm_id = NULL WHERE t.state = 'held'");
    sql("SET FOREIGN_KEY_CHECKS = 0; DELETE t, v, u FROM task t"
        . " JOIN vm v ON v.id = t.vm_id JOIN user u ON u.id = v.user_id"
        . " WHERE t.state = 'held'");
}


# --- a client of our own ---

# Send a request; what ask_end() waits for.  A container that a test deletes is
# gone for good, unless its body says for itself whether it goes to the trash.
sub ask_begin {
    my ($method, $path, $headers, $body) = @_;

    $body =~ s/^\{/{"for_good":true,/
        if $method eq 'DELETE' && $path =~ m{^/api/vms/\d+$}
        && defined $body && $body !~ /"for_good"/;

    my $port = $ENV{TEST_NGINX_SERVER_PORT};
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $port, Timeout => 5) or die "127.0.0.1:$port: $!";

    $headers //= '';
    $headers .= "Content-Type: application/json\n"
        if $method ne 'GET' && $headers !~ /^Content-Type/mi;
    $headers .= 'Content-Length: ' . length($body) . "\n" if defined $body;

    binmode $socket;
    syswrite $socket, "$method $path HTTP/1.1\r\nHost: localhost\r\n"
        . ($headers =~ s/\r?\n/\r\n/gr) . "Connection: close\r\n\r\n"
        . ($body // '');

    return { socket => $socket, text => '', began => time };
}


# more of the answer, waiting at most so long; 0 at its end
sub ask_more {
    my ($call, $seconds) = @_;
    my $ready = '';

    vec($ready, fileno $call->{socket}, 1) = 1;

    return -1 if !select $ready, undef, undef, $seconds > 0 ? $seconds : 0;

    my $n = sysread $call->{socket}, $call->{text}, 65536,
        length $call->{text};

    $call->{first} //= time - $call->{began} if $n;

    return $n // 0;
}


sub ask_result {
    my ($call) = @_;
    my ($head, $body) = split /\r\n\r\n/, $call->{text}, 2;

    $head //= '';
    $body //= '';

    if ($head =~ /^Transfer-Encoding: chunked/mi) {
        my $plain = '';

        while ($body =~ s/^([0-9a-f]+)\r\n//i) {
            $plain .= substr $body, 0, hex $1, '';
            $body =~ s/^\r\n//;
        }

        $body = $plain;
    }

    return { code => ($head =~ m{^HTTP/1\.1 (\d+)})[0] // 0, head => $head,
        body => $body, json => scalar decode($body), first => $call->{first},
        seconds => time - $call->{began} };
}


# The whole answer: code, head, body, json, seconds (what it took).
sub ask_end {
    my ($call, $seconds) = @_;
    my $until = time + ($seconds // 30);

    while (time < $until) {
        last if ask_more($call, $until - time) == 0;
    }

    return ask_result($call);
}


sub ask { return ask_end(ask_begin(@_)) }


# What a stream says until the pattern fits or the time is over.
sub stream {
    my ($path, $headers, $pattern, $seconds) = @_;
    my $call = ask_begin('GET', $path, $headers);
    my $until = time + $seconds;
    my $result = ask_result($call);

    while (time < $until) {
        last if ask_more($call, $until - time) == 0;
        $result = ask_result($call);
        last if $result->{body} =~ $pattern;
    }

    return $result;
}


# --- the route table ---

# Every route of the OpenAPI document, which the build makes of the route table:
# method, path, role (ANYONE USER ADMIN), form (whether it takes a JSON body),
# token (whether a token is taken), right (that it needs, or undef).
sub routes {
    my $file = vz_build() . '/nginx/vzpanel/openapi.json';

    open my $in, '<', $file or die "$file: $!";
    my $document = decode(do { local $/; <$in> })
        or die "$file: this is no JSON\n";
    my @routes;

    for my $path (sort keys %{ $document->{paths} }) {
        my $operations = $document->{paths}{$path};

        for my $method (sort keys %$operations) {
            my $operation = $operations->{$method};
            my $role = $operation->{'x-vzpanel-role'}
                or die "$file: $method $path has no role\n";

            push @routes, {
                method => uc $method,
                path => "/api$path",
                role => uc $role,
                token => scalar(grep { $_->{token} }
                    @{ $operation->{security} }),
                right => $operation->{'x-vzpanel-right'},
                form => exists $operation->{requestBody}{content}
                    {'application/json'},
            };
        }
    }

    die "$file: it has no routes\n" if !@routes;
    return @routes;
}


1;
