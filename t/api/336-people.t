# Names, documents, phones and places as people have them: people.tsv, by the
# API.

use utf8;
use JSON::PP ();
use Test::Nginx::Socket 'no_plan';
use VzFixture;
use VzPanelHelpers;

no_shuffle();
workers(1);

our $json = "Content-Type: application/json\n";
our $boss = session(user(unique('boss'), role => 'admin')) . $json;
our $whom = user(unique('whom'));
our $code = JSON::PP->new->utf8;

our %member = (name => 'first_name', map { $_ => $_ }
    qw(dni phone email province address));


sub plain { return $_[0] =~ s/\\u([0-9A-F]{4})/chr hex $1/ger }


sub lines {
    open my $in, '<:encoding(UTF-8)', 't/unit/people.tsv'
        or die "people.tsv: $!";

    return map { chomp; [map { plain($_) } split /\t/] }
        grep { /^\w/ } <$in>;
}


sub change {
    my ($member, $text) = @_;

    return ask('PATCH', "/api/admin/users/$whom", $boss,
               $code->encode({ $member => $text }));
}


# spaces are all that is not kept as it was typed
sub folded { return $_[0] =~ s/\p{Zs}+/ /gr =~ s/^ | $//gr }


# what is said of a character: itself where it is seen, and its number
sub named {
    my ($strange) = @_;
    my $number = sprintf 'must not contain U+%04X:', ord $strange;

    return qr/\Q$number\E/ if $strange =~ /[\p{C}\p{Z}]/;
    return qr/^must not contain \Q$strange\E \(U\+[0-9A-F]+\): /;
}


sub wrong_of {
    my ($kind, $taken, $text, $strange) = @_;
    my $call = change($member{$kind}, $text);

    if ($taken eq '+') {
        return "refused: $call->{code}" if $call->{code} != 200;

        my $kept = $call->{json}{ $member{$kind} };

        return $kept eq folded($text) ? () : "kept as $kept";
    }

    # JSON itself has no room for a NUL
    return if $text =~ /\0/ && $call->{code} == 400;

    my $error = $call->{json}{errors}[0] // {};

    return "taken: $call->{code}" if $call->{code} != 422
        || $error->{field} ne $member{$kind} || $error->{code} ne 'format';
    return "says: $error->{message}" if length $strange
        && $error->{message} !~ named($strange);
    return "names: $error->{message}" if !length $strange
        && $error->{message} =~ /U\+/;
    return;
}


sub table {
    my @wrong;
    my $n = 0;

    for my $line (lines()) {
        my ($kind, $taken, $text, $more) = @$line;

        $n++;
        push @wrong, map { utf8::encode(my $all = "$kind $text: $_"); $all }
            wrong_of($kind, $taken, $text, $taken eq '-' ? $more // '' : '');
    }

    cmp_ok($n, '>', 350, 'all of the table was tried');
    is(join("\n", @wrong), '', 'taken as typed, or refused by its name');
}


sub order {
    my (%change) = @_;

    return ask('POST', '/api/orders', $json, order_body(%change));
}


# spelled otherwise it is the same document; other people are others
sub once {
    my $number = sprintf '%07d', 1_000_000 + (time * 7) % 8_999_999;
    my $dotted = $number =~ s/^(.)(...)(...)$/$1.$2.$3/r;
    my $first = order(dni => $dotted, email => "a$number\@example.org");

    is($first->{code}, 202, 'a document with points');

    for my $same ($number, "0$number", "00 $number", " $dotted",
                  $number =~ s/^(.)(.*)$/$1-$2/r,
                  $number =~ tr/0-9/\x{660}-\x{669}/r)
    {
        my $again = order(dni => $same, email => "b$number\@example.org");

        is($again->{json}{code} // $again->{code}, 'user_exists',
            'another spelling is the same person');
    }

    is(order(dni => "${number}Z", email => "c$number\@example.org")->{code},
        202, 'a letter more is somebody else');
    is(sql_value('SELECT CONCAT(dni, " ", document) FROM user'
        . " WHERE email = 'a$number\@example.org'"), "$number $dotted",
        'compared by its digits, shown as it was typed');

    for my $asked ($dotted, "000$number") {
        is(ask('GET', '/api/admin/users?q=' . $asked, $boss)
            ->{json}{items}[0]{dni}, $dotted, 'and found by any spelling');
    }
}


# a phone is found by its digits
sub phones {
    my $digits = sprintf '%09d', 600_000_000 + (time * 3) % 99_999_999;
    my $typed = $digits =~ s/^(...)(...)(...)$/(+34) $1–$2–$3/r;

    is(change(phone => $typed)->{json}{phone}, $typed, 'kept as typed');

    for my $asked ($digits, "%2B34$digits",
                   $digits =~ s/^(...)(...)(...)$/$1%20$2%20$3/r)
    {
        is(ask('GET', "/api/admin/users?q=$asked", $boss)
            ->{json}{items}[0]{id}, $whom, "found by $asked");
    }
}


# who has one name has no other
sub one_name {
    my $call = order(first_name => 'Suharto', last_name => undef);

    is($call->{code}, 202, 'a person of one name contracts');
    is(order(last_name => '-')->{json}{errors}[0]{field}, 'last_name',
        'nobody has to write a hyphen instead');
}


add_block_preprocessor(sub {
    $_[0]->set_value(vzpanel => 'vzpanel_signup approve;');
    $_[0]->set_value(timeout => 120);
    $_[0]->set_value(request => 'GET /api/plans');
});

run_tests();

__DATA__

=== TEST 1: names of many languages are accepted as typed
--- init: ::table()



=== TEST 2: a document belongs to one person in every notation
--- init: ::once()



=== TEST 3: a phone number is found by its digits
--- init: ::phones()



=== TEST 4: a person may have a single name
--- init: ::one_name()
