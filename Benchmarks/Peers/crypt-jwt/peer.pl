# Perl's Crypt::JWT, as its documentation has it used.
use strict;
use warnings;

use Crypt::JWT qw(decode_jwt encode_jwt);
use Crypt::PK::ECC;
use Crypt::PK::Ed25519;
use Crypt::PK::RSA;
use JSON;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

$| = 1;
my $folder = shift;

sub contents {
    open my $file, '<:raw', "$folder/$_[0]" or die "$_[0]: $!";
    local $/;
    return scalar <$file>;
}

my $payload    = contents('claims.json');
my $claims     = decode_json($payload);
# Not ECDH-ES: it writes epk as a string, which no other library reads.
my @algorithms = qw(HS256 ES256 EdDSA RS256 dir RSA-OAEP);
my %kinds      = (
    ES256 => 'Crypt::PK::ECC', EdDSA => 'Crypt::PK::Ed25519', RS256 => 'Crypt::PK::RSA',
    'RSA-OAEP' => 'Crypt::PK::RSA',
);
my %encrypts = map { $_ => 1 } qw(dir RSA-OAEP);
# Signs or decrypts; verifies or encrypts.
my (%private, %public, %tokens);
for my $algorithm (@algorithms) {
    $tokens{$algorithm} = [split /\n/, contents("$algorithm.tokens")];
    if (my $kind = $kinds{$algorithm}) {
        $private{$algorithm} = $kind->new(\contents("$algorithm.pem"));
        $public{$algorithm}  = $kind->new(\contents("$algorithm.pub.pem"));
    } else {
        $private{$algorithm} = $public{$algorithm} = contents("$algorithm.key");
    }
}

sub make {
    my $algorithm = shift;
    return encode_jwt(payload => $payload, alg => $algorithm, enc => 'A256GCM', key => $public{$algorithm})
        if $encrypts{$algorithm};
    return encode_jwt(payload => $claims, alg => $algorithm, key => $private{$algorithm},
        extra_headers => { typ => 'JWT' });
}

sub read_token {
    my ($algorithm, $token) = @_;
    return decode_jwt(token => $token, key => $private{$algorithm}, accepted_alg => $algorithm,
        accepted_enc => 'A256GCM', decode_payload => 0)
        if $encrypts{$algorithm};
    return decode_jwt(token => $token, key => $public{$algorithm}, accepted_alg => $algorithm,
        verify_iss => $claims->{iss}, verify_aud => $claims->{aud}, verify_exp => 1);
}

sub measure {
    my ($command, $algorithm, $count) = @_;
    my $start = clock_gettime(CLOCK_MONOTONIC);
    for my $round (0 .. $count - 1) {
        if ($command eq 'sign' || $command eq 'encrypt') {
            make($algorithm);
        } else {
            read_token($algorithm, $tokens{$algorithm}[$round & 63]);
        }
    }
    return (clock_gettime(CLOCK_MONOTONIC) - $start) * 1e9 / $count;
}

while (my $line = <STDIN>) {
    my ($command, $algorithm, $argument) = split ' ', $line;
    if ($command eq 'version') {
        printf "%s (Perl %vd)\n", $Crypt::JWT::VERSION, $^V;
    } elsif ($command eq 'algorithms') {
        print "@algorithms\n";
    } elsif ($command eq 'token') {
        print make($algorithm), "\n";
    } elsif ($command eq 'check') {
        my $found = eval { read_token($algorithm, $argument) };
        $found = eval { decode_json($found) } if defined $found && !ref $found;
        print $found && $found->{sub} ? "accepted\n" : "refused\n";
    } else {
        print measure($command, $algorithm, $argument), "\n";
    }
}
