package VzPasskey;

=head1 NAME

VzPasskey - an authenticator of passkeys, made of software

=head1 SYNOPSIS

    my $key = VzPasskey->new(rp => 'localhost', origin => 'http://localhost');
    my $made = $key->create($challenge);    # what navigator.credentials gives
    my $answer = $key->get($challenge, counter => 7, flags => 0x01);

=head1 DESCRIPTION

Does what a browser and its authenticator do together (W3C Web Authentication,
level 2), in the form that the panel takes: base64url, the public key as
SubjectPublicKeyInfo.  C<kind> is C<ES256>, C<RS256> or C<EdDSA>.  Anything may
be wrong on purpose: C<origin>, C<rp>, C<type>, C<flags>, C<counter>, C<id>,
C<client> (more members of the client's data), C<sign> (what is signed instead).

=cut

use strict;
use warnings;
use Crypt::Misc qw(encode_b64u);
use Crypt::PK::ECC;
use Crypt::PK::Ed25519;
use Crypt::PK::RSA;
use Crypt::PRNG qw(random_bytes);
use Digest::SHA qw(sha256);
use JSON::PP ();

our %ALGORITHM = (ES256 => -7, EdDSA => -8, RS256 => -257);


sub new {
    my ($class, %is) = @_;
    my $self = bless { kind => 'ES256', counter => 0, id => random_bytes(32),
        %is }, $class;

    $self->{key} = {
        ES256 => sub { my $key = Crypt::PK::ECC->new;
            $key->generate_key($is{curve} // 'secp256r1') },
        RS256 => sub { my $key = Crypt::PK::RSA->new;
            $key->generate_key(($is{bits} // 2048) / 8, 65537) },
        EdDSA => sub { Crypt::PK::Ed25519->new->generate_key },
    }->{ $self->{kind} }->();

    return $self;
}


sub client {
    my ($self, $type, $challenge, %is) = @_;

    return JSON::PP->new->canonical->encode({ type => $is{type} // $type,
        challenge => $challenge, crossOrigin => JSON::PP::false,
        origin => $is{origin} // $self->{origin}, %{ $is{client} // {} } });
}


sub data {
    my ($self, $flags, %is) = @_;

    return sha256($is{rp} // $self->{rp})
        . pack('C N', $is{flags} // $flags, $is{counter} // 0);
}


# The members of POST /api/account/passkeys.
sub create {
    my ($self, $challenge, %is) = @_;
    my $id = $is{id} // $self->{id};
    my $der = $self->{key}->export_key_der({ ES256 => 'public_short',
        RS256 => 'public_x509', EdDSA => 'public' }->{ $self->{kind} });

    return {
        id => encode_b64u($self->{id}),
        client_data => encode_b64u($self->client('webauthn.create',
            $challenge, %is)),
        authenticator_data => encode_b64u($self->data(0x45, %is) . "\0" x 16
            . pack('n', length $id) . $id . "\xa5"),
        public_key => encode_b64u($is{key} // $der),
        algorithm => $is{algorithm} // $ALGORITHM{ $self->{kind} },
    };
}


sub signed {
    my ($self, $text) = @_;
    my $key = $self->{key};

    return $self->{kind} eq 'ES256' ? $key->sign_message($text, 'SHA256')
        : $self->{kind} eq 'RS256'
            ? $key->sign_message($text, 'SHA256', 'v1.5')
        : $key->sign_message($text);
}


# The members of POST /api/session and of /api/session/passkey.
sub get {
    my ($self, $challenge, %is) = @_;
    my $client = $self->client('webauthn.get', $challenge, %is);
    my $data = $self->data(0x05, counter => ++$self->{counter}, %is);

    return {
        passkey => encode_b64u($is{id} // $self->{id}),
        client_data => encode_b64u($client),
        authenticator_data => encode_b64u($data),
        signature => encode_b64u($self->signed($is{sign}
            // $data . sha256($client))),
    };
}


1;
